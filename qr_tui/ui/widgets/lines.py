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
    """

    DEFAULT_CSS = "Lines { height: 1fr; width: 1fr; scrollbar-size: 0 0; background: $background; }"
    can_focus = False

    def __init__(self, blank: Style, fill: Callable[[int], Sequence[Strip]] | None = None) -> None:
        super().__init__()
        self.blank = blank
        self._fill = fill
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
        empty = line([], self.size.width, self.blank)
        for y in range(self.size.height):
            at = self.top + y
            before = old[at] if at < len(old) else empty
            after = strips[at] if at < len(strips) else empty
            span = changed_span(before, after)
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

    @property
    def more(self) -> bool:
        """Whether there are lines below the view."""
        return self.top + self.size.height < len(self._strips)

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        if self._fill is not None and self._filled_for != self.size.width:
            self._filled_for = self.size.width
            self._strips = list(self._fill(self.size.width))
            self.call_later(self._measure)
        at = self.top + y
        if at < len(self._strips):
            return self._strips[at].adjust_cell_length(self.size.width, self.blank)
        return line([], self.size.width, self.blank)

    def _measure(self) -> None:
        """Know how far the lines can be scrolled: not while they are being drawn."""
        self.virtual_size = Size(self.size.width, len(self._strips))
        self.move_to(self.top)
