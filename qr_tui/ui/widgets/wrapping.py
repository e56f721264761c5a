"""Words laid out in lines by terminal cells, Chinese and English alike."""

import re
from typing import Final

from qr_tui.core.text import cells, char_cells

_PIECES: Final = re.compile(r"\s+|[^\s]+")


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells: between words, anywhere in a run of wide characters.

    Line breaks in `text` stay. A word longer than a line is broken.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_paragraph(paragraph, max(width, 2)))
    return lines


def _paragraph(text: str, width: int) -> list[str]:
    lines, line, used = [], "", 0
    for piece in _pieces(text):
        size = cells(piece)
        if used + size > width:
            if line.strip():
                lines.append(line.rstrip())
            line, used = "", 0
            if piece.isspace():
                continue
            while size > width:
                head = _head(piece, width)
                lines.append(head)
                piece = piece[len(head) :]
                size = cells(piece)
        line, used = line + piece, used + size
    if line.strip() or not lines:
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for match in _PIECES.finditer(text):
        run = ""
        for char in match.group():
            # each wide character may end a line, unless it is punctuation that must not begin one
            if run and (char_cells(char) == 2 or char_cells(run[-1]) == 2) and char not in "，。、；：！？）》」":
                pieces.append(run)
                run = ""
            run += char
        pieces.append(run)
    return pieces


def _head(text: str, width: int) -> str:
    used = 0
    for index, char in enumerate(text):
        used += char_cells(char)
        if used > width:
            return text[: max(index, 1)]
    return text
