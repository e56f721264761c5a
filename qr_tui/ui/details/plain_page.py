"""Text alone on the terminal, to be selected by hand: no border, no padding, no colour of ours."""

from collections.abc import Callable
from typing import NamedTuple

from rich.segment import Segment
from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from qr_tui.core.text.display import cells, char_cells, inert_lines

_FORWARD = frozenset({"down", "pagedown", "space", "j"})
_BACK = frozenset({"up", "pageup", "k"})


class PageRow(NamedTuple):
    """One row of the page, and the number of the line it is a part of."""

    line: int
    text: str


class PlainPageScreen(Screen[None]):
    """A page of `text` over the whole terminal; the paging keys turn it, any other key goes back.

    Args:
        text: Shown inert, line breaks kept.
        write: Puts text on the terminal past the screen's own drawing. With it a line that is longer than the
            terminal is wrapped by the terminal itself, so that selecting it gives one line again.
    """

    # a toast over the page would be selected with it
    CSS = "PlainPageScreen { padding: 0; overflow: hidden; Toast { display: none; } }"
    AUTO_FOCUS = ""

    def __init__(self, text: str, write: Callable[[str], None] | None = None) -> None:
        super().__init__()
        self._lines = inert_lines(text).split("\n")
        self._write = write
        self._rows: list[PageRow] = []
        self._first = 0  # index of the page's first row
        self._page = _Page()

    def compose(self) -> ComposeResult:
        """Yield the page."""
        yield self._page

    def on_resize(self) -> None:
        """Wrap for the width there is, and stay at the same line."""
        at = self._rows[self._first].line if self._rows else 0
        width = self.app.size.width
        self._rows = [PageRow(number, row) for number, line in enumerate(self._lines) for row in wrapped(line, width)]
        self._first = next(index for index, row in enumerate(self._rows) if row.line == at)
        self._draw()

    def on_screen_resume(self) -> None:
        """Draw again after something else was on top."""
        if self._rows:
            self._draw()

    def on_key(self, event: events.Key) -> None:
        """Turn the page, or go back."""
        event.stop()
        event.prevent_default()
        height = max(1, self.app.size.height)
        if event.key in _FORWARD and self._first + height < len(self._rows):
            self._first += height
            self._draw()
        elif event.key in _BACK and self._first:
            self._first = max(0, self._first - height)
            self._draw()
        else:
            self.dismiss(None)

    def _draw(self) -> None:
        rows = self._rows[self._first : self._first + self.app.size.height]
        self._page.show([row.text for row in rows])
        if self._write is not None:
            self.call_after_refresh(self._write_through, rows)

    def _write_through(self, rows: list[PageRow]) -> None:
        """Write the same page in the terminal's own colours, the parts of one line left to its own wrapping."""
        if self._write is None or not self.is_active:
            return
        page = "".join(
            row.text if not index or row.line == rows[index - 1].line else f"\r\n{row.text}"
            for index, row in enumerate(rows)
        )
        self._write(f"\x1b[0m\x1b[?7h\x1b[H\x1b[2J{page}")


class _Page(Widget):
    """The rows of one page."""

    DEFAULT_CSS = "_Page { width: 100%; height: 100%; }"

    def __init__(self) -> None:
        super().__init__()
        self._texts: list[str] = []

    def show(self, texts: list[str]) -> None:
        """Put other rows in place."""
        self._texts = texts
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one row."""
        style = self.rich_style
        text = self._texts[y] if y < len(self._texts) else ""
        return Strip([Segment(text, style)], cells(text)).adjust_cell_length(self.size.width, style)


def wrapped(line: str, width: int) -> list[str]:
    """Return `line` in rows of at most `width` cells, cut as a terminal cuts: anywhere but inside a character."""
    rows: list[str] = []
    row, used = "", 0
    for char in line:
        size = char_cells(char)
        if used + size > width and row:
            rows.append(row)
            row, used = "", 0
        row += char
        used += size
    rows.append(row)
    return rows
