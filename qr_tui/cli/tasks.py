"""`qr-tui list` and `qr-tui show`: the tasks as they stand on disk, without asking anybody."""

import sys
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import click

from qr_tui.cli import output, references
from qr_tui.cli.exits import Exit
from qr_tui.cli.here import Here, pass_here
from qr_tui.cli.main import examples
from qr_tui.cli.words import STATUS_COLOURS, status_word
from qr_tui.core.failures import WORDS
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text import cells, cut, duration, fit, inert, inert_lines, tail
from qr_tui.core.words import N_
from qr_tui.i18n import _

_WIDE: Final = 120  # cells from which a list shows whole ids
_TAIL: Final = 9
_COLUMNS: Final = (N_("STATUS"), N_("PROGRESS"), N_("AGE"), N_("MODEL"), N_("FORMAT"), N_("ID"), N_("PROMPT"))
ORDER_NAMES: Final = ("newest", "oldest", "status", "model", "progress", "finished")


@click.command(
    "list",
    help=_(
        "Print the tasks, newest first; FILTER keeps those that fit.\n\n"
        "Words match prompt and id; status:failed model:veo age<2d tag:x is:unfinished say more, and ! negates."
    ),
    epilog=examples(
        "qr-tui list", "qr-tui list is:unfinished", "qr-tui list 'status:failed age<2d' --json", "qr-tui list boat"
    ),
)
@click.argument("filter_words", metavar="[FILTER]...", nargs=-1)
@click.option("--sort", "order", type=click.Choice(ORDER_NAMES), default="newest", help=_("The order."))
@click.option("--reverse", is_flag=True, help=_("The other way round."))
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help=_("Print at most N."))
@click.option("--json", "as_json", is_flag=True, help=_("Print a JSON array of tasks."))
@pass_here
def list_tasks(
    here: Here, filter_words: tuple[str, ...], order: str, reverse: bool, limit: int | None, as_json: bool
) -> int:
    """Read, choose, print."""
    tasks = references.filtered(read(here), filter_words)
    if order != "newest" or reverse:
        from qr_tui.core.query import sort

        tasks = sort(tasks, order, reverse)
    tasks = tasks[:limit]
    if as_json:
        from qr_tui.core.export import task_json

        output.document([task_json(task) for task in tasks])
        return Exit.OK
    if not tasks:
        output.say(_("no tasks") if not filter_words else _("no task fits"))
        return Exit.OK
    for text in list_lines(tasks, now=time.time(), width=output.width(sys.stdout)):
        output.line(text)
        if output.Reader.gone:
            break
    return Exit.OK


@click.command(
    help=_("Print everything known of the task called ID: its id, its local key, or the end of either."),
    epilog=examples("qr-tui show hgcpx", "qr-tui show sora-2:task_01k9 --json"),
)
@click.argument("reference", metavar="ID", shell_complete=references.complete)
@click.option("--json", "as_json", is_flag=True, help=_("Print the task as a JSON object."))
@pass_here
def show(here: Here, reference: str, as_json: bool) -> int:
    """Find and print one task."""
    task = references.one(read(here), reference)
    if as_json:
        from qr_tui.core.export import task_json

        output.document(task_json(task))
        return Exit.OK
    for text in show_lines(task):
        output.line(text)
    return Exit.OK


def read(here: Here) -> list[Task]:
    """Return the tasks on the list, newest first; a home without any is no error."""
    here.settings  # noqa: B018 -- a bad config file is said, not passed over
    if not here.paths.store.exists():
        return []
    store = here.open_store()
    try:
        return store.tasks()
    finally:
        store.close()


