"""What goes to the terminal when a part of the screen changed: the cells of that part, and no other.

Textual 8.2 cuts a changed span at its right end only and sends each line from the left edge of its widget. Over a slow
line that is most of what it sends. It also cuts every line where any widget below it begins or ends, and a wide
character that is cut is lost. The exact pin of Textual and a test of the bytes keep this in step with it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from textual._compositor import ChopsUpdate, Compositor
from textual.geometry import Region
from textual.strip import Strip

from qr_tui.core.text.display import char_cells

_PART = Strip([], 0)  # stands where the strip before it goes on


class PreciseCompositor(Compositor):
    """Cuts a line of a widget where another covers it, and nowhere else."""

    def _render_chops(self, crop: Region, is_rendered_line: Callable[[int], bool]) -> Sequence[Mapping[int, Strip]]:
        chops: list[dict[int, Strip | None]] = [dict.fromkeys(cuts[:-1]) for cuts in self.cuts]
        for region, clip, strips in self._get_renders(crop):
            shown = region.intersection(clip)
            left, right = shown.column_span
            for y, strip in zip(shown.line_range, strips, strict=False):
                if is_rendered_line(y):
                    _take(chops[y], [cut for cut in self.cuts[y] if left <= cut <= right], strip)
        return [{x: strip for x, strip in line.items() if strip is not None} for line in chops]


def _take(line: dict[int, Strip | None], cuts: list[int], strip: Strip) -> None:
    """Give what is still free of `line` between `cuts` to `strip`, neighbours in one piece."""
    begin = None
    for cut, end in pairwise(cuts):
        if line[cut] is not None:
            begin = None
            continue
        line[cut] = _PART
        if begin is None:
            begin = cut
        line[begin] = strip.crop(begin - cuts[0], end - cuts[0])


class Piece(NamedTuple):
    """A part of a line to be shown: where it begins, in cells, and what it is."""

    x: int
    y: int
    strip: Strip


class PreciseUpdate(ChopsUpdate):
    """A partial update whose spans are cut at both ends, never inside a wide character."""

    def pieces(self) -> Iterator[Piece]:
        """Yield every changed span."""
        for y, x1, x2 in self.spans:
            for x, strip in self.chops[y].items():
                end = x + strip.cell_length if strip is not None else x
                if strip is None or x >= x2 or end <= max(x, x1):
                    continue
                first, last = max(x, x1) - x, min(end, x2) - x
                first -= _inside(strip, first)
                last += _inside(strip, last)
                yield Piece(x + first, y, strip.crop(first, last))


def _inside(strip: Strip, at: int) -> bool:
    """Tell whether cell `at` is the second half of a wide character."""
    here = 0
    for segment in strip:
        if here >= at:
            return False
        text, size = segment.text, segment.cell_length
        if here + size > at and not text.isascii():
            for char in text:
                here += char_cells(char)
                if here >= at:
                    return here > at
        here += size
    return False
