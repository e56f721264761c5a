"""A picture in half cells: the upper and the lower half of each cell in a colour of its own."""

from functools import lru_cache
from typing import TYPE_CHECKING

from rich.color import Color
from rich.style import Style
from textual.strip import Strip

from qr_tui.ui.theme.strips import Piece, line

if TYPE_CHECKING:
    from qr_tui.services.films.previews import Picture

UPPER = "▀"


def size_within(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """Return the columns and rows that a picture of this shape takes, within `columns` and `rows`.

    A cell is taken to be twice as high as it is wide.
    """
    scale = min(columns / width, rows * 2 / height)
    return max(1, round(width * scale)), max(1, (round(height * scale) + 1) // 2)


@lru_cache(maxsize=32)
def draw(picture: "Picture", columns: int, rows: int, blank: Style) -> tuple[Strip, ...]:
    """Return `rows` lines of `columns` cells with the picture in their middle; it fits, or is cut."""
    width, height = min(picture.width, columns), min((picture.height + 1) // 2, rows)
    left, top = (columns - width) // 2, (rows - height) // 2
    empty = line([], columns, blank)
    lines = [empty] * top
    for row in range(height):
        upper, lower = _pixels(picture, 2 * row, width), _pixels(picture, 2 * row + 1, width)
        pieces: list[Piece] = [(" " * left, blank)]
        start = 0
        cells = list(zip(upper, lower or upper, strict=True))
        for at in range(1, width + 1):
            if at == width or cells[at] != cells[start]:
                pieces.append((UPPER * (at - start), _style(*cells[start])))
                start = at
        lines.append(line(pieces, columns, blank))
    return (*lines, *[empty] * (rows - len(lines)))


Pixel = tuple[int, int, int]


def _pixels(picture: "Picture", y: int, width: int) -> list[Pixel]:
    start = y * picture.width * 3
    row = picture.data[start : start + width * 3]
    return [(row[at], row[at + 1], row[at + 2]) for at in range(0, len(row), 3)]


def _style(upper: Pixel, lower: Pixel) -> Style:
    return Style(color=Color.from_rgb(*upper), bgcolor=Color.from_rgb(*lower))
