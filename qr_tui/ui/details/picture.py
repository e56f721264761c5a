"""The picture over the details pane: of the film under the cursor, there a moment after the cursor rests."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual import work
from textual.strip import Strip
from textual.widget import Widget

from qr_tui.core.task import FileState, Task
from qr_tui.ui.app_services import services
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.strips import line
from qr_tui.ui.viewer import half_blocks

if TYPE_CHECKING:
    from qr_tui.services.films.previews import Picture

REST: Final = 0.25  # seconds that the cursor rests before anything is decoded
ROWS: Final = 11
TALL_ROWS: Final = 15
TALL_FROM: Final = 44  # lines of the terminal from which it is taller
SHOWN_FROM: Final = 30  # lines of the terminal from which it is shown at all


class PictureBox(Widget):
    """Blank until the picture is there; gone where the task has no film.

    Args:
        appearance: Returns how to draw now.
    """

    DEFAULT_CSS = "PictureBox { height: 11; width: 1fr; display: none; }"
    can_focus = False

    def __init__(self, appearance: Callable[[], Appearance]) -> None:
        super().__init__()
        self._appearance = appearance
        self._film = ""
        self._picture: Picture | None = None

    def show_task(self, task: Task | None) -> None:
        """Show the film of another task, or none."""
        film = task.file or "" if task is not None and task.file_state is FileState.SAVED else ""
        if film and not self.is_wanted:
            film = ""
        if film == self._film:
            return
        self._film, self._picture = film, None
        rows = TALL_ROWS if self.app.size.height >= TALL_FROM else ROWS
        self.styles.height = rows
        self.display = bool(film)
        self.refresh()
        if film:
            self._decode(film, rows)

    @property
    def has_picture(self) -> bool:
        """Whether the picture is there by now."""
        return self._picture is not None

    @property
    def is_wanted(self) -> bool:
        """Whether pictures are shown here: the setting, the terminal, and the line allow it."""
        app = services(self)
        show = app.settings.preview.show
        near = show == "always" or (show == "auto" and not app.terminal.ssh and app.has_previews)
        return near and app.shows_pictures and self.app.size.height >= SHOWN_FROM

    @work(exclusive=True)
    async def _decode(self, film: str, rows: int) -> None:
        from qr_tui.services.films.previews import NoPicture

        await asyncio.sleep(REST)
        columns = max(4, self.size.width - 2)
        try:
            pictures = await services(self).previews.pictures(Path(film), 1, columns, rows * 2)
        except NoPicture:
            pictures = []
        if film != self._film:
            return
        if pictures:
            self._picture = pictures[0]
            self.refresh()
        else:
            self.display = False

    def render_line(self, y: int) -> Strip:
        """Return one line of the picture, or a blank one."""
        blank = self._appearance().palette.style("text")
        if self._picture is None:
            return line([], self.size.width, blank)
        return half_blocks.draw(self._picture, self.size.width, self.size.height, blank)[y]
