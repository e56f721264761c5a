"""`qr-tui download`: fetch finished films to the disk, and look whether saved ones are still there."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qr_tui.cli import engine_session, output, references
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit, of_files, worst
from qr_tui.cli.main import examples
from qr_tui.cli.options import timeout_option
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.cli.task_words import file_words, name
from qr_tui.cli.watching import waiting
from qr_tui.cli.watching.narrator import Narrator
from qr_tui.cli.watching.waiting import WaitOutcome
from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _, ngettext, sentences, translate

if TYPE_CHECKING:
    from qr_tui.services.films.downloader import Refusal
    from qr_tui.services.studio import Studio


@click.command(
    help=_(
        "Fetch the films of the tasks called ID, of those that fit a filter, or of all that are finished; without any "
        "of these, what is to be fetched still.\n\n"
        "What has arrived is kept through any interruption, and a name that is taken is never written over. A film "
        "that cannot be fetched says why; its task stays finished, and nothing is made or paid again."
    ),
    epilog=examples(
        "qr-tui download hgcpx",
        "qr-tui download --all --to ~/films",
        "qr-tui download --filter 'is:fav age<2d' --json",
        "qr-tui download --retry-failed",
        "qr-tui download --check",
    ),
)
@click.argument("ids", metavar="[ID]...", nargs=-1, shell_complete=references.complete)
@click.option("--filter", "filter_text", metavar="FILTER", help=_("The finished tasks that fit, as in the list."))
@click.option("--all", "every", is_flag=True, help=_("Every finished task whose film is not saved."))
@click.option("--to", "folder", metavar="FOLDER", help=_("Fetch them there, also what is saved elsewhere."))
@click.option("--retry-failed", is_flag=True, help=_("Those that could not be fetched too."))
@click.option("--check", is_flag=True, help=_("Fetch nothing: read the saved films and say which are gone or changed."))
@timeout_option()
@click.option("--json", "as_json", is_flag=True, help=_("Print the tasks as a JSON array at the end."))
@pass_cli_context
def download(
    context: CliContext,
    ids: tuple[str, ...],
    filter_text: str | None,
    every: bool,
    folder: str | None,
    retry_failed: bool,
    check: bool,
    timeout: float | None,
    as_json: bool,
) -> int:
    """Choose, fetch or look, and tell how each stands."""
    if bool(ids) + bool(every) + (filter_text is not None) > 1:
        raise Trouble(Kind.USAGE, Message(N_("choose one: task ids, --filter or --all")))
    if check and (folder is not None or retry_failed):
        raise Trouble(Kind.USAGE, Message(N_("--check fetches nothing: it goes with ids, --filter or --all alone")))
    choice = _Choice(ids, filter_text, every=every, retry_failed=retry_failed)
    if check:
        return _check(context, choice, as_json=as_json)
    return _fetch(context, choice, None if folder is None else _existing(folder), timeout=timeout, as_json=as_json)


class _Choice:
    """Which tasks are meant."""

    def __init__(self, ids: Sequence[str], filter_text: str | None, *, every: bool, retry_failed: bool) -> None:
        self._ids = ids
        self._filter = filter_text
        self._every = every
        self._retry_failed = retry_failed

    async def to_fetch(self, studio: "Studio") -> list[Task]:
        """Return the tasks whose films are to be fetched; named ones whatever their state.

        Raises:
            Trouble: An id or the filter cannot be understood.
        """
        if self._ids:
            return await self._named(studio)
        done = [task for task in await self._all(studio) if task.status is Status.DONE]
        if self._every or self._filter is not None:
            wanted = {FileState.NONE, FileState.QUEUED, FileState.DOWNLOADING, FileState.MISSING}
        else:
            wanted = {FileState.QUEUED, FileState.DOWNLOADING}
        if self._retry_failed:
            wanted.add(FileState.FAILED)
        return [task for task in done if task.file_state in wanted]

    async def saved(self, studio: "Studio") -> list[Task]:
        """Return the tasks with films that were saved once."""
        tasks = await self._named(studio) if self._ids else await self._all(studio)
        return [task for task in tasks if task.file_state in (FileState.SAVED, FileState.MISSING)]

    async def _named(self, studio: "Studio") -> list[Task]:
        found = {reference.strip(): await studio.named(reference.strip()) for reference in self._ids}
        return references.several(found.__getitem__, self._ids)

    async def _all(self, studio: "Studio") -> list[Task]:
        await studio.read_archives()
        return references.filtered(studio.all_tasks(), [self._filter] if self._filter else [])


def _existing(folder: str) -> Path:
    path = Path(folder).expanduser().absolute()
    if not path.is_dir():
        raise Trouble(Kind.USAGE, Message(N_("{folder} is no folder"), {"folder": inert(folder, limit=400)}))
    return path


def _fetch(context: CliContext, choice: _Choice, folder: Path | None, *, timeout: float | None, as_json: bool) -> int:
    latest: dict[str, Task] = {}
    refused: list[Refusal] = []
    narrator = Narrator([], results=sys.stderr if as_json else sys.stdout)

    async def work(studio: "Studio") -> WaitOutcome:
        tasks = await choice.to_fetch(studio)
        latest.update((task.key, task) for task in tasks)
        narrator.keys = set(latest)
        wanted = [task.key for task in tasks if folder is not None or not task.is_fetched]
        _queued, refusals = await studio.downloader.request(wanted, folder=folder)
        refused.extend(refusals)
        for key in latest:
            if (task := studio.get(key)) is not None and task.is_fetched:
                narrator.see(task)
        return await waiting.until_saved(studio, list(latest), waiting.Deadline(timeout))

    try:
        end = engine_session.run(lambda: engine_session.following(context, narrator, latest, work, download=True))
    except engine_session.Stopped as stopped:
        output.say(_("interrupted"))
        output.say(_("what has arrived is kept; the next qr-tui download, or the app, goes on with it"))
        return stopped.exit_code
    tasks = list(latest.values())
    if as_json:
        _print_json(tasks)
    for refusal in refused:
        output.say(f"{name(refusal.task)} · {inert(translate(refusal.trouble.detail), limit=4_000)}")
    if not tasks:
        output.say(_("nothing to fetch"))
    unfinished = [refusal for refusal in refused if refusal.task.status is not Status.DONE]
    for kind in {task.file_failure.kind for task in tasks if task.file_failure}:
        output.say(sentences(_(WORDS[kind].title), _(WORDS[kind].hint)), "yellow")
    if end is WaitOutcome.DEADLINE:
        output.say(_("not saved yet; the next qr-tui download, or the app, goes on with it"))
    return worst((of_files(tasks), Exit.FAILED if unfinished else Exit.OK))


def _check(context: CliContext, choice: _Choice, *, as_json: bool) -> int:
    async def work() -> list[Task]:
        async with engine_session.studio(context, lambda _event: None, watch=False) as studio:
            keys = [task.key for task in await choice.saved(studio)]
            await studio.downloader.check(keys, thorough=True)
            return [task for task in map(studio.get, keys) if task is not None]

    try:
        tasks = engine_session.run(work)
    except engine_session.Stopped as stopped:
        output.say(_("interrupted"))
        return stopped.exit_code
    if as_json:
        _print_json(tasks)
    else:
        for task in tasks:
            if task.file_state is FileState.MISSING:
                output.line(f"{name(task)} · {file_words(task)}")
    gone = sum(task.file_state is FileState.MISSING for task in tasks)
    whole = len(tasks) - gone
    output.say(ngettext("{n} film is there and whole", "{n} films are there and whole", whole).format(n=whole))
    if gone:
        said = ngettext("{n} film is gone or changed", "{n} films are gone or changed", gone).format(n=gone)
        output.say(said, "yellow")
    return Exit.FAILED if gone else Exit.OK


def _print_json(tasks: Sequence[Task]) -> None:
    from qr_tui.core.export import task_json

    output.document([task_json(task) for task in tasks])
