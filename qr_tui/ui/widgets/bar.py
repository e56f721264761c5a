"""A single line of text at an edge of the screen; only the cells that change are sent."""

from collections.abc import Callable

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from qr_tui.ui.theme.strips import changed_span


class Bar(Widget, inherit_bindings=False):
    """One line, built by a function of its width.

    Args:
        build: Returns the line for a width; called again on `renew` and on resize.
    """

    DEFAULT_CSS = "Bar { height: 1; width: 1fr; }"
    can_focus = False

    def __init__(self, build: Callable[[int], Strip], *, classes: str = "", id: str | None = None) -> None:  # noqa: A002
        super().__init__(classes=classes, id=id)
        self._build = build
        self._strip: Strip | None = None

    def renew(self) -> None:
        """Build the line again and send what differs."""
        old, width = self._strip, self.size.width
        if not width:
            return
        new = self._build(width)
        span = (0, width) if old is None else changed_span(old, new)
        self._strip = new
        if span is not None:
            self.refresh(Region(span[0], 0, span[1], 1))

    def on_resize(self) -> None:
        """Build the line for the new width."""
        self._strip = None
        self.renew()

    def render_line(self, y: int) -> Strip:
        """Return the line."""
        if self._strip is None or self._strip.cell_length != self.size.width:
            self._strip = self._build(self.size.width)
        return self._strip

    @property
    def words(self) -> str:
        """The line as plain text."""
        return self._strip.text if self._strip is not None else ""
