"""Text can be read in both themes at every depth of colour: at least 4.5 to 1 on every ground it stands on."""

from itertools import product
from typing import Any

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.color import Color

from qr_tui.terminal.detect import Colours
from qr_tui.ui.theme.palettes import PALETTES, Palette, theme
from qr_tui.ui.theme.sixteen_colours import SIXTEEN
from tests.support.contrast import LEAST, contrast, drawn, worst

TEXTS = ("text", "muted", "accent", "good", "warn", "bad")
GROUNDS = ("ground", "raised", "cursor")
DEPTHS: tuple[Colours, ...] = ("truecolor", "256", "16")
EACH = pytest.mark.parametrize(("colours", "name"), list(product(DEPTHS, ("dark", "light"))))


def sent(palette: Palette, style: Style, colours: Colours) -> Style:
    """Return `style` as it leaves the app."""
    if colours != "16":
        return style
    (segment,) = SIXTEEN[palette.dark].apply([Segment("text", style)], Color.parse(palette.ground))
    assert segment.style is not None
    return segment.style


@EACH
@pytest.mark.parametrize("bold", [False, True], ids=["", "bold"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_reaches_four_and_a_half_to_one(colours: Colours, name: str, text: str, ground: str, bold: bool) -> None:
    palette = PALETTES[colours][name]
    # as widgets have it from their CSS
    style = Style(color=getattr(palette, text), bgcolor=getattr(palette, ground), bold=bold)
    ratio = worst(sent(palette, style, colours), colours)
    assert ratio >= LEAST, f"{name}, {colours}: {text} on {ground} is {ratio:.2f}"
    # as lines have it that are drawn by hand
    style = palette.style(text, cursor=ground == "cursor", raised=ground == "raised", bold=bold)
    assert worst(sent(palette, style, colours), colours) >= LEAST


@EACH
def test_the_row_under_the_cursor_has_a_ground_of_its_own(colours: Colours, name: str) -> None:
    palette = PALETTES[colours][name]
    for around in (palette.ground, palette.raised):
        for row, beside in drawn(Style(color=palette.cursor, bgcolor=around), colours):
            assert contrast(row, beside) > 1.1


@EACH
def test_the_cursor_of_a_field_is_seen_on_its_ground(colours: Colours, name: str) -> None:
    palette = PALETTES[colours][name]
    variables: Any = theme(palette).variables
    style = Style(color=variables["input-cursor-background"], bgcolor=variables["field-focus"])
    assert worst(style, colours) >= LEAST


@EACH
def test_dialogs_take_the_same_colours(colours: Colours, name: str) -> None:
    palette = PALETTES[colours][name]
    made = theme(palette)
    assert (made.background, made.foreground, made.error) == (palette.ground, palette.text, palette.bad)
    assert made.variables["row-cursor"] == palette.cursor
    assert (made.name, made.dark) == (f"qr-{name}", name == "dark")


def test_sixteen_colours_leave_what_can_be_read_as_it_is() -> None:
    dark, light = PALETTES["16"]["dark"], PALETTES["16"]["light"]
    for style in (
        Style(color=dark.accent, bgcolor=dark.ground, bold=True),
        Style(color=dark.cursor, bgcolor="#777777"),
        Style(bold=True),
    ):
        assert sent(dark, style, "16") == style
    # bold black is grey on many terminals
    assert not sent(light, Style(color=light.text, bgcolor=light.ground, bold=True), "16").bold