def list_lines(tasks: Sequence[Task], *, now: float, width: int | None) -> Iterable[str]:
    """Yield the table: its head, then a line a task, cut to `width` cells where lines end."""
    from qr_tui.core.catalogue import Catalogue

    catalogue = Catalogue()
    whole = width is None or width >= _WIDE
    rows = [
        (
            status_word(task),
            _progress(task),
            duration(now - task.created_at),
            inert(task.model, limit=100),
            inert(catalogue.format(task.model, task.parameters), limit=100),
            _name(task, whole),
            inert(task.prompt),
        )
        for task in tasks
    ]
    head = tuple(map(_, _COLUMNS))
    sizes = [max(cells(row[at]) for row in (head, *rows)) for at in range(len(head) - 1)]
    for number, row in enumerate((head, *rows)):
        parts = [fit(part, size) for part, size in zip(row, sizes, strict=False)]
        text = "  ".join([*parts, row[-1]])
        text = text.rstrip() if width is None else cut(text, width)
        if number:
            colour = STATUS_COLOURS.get(tasks[number - 1].status, "")
            painted = output.paint(parts[0], colour, sys.stdout) if colour else parts[0]
            text = painted + text[len(parts[0]) :]
        yield text if number else output.paint(text, "dim", sys.stdout)


def _progress(task: Task) -> str:
    if task.status in (Status.FAILED, Status.UNCONFIRMED) and task.failure:
        return _(WORDS[task.failure.kind].short)
    if task.status is Status.RUNNING and task.progress is not None:
        return f"{task.progress:.0f} %"
    return ""


def _name(task: Task, whole: bool) -> str:
    if task.id is None:
        return task.key
    return inert(task.id if whole else tail(task.id, _TAIL), limit=500)


def _when(at: float | None) -> str:
    if at is None:
        return ""
    try:
        return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    except (OverflowError, ValueError, OSError):
        return ""


def show_lines(task: Task) -> Iterable[str]:
    """Yield everything known of `task`, a field a line, long texts as blocks."""
    from qr_tui.core.catalogue import Catalogue

    shape = [f"{name}={value}" for name, value in task.parameters.items()]
    progress = "" if task.progress is None else f"{task.progress:.0f} %"
    word = f"({task.provider_status})" if task.provider_status else ""
    fields = [
        (_("id"), task.id or _("not known yet")),
        (_("key"), task.key),
        (_("status"), " ".join(filter(None, (status_word(task), word, progress)))),
        (_("model"), task.model),
        (_("format"), Catalogue().format(task.model, task.parameters)),
        (_("parameters"), " ".join(shape)),
        *((_("image"), image) for image in task.images),
        (_("host"), task.base_url),
        (_("created"), _when(task.created_at)),
        (_("sent"), _when(task.submitted_at)),
        (_("finished"), _when(task.finished_at)),
        (_("link"), task.video_url or ""),
        (_("link expires"), _when(task.expires_at)),
        (_("thumbnail"), task.thumbnail_url or ""),
        (_("file"), (task.file or "") if task.file_state is FileState.SAVED else ""),
        (_("made from"), task.parent or ""),
        (_("tags"), " ".join(task.tags)),
    ]
    shown = [(label, inert(text)) for label, text in fields if text]
    width = max(cells(label) for label, _text in shown)
    for label, text in shown:
        yield f"{fit(label, width)}  {text}"
    if task.failure is not None:
        words = WORDS[task.failure.kind]
        yield f"{fit(_('failure'), width)}  {_(words.title)}. {_(words.meaning)}"
        if task.failure.detail:
            yield f"{' ' * width}  {inert(_(task.failure.detail))}"
        if task.failure.request_id:
            yield f"{' ' * width}  " + _("request id: {id}").format(id=inert(task.failure.request_id))
    yield from _block(_("prompt"), task.prompt)
    yield from _block(_("enhanced prompt"), task.enhanced_prompt or "")
    if task.history:
        yield ""
        yield _("history") + ":"
        for moment in task.history:
            told = f" ({inert(moment.word, limit=100)})" if moment.word else ""
            yield f"  {_when(moment.at)}  {status_word(moment.status)}{told}"


def _block(label: str, text: str) -> Iterable[str]:
    if text:
        yield ""
        yield label + ":"
        for line in inert_lines(text).split("\n"):
            yield "  " + line
