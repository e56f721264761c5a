"""Text that came from outside, made safe to show and cut to fit in terminal cells; spans of time and sizes in words."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from qr_tui.core.text.messages import N_, Message
from qr_tui.core.text.unsafe_characters import TAB_AND_LINE_FEED, UNSAFE

_UNSAFE: Final = re.compile(f"[{UNSAFE}{TAB_AND_LINE_FEED}]")
_UNSAFE_BUT_LINES: Final = re.compile(f"[{UNSAFE}\x09]")
_SPACES: Final = re.compile(r"\s+")
# What only dresses the character before it, and on whose width no two terminals agree: variation selectors, skin
# tones, the joiner of two emoji. They go without a trace, because honest prompts are full of them.
_DRESS: Final = re.compile(
    "[\u180b-\u180d\u180f\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef]"
    "|(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d(?=[\u2190-\u2bff\U0001f000-\U0001faff])"
)
# More marks than any language puts on one letter would be drawn over the lines above and below.
_MARK: Final = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_PILE: Final = re.compile(f"({_MARK}{{4}}){_MARK}+")


def inert(text: str, *, limit: int = 10_000) -> str:
    """Return `text` on one line with nothing a terminal could act on; at most `limit` characters of it are read.

    Line breaks and tabs become a space, each other unsafe character a middle dot, so that tampering stays visible.
    """
    line = _SPACES.sub(" ", text[:limit]).strip()
    return line if line.isascii() and line.isprintable() else _UNSAFE.sub("·", _undressed(line))


def inert_lines(text: str, *, limit: int = 100_000) -> str:
    """Like `inert`, but line breaks stay: for a prompt or an answer shown as a block."""
    lines = text[:limit].replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")
    return _UNSAFE_BUT_LINES.sub("·", _undressed(lines))


def _undressed(text: str) -> str:
    return _PILE.sub(r"\1", _DRESS.sub("", text))


# Wide since Unicode 16: trigrams, digrams, hexagrams, counting rods. Textual counts them so on every Python.
_WIDE: Final = re.compile("[\u2630-\u2637\u268a-\u268f\u4dc0-\u4dff\U0001d300-\U0001d356\U0001d360-\U0001d376]")
# Where emoji and ideographs are added that this Python does not know yet.
_NEWER: Final = re.compile("[\U0001f6d0-\U0001f6df\U0001fa70-\U0001faff\U00020000-\U0003fffd]")
# Vowels and finals of Hangul that join the syllable before them.
_JOINED: Final = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff]")


@lru_cache(maxsize=8192)
def char_cells(char: str) -> int:
    """Return how many terminal cells one character takes, as Textual counts: 0 combining, 2 wide, else 1."""
    if " " <= char <= "~":
        return 1
    kind = unicodedata.category(char)
    if kind in ("Mn", "Me", "Mc", "Cc") or _JOINED.match(char):
        return 0
    if kind == "Cf":
        return 1 if char in _SHOWN else 0
    if kind == "Cn":
        return 2 if _NEWER.match(char) else 1
    if "\U0001f3fb" <= char <= "\U0001f3ff":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" or _WIDE.match(char) else 1


# Format characters that are drawn all the same: the soft hyphen, Arabic and Kaithi number signs.
_SHOWN: Final = frozenset(
    "\u00ad\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)


def cells(text: str) -> int:
    """Return how many terminal cells `text` takes, as Textual counts it when it has been through `inert`."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(map(char_cells, text))


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
    if room < 0:
        return ""
    for char in reversed(text):
        used += char_cells(char)
        if used > room:
            break
        kept.append(char)
    while kept and not char_cells(kept[-1]):
        kept.pop()  # a mark whose letter was cut off would sit on the ellipsis
    return ellipsis + "".join(reversed(kept))


_UNITS: Final = ((86_400, N_("{n}d")), (3_600, N_("{n}h")), (60, N_("{n}m")), (1, N_("{n}s")))


def span(seconds: float) -> Message:
    """Return a span of time by its largest unit only, in few cells: ``9s``, ``12m``, ``3h``, ``45d``."""
    seconds = int(min(max(0.0, seconds), 999 * 86_400))
    size, text = next((unit for unit in _UNITS if seconds >= unit[0]), _UNITS[-1])
    return Message(text, {"n": seconds // size})


def size(count: int) -> str:
    """Return a number of bytes in binary units: ``512 B``, ``1.5 MiB``."""
    value, unit = float(count), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{int(value)} {unit}" if unit == "B" else f"{value:.1f} {unit}"
