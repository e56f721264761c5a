"""Sending tasks and waiting for them: what `create`, `retry` and `decide` share."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import click

from qr_tui.cli import engine_session, output, streams
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import DeclinedError, Exit, NeedsYesError, of_files, of_tasks, worst
from qr_tui.cli.task_words import status_word
from qr_tui.cli.watching import waiting
from qr_tui.cli.watching.narrator import Narrator
from qr_tui.cli.watching.waiting import WaitOutcome
from qr_tui.core.failures import WORDS, Kind, Trouble, shell_hint
from qr_tui.core.status_words import sent_words
from qr_tui.core.task import FileState, Request, Status, Task
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _, sentences, translate

if TYPE_CHECKING:
    from qr_tui.core.catalogue import Catalogue
    from qr_tui.services.checks import Concern
    from qr_tui.services.studio import Studio


def create(
    context: CliContext,
    build: Callable[["Catalogue"], list[Request]],
    *,
    copies: int,
    tags: tuple[str, ...],
    wait: bool,
    download: bool,
    timeout: float | None,
    confirmed: bool,
    as_json: bool,
) -> int:
    """Send what `build` makes with the catalogue, print the tasks, and return the exit code of the worst of them."""

    async def submit(studio: "Studio") -> list[Task]:
        prepared = [await studio.prepared(request) for request in build(studio.catalogue)]
        yes = consider(studio.check_all(prepared, copies), confirmed=confirmed)
        return await studio.submit_all(prepared, copies=copies, confirmed=yes, tags=tags)

    return send(context, submit, wait=wait, download=download, timeout=timeout, as_json=as_json)


def consider(concerns: Sequence["Concern"], *, confirmed: bool) -> bool:
    """Print every note, ask what needs a yes, and return whether one was given.

    Raises:
        Trouble: Of the first concern that forbids sending, or that nobody could be asked about.
    """
    for concern in concerns:
        if concern.weight == "note":
            text = translate(concern.detail) or _(WORDS[concern.kind].title)
            output.say(_("note: {text}").format(text=inert(text, limit=400)), "yellow")
    for concern in concerns:
        if concern.weight == "stop":
            raise Trouble(concern.kind, concern.detail)
    for concern in concerns:
        if concern.weight == "ask" and not confirmed:
            text = ": ".join(filter(None, (_(WORDS[concern.kind].title), inert(translate(concern.detail), limit=400))))
            if not streams.can_ask():
                detail = Message(N_("to send it all the same add --yes"))
                if concern.detail:
                    detail = Message("{detail}; {wish}", {"detail": concern.detail, "wish": detail})
                raise NeedsYesError(concern.kind, detail)
            output.say(text, "yellow")
            if not click.confirm(_("Send it all the same?"), err=True):
                raise DeclinedError(_("nothing was sent"))
            confirmed = True
    return confirmed


def send(
    context: CliContext,
    submit: Callable[["Studio"], Awaitable[list[Task]]],
    *,
    wait: bool,
    timeout: float | None,
    as_json: bool,
    download: bool = False,
    dropped_is_fine: bool = False,
) -> int:
    """Open the engine, let `submit` make tasks, stay as long as was asked for, and print how they stand.

    `download` waits for the films too, one `timeout` for both. `dropped_is_fine` counts a stopped task as a success:
    the person has just stopped it.
    """
    latest: dict[str, Task] = {}

    narrator = Narrator([])

    async def work(studio: "Studio") -> WaitOutcome | None:
        tasks = await submit(studio)
        keys = [task.key for task in tasks]
        latest.update((task.key, task) for task in tasks)
        narrator.keys = set(keys)
        for task in tasks:
            narrator.see(studio.get(task.key) or task)
        if not wait:
            return await waiting.until_answered(studio, keys)
        deadline = waiting.Deadline(timeout)
        end = await waiting.until_final(studio, keys, deadline)
        if not download or end is not WaitOutcome.FINAL:
            return end
        await studio.downloader.request([key for key in keys if _lacks_film(studio.get(key))])
        return await waiting.until_saved(studio, keys, deadline)

    try:
        end = engine_session.run(lambda: engine_session.following(context, narrator, latest, work, download=download))
    except engine_session.Stopped as stop:
        return farewell(list(latest.values()), stop, as_json=as_json)
    except engine_session.IdsLostError as lost:
        print_tasks(list(latest.values()), as_json=as_json)  # the ids on stdout too
        output.tell(lost, json=False)
        return Exit.FAILED
    tasks = list(latest.values())
    print_tasks(tasks, as_json=as_json)
    counted = [task for task in tasks if task.status is not Status.STOPPED] if dropped_is_fine else tasks
    return finish(counted, end, files=download)


def _lacks_film(task: Task | None) -> bool:
    return task is not None and task.status is Status.DONE and task.file_state is FileState.NONE


def _say_other_ids(task: Task) -> None:
    """Name the ids that can be adopted: those that the provider's answers held."""
    if task.other_ids:
        ids = " ".join(inert(other, limit=200) for other in task.other_ids)
        output.say(_("ids that the provider's answers held besides: {ids}").format(ids=ids))


