"""What changes which tasks are on the list or watched, for one task or all marked ones: stop, tag, remove."""

from collections.abc import Callable, Sequence

from qr_tui.core.task import Status, Task
from qr_tui.i18n import _, ngettext
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.tasks.task_actions import TaskActions
from qr_tui.ui.tasks.undo import UndoStack
from qr_tui.ui.toasts import say

WATCHED = (Status.WAITING, Status.RUNNING, Status.QUEUED)


class BulkActions:
    """Handlers of the commands that only the list has; each says how it is undone.

    Args:
        screen: The list's screen; its `targets` are the tasks that the commands are about.
        actions: What the list shares with the details screen.
        undo: Learns how to take back what was done.
        go_to: Puts the cursor on the task with a key.
    """

    def __init__(
        self, screen: CommandScreen[None], actions: TaskActions, undo: UndoStack, *, go_to: Callable[[str], None]
    ) -> None:
        self._screen = screen
        self._actions = actions
        self._undo = undo
        self._go_to = go_to

    @property
    def _undo_key(self) -> str:
        return self._screen.keymap.show("tasks.undo")

    async def do_stop(self) -> None:
        """Stop watching the targets."""
        qr, targets = self._screen.qr, self._screen.targets
        keys = [task.key for task in targets if task.status in WATCHED]
        if len(keys) > 1:
            title = ngettext("Stop watching {n} task?", "Stop watching {n} tasks?", len(keys)).format(n=len(keys))
            lines = [
                _("The provider goes on, and what it makes is paid."),
                _("{key} undoes it.").format(key=self._undo_key),
            ]
            if not await qr.ask(title, lines, yes=_("stop watching")):
                return
        studio = await qr.engine()
        stopped = await studio.stop(keys)
        parts = [ngettext("stopped watching {n}", "stopped watching {n}", len(stopped)).format(n=len(stopped))]
        if watchable := [task.key for task in stopped if task.id]:

            async def watch_again() -> str:
                await studio.look(watchable)
                said = ngettext("watching {n} again", "watching {n} again", len(watchable))
                return said.format(n=len(watchable))

            self._undo.add(watch_again)
            parts.append(_("{key} undoes it").format(key=self._undo_key))
        if missed := len(keys) - len(stopped):
            parts.append(_("{n} could not be stopped").format(n=missed))
        if others := len(targets) - len(keys):
            parts.append(_("{n} not being watched").format(n=others))
        self._actions.report(parts)

    async def do_tag(self) -> None:
        """Write the tags of the targets."""
        from qr_tui.core import tags
        from qr_tui.ui.widgets.ask_text import AskTextScreen

        qr, targets = self._screen.qr, self._screen.targets
        before = tags.shared(targets)
        title = ngettext("Tags", "Tags of {n} tasks", len(targets)).format(n=len(targets))
        hint = _("words separated by spaces; the filter tag:word finds them")
        if len(targets) > 1:
            hint = _("what stands here all of them have; what you take away all of them lose")
        typed = await qr.push_screen_wait(AskTextScreen(title, hint, " ".join(before)))
        if typed is None or (after := tags.read(typed)) == before:
            return
        drop = [tag for tag in before if tag not in after]
        studio = await qr.engine()
        tagged = await studio.tag([task.key for task in targets], add=after, drop=drop)
        had = {task.key: task.tags for task in targets}

        async def tag_as_before() -> str:
            for task in tagged:
                old = had[task.key]
                await studio.tag([task.key], add=old, drop=[tag for tag in task.tags if tag not in old])
            said = ngettext("tags of {n} task as before", "tags of {n} tasks as before", len(tagged))
            return said.format(n=len(tagged))

        self._undo.add(tag_as_before)
        said = ngettext("tags of {n} task: {tags}", "tags of {n} tasks: {tags}", len(tagged))
        say(self._screen.app, said.format(n=len(tagged), tags=" ".join(after) or _("none")))

    async def do_remove(self) -> None:
        """Take the targets off the list; asks where something is unfinished."""
        qr, targets = self._screen.qr, self._screen.targets
        unfinished = [task for task in targets if not task.final]
        if unfinished:
            title = ngettext("Take this task off the list?", "Take {n} tasks off the list?", len(targets))
            title = title.format(n=len(targets))
            some = ngettext("{n} of them is not finished.", "{n} of them are not finished.", len(unfinished))
            lines = [
                _("It is not finished.") if len(targets) == 1 else some.format(n=len(unfinished)),
                _("What is off the list is not watched; the provider goes on."),
                _("{key} brings it back.").format(key=self._undo_key),
            ]
            if not await qr.ask(title, lines, yes=_("remove")):
                return
        removed = await (await qr.engine()).remove([task.key for task in targets])
        parts = []
        if removed:
            self._undo.add(lambda: self._bring_back(removed))
            parts.append(ngettext("removed {n}", "removed {n}", len(removed)).format(n=len(removed)))
            parts.append(_("{key} brings back").format(key=self._undo_key))
        if len(removed) < len(targets):
            parts.append(_("{n} kept").format(n=len(targets) - len(removed)))
        self._actions.report(parts)

    async def _bring_back(self, removed: Sequence[Task]) -> str:
        qr = self._screen.qr
        restored = await (await qr.engine()).restore([task.key for task in removed])
        qr.catch_up()
        if restored:
            self._go_to(restored[0].key)
        return ngettext("{n} is back", "{n} are back", len(restored)).format(n=len(restored))

    async def do_decide(self) -> None:
        """Decide the unconfirmed tasks among the targets, else the first that ended as unknown."""
        await self._actions.decide()

    async def do_pause(self) -> None:
        """Pause or resume looking."""
        studio = await self._screen.qr.engine()
        await studio.pause(not studio.paused)
