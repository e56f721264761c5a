"""What is done with one task or with all marked ones at once, and told of each: stop, remove, undo, pause."""

from qr_tui.core.failures import Trouble
from qr_tui.core.task import Status, Task
from qr_tui.i18n import _, ngettext
from qr_tui.ui.tasks.task_actions import TaskActions
from qr_tui.ui.toasts import say


class Bulk(TaskActions[None]):
    """The part of the home screen that changes which tasks there are."""

    def __init__(self) -> None:
        super().__init__()
        self._undo: list[list[Task]] = []

    def renew_edges(self) -> None:
        """Look again at what header and footer say."""

    def go_to(self, key: str) -> None:
        """Put the cursor on a task."""

    @property
    def undoable(self) -> bool:
        """Whether a removal can be undone."""
        return bool(self._undo)

    async def do_stop(self) -> None:
        """Watch these no more."""
        watched = (Status.WAITING, Status.RUNNING, Status.QUEUED)
        keys = [task.key for task in self.targets if task.status in watched]
        others = len(self.targets) - len(keys)
        look = self.keymap.show("tasks.look")
        if len(keys) > 1:
            title = ngettext("Stop watching {n} task?", "Stop watching {n} tasks?", len(keys)).format(n=len(keys))
            lines = [
                _("The provider goes on, and what it makes is paid."),
                _("{key} watches them again.").format(key=look),
            ]
            if not await self.qr.ask(title, lines, yes=_("stop watching")):
                return
        stopped = await (await self.qr.engine()).stop(keys)
        parts = [ngettext("stopped watching {n}", "stopped watching {n}", len(stopped)).format(n=len(stopped))]
        if any(task.id for task in stopped):
            parts.append(_("{key} watches again").format(key=look))
        missed = len(keys) - len(stopped)
        if missed:
            parts.append(_("{n} could not be stopped").format(n=missed))
        if others:
            parts.append(_("{n} not being watched").format(n=others))
        self.report(parts, [])

    async def do_tag(self) -> None:
        """Write the tags of these."""
        from qr_tui.core import tags
        from qr_tui.ui.tasks.tags import TagsScreen

        targets = self.targets
        before = tags.shared(targets)
        typed = await self.qr.push_screen_wait(TagsScreen(before, len(targets)))
        if typed is None or (after := tags.read(typed)) == before:
            return
        drop = [tag for tag in before if tag not in after]
        tagged = await (await self.qr.engine()).tag([task.key for task in targets], add=after, drop=drop)
        said = ngettext("tags of {n} task: {tags}", "tags of {n} tasks: {tags}", len(tagged))
        say(self.app, said.format(n=len(tagged), tags=" ".join(after) or _("none")))

    async def do_remove(self) -> None:
        """Take these off the list; asks where something is unfinished."""
        targets = self.targets
        busy = [task for task in targets if not task.final]
        if busy:
            title = ngettext("Take this task off the list?", "Take {n} tasks off the list?", len(targets))
            title = title.format(n=len(targets))
            unfinished = ngettext("{n} of them is not finished.", "{n} of them are not finished.", len(busy))
            lines = [
                _("It is not finished.") if len(targets) == 1 else unfinished.format(n=len(busy)),
                _("What is off the list is not watched; the provider goes on."),
                _("{key} brings it back.").format(key=self.keymap.show("tasks.decide")),
            ]
            if not await self.qr.ask(title, lines, yes=_("remove")):
                return
        gone = await (await self.qr.engine()).remove([task.key for task in targets])
        self.renew_edges()
        parts = []
        if gone:
            self._undo.append(gone)
            parts.append(ngettext("removed {n}", "removed {n}", len(gone)).format(n=len(gone)))
            parts.append(_("{key} brings back").format(key=self.keymap.show("tasks.decide")))
        if len(gone) < len(targets):
            parts.append(_("{n} kept").format(n=len(targets) - len(gone)))
        self.report(parts, [])

    async def do_decide(self) -> None:
        """Decide an unconfirmed task under the cursor or marked; else undo the last removal."""
        if any(task.needs_you for task in self.targets):
            await super().do_decide()
            return
        studio = await self.qr.engine()
        if not self._undo:
            return
        batch = self._undo.pop()
        try:
            back = await studio.restore([task.key for task in batch])
        except Trouble:
            self._undo.append(batch)
            raise
        self.qr.catch_up()
        self.renew_edges()
        if back:
            self.go_to(back[0].key)
        say(self.app, ngettext("{n} is back", "{n} are back", len(back)).format(n=len(back)))

    async def do_pause(self) -> None:
        """Pause or resume looking."""
        studio = await self.qr.engine()
        await studio.pause(not studio.paused)
