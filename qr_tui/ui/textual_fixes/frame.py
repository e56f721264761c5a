"""What stands on the terminal, cell by cell, so that only what differs is sent.

Textual sends every line of what it lays out anew, each piece of text with all of its colours. A screen that opens is
laid out several times, and most of its cells stay as they are: over a slow line that is what a person waits for.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from qr_tui.core.text.display import char_cells
from qr_tui.ui.textual_fixes.compositor import Piece, PreciseUpdate

_GAP: Final = 5  # cells that stay: sending so few again is shorter than a jump over them
_RESET: Final = "\x1b[0m"


class Look(NamedTuple):
    """How a cell is drawn: the numbers that say so to the terminal."""

    attributes: tuple[str, ...] = ()
    ink: tuple[str, ...] = ()
    ground: tuple[str, ...] = ()


class Cell(NamedTuple):
    """What stands in a cell; the second cell of a wide character holds no text."""

    text: str
    look: Look


_PLAIN: Final = Look()
_ATTRIBUTES: Final = {"bold": "1", "dim": "2", "italic": "3", "underline": "4", "reverse": "7", "strike": "9"}


class Frame:
    """The picture as it stands on the terminal."""

    def __init__(self) -> None:
        self._rows: list[list[Cell | None]] = []

    def forget(self) -> None:
        """Know nothing of what stands there: whatever is shown next is sent whole."""
        self._rows = []

    def put(self, pieces: Iterable[Piece], colours: ColorSystem) -> str:
        """Take in what is to be shown, and return what makes the terminal show it."""
        pen = _Pen()
        for x, y, strip in pieces:
            row = self._row(y, x + strip.cell_length)
            cells = _cells(strip, colours)
            if len(cells) != strip.cell_length:  # a character of another width than Textual believes
                pen.write(x, y, cells)
                row[x : x + strip.cell_length] = [None] * strip.cell_length
                continue
            for first, last in _differing(row[x : x + len(cells)], cells):
                pen.write(x + first, y, cells[first:last])
            row[x : x + len(cells)] = cells
        return pen.end()

    def _row(self, y: int, width: int) -> list[Cell | None]:
        while len(self._rows) <= y:
            self._rows.append([])
        row = self._rows[y]
        if len(row) < width:
            row.extend([None] * (width - len(row)))
        return row


class FrameUpdate(CompositorUpdate):
    """An update of Textual's of which only the cells are sent that differ from what stands there."""

    def __init__(self, frame: Frame, update: LayoutUpdate | PreciseUpdate) -> None:
        self._frame = frame
        self._update = update

    def render_segments(self, console: Console) -> str:
        """Return escape sequences and text; called when they are sent, and only then."""
        pieces = self._update.pieces() if isinstance(self._update, PreciseUpdate) else _pieces(self._update)
        return self._frame.put(pieces, console._color_system or ColorSystem.TRUECOLOR)


def differences(frame: Frame, update: object) -> FrameUpdate | None:
    """Return `update` as one that sends only what differs; None if it is none that could."""
    if isinstance(update, ChopsUpdate):
        return FrameUpdate(frame, PreciseUpdate(update.chops, update.spans, update.chop_ends))
    return FrameUpdate(frame, update) if isinstance(update, LayoutUpdate) else None


class _Pen:
    """Writes cells, saying of place and look no more than what changes."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._x = self._y = -1
        self._look = _PLAIN

    def write(self, x: int, y: int, cells: Iterable[Cell]) -> None:
        """Write `cells` from cell `x` of line `y` on."""
        if y != self._y or x < self._x:
            self._parts.append(f"\x1b[{y + 1};{x + 1}H")
        elif x > self._x:
            self._parts.append(f"\x1b[{x - self._x}C")
        for text, look in cells:
            x += 1
            if not text:
                continue
            if look is not self._look and look != self._look:
                self._parts.append(_change(self._look, look))
                self._look = look
            self._parts.append(text)
        self._x, self._y = x, y

    def end(self) -> str:
        """Return all that was written, the look put back."""
        if self._look != _PLAIN:
            self._parts.append(_RESET)
        return "".join(self._parts)


def _pieces(update: LayoutUpdate) -> Iterator[Piece]:
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        for strip in strips:
            yield Piece(x, y, strip)
            x += strip.cell_length


def _cells(strip: Strip, colours: ColorSystem) -> list[Cell]:
    cells: list[Cell] = []
    for text, style, _control in strip:
        look = _PLAIN if style is None else _look(style, colours)
        if text.isascii():
            cells.extend([Cell(char, look) for char in text])
            continue
        for char in text:
            wide = char_cells(char)
            if wide == 0 and cells:  # it joins the character before it
                at = -1 if cells[-1].text or len(cells) < 2 else -2
                cells[at] = Cell(cells[at].text + char, cells[at].look)
            elif wide:
                cells.append(Cell(char, look))
                cells.extend([Cell("", look)] * (wide - 1))
    return cells


def _differing(old: list[Cell | None], new: list[Cell]) -> Iterator[tuple[int, int]]:
    """Yield where cells differ, as first and one past the last; places close together as one."""
    if old == new:
        return
    first = last = -1
    for at, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        if first >= 0 and at - last > _GAP:
            yield _whole(new, first, last)
            first = -1
        if first < 0:
            first = at
        last = at + 1
    if first >= 0:
        yield _whole(new, first, last)


def _whole(cells: list[Cell], first: int, last: int) -> tuple[int, int]:
    """Return the span grown so that it cuts no wide character."""
    while first > 0 and not cells[first].text:
        first -= 1
    while last < len(cells) and not cells[last].text:
        last += 1
    return first, last


@lru_cache(4_096)
def _look(style: Style, colours: ColorSystem) -> Look:
    attributes = tuple(code for name, code in _ATTRIBUTES.items() if getattr(style, name))
    ink = () if style.color is None else style.color.downgrade(colours).get_ansi_codes()
    ground = () if style.bgcolor is None else style.bgcolor.downgrade(colours).get_ansi_codes(foreground=False)
    return Look(attributes, ink, ground)


@lru_cache(4_096)
def _change(old: Look, new: Look) -> str:
    """Return what changes the look of what is written next."""
    if old.attributes != new.attributes and old.attributes:
        return f"\x1b[{';'.join(('0', *new.attributes, *new.ink, *new.ground))}m"
    codes = [*(() if old.attributes else new.attributes)]
    if old.ink != new.ink:
        codes += new.ink or ("39",)
    if old.ground != new.ground:
        codes += new.ground or ("49",)
    return f"\x1b[{';'.join(codes)}m"
