"""What a terminal makes of a style: the colours as they are sent and drawn, and how far they are apart."""

from collections.abc import Iterator
from typing import Final

from rich.color import Color, ColorSystem
from rich.style import Style

from qr_tui.terminal.detect import Colours

RGB = tuple[int, int, int]
LEAST: Final = 4.5

# the standard colours of xterm, and those of the PC's own screen, which the Linux console draws with
XTERM: Final[tuple[RGB, ...]] = (
    *((0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)),
    *((127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0), (92, 92, 255), (255, 0, 255), (0, 255, 255)),
    (255, 255, 255),
)
CONSOLE: Final[tuple[RGB, ...]] = (
    *((0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170)),
    *((85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85), (85, 85, 255), (255, 85, 255), (85, 255, 255)),
    (255, 255, 255),
)
_LEVELS: Final = (0, 95, 135, 175, 215, 255)


def contrast(one: RGB, two: RGB) -> float:
    """Return the ratio of WCAG: 1 is the same, 21 is black and white."""
    low, high = sorted((_luminance(one), _luminance(two)))
    return (high + 0.05) / (low + 0.05)


def worst(style: Style, colours: Colours) -> float:
    """Return the contrast of text in `style` where it is drawn worst."""
    return min(contrast(ink, ground) for ink, ground in drawn(style, colours))


def drawn(style: Style, colours: Colours) -> Iterator[tuple[RGB, RGB]]:
    """Yield text colour and ground of `style`, one pair for each way that a terminal may draw it."""
    assert style.color is not None, style
    assert style.bgcolor is not None, style
    ink, ground = (style.bgcolor, style.color) if style.reverse else (style.color, style.bgcolor)
    assert not ink.is_default, style
    assert not ground.is_default, style
    if colours == "truecolor":
        yield _true(ink), _true(ground)
    elif colours == "256":
        yield _indexed(ink), _indexed(ground)
    else:
        ground_ink, back = _number(ink), _number(ground)
        inks = {ground_ink, ground_ink + 8} if style.bold and ground_ink < 8 else {ground_ink}
        for number in inks:
            yield XTERM[number], XTERM[back]
            yield CONSOLE[number], CONSOLE[back % 8]  # the console knows no bright grounds


def _true(colour: Color) -> RGB:
    assert colour.triplet is not None, colour
    return colour.triplet


def _indexed(colour: Color) -> RGB:
    number = colour.downgrade(ColorSystem.EIGHT_BIT).number
    assert number is not None, colour
    assert number >= 16, "the first sixteen are the terminal's to choose"
    if number >= 232:
        grey = 8 + 10 * (number - 232)
        return grey, grey, grey
    red, rest = divmod(number - 16, 36)
    green, blue = divmod(rest, 6)
    return _LEVELS[red], _LEVELS[green], _LEVELS[blue]


def _number(colour: Color) -> int:
    number = colour.downgrade(ColorSystem.STANDARD).number
    assert number is not None, colour
    return number


def _luminance(colour: RGB) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
