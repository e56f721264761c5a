"""One line that says what size is needed, in the place of everything, on a terminal too small for anything else.

It is drawn over the screens and is none itself: what goes on below, a dialog closing or a video being sent, goes on.
"""

from rich.segment import Segment, Segments
from textual.geometry import Size

from qr_tui.core.text.display import cut
from qr_tui.i18n import _
from qr_tui.terminal.detect import LEAST_COLUMNS, LEAST_ROWS


def too_small(size: Size) -> bool:
    """Tell whether nothing useful fits; a terminal that does not know its size yet is not called small."""
    return 0 < size.width < LEAST_COLUMNS or 0 < size.height < LEAST_ROWS


def words(size: Size, *, ascii_only: bool = False) -> str:
    """Return what to say on a terminal of `size`, cut to its width."""
    said = _("{width}×{height} needed, is {now_width}×{now_height}").format(
        width=LEAST_COLUMNS, height=LEAST_ROWS, now_width=size.width, now_height=size.height
    )
    return cut(said.replace("×", "x") if ascii_only else said, size.width, ellipsis="")


def picture(size: Size, *, ascii_only: bool = False) -> Segments:
    """Return the whole screen as it goes to the terminal: the line at the top, in its own colours, nothing below."""
    return Segments([Segment(f"\x1b[0m\x1b[H{words(size, ascii_only=ascii_only)}\x1b[J")])
