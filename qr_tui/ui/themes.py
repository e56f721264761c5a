"""The colours: one palette for dark, one for light, and how little colour still tells the rows apart."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.style import Style

if TYPE_CHECKING:
    from textual.theme import Theme


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as ``#rrggbb``; every text colour reaches 4.5:1 on `ground` and on `cursor`."""

    name: str
    dark: bool
    ground: str
    raised: str  # header, footer, dialogs
    cursor: str  # the row under the cursor
    text: str
    muted: str
    accent: str
    good: str
    warn: str
    bad: str
    rail: str  # the empty part of a progress bar: decoration, not text
    plain: bool = False  # too few colours to tell the cursor row by its ground: reverse it

    def style(self, colour: str, *, cursor: bool = False, bold: bool = False, raised: bool = False) -> Style:
        """Return the style of text in one of the palette's colours; never None, NO_COLOR needs one everywhere."""
        return _style(self, colour, cursor, bold, raised)


@lru_cache(512)
def _style(palette: Palette, colour: str, cursor: bool, bold: bool, raised: bool) -> Style:
    if cursor and palette.plain:
        return Style(reverse=True, bold=bold)
    value = getattr(palette, colour)
    ground = palette.cursor if cursor else palette.raised if raised else palette.ground
    return Style(color=value, bgcolor=ground, bold=bold or None)


DARK: Final = Palette(
    name="qr-dark",
    dark=True,
    ground="#12151b",
    raised="#1b2029",
    cursor="#27303f",
    text="#dce1ea",
    muted="#9aa4b5",
    accent="#7fb4ff",
    good="#8fd694",
    warn="#f0c274",
    bad="#ff8f8f",
    rail="#3a4353",
)
LIGHT: Final = Palette(
    name="qr-light",
    dark=False,
    ground="#fcfcfa",
    raised="#eef0f3",
    cursor="#dbe6f7",
    text="#1f252e",
    muted="#545d6b",
    accent="#0b4fb3",
    good="#15602c",
    warn="#7a4a00",
    bad="#a61b29",
    rail="#c3cad4",
)
PALETTES: Final = {"dark": DARK, "light": LIGHT}


def plain(palette: Palette) -> Palette:
    """Return `palette` for terminals where its grounds would all look the same (16 colours, NO_COLOR)."""
    from dataclasses import replace

    return replace(palette, plain=True)


def theme(palette: Palette) -> "Theme":
    """Return the Textual theme for dialogs and text fields, made of the same colours."""
    from textual.theme import Theme

    return Theme(
        name=palette.name,
        dark=palette.dark,
        primary=palette.accent,
        secondary=palette.accent,
        accent=palette.accent,
        foreground=palette.text,
        background=palette.ground,
        surface=palette.raised,
        panel=palette.raised,
        success=palette.good,
        warning=palette.warn,
        error=palette.bad,
        variables={
            "border": palette.accent,
            "border-blurred": palette.rail,
            "input-cursor-background": palette.text,
            "input-cursor-foreground": palette.ground,
            "input-selection-background": palette.cursor,
            "muted": palette.muted,
            "rail": palette.rail,
            "row-cursor": palette.cursor,
            "scrollbar-background": palette.ground,
            "scrollbar-background-active": palette.ground,
            "scrollbar-background-hover": palette.ground,
            "scrollbar-corner-color": palette.ground,
            "text-muted": palette.muted,
        },
    )
