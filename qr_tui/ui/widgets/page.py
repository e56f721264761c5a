"""A screen of ready lines: its title, the lines, and the keys below them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from textual.strip import Strip
from textual.widget import Widget

from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.widgets.bar import Bar
from qr_tui.ui.widgets.header_footer import footer_line
from qr_tui.ui.widgets.lines import Lines


class Page:
    """The parts of such a screen, which holds one.

    Args:
        screen: Whose keys stand below.
        title: Draws the title for a width.
        fill: Draws the lines for a width.
        more: Returns the sign that there are lines below those in view.
    """

    def __init__(
        self,
        screen: CommandScreen[Any],
        title: Callable[[int], Strip],
        fill: Callable[[int], Sequence[Strip]],
        more: Callable[[], Strip] | None = None,
    ) -> None:
        self._screen = screen
        self._fill = fill
        self.header = Bar(title, classes="raised")
        self.lines = Lines(screen.qr.appearance.palette.style("text"), fill, more)
        self.footer = Bar(
            lambda width: footer_line(width, screen.qr.appearance, screen.keymap, screen.scope, screen),
            classes="raised",
        )

    def __iter__(self) -> Iterator[Widget]:
        """Yield the parts from the top to the bottom."""
        yield from (self.header, self.lines, self.footer)

    def draw(self) -> None:
        """Draw what differs; nothing before there is a width to draw for."""
        width = self.lines.size.width
        if width:
            self.lines.show(self._fill(width))
            self.header.renew()
            self.footer.renew()

    def restyle(self) -> None:
        """Draw in the app's appearance of now."""
        self.lines.blank = self._screen.qr.appearance.palette.style("text")
        self.lines.refresh()
        self.header.on_resize()
        self.footer.on_resize()
        self.draw()
