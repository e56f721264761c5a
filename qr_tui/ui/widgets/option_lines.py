"""A list to choose one line from; only the two lines that change are drawn when the cursor moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qr_tui.core.text.display import cells, cut, fit, inert
from qr_tui.ui.widgets.glyph_set import focus_mark


@dataclass(frozen=True, slots=True)
class Line:
    """One option: its value, what it is called, a few words on it.

    `beside` stands in a column of its own between; `key` takes the line at once and stands in front of it.
    """

    value: Any
    label: str
    help: str = ""
    beside: str = ""
    key: str = ""

    def holds(self, words: Sequence[str]) -> bool:
        """Tell whether every one of `words` (lower case) occurs in it."""
        text = f"{self.label} {self.help} {self.beside}".casefold()
        return all(word in text for word in words)


class OptionLines(ScrollView, can_focus=True):
    """The lines, the cursor, and the mark of the one that holds now.

    Args:
        lines: What there is to choose from.
        current: The value that holds now.
        least_help: The fewest cells in which the words on a line are worth showing.
    """

    DEFAULT_CSS = """
    OptionLines { height: auto; max-height: 100%; background: transparent; overflow-x: hidden; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"option--help", "option--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "end(False)", show=False),
        Binding("end", "end(True)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Chosen(Message):
        """A person took `line`."""

        def __init__(self, line: Line) -> None:
            super().__init__()
            self.line = line

    class Moved(Message):
        """The cursor is on another line."""

    def __init__(
        self,
        lines: Sequence[Line],
        current: Any = None,  # noqa: ANN401 -- any value
        *,
        least_help: int = 7,
        **options: Any,  # noqa: ANN401 -- what every widget takes
    ) -> None:
        super().__init__(**options)
        self._least_help = least_help
        self._all = list(lines)
        self.lines = list(lines)
        self.current = current
        self.cursor = next((index for index, line in enumerate(lines) if line.value == current), 0)
        self._measure()

    def on_mount(self) -> None:
        """Show the cursor."""
        self._fit_lines()
        self.call_after_refresh(self._scroll_to_cursor)

    def show(self, lines: Sequence[Line], *, cursor: Any = None) -> None:  # noqa: ANN401 -- any value
        """Put other lines in place; the cursor goes to the line whose value is `cursor`."""
        self._all = self.lines = list(lines)
        self._measure()
        self.cursor = next((index for index, line in enumerate(lines) if line.value == cursor), 0)
        self._fit_lines()
        self._scroll_to_cursor()

    def narrow(self, text: str) -> None:
        """Show only the lines that hold every word of `text`; the cursor stays on its line if it can."""
        here = self.at
        words = text.casefold().split()
        self.lines = [line for line in self._all if line.holds(words)]
        self.cursor = next((index for index, line in enumerate(self.lines) if line is here), 0)
        self._fit_lines()
        self._scroll_to_cursor()
        if self.at is not here:
            self.post_message(self.Moved())

    @property
    def at(self) -> Line | None:
        """The line under the cursor."""
        return self.lines[self.cursor] if self.cursor < len(self.lines) else None

    def move_to(self, index: int) -> None:
        """Put the cursor on a line, as near as there is one."""
        old, self.cursor = self.cursor, min(max(index, 0), max(len(self.lines) - 1, 0))
        if old != self.cursor:
            for line in (old, self.cursor):
                self.refresh(Region(0, line - self.scroll_offset.y, self.size.width, 1))
            self._scroll_to_cursor()
            self.post_message(self.Moved())

    def action_move(self, by: int) -> None:
        """Go down or up, round at the ends."""
        if self.lines:
            self.move_to((self.cursor + by) % len(self.lines))

    def action_page(self, by: int) -> None:
        """Go a page down or up."""
        self.move_to(self.cursor + by * max(1, self.scrollable_content_region.height - 1))

    def action_end(self, last: bool) -> None:
        """Go to the last or the first line."""
        self.move_to(len(self.lines) - 1 if last else 0)

    def action_choose(self) -> None:
        """Take the line under the cursor."""
        if self.at is not None:
            self.post_message(self.Chosen(self.at))

    @property
    def shows_help(self) -> bool:
        """Whether there is room beside the lines for words on them."""
        return self._help_cells >= self._least_help

    @property
    def _help_cells(self) -> int:
        between = self._beside + 2 if self._beside else 0
        return self.scrollable_content_region.width - 3 - self._key - self._label - between

    def _measure(self) -> None:
        self._key = max((cells(line.key) + 2 for line in self._all if line.key), default=0)
        self._label = max((cells(inert(line.label)) for line in self._all), default=0)
        self._beside = max((cells(inert(line.beside)) for line in self._all), default=0)

    def _fit_lines(self) -> None:
        self.virtual_size = Size(self.size.width, len(self.lines))
        self.refresh(layout=True)

    def _scroll_to_cursor(self) -> None:
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return one line an option."""
        return max(1, len(self.lines))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        index = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        base = self.rich_style
        if index >= len(self.lines):
            return Strip.blank(width, base)
        line = self.lines[index]
        here = index == self.cursor
        style = base + self.get_component_rich_style("option--cursor", partial=True) if here else base
        muted = style + self.get_component_rich_style("option--help", partial=True)
        bold = style + Style(bold=True) if here else style
        mark = "*" if line.value == self.current else " "
        label = fit(line.key, self._key) + fit(inert(line.label), min(self._label, max(1, width - 4 - self._key)))
        if self._beside:
            label += fit("  " + inert(line.beside), max(0, min(self._beside + 2, width - 3 - cells(label))))
        rest = max(0, width - 3 - cells(label))
        note = cut("  " + inert(line.help), rest) if line.help and self.shows_help else ""
        strip = Strip(
            [
                Segment(focus_mark(self) if here else " ", bold),
                Segment(f"{mark} ", style),
                Segment(label, bold),
                Segment(fit(note, rest), muted),
            ]
        )
        return strip.adjust_cell_length(width, style)
