"""NO_COLOR: no colour is left, and what stood out by its ground is reversed."""

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from qr_tui.ui.theme.no_color import COLOURLESS
from qr_tui.ui.theme.palettes import PALETTES, Palette


def drawn(palette: Palette, style: Style | None) -> Style:
    (segment,) = COLOURLESS[palette.dark].apply([Segment("text", style)], Color.parse(palette.ground))
    assert segment.text == "text"
    assert segment.style is not None
    assert segment.style.color is None
    assert segment.style.bgcolor is None
    return segment.style


@pytest.mark.parametrize("palette", PALETTES["mono"].values(), ids=PALETTES["mono"])
def test_text_is_plain_and_what_is_chosen_is_reversed(palette: Palette) -> None:
    for ground in (palette.ground, palette.raised):
        assert not drawn(palette, Style(color=palette.accent, bgcolor=ground)).reverse
    for ground in (palette.cursor, palette.text):
        assert drawn(palette, Style(color=palette.ground, bgcolor=ground)).reverse


def test_what_is_no_colour_stays() -> None:
    style = drawn(PALETTES["mono"]["dark"], Style(color="#ffffff", bold=True, reverse=True))
    assert style.bold
    assert style.reverse
    assert drawn(PALETTES["mono"]["dark"], None) == Style()
