"""What can be done with tasks, whichever screen they are on: copy, open, look, retry, decide, start from one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from qr_tui.core.failures import WORDS, Trouble
from qr_tui.core.money.prices import total
from qr_tui.core.tags import FAVOURITE
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text.display import tail
from qr_tui.i18n import _, clauses, ngettext, translate
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.tasks.undo import UndoStack
from qr_tui.ui.toasts import say
from qr_tui.ui.widgets.paying import paying_label

MOST_REFUSALS = 5  # refused tasks that are named one by one

Refusal = tuple[Task, Trouble]


class TaskActions:
    """Handlers of the commands that the list and the details screen share.

    Args:
        screen: Where the commands are given; its `targets` are the tasks they are about.
        undo: Learns how to take back what was done, where that is offered.
        on_retried: Told the keys of the tasks that were sent again.
    """

    def __init__(
        self,
        screen: CommandScreen[Any],
        *,
        undo: UndoStack | None = None,
        on_retried: Callable[[Sequence[str]], None] | None = None,
    ) -> None:
        self._screen = screen
        self._undo = undo
        self._on_retried = on_retried

    def do_copy_id(self) -> None:
        """Copy the ids, one a line."""
        targets = self._screen.targets
        ids = [task.id for task in targets if task.id]
        if not ids:
            return
        label = ids[0]
        if len(targets) > 1:
            label = _("{what}, {n} of {total}").format(what=_("id"), n=len(ids), total=len(targets))
        self._screen.qr.copy_text(label, "\n".join(ids))

    async def do_copy_menu(self) -> None:
        """Choose what to copy."""
        from qr_tui.ui.details.copy_choices import ssh_line
        from qr_tui.ui.details.copy_menu import CopyMenu

        qr = self._screen.qr
        targets = [await qr.whole(task) for task in self._screen.targets]
        over, route_of = ssh_line(qr.terminal.env), qr.appearance.catalogue.route
        menu = CopyMenu(targets, qr.app_context.clock(), write=qr.write, over=over, route_of=route_of)
        chosen = await qr.push_screen_wait(menu)
        if chosen is None:
            return
        label = chosen.label
        if len(targets) > 1:
            label = _("{what}, {n} of {total}").format(what=label, n=chosen.holds, total=len(targets))
        qr.copy_text(label, chosen.text)

    def do_open(self) -> None:
        """Open the file if it is here, else the link."""
        task = self._screen.current
        if task is not None:
            file = task.file if task.file_state is FileState.SAVED else None
            self._screen.start(self._open(file or task.video_url or ""))

    async def _open(self, target: str) -> None:
        from qr_tui.terminal.opener import open_outside

        say(self._screen.app, await open_outside(target, self._screen.qr.terminal))

    async def do_download(self) -> None:
        """Have the films of the targets fetched; say of each that is not, why."""
        studio = await self._screen.qr.engine()
        queued, refusals = await studio.downloader.request([task.key for task in self._screen.targets])
        parts = []
        if queued:
            said = ngettext("fetching {n} film", "fetching {n} films", len(queued)).format(n=len(queued))
            parts.append(said)
        self.report(parts, refusals)

    async def do_viewer(self) -> None:
        """Look at the film under the cursor, those shown around it a key away; or at marked ones side by side."""
        from qr_tui.ui.viewer.screen import MOST, ViewerScreen

        screen, targets = self._screen, self._screen.targets
        if len(targets) > 1:
            if len(targets) > MOST:
                say(screen.app, _("the first {n} of {total} marked ones").format(n=MOST, total=len(targets)))
            await screen.qr.push_screen_wait(ViewerScreen(targets[:MOST], compare=True, undo=self._undo))
            return
        films, current = screen.films, screen.current
        if current is not None:
            at = next((number for number, task in enumerate(films) if task.key == current.key), 0)
            await screen.qr.push_screen_wait(ViewerScreen(films, at, undo=self._undo))

    async def do_stop_download(self) -> None:
        """Fetch the films of the targets no more."""
        studio = await self._screen.qr.engine()
        stopped = await studio.downloader.cancel([task.key for task in self._screen.targets])
        said = ngettext("stopped {n} download", "stopped {n} downloads", len(stopped)).format(n=len(stopped))
        say(self._screen.app, said)

    async def do_favourite(self) -> None:
        """Make the targets favourites; when all of them are, none of them."""
        targets = self._screen.targets
        studio, keys = await self._screen.qr.engine(), [task.key for task in targets]
        if all(FAVOURITE in task.tags for task in targets):
            await studio.tag(keys, drop=[FAVOURITE])
        else:
            await studio.tag(keys, add=[FAVOURITE])

    async def do_look(self) -> None:
        """Ask the provider now."""
        studio = await self._screen.qr.engine()
        keys = [task.key for task in self._screen.targets if task.id or task.status is Status.QUEUED]
        await studio.look(keys)
        said = ngettext("looking at {n} task", "looking at {n} tasks", len(keys)).format(n=len(keys))
        say(self._screen.app, said)

    async def do_retry(self) -> None:
        """Make failed videos again, after a paying key: it costs."""
        qr, targets = self._screen.qr, self._screen.targets
        failed = [await qr.whole(task) for task in targets if task.status is Status.FAILED and not task.is_unknown]
        title = ngettext("Make this video again?", "Make {n} videos again?", len(failed)).format(n=len(failed))
        costs = ngettext(
            "It is sent as a new video and costs again.", "They are sent as new videos and cost again.", len(failed)
        )
        lines = [costs]
        if len(failed) == 1 and failed[0].failure is not None:
            words = WORDS[failed[0].failure.kind]
            lines = [_(words.title), _(words.hint), "", *lines]
        studio = await qr.engine()
        asked = (concern for concern in studio.check_retry(failed) if concern.weight != "note")
        lines.extend(dict.fromkeys(translate(concern.detail) or _(WORDS[concern.kind].title) for concern in asked))
        costs_about = total(studio.money.estimate(task.request) for task in failed)
        label = paying_label(_("make again"), len(failed), costs_about)
        if not await qr.ask(title, lines, yes=label, no=_("not now"), pays=True):
            return

        async def again(task: Task) -> None:
            await studio.retry(task.key, confirmed=True)

        done, refusals = await for_each(failed, again)
        refused = {task.key for task, _trouble in refusals}
        if self._on_retried is not None:
            self._on_retried([task.key for task in failed if task.key not in refused])
        parts = [ngettext("{n} sent again", "{n} sent again", done).format(n=done)] if done else []
        if skipped := len(targets) - len(failed):
            parts.append(_("{n} had not failed").format(n=skipped))
        self.report(parts, refusals)

    async def decide(self) -> None:
        """Decide all unconfirmed tasks among the targets, else the first that ended as unknown."""
        able = [task for task in self._screen.targets if task.can_be_decided]
        tasks = [task for task in able if task.needs_you] or able[:1]
        from qr_tui.ui.details.decide import DecideScreen

        qr = self._screen.qr
        studio = await qr.engine()
        decided = await qr.push_screen_wait(DecideScreen(studio, [await qr.whole(task) for task in tasks]))
        if decided is None:
            return
        if decided.dropped and self._undo is not None:
            self._undo.add(lambda: self._reopen(decided.dropped))
        self.report([decided.words], decided.refusals)

    async def _reopen(self, dropped: Sequence[Task]) -> str:
        reopened = await (await self._screen.qr.engine()).reopen([task.key for task in dropped])
        said = ngettext("{n} waits for your decision again", "{n} wait for your decision again", len(reopened))
        return said.format(n=len(reopened))

    async def do_again(self) -> None:
        """Write a new video that starts as this one."""
        await self._screen.qr.compose_from(self._screen.current)

    def report(self, parts: Sequence[str], refusals: Sequence[Refusal] = ()) -> None:
        """Tell what became of several tasks: one line, and one more for each that was refused."""
        lines = outcome_lines(parts, refusals)
        if lines:
            say(self._screen.app, "\n".join(lines), warn=bool(refusals), timeout=8 if refusals else 4)


def outcome_lines(parts: Sequence[str], refusals: Sequence[Refusal]) -> list[str]:
    """Return what became of several tasks: `parts` on one line, then the first refusals with their reasons."""
    lines = [clauses(parts)] if parts else []
    for task, trouble in refusals[:MOST_REFUSALS]:
        why = translate(trouble.detail) or _(WORDS[trouble.kind].title)
        lines.append(f"{short_name(task)}: {why}")
    if len(refusals) > MOST_REFUSALS:
        lines.append(_("and {n} more").format(n=len(refusals) - MOST_REFUSALS))
    return lines


def short_name(task: Task) -> str:
    """Return what to call a task in a sentence: the end of its id, or of its key before it has one."""
    return tail(task.id or task.key, 9)


async def for_each(tasks: Sequence[Task], act: Callable[[Task], Awaitable[Any]]) -> tuple[int, list[Refusal]]:
    """Do something to each task; return how many went well, and those that did not with their trouble."""
    done, refusals = 0, []
    for task in tasks:
        try:
            await act(task)
        except Trouble as trouble:
            refusals.append((task, trouble))
        else:
            done += 1
    return done, refusals
