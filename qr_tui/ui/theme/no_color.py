"""NO_COLOR taken at its word: no colour reaches the terminal, and what stood out by its ground alone is reversed."""

from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from qr_tui.ui.theme.palettes import PALETTES

# of 255: far less than the step from the ground to a selection, in both palettes
_STEP: Final = 18.0


class Colourless(LineFilter):
    """Takes every colour away; a cursor, a selection or a focused button becomes reversed text.

    Args:
        ground: The colour that most of the screen has, ``#rrggbb``.
    """

    def __init__(self, ground: str) -> None:
        super().__init__()
        self._ground = _brightness(Color.parse(ground))

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments without colours; Textual's own NO_COLOR sends greys."""
        return [Segment(text, _without(style or Style(), self._ground), None) for text, style, _control in segments]


@lru_cache(512)
def _without(style: Style, ground: float) -> Style:
    plain = style.without_color
    if style.bgcolor is None or style.bgcolor.is_default:
        return plain
    stands_out = abs(_brightness(Color.from_rich_color(style.bgcolor)) - ground) > _STEP
    return plain + Style(reverse=True) if stands_out else plain


def _brightness(colour: Color) -> float:
    return colour.brightness * 255


COLOURLESS: Final = {palette.dark: Colourless(palette.ground) for palette in PALETTES["mono"].values()}
