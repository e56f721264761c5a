"""One line that says what size is needed, on a terminal too small for anything else."""

from typing import TYPE_CHECKING, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.strip import Strip

from qr_tui.core.text import fit
from qr_tui.i18n import _
from qr_tui.ui.strips import line
from qr_tui.ui.themes import Palette
from qr_tui.ui.widgets.bar import Bar

if TYPE_CHECKING:
    from qr_tui.ui.app import QrTui

WIDTH = 40
HEIGHT = 10


def too_small(width: int, height: int) -> bool:
    """Tell whether nothing useful fits."""
    return width < WIDTH or height < HEIGHT


class TooSmallScreen(Screen[None]):
    """Covers everything until there is room again; what is below keeps its state."""

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette

    def compose(self) -> ComposeResult:
        """Yield the line."""
        yield Bar(self._line)

    def _line(self, width: int) -> Strip:
        style = self._palette.style("text")
        now = self.app.size
        said = _("{width}×{height} needed, is {now_width}×{now_height}").format(
            width=WIDTH, height=HEIGHT, now_width=now.width, now_height=now.height
        )
        return line([(fit(said, width), style)], width, style)

    async def on_key(self, event: events.Key) -> None:
        """One command is left: to quit."""
        app = cast("QrTui", self.app)
        if event.key in app.keymap.keys("app.quit"):
            event.stop()
            app.run_worker(app.do_quit(), group="commands")

    def on_resize(self) -> None:
        """Say the size of now; go when there is room."""
        self.query_one(Bar).on_resize()
        self.leave_if_roomy()

    def on_screen_resume(self) -> None:
        """Something above has closed meanwhile."""
        self.leave_if_roomy()

    def leave_if_roomy(self) -> None:
        """Go if there is room."""
        if self.is_current and not too_small(self.app.size.width, self.app.size.height):
            self.dismiss(None)
