"""Pictures in real pixels, by kitty's Unicode placeholders: cells of text that stand for parts of a picture.

They move, are covered and go away like any text. A picture is handed over once, with a size in cells; a placeholder
says by its colour which picture it belongs to, by the marks over it which part it shows. Nothing is ever asked of the
terminal: ``q=2`` keeps it silent. (https://sw.kovidgoyal.net/kitty/graphics-protocol/#unicode-placeholders)
"""

import base64
import re
import zlib
from typing import Final

from qr_tui.terminal.detect import Terminal
from qr_tui.terminal.subprocesses import run

_KITTY_SINCE: Final = (0, 28)
_VERSION: Final = re.compile(r"kitty (\d+)\.(\d+)")
PLACEHOLDER: Final = "\U0010eeee"
MOST: Final = 64  # rows, and columns that are counted; a column further right is one more than the one before it
_PIECE: Final = 4096  # characters of one sequence
# the first marks of the protocol's own list: combining ones above a letter that no letter has grown together with
_MARKS: Final = tuple(
    map(
        chr,
        (
            *(0x305, 0x30D, 0x30E, 0x310, 0x312, 0x33D, 0x33E, 0x33F, 0x346, 0x34A, 0x34B, 0x34C, 0x350, 0x351, 0x352),
            *(0x357, 0x35B, *range(0x363, 0x370), *range(0x483, 0x488), 0x592, 0x593, 0x594, 0x595, 0x597, 0x598),
            *(0x599, 0x59C, 0x59D, 0x59E, 0x59F, 0x5A0, 0x5A1, 0x5A8, 0x5A9, 0x5AB, 0x5AC, 0x5AF, 0x5C4),
            *(*range(0x610, 0x618), 0x657, 0x658),
        ),
    )
)


def are_drawn(terminal: Terminal) -> bool:
    """Tell whether this terminal is known to draw placeholders; may run a program, so call it in a thread.

    kitty does from 0.28 on and tells its version to nobody but who runs it; through a line or a multiplexer nobody
    can know.
    """
    if terminal.ssh or terminal.multiplexer:
        return False
    if terminal.kind != "kitty":
        return terminal.kind == "ghostty"
    found = _VERSION.match(run(("kitty", "--version"), env=terminal.env).out)
    return found is not None and (int(found[1]), int(found[2])) >= _KITTY_SINCE


def hand_over(number: int, width: int, height: int, pixels: bytes, columns: int, rows: int) -> str:
    """Return what makes picture `number` known to the terminal.

    Args:
        number: From 1 to 16 777 215; the colour of its placeholders.
        width: In pixels.
        height: In pixels.
        pixels: Three bytes each, line by line.
        columns: Cells that the whole picture takes.
        rows: Lines that it takes.
    """
    data = base64.standard_b64encode(zlib.compress(pixels, 1)).decode("ascii")
    pieces = [data[at : at + _PIECE] for at in range(0, len(data), _PIECE)]
    head = f"a=T,U=1,f=24,o=z,s={width},v={height},i={number},c={columns},r={rows},"
    parts = []
    for at, piece in enumerate(pieces):
        more = int(at < len(pieces) - 1)
        parts.append(f"\x1b_G{'' if at else head}q=2,m={more};{piece}\x1b\\")
    return "".join(parts)


def forget(number: int) -> str:
    """Return what makes the terminal drop picture `number`."""
    return f"\x1b_Ga=d,d=I,q=2,i={number}\x1b\\"


def row_of(row: int, columns: int) -> str:
    """Return the placeholders of one line of a picture."""
    mark = _MARKS[row]
    return "".join(PLACEHOLDER + mark + (_MARKS[at] if at < MOST else "") for at in range(columns))


def colour_of(number: int) -> tuple[int, int, int]:
    """Return the colour (red, green, blue) that says which picture a placeholder belongs to."""
    return number >> 16 & 255, number >> 8 & 255, number & 255
