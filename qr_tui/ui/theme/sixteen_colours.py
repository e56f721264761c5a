"""Sixteen colours: text under the cursor takes the one colour that can be read there, and bold never makes it grey."""

from functools import lru_cache
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from qr_tui.ui.theme.palettes import PALETTES, Palette


class Sixteen(LineFilter):
    """Keeps text readable where it meets a ground that is white on black, or black on white.

    Args:
        palette: The colours in use.
    """

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._palette = palette

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments as they can be read."""
        palette = self._palette
        return [Segment(text, _readable(style, palette) if style else style, None) for text, style, _ in segments]


@lru_cache(512)
def _readable(style: Style, palette: Palette) -> Style:
    if style.bgcolor is None or style.bgcolor.triplet is None:
        return style
    ground = Color.from_rich_color(style.bgcolor)
    if ground.hex.lower() == palette.cursor:
        style += Style(color=palette.ground)
    # many draw bold in the bright colours, xterm and the console among them: grey for black, pale for blue
    if style.bold and style.color is not None and Color.from_rich_color(style.color).brightness < ground.brightness:
        style += Style(bold=False)
    return style


SIXTEEN: Final = {palette.dark: Sixteen(palette) for palette in PALETTES["16"].values()}
