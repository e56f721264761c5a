"""The last word on terminals without UTF-8: the few signs of ours and of Textual's frames become ASCII."""

from typing import Final

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

# One cell each, so that nothing moves. Words from outside stay as they are: they are not ours to change.
_SIGNS: Final = str.maketrans(
    "…·–—×→←↑↓»«▌▐▏▕█▎▁▔▄▀▊━─│┃╭╮╰╯┌┐└┘├┤•✓✗●○▸▾▂▃▅▆▇",
    "~.--x-<^v><||||#|_-_-#=-||++++++++++*vx*o>v__===",
)


class AsciiFilter(LineFilter):
    """Puts an ASCII sign in the place of each of ours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII."""
        return [
            segment if segment.text.isascii() else Segment(segment.text.translate(_SIGNS), segment.style)
            for segment in segments
        ]


ASCII_FILTER: Final = AsciiFilter()  # one for all: Textual keeps what each filter made of a line
