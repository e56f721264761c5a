"""What can be done with tasks, whichever screen they are on: copy, look, retry, stop, decide, open."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from qr_tui.core.failures import WORDS, Trouble
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text import tail
from qr_tui.i18n import _, clauses, ngettext, translate
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.toasts import say

Result = TypeVar("Result")


def name_of(task: Task) -> str:
    """Return what to call a task in a sentence: the end of its id, or of its key before it has one."""
    return tail(task.id or task.key, 9)


class TaskActions(CommandScreen[Result]):
    """The commands of one task or of the marked ones; a subclass says which by `targets`."""

    def do_copy_id(self) -> None:
        """Copy the ids, one a line."""
        ids = [task.id for task in self.targets if task.id]
        if not ids:
            return
        label = ids[0]
        if len(self.targets) > 1:
            label = _("{what}, {n} of {total}").format(what=_("id"), n=len(ids), total=len(self.targets))
        self.qr.copy_text(label, "\n".join(ids))

    async def do_copy_menu(self) -> None:
        """Choose what to copy."""
        from qr_tui.ui.details.copy_menu import CopyMenu

        targets = self.targets
        menu = CopyMenu(targets, self.qr.app_context.clock(), write=self.qr.write)
        chosen = await self.qr.push_screen_wait(menu)
        if chosen is None:
            return
        label = chosen.label
        if len(targets) > 1:
            label = _("{what}, {n} of {total}").format(what=label, n=chosen.holds, total=len(targets))
        self.qr.copy_text(label, chosen.text)

    def do_open(self) -> None:
        """Open the file if it is here, else the link."""
        task = self.current
        if task is not None:
            target = task.file if task.file_state is FileState.SAVED else None
            self.start(self._open(target or task.video_url or ""))

    async def _open(self, target: str) -> None:
        from qr_tui.terminal.opener import open_outside

        say(self.app, await open_outside(target, self.qr.terminal))

    async def do_look(self) -> None:
        """Ask the provider now."""
        studio = await self.qr.engine()
        keys = [task.key for task in self.targets if task.id or task.status is Status.QUEUED]
        await studio.look(keys)
        say(self.app, ngettext("looking at {n} task", "looking at {n} tasks", len(keys)).format(n=len(keys)))

    async def do_retry(self) -> None:
        """Make failed videos again, after a yes: it costs."""
        failed = [task for task in self.targets if task.status is Status.FAILED]
        skipped = len(self.targets) - len(failed)
        title = ngettext("Make this video again?", "Make {n} videos again?", len(failed)).format(n=len(failed))
        costs = ngettext(
            "It is sent as a new video and costs again.", "They are sent as new videos and cost again.", len(failed)
        )
        lines = [costs]
        if len(failed) == 1 and failed[0].failure is not None:
            words = WORDS[failed[0].failure.kind]
            lines = [_(words.title), _(words.hint), "", *lines]
        studio = await self.qr.engine()
        asked = (concern for task in failed for concern in studio.check(task.request) if concern.weight == "ask")
        lines.extend(dict.fromkeys(translate(concern.detail) or _(WORDS[concern.kind].title) for concern in asked))
        if not await self.qr.ask(title, lines, yes=_("make again")):
            return

        async def again(task: Task) -> None:
            await studio.retry(task.key, confirmed=True)

        done, kept = await each(failed, again)
        refused = {task.key for task, _trouble in kept}
        self.unmark([task.key for task in failed if task.key not in refused])
        parts = [ngettext("{n} sent again", "{n} sent again", done).format(n=done)] if done else []
        if skipped:
            parts.append(_("{n} had not failed").format(n=skipped))
        self.report(parts, kept)

    async def do_decide(self) -> None:
        """Decide an unconfirmed task."""
        task = next(task for task in self.targets if task.needs_you)
        from qr_tui.ui.details.decide import DecideScreen

        studio = await self.qr.engine()
        decided = await self.qr.push_screen_wait(DecideScreen(studio, task))
        if decided is not None:
            say(self.app, decided)

    async def do_again(self) -> None:
        """Write a new video that starts as this one."""
        await self.qr.compose_from(self.current)

    def unmark(self, keys: Sequence[str]) -> None:
        """Take the marks off these: what cost money once shall not by a key hit twice."""

    def report(self, parts: Sequence[str], kept: Sequence[tuple[Task, Trouble]]) -> None:
        """Tell what became of several tasks: one line, and one more for each that was refused."""
        lines = [clauses(parts)] if parts else []
        for task, trouble in kept[:5]:
            why = translate(trouble.detail) or _(WORDS[trouble.kind].title)
            lines.append(f"{name_of(task)}: {why}")
        if len(kept) > 5:
            lines.append(_("and {n} more").format(n=len(kept) - 5))
        if lines:
            say(self.app, "\n".join(lines), warn=bool(kept), timeout=8 if kept else 4)


async def each(tasks: Sequence[Task], act: Callable[[Task], Awaitable[Any]]) -> tuple[int, list[tuple[Task, Trouble]]]:
    """Do something to each task; return how many went well, and those that did not with their trouble."""
    done, kept = 0, []
    for task in tasks:
        try:
            await act(task)
        except Trouble as trouble:
            kept.append((task, trouble))
        else:
            done += 1
    return done, kept
