"""Words laid out in lines by terminal cells, Chinese and English alike."""

import re
from typing import Final

from qr_tui.core.text.display import cells, char_cells

# Between two ideographs a line may break without a space; these marks stay with what stands before or after them.
_WIDE: Final = "\u2e80-\u303f\u3040-\u9fff\uf900-\ufaff\uff00-\uffef"
_CLOSING: Final = "，。：；！？、）」』》】〉〕”’…·%％,.:;!?)"
_OPENING: Final = "（「『《【〈〔“‘("
_PIECE: Final = re.compile(
    f"[{_OPENING}]*(?:[{_WIDE}]|[^{_WIDE}{_OPENING}]+|[{_OPENING}])[{re.escape(_CLOSING)}]*", re.DOTALL
)
_HAS_WIDE: Final = re.compile(f"[{_WIDE}]")
_WORD: Final = re.compile(r"\s+|\S+")


def pieces(word: str) -> list[str]:
    """Return `word` cut wherever a line may break inside it."""
    return _PIECE.findall(word) if _HAS_WIDE.search(word) else [word]


def wrap(text: str, width: int) -> list[str]:
    """Return `text` in lines of at most `width` cells: broken between words, anywhere in a run of ideographs.

    No line begins with a comma or ends with an opening bracket. Line breaks in `text` stay; a word longer than a line
    is broken. There is always at least one line.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_paragraph(paragraph, max(width, 2)))
    return lines


def _paragraph(text: str, width: int) -> list[str]:
    if cells(text) <= width:
        return [text]
    lines, line, used = [], "", 0
    for word in _WORD.findall(text):
        for piece in pieces(word):
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


def _head(text: str, width: int) -> str:
    """Return as much of `text` as fits; at least one character."""
    used = 0
    for index, char in enumerate(text):
        used += char_cells(char)
        if used > width:
            return text[: max(index, 1)]
    return text
