"""Plain sentences in a dialog, laid out by our own rule: Textual's breaks Chinese before its commas."""

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from qr_tui.core.text.display import cut
from qr_tui.core.text.wrapping import wrap


class Paragraph(Widget):
    """Text on as many lines as it needs at the width it has; its colour comes from CSS.

    Args:
        text: Plain words, made inert by whoever brings them from outside.
        most: At most so many lines, the last one cut where more would follow; 0 for as many as it takes.
    """

    DEFAULT_CSS = """
    Paragraph { width: 100%; height: auto; }
    """

    text: reactive[str] = reactive("", layout=True, init=False)

    def __init__(
        self,
        text: str = "",
        *,
        most: int = 0,
        id: str | None = None,  # noqa: A002 -- as every widget calls it
        classes: str = "",
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.set_reactive(Paragraph.text, text)
        self._most = most

    def lines(self, width: int) -> list[str]:
        """Return the text as it stands at `width` cells."""
        lines = wrap(self.text, width)
        if self._most and len(lines) > self._most:
            lines = lines[: self._most]
            lines[-1] = cut(lines[-1], width - 1, ellipsis="") + "…"
        return lines

    def render(self) -> Content:
        """Draw the lines."""
        return Content("\n".join(self.lines(self.size.width)))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines it takes at `width` cells."""
        return len(self.lines(width))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take all there is."""
        return container.width
