"""A block of ready lines that can be scrolled by keys; new lines send only the cells that differ."""

from collections.abc import Callable, Sequence

from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qr_tui.ui.theme.strips import changed_span, line


class Lines(ScrollView, inherit_bindings=False):
    """Lines drawn by someone else; it takes no focus, the screen scrolls it.

    Args:
        blank: How a cell without text is drawn.
        fill: Draws the lines for a width in cells. With it they are there in the first paint, when the width is known,
            and not an empty block before them.
        more: Returns the sign that stands at the end of the last line in view while there are lines below it.
    """

    DEFAULT_CSS = "Lines { height: 1fr; width: 1fr; scrollbar-size: 0 0; background: $background; }"
    can_focus = False

    def __init__(
        self,
        blank: Style,
        fill: Callable[[int], Sequence[Strip]] | None = None,
        more: Callable[[], Strip] | None = None,
    ) -> None:
        super().__init__()
        self.blank = blank
        self._fill = fill
        self._more_sign = more
        self._filled_for = 0
        self._strips: list[Strip] = []

    @property
    def words(self) -> list[str]:
        """The lines as plain text."""
        return [strip.text for strip in self._strips]

    @property
    def top(self) -> int:
        """The first line in view."""
        return round(self.scroll_offset.y)

    def show(self, strips: Sequence[Strip]) -> None:
        """Show other lines, from where the view stands now."""
        old, self._strips = self._strips, list(strips)
        if len(old) != len(strips):
            self.virtual_size = Size(self.size.width, len(strips))
            self.move_to(self.top)
        for y in range(self.size.height):
            span = changed_span(self._line_of(old, y), self._line_of(self._strips, y))
            if span is not None:
                self.refresh(Region(span[0], y, span[1], 1))

    def move_to(self, top: int) -> None:
        """Put this line at the top, as far as there are lines."""
        top = max(0, min(top, len(self._strips) - self.size.height))
        if top != self.top:
            self.scroll_to(y=top, animate=False, force=True)

    def move_by(self, count: int) -> None:
        """Scroll by so many lines."""
        self.move_to(self.top + count)

    @property
    def page(self) -> int:
        """How many lines fit."""
        return max(1, self.size.height)

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        if self._fill is not None and self._filled_for != self.size.width:
            self._filled_for = self.size.width
            self._strips = list(self._fill(self.size.width))
            self.call_later(self._measure)
        return self._line_of(self._strips, y)

    def _line_of(self, strips: Sequence[Strip], y: int) -> Strip:
        at, width = self.top + y, self.size.width
        if at >= len(strips):
            return line([], width, self.blank)
        strip = strips[at].adjust_cell_length(width, self.blank)
        if self._more_sign is None or y != self.size.height - 1 or at == len(strips) - 1:
            return strip
        sign = self._more_sign()
        return Strip.join([strip.crop(0, width - sign.cell_length), sign])

    def _measure(self) -> None:
        """Know how far the lines can be scrolled: not while they are being drawn."""
        self.virtual_size = Size(self.size.width, len(self._strips))
        self.move_to(self.top)
