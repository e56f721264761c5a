"""The details pane beside the list: there while the screen is wide enough, following the cursor, scrolled from it."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from textual.timer import Timer
from textual.widget import Widget

from qr_tui.commands.keymap import Keymap
from qr_tui.core.task import ArchivedTask, Task
from qr_tui.core.text.messages import Detail
from qr_tui.ui.tasks.list_model import ListModel
from qr_tui.ui.theme.appearance import Appearance

if TYPE_CHECKING:
    from qr_tui.ui.details.pane import DetailsPane, PaneColumn
    from qr_tui.ui.details.picture import PictureBox

PANE_FROM = 120  # columns
FOLLOW_AFTER = 0.08  # seconds: a held key does not repaint the pane at every row it passes


class PanePlacement:
    """Adds the pane, removes it, and says which task it shows.

    Args:
        beside: The container that holds the list, and the pane when there is one.
        list_model: Whose task under the cursor the pane shows.
        appearance: Returns how to draw now.
        clock: Returns the time, Unix seconds.
        standing: Returns why a task stands where it does.
        whole: Returns all that is known of a task, of which the list may hold only a row.
        keymap: Returns the keys in force.
    """

    def __init__(
        self,
        beside: Widget,
        list_model: ListModel,
        appearance: Callable[[], Appearance],
        clock: Callable[[], float],
        standing: Callable[[Task], Detail],
        whole: Callable[[Task], Awaitable[Task]],
        keymap: Callable[[], Keymap],
    ) -> None:
        self._beside = beside
        self._model = list_model
        self._appearance = appearance
        self._clock = clock
        self._standing = standing
        self._whole = whole
        self._keymap = keymap
        self._read: tuple[Task, Task] | None = None  # the last row that was completed, and what came of it
        self._column: PaneColumn | None = None
        self._pane: DetailsPane | None = None
        self._picture: PictureBox | None = None
        self._timer: Timer | None = None

    async def place(self, width: int) -> None:
        """Show the pane on a screen of `width` columns if there is room for it, else remove it."""
        if width >= PANE_FROM and self._pane is None:
            from qr_tui.ui.details.pane import DetailsPane, PaneColumn
            from qr_tui.ui.details.picture import PictureBox

            self._picture = PictureBox(self._appearance)
            self._pane = DetailsPane(self._appearance(), self._clock, self._standing, self._keymap)
            self._column = PaneColumn(self._picture, self._pane)
            await self._beside.mount(self._column)
            self.refresh()
        elif width < PANE_FROM and self._pane is not None:
            column, self._column, self._pane, self._picture = self._column, None, None, None
            if column is not None:
                await column.remove()

    def refresh(self) -> None:
        """Show the task under the cursor as it is now."""
        if self._pane is None:
            return
        task = self._model.current
        if isinstance(task, ArchivedTask):
            if self._read is None or self._read[0] is not task:
                self._beside.run_worker(self._complete(task), group="pane", exclusive=True)
                return
            task = self._read[1]
        self._pane.show_task(task)
        if self._picture is not None:
            self._picture.show_task(task)

    async def _complete(self, row: Task) -> None:
        """Read what the list does not hold, and show it if the cursor is still there."""
        self._read = row, await self._whole(row)
        if self._model.current is row:
            self.refresh()

    def follow_cursor(self) -> None:
        """Show the task under the cursor a moment later, once the cursor rests."""
        if self._pane is not None:
            if self._timer is not None:
                self._timer.stop()
            self._timer = self._beside.set_timer(FOLLOW_AFTER, self.refresh)

    def do_pane_down(self) -> None:
        """Scroll the details on by half of what is in sight."""
        self._scroll(1)

    def do_pane_up(self) -> None:
        """Scroll the details back."""
        self._scroll(-1)

    def _scroll(self, way: int) -> None:
        if self._pane is not None:
            self._pane.move_by(way * max(1, self._pane.page // 2))

    def restyle(self) -> None:
        """Draw in the appearance of now."""
        if self._pane is not None:
            self._pane.restyle(self._appearance())
