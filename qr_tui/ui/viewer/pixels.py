"""Pictures in real pixels, where the terminal is known to draw them."""

from collections.abc import Callable
from typing import Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from qr_tui.services.films.previews import Picture
from qr_tui.terminal import kitty_graphics
from qr_tui.ui.theme.strips import line
from qr_tui.ui.viewer.half_blocks import size_within

PER_CELL: Final = 8  # pixels across one cell, twice as many down: sharp enough, and not too much for a line
KEPT: Final = 24  # pictures that the terminal holds at once
_FIRST: Final = 0x515201  # far from what another program in the same terminal would take


class Pixels:
    """Hands pictures over to the terminal, each once.

    Args:
        write: Puts a sequence on the terminal, in order with what is drawn.
    """

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._known: dict[tuple[int, int, int], int] = {}
        self._next = _FIRST

    def draw(self, picture: Picture, columns: int, rows: int, blank: Style) -> list[Strip]:
        """Return `rows` lines of `columns` cells with the picture in their middle."""
        most = min(rows, kitty_graphics.MOST)
        width, height = size_within(picture.width, picture.height, columns, most)
        left, top = (columns - width) // 2, (rows - height) // 2
        ink = Style(color=Color.from_rgb(*kitty_graphics.colour_of(self._number(picture, width, height))))
        empty = line([], columns, blank)
        lines = [empty] * top
        for row in range(height):
            placeholders = Segment(kitty_graphics.row_of(row, width), ink + Style(bgcolor=blank.bgcolor))
            sides = Segment(" " * left, blank), Segment(" " * (columns - left - width), blank)
            lines.append(Strip([sides[0], placeholders, sides[1]], columns))
        return [*lines, *[empty] * (rows - len(lines))]

    def forget(self) -> None:
        """Let the terminal drop all of them."""
        numbers, self._known = list(self._known.values()), {}
        for number in numbers:
            self._write(kitty_graphics.forget(number))

    def _number(self, picture: Picture, columns: int, rows: int) -> int:
        place = hash(picture.data), columns, rows
        if place not in self._known:
            if len(self._known) >= KEPT:
                self._write(kitty_graphics.forget(self._known.pop(next(iter(self._known)))))
            self._known[place], self._next = self._next, self._next + 1
            self._write(
                kitty_graphics.hand_over(self._known[place], picture.width, picture.height, picture.data, columns, rows)
            )
        return self._known[place]
