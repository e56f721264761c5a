"""The last line of a form: the keys that lead on from here."""

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import Static

from qr_tui.core.text.display import cells
from qr_tui.ui.widgets.glyph_set import respelled


class KeyLine(Static):
    """Keys and what they do, as many as fit, the first ones first."""

    DEFAULT_CSS = """
    KeyLine { height: 1; background: $surface; padding: 0 1; dock: bottom; }
    """

    def __init__(self, keys: Sequence[tuple[str, str]]) -> None:
        super().__init__(markup=False)
        self._keys = tuple(keys)

    def show(self, keys: Sequence[tuple[str, str]]) -> None:
        """Show other keys."""
        self._keys = tuple(keys)
        self._draw()

    def on_resize(self) -> None:
        """Fit the new width."""
        self._draw()

    def _draw(self) -> None:
        room = self.size.width
        parts: list[Content] = []
        for key, title in self._keys:
            title = respelled(self, title)
            size = cells(key) + cells(title) + 3
            if not key or size - 2 > room:
                continue
            room -= size
            parts.append(Content.assemble((key, "bold $accent"), " ", (title, "$foreground"), "  "))
        self.update(Content("").join(parts))
