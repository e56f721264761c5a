"""What changes which tasks are on the list or watched, for one task or all marked ones: stop, tag, remove, undo."""

from collections.abc import Callable

from qr_tui.core.failures import Trouble
from qr_tui.core.task import Status, Task
from qr_tui.i18n import _, ngettext
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.tasks.task_actions import TaskActions
from qr_tui.ui.toasts import say

WATCHED = (Status.WAITING, Status.RUNNING, Status.QUEUED)


class BulkActions:
    """Handlers of the commands that only the list has, and the removals that can be undone.

    Args:
        screen: The list's screen; its `targets` are the tasks that the commands are about.
        actions: What the list shares with the details screen.
        go_to: Puts the cursor on the task with a key.
        on_removals_changed: Called after tasks were removed or brought back.
    """

    def __init__(
        self,
        screen: CommandScreen[None],
        actions: TaskActions,
        *,
        go_to: Callable[[str], None],
        on_removals_changed: Callable[[], None],
    ) -> None:
        self._screen = screen
        self._actions = actions
        self._go_to = go_to
        self._on_removals_changed = on_removals_changed
        self._removals: list[list[Task]] = []  # one entry a removal, the newest last

    @property
    def undoable(self) -> bool:
        """Whether a removal can be undone."""
        return bool(self._removals)

    async def do_stop(self) -> None:
        """Stop watching the targets."""
        qr, targets = self._screen.qr, self._screen.targets
        keys = [task.key for task in targets if task.status in WATCHED]
        look = self._screen.keymap.show("tasks.look")
        if len(keys) > 1:
            title = ngettext("Stop watching {n} task?", "Stop watching {n} tasks?", len(keys)).format(n=len(keys))
            lines = [
                _("The provider goes on, and what it makes is paid."),
                _("{key} watches them again.").format(key=look),
            ]
            if not await qr.ask(title, lines, yes=_("stop watching")):
                return
        stopped = await (await qr.engine()).stop(keys)
        parts = [ngettext("stopped watching {n}", "stopped watching {n}", len(stopped)).format(n=len(stopped))]
        if any(task.id for task in stopped):
            parts.append(_("{key} watches again").format(key=look))
        if missed := len(keys) - len(stopped):
            parts.append(_("{n} could not be stopped").format(n=missed))
        if others := len(targets) - len(keys):
            parts.append(_("{n} not being watched").format(n=others))
        self._actions.report(parts)

    async def do_tag(self) -> None:
        """Write the tags of the targets."""
        from qr_tui.core import tags
        from qr_tui.ui.tasks.tags import TagsScreen

        qr, targets = self._screen.qr, self._screen.targets
        before = tags.shared(targets)
        typed = await qr.push_screen_wait(TagsScreen(before, len(targets)))
        if typed is None or (after := tags.read(typed)) == before:
            return
        drop = [tag for tag in before if tag not in after]
        tagged = await (await qr.engine()).tag([task.key for task in targets], add=after, drop=drop)
        said = ngettext("tags of {n} task: {tags}", "tags of {n} tasks: {tags}", len(tagged))
        say(self._screen.app, said.format(n=len(tagged), tags=" ".join(after) or _("none")))

    async def do_remove(self) -> None:
        """Take the targets off the list; asks where something is unfinished."""
        qr, targets = self._screen.qr, self._screen.targets
        undo_key = self._screen.keymap.show("tasks.decide")
        unfinished = [task for task in targets if not task.final]
        if unfinished:
            title = ngettext("Take this task off the list?", "Take {n} tasks off the list?", len(targets))
            title = title.format(n=len(targets))
            some = ngettext("{n} of them is not finished.", "{n} of them are not finished.", len(unfinished))
            lines = [
                _("It is not finished.") if len(targets) == 1 else some.format(n=len(unfinished)),
                _("What is off the list is not watched; the provider goes on."),
                _("{key} brings it back.").format(key=undo_key),
            ]
            if not await qr.ask(title, lines, yes=_("remove")):
                return
        removed = await (await qr.engine()).remove([task.key for task in targets])
        parts = []
        if removed:
            self._removals.append(removed)
            parts.append(ngettext("removed {n}", "removed {n}", len(removed)).format(n=len(removed)))
            parts.append(_("{key} brings back").format(key=undo_key))
        self._on_removals_changed()
        if len(removed) < len(targets):
            parts.append(_("{n} kept").format(n=len(targets) - len(removed)))
        self._actions.report(parts)

    async def do_decide(self) -> None:
        """Decide an unconfirmed task under the cursor or marked; else undo the last removal."""
        targets = self._screen.targets
        if any(task.needs_you for task in targets) or (not self._removals and any(t.is_unknown for t in targets)):
            await self._actions.decide()
        else:
            await self._undo()

    async def _undo(self) -> None:
        qr = self._screen.qr
        studio = await qr.engine()
        if not self._removals:
            return
        removed = self._removals.pop()
        try:
            restored = await studio.restore([task.key for task in removed])
        except Trouble:
            self._removals.append(removed)
            raise
        qr.catch_up()
        self._on_removals_changed()
        if restored:
            self._go_to(restored[0].key)
        said = ngettext("{n} is back", "{n} are back", len(restored)).format(n=len(restored))
        say(self._screen.app, said)

    async def do_pause(self) -> None:
        """Pause or resume looking."""
        studio = await self._screen.qr.engine()
        await studio.pause(not studio.paused)
