"""Text can be read in both themes: at least 4.5 to 1 on every ground it stands on."""

import pytest

from qr_tui.ui.themes import DARK, LIGHT, Palette, plain, theme

TEXTS = ("text", "muted", "accent", "good", "warn", "bad")
GROUNDS = ("ground", "raised", "cursor")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, two: str) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("text", TEXTS)
def test_text_reaches_four_and_a_half_to_one(palette: Palette, text: str, ground: str) -> None:
    ratio = contrast(getattr(palette, text), getattr(palette, ground))
    assert ratio >= 4.5, f"{palette.name}: {text} on {ground} is {ratio:.2f}"


def test_the_cursor_is_seen_without_colour() -> None:
    style = plain(DARK).style("muted", cursor=True)
    assert style.reverse
    assert not plain(DARK).style("muted").reverse


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
def test_dialogs_take_the_same_colours(palette: Palette) -> None:
    made = theme(palette)
    assert (made.background, made.foreground, made.error) == (palette.ground, palette.text, palette.bad)
    assert made.variables["row-cursor"] == palette.cursor