def finish(tasks: Sequence[Task], end: WaitOutcome | None, *, files: bool = False) -> Exit:
    """Say what a person can do next, and return the exit code; `end` None means that nobody waited.

    With `files` a film that is not saved counts as something that failed.
    """
    code = of_tasks(tasks, waited=end not in (None, WaitOutcome.SETTING))
    if files:
        code = worst((code, of_files(tasks)))
    if end is WaitOutcome.SETTING and code in (Exit.UNFINISHED, Exit.OK):
        output.say(_("correct the setting that is named above; no task is lost meanwhile"), "yellow")
        code = Exit.UNFINISHED
    if end is WaitOutcome.KEY and code is Exit.UNFINISHED:
        say_kind(Kind.KEY_REFUSED)
        code = Exit.KEY
    statuses = {task.status for task in tasks}
    if end is WaitOutcome.DEADLINE and statuses & {Status.WAITING, Status.RUNNING}:
        say_kind(Kind.DEADLINE)
    for task in tasks:
        if task.status is Status.UNCONFIRMED:
            output.say(inert(translate(sent_words(task)), limit=400))
            output.say(_("decide what becomes of it: qr-tui decide {key}").format(key=task.key))
            _say_other_ids(task)
        elif task.is_unknown:
            output.say(_("its id may be wrong, and the video may be paid: look for it in the provider's own records"))
            output.say(_("adopt the right id: qr-tui decide {key} --adopt TASK_ID").format(key=task.key))
            _say_other_ids(task)
        elif files and task.file_state is FileState.FAILED and task.file_failure:
            say_kind(task.file_failure.kind)
        elif task.status is Status.FAILED:
            output.say(_("make it again, which may cost again: qr-tui retry {key}").format(key=task.key))
    if files and any(task.is_fetched for task in tasks):
        output.say(_("not saved yet; the next qr-tui download, or the app, goes on with it"))
    if Status.QUEUED in statuses:
        output.say(_("not sent yet; the next qr-tui watch, or the app, sends it"))
    elif end is None and statuses & {Status.WAITING, Status.RUNNING}:
        output.say(_("follow it with: qr-tui watch"))
    return code


def say_kind(kind: Kind) -> None:
    """Say title and hint of a kind of failure, on stderr."""
    output.say(sentences(_(WORDS[kind].title), _(shell_hint(kind))), "yellow")


def print_tasks(tasks: Sequence[Task], *, as_json: bool) -> None:
    """Print the result: an array of tasks, or a line each with id (else key), status and link."""
    if as_json:
        from qr_tui.core.export import task_json

        output.document([task_json(task) for task in tasks])
        return
    for task in tasks:
        saved = task.file if task.file_state is FileState.SAVED else None
        words = [task.id or task.key, status_word(task), saved or task.video_url or ""]
        output.line("  ".join(inert(word, limit=4_000) for word in words if word))


def farewell(tasks: Sequence[Task], stop: engine_session.Stopped, *, as_json: bool) -> int:
    """Say after a signal what becomes of the tasks, print them for a script, and return the exit code."""
    if as_json and tasks:
        print_tasks(tasks, as_json=True)
    output.say(_("interrupted"))
    for task in tasks:
        if not task.final and not task.needs_you:
            text = _("{name} stays in the list; the next start of the app, or qr-tui watch, goes on watching it")
            output.say(text.format(name=inert(task.id or task.key)))
        elif task.needs_you:
            output.say(_("decide what becomes of it: qr-tui decide {key}").format(key=task.key))
    return stop.exit_code
