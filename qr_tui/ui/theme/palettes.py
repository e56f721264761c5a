"""The colours: a dark and a light palette for each depth of colour, chosen so that the terminal draws what stands here.

Rich sends the nearest of the 256 or 16 colours where there are no more, and two colours that can be told apart may come
out as one. So the palettes for these are made of colours that are there: what is measured is what is seen.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.style import Style

if TYPE_CHECKING:
    from textual.theme import Theme

    from qr_tui.terminal.detect import Colours


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as ``#rrggbb``; every text reaches 4.5:1 on each ground."""

    name: str
    dark: bool
    ground: str
    raised: str  # header, footer, dialogs
    cursor: str  # the row under the cursor
    marked: str  # rows that are marked
    text: str
    muted: str
    accent: str
    good: str
    warn: str
    bad: str
    rail: str  # the empty part of a progress bar: decoration, not text
    plain: bool = False  # too few colours for a quiet ground: what is under the cursor is `ground` on `cursor`

    def style(
        self, colour: str, *, cursor: bool = False, marked: bool = False, bold: bool = False, raised: bool = False
    ) -> Style:
        """Return the style of text in one of the palette's colours; never None, NO_COLOR needs one everywhere."""
        ground = self.cursor if cursor else self.marked if marked else self.raised if raised else self.ground
        return _style(self.ground if cursor and self.plain else getattr(self, colour), ground, bold)


@lru_cache(512)
def _style(colour: str, ground: str, bold: bool) -> Style:
    return Style(color=colour, bgcolor=ground, bold=bold or None)


DARK: Final = Palette(
    name="qr-dark",
    dark=True,
    ground="#12151b",
    raised="#1b2029",
    cursor="#27303f",
    marked="#2b2517",
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
    marked="#fbf0d0",
    text="#1f252e",
    muted="#545d6b",
    accent="#0b4fb3",
    good="#15602c",
    warn="#7a4a00",
    bad="#a61b29",
    rail="#c3cad4",
)
# Of the cube of 6 by 6 by 6 colours and the ramp of greys behind it. Rich counts greys in steps of 1/25 of the way to
# white while the ramp ends below it: the light ones are written a little lighter here than they are sent.
DARK_256: Final = Palette(
    name="qr-dark",
    dark=True,
    ground="#121212",  # 233
    raised="#1c1c1c",  # 234
    cursor="#3a3a3a",  # 237
    marked="#00005f",  # 17
    text="#e0e0e0",  # 253, #dadada
    muted="#adadad",  # 248, #a8a8a8
    accent="#87afff",  # 111
    good="#87d787",  # 114
    warn="#ffd787",  # 222
    bad="#ff8787",  # 210
    rail="#585858",  # 240
)
LIGHT_256: Final = Palette(
    name="qr-light",
    dark=False,
    ground="#ffffff",  # 231
    raised="#f5f5f5",  # 255, #eeeeee
    cursor="#d7d7ff",  # 189
    marked="#ffffd7",  # 230
    text="#262626",  # 235
    muted="#585858",  # 240
    accent="#005faf",  # 25
    good="#005f00",  # 22
    warn="#5f5f00",  # 58
    bad="#af0000",  # 124
    rail="#c1c1c1",  # 250, #bcbcbc
)
# The 16 colours are the terminal's to choose. Only black and white are surely far apart; on black the colours below are
# clear with xterm as on the console, on white blue alone is. Bright black, the one grey, is left alone: many draw it so
# dark that it goes under.
DARK_16: Final = Palette(
    name="qr-dark",
    dark=True,
    ground="#000000",  # 0
    raised="#000000",
    cursor="#ffffff",  # 15
    marked="#000000",  # the sign in front says it
    text="#ffffff",
    muted="#aaaaaa",  # 7
    accent="#00aaaa",  # 6
    good="#00aa00",  # 2
    warn="#ffff55",  # 11
    bad="#ff5555",  # 9
    rail="#aaaaaa",
    plain=True,
)
LIGHT_16: Final = Palette(
    name="qr-light",
    dark=False,
    ground="#ffffff",  # 15
    raised="#ffffff",
    cursor="#000000",  # 0
    marked="#ffffff",
    text="#000000",
    muted="#000000",
    accent="#0000aa",  # 4
    good="#000000",
    warn="#000000",
    bad="#000000",
    rail="#000000",
    plain=True,
)
_SIXTEEN: Final = {"dark": DARK_16, "light": LIGHT_16}
PALETTES: Final[dict["Colours", dict[str, Palette]]] = {
    "truecolor": {"dark": DARK, "light": LIGHT},
    "256": {"dark": DARK_256, "light": LIGHT_256},
    "16": _SIXTEEN,
    "mono": _SIXTEEN,  # `colourless` takes the colours away and reverses what stands out
}


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
            # a field says that it has the focus by its cursor, which would not be seen on the row's own white or black
            "field-focus": palette.raised if palette.plain else palette.cursor,
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
            "text-disabled": palette.muted,  # what stands in an empty field: quiet, and still to be read
            "text-muted": palette.muted,
        },
    )
