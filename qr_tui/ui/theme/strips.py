"""Lines of cells: building them to an exact width, wrapping text, and finding what differs between two of them."""

from collections.abc import Iterable, Sequence

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from qr_tui.core.text.display import cells, char_cells, cut

Piece = tuple[str, Style]


def line(pieces: Iterable[Piece], width: int, fill: Style) -> Strip:
    """Return a strip of exactly `width` cells: pieces in a row, cut or filled up at the right.

    Neighbours of one style become one segment: each segment costs its colours on the wire.
    """
    merged: list[Piece] = []
    used = 0
    for text, style in pieces:
        room = width - used
        if room <= 0:
            break
        size = cells(text)
        if size > room:
            text = cut(text, room, ellipsis="")
            size = cells(text)
        used += size
        if not text:
            continue
        before = merged[-1] if merged else ("", style)
        if merged and (before[1] == style or (text.isspace() and _blend(before[1], style))):
            merged[-1] = (before[0] + text, before[1])
        elif merged and before[0].isspace() and _blend(before[1], style):
            merged[-1] = (before[0] + text, style)
        else:
            merged.append((text, style))
    if used < width:
        space = " " * (width - used)
        if merged and (merged[-1][1] == fill or _blend(merged[-1][1], fill)):
            merged[-1] = (merged[-1][0] + space, merged[-1][1])
        else:
            merged.append((space, fill))
    return Strip([Segment(text, style) for text, style in merged], max(width, 0))


def _blend(one: Style, other: Style) -> bool:
    """Tell whether a space looks the same in both styles: then it need not cost its own colours."""
    plain = not (one.underline or other.underline or one.strike or other.strike)
    return plain and one.bgcolor == other.bgcolor and bool(one.reverse) == bool(other.reverse)


def changed_span(old: Strip, new: Strip) -> tuple[int, int] | None:
    """Return (first cell, number of cells) of what differs, None if nothing does.

    Two strips of different widths differ everywhere.
    """
    if old.cell_length != new.cell_length:
        return 0, max(old.cell_length, new.cell_length)
    before, after = _per_cell(old), _per_cell(new)
    if before == after:
        return None
    size = min(len(before), len(after))
    first = next((at for at in range(size) if before[at] != after[at]), 0)
    last = next((at for at in range(size - 1, -1, -1) if before[at] != after[at]), size - 1)
    # never begin or end inside a wide character, of the old line or the new
    while first and (before[first][0] == "" or after[first][0] == ""):
        first -= 1
    while last + 1 < size and (before[last + 1][0] == "" or after[last + 1][0] == ""):
        last += 1
    return first, last - first + 1


def _per_cell(strip: Strip) -> list[tuple[str, Style | None]]:
    """Return one (character, style) a cell; the second cell of a wide character holds no character."""
    found: list[tuple[str, Style | None]] = []
    for text, style, _control in strip:
        for char in text:
            size = char_cells(char)
            if size == 0 and found:
                found[-1] = (found[-1][0] + char, style)
                continue
            found.append((char, style))
            if size == 2:
                found.append(("", style))
    return found


def join(parts: Sequence[str], separator: str, width: int) -> str:
    """Return as many of `parts`, from the first, as fit into `width` cells with `separator` between them."""
    shown = ""
    for part in parts:
        longer = shown + separator + part if shown else part
        if cells(longer) > width:
            break
        shown = longer
    return shown
