"""Watching in the foreground: a line a change until every task is final."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qr_tui.cli import engine_session, output, references, sending
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.watching import waiting
from qr_tui.cli.watching.narrator import Narrator
from qr_tui.cli.watching.waiting import WaitOutcome
from qr_tui.core.task import Task
from qr_tui.i18n import _, ngettext

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio


def follow(context: CliContext, words: Sequence[str], *, timeout: float | None, as_json: bool) -> int:
    """Watch in the foreground: a line a change, then the exit code of the task that needs the most care."""
    latest: dict[str, Task] = {}
    undecided: list[Task] = []

    narrator = Narrator([], results=sys.stderr if as_json else sys.stdout)

    async def work(studio: "Studio") -> WaitOutcome:
        chosen = await _choose(studio, words)
        undecided.extend(task for task in studio.tasks() if task.needs_you)
        keys = [task.key for task in chosen]
        narrator.keys = set(keys)
        latest.update((task.key, task) for task in chosen)
        for task in chosen:
            narrator.see(task)
        deadline = waiting.Deadline(timeout)
        end = await waiting.until_final(studio, keys, deadline)
        return end if end is not WaitOutcome.FINAL else await waiting.until_saved(studio, keys, deadline)

    try:
        end = engine_session.run(lambda: engine_session.following(context, narrator, latest, work, download=True))
    except engine_session.Stopped as stopped:
        return sending.farewell(list(latest.values()), stopped, as_json=as_json)
    except engine_session.IdsLostError as lost:
        sending.print_tasks(list(latest.values()), as_json=as_json)  # the ids on stdout too
        output.tell(lost, json=False)
        return Exit.FAILED
    tasks = list(latest.values())
    if as_json:
        sending.print_tasks(tasks, as_json=True)
    elif not tasks:
        output.say(_("nothing to watch: no task is unfinished"))
        _say_decisions(undecided)
    return sending.finish(tasks, end, files=True)


def _say_decisions(undecided: Sequence[Task]) -> None:
    """Name the tasks that nobody can watch because a person has to decide them."""
    if undecided:
        said = ngettext("{n} task needs your decision", "{n} tasks need your decision", len(undecided))
        output.say(said.format(n=len(undecided)), "yellow")
        for task in undecided[:5]:
            output.say(_("decide what becomes of it: qr-tui decide {key}").format(key=task.key))


async def _choose(studio: "Studio", words: Sequence[str]) -> list[Task]:
    if words:
        named = {task.key: task for word in words for task in await studio.named(word)}
        known = {task.key: task for task in studio.tasks()}
        return references.ids_or_filter(list((known | named).values()), words)
    return [task for task in studio.tasks() if (not task.final and not task.needs_you) or task.is_fetched]
