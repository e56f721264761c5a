"""Text that came from outside, made safe and cut to fit: cells, durations, sizes, control characters."""

import re
import unicodedata
from typing import Final

# Everything a terminal could act on: C0 and C1 controls, line and paragraph separators, bidi overrides and isolates,
# zero-width marks that hide or join, the byte-order mark, lone surrogates, tag characters, interlinear annotations.
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_UNSAFE_BUT_LINES: Final = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x09\x0b-\x1f"))
_SPACES: Final = re.compile(r"\s+")


def inert(text: str, *, limit: int = 10_000) -> str:
    """Return `text` on one line with nothing a terminal could act on; at most `limit` characters of it are read.

    Line breaks and tabs become a space, each other unsafe character a middle dot, so that tampering stays visible.
    """
    line = _SPACES.sub(" ", text[:limit])
    return _UNSAFE.sub("·", line).strip()


def inert_lines(text: str, *, limit: int = 100_000) -> str:
    """Like `inert`, but line breaks stay: for a prompt or an answer shown as a block."""
    lines = text[:limit].replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _UNSAFE_BUT_LINES.sub("·", lines)


def char_cells(char: str) -> int:
    """Return how many terminal cells one character takes: 0 combining, 2 wide, else 1."""
    if char.isascii():
        return 1
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes."""
    return len(text) if text.isascii() else sum(map(char_cells, text))


def cut(text: str, width: int, *, ellipsis: str = "…") -> str:
    """Return `text` cut to at most `width` cells, with `ellipsis` where something was cut off."""
    if cells(text) <= width:
        return text
    room = width - cells(ellipsis)
    if room < 0:
        return ""
    used, kept = 0, []
    for char in text:
        used += char_cells(char)
        if used > room:
            break
        kept.append(char)
    return "".join(kept) + ellipsis


def fit(text: str, width: int, *, right: bool = False, ellipsis: str = "…") -> str:
    """Return `text` cut or padded with spaces to exactly `width` cells."""
    text = cut(text, width, ellipsis=ellipsis)
    space = " " * (width - cells(text))
    return space + text if right else text + space


def tail(text: str, width: int, *, ellipsis: str = "…") -> str:
    """Return the end of `text` in at most `width` cells: the part of an id that tells it from others."""
    if cells(text) <= width:
        return text
    room, used, kept = width - cells(ellipsis), 0, []
    for char in reversed(text):
        used += char_cells(char)
        if used > room:
            break
        kept.append(char)
    return ellipsis + "".join(reversed(kept))


def duration(seconds: float) -> str:
    """Return a span in at most four cells, its largest unit only: ``9s``, ``12m``, ``3h``, ``45d``."""
    seconds = max(0, int(seconds))
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def size(count: int) -> str:
    """Return a number of bytes in binary units: ``512 B``, ``1.5 MiB``."""
    value, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{int(value)} {unit}" if unit == "B" else f"{value:.1f} {unit}"
