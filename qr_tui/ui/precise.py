"""What goes to the terminal when a part of the screen changed: the cells of that part, and no other.

Textual 8.2 cuts a changed span at its right end only and sends each line from the left edge of its widget. Over a slow
line that is most of what it sends. The exact pin of Textual and a test of the bytes keep this in step with it.
"""

from rich.console import Console, RenderableType
from rich.control import Control
from textual._compositor import ChopsUpdate


class PreciseUpdate(ChopsUpdate):
    """A partial update whose spans are cut at both ends."""

    def render_segments(self, console: Console) -> str:
        """Return the escape sequences and text of every changed span."""
        parts: list[str] = []
        for y, x1, x2 in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= x2 or end <= x1:
                    continue
                first = max(x, x1)
                parts.append(Control.move_to(first, y).segment.text)
                parts.append(strip.crop(first - x, min(end, x2) - x).render(console))
        return "".join(parts)


def precise(renderable: RenderableType | None) -> RenderableType | None:
    """Return `renderable`, sharpened if it is a partial update."""
    if type(renderable) is ChopsUpdate:
        return PreciseUpdate(renderable.chops, renderable.spans, renderable.chop_ends)
    return renderable
