"""Everything known of one task, on a screen of its own."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.strip import Strip

from qr_tui.core.task import Task
from qr_tui.core.text.display import fit, inert, tail
from qr_tui.core.text.messages import Detail
from qr_tui.i18n import _
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.details.lines import RENEW_EVERY, Details, more_sign
from qr_tui.ui.tasks.task_actions import TaskActions
from qr_tui.ui.theme.strips import line
from qr_tui.ui.widgets.page import Page


class DetailsScreen(CommandScreen[None]):
    """Follows its task as it changes; scrolled by the same keys as the list.

    Args:
        task: The task to show.
    """

    scope = "details"
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-low"), (21, "-tall")]  # noqa: RUF012 -- as Textual has it

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.task_shown = task
        self.actions = TaskActions(self)
        self._unfolded = False
        self._standing: Detail = ""

    def compose(self) -> ComposeResult:
        """Lay out title, lines and keys."""
        self.page = Page(
            self,
            self._header_line,
            self._lines_for,
            more=lambda: more_sign(self.qr.appearance, self.keymap.show("details.down")),
        )
        yield from self.page

    def command_handlers(self) -> Sequence[object]:
        """Return who handles this screen's commands."""
        return (self, self.actions)

    @property
    def targets(self) -> list[Task]:
        """The task shown."""
        return [self.task_shown]

    def tasks_changed(self, tasks: Sequence[Task]) -> None:
        """Show the task as it is now."""
        for task in tasks:
            if task.key == self.task_shown.key:
                self.start(self._show(task))

    def transfers_changed(self, keys: Sequence[str]) -> None:
        """Say how far the film is by now."""
        if self.task_shown.key in keys:
            self.page.draw()

    async def _show(self, task: Task) -> None:
        """Show the task as it is by now, whole."""
        self.task_shown = await self.qr.whole(task)
        self.page.draw()

    def restyle(self) -> None:
        """Draw in the app's appearance of now."""
        self.page.restyle()

    def on_mount(self) -> None:
        """Say from time to time anew when the next look comes."""
        self.set_interval(RENEW_EVERY, self._renew)

    def do_back(self) -> None:
        """Back to the list."""
        self.dismiss(None)

    async def do_decide(self) -> None:
        """Decide the task, which is unconfirmed."""
        await self.actions.decide()

    def do_raw(self) -> None:
        """Fold or unfold the last raw answer, and go to it."""
        self._unfolded = not self._unfolded
        before = len(self.page.lines.words)
        self.page.draw()
        if self._unfolded:
            self.page.lines.move_to(before - 1)

    def do_down(self) -> None:
        """One line down."""
        self.page.lines.move_by(1)

    def do_up(self) -> None:
        """One line up."""
        self.page.lines.move_by(-1)

    def do_page_down(self) -> None:
        """One page down."""
        self.page.lines.move_by(self.page.lines.page - 1)

    def do_page_up(self) -> None:
        """One page up."""
        self.page.lines.move_by(1 - self.page.lines.page)

    def do_top(self) -> None:
        """The first line."""
        self.page.lines.move_to(0)

    def do_bottom(self) -> None:
        """The last line."""
        self.page.lines.move_to(len(self.page.lines.words))

    def _renew(self) -> None:
        if self._standing or self.qr.standing(self.task_shown):
            self.page.draw()

    def _lines_for(self, width: int) -> list[Strip]:
        """Return everything known of the task in lines of this width."""
        self._standing = self.qr.standing(self.task_shown)
        details = Details(
            self.qr.appearance,
            width,
            self.qr.app_context.clock(),
            unfolded=self._unfolded,
            raw_key=self.keymap.show("details.raw"),
            standing=self._standing,
            keymap=self.keymap,
        )
        return details.strips(self.task_shown)

    def _header_line(self, width: int) -> Strip:
        style = self.qr.appearance.palette.style
        task = self.task_shown
        name = tail(inert(task.id or task.key, limit=300), 24, ellipsis=self.qr.glyphs.ellipsis)
        title = _("details")
        text = fit(f" {title} {self.qr.glyphs.dot} {name}", width)
        return line([(text, style("text", raised=True, bold=True))], width, style("text", raised=True))
