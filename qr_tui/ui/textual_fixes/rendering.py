"""What goes to the terminal: no sign and no colour it does not know, and nothing while it is lent."""

from typing import Any, Final

from rich.color import ColorSystem
from rich.console import Console
from textual._context import active_message_pump
from textual.app import App
from textual.dom import DOMNode, NoScreen
from textual.driver import Driver
from textual.filter import LineFilter

from qr_tui.terminal.detect import Colours

_SYSTEMS: Final[dict[Colours, ColorSystem]] = {
    "truecolor": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
    "mono": ColorSystem.STANDARD,  # with none at all Rich would send no bold and no reverse either
}


def use_colours(console: Console, colours: Colours) -> None:
    """Let Rich send the colours that the palette is made for: by TERM alone it would give foot and Alacritty 16."""
    console._color_system = _SYSTEMS[colours]


def line_filters(colours: Colours, *, dark: bool, ascii_only: bool) -> list[LineFilter]:
    """Return what keeps a drawn line to the signs and colours of the terminal."""
    filters: list[LineFilter] = []
    if colours == "mono":
        from qr_tui.ui.theme.no_color import COLOURLESS

        filters.append(COLOURLESS[dark])
    elif colours == "16":
        from qr_tui.ui.theme.sixteen_colours import SIXTEEN

        filters.append(SIXTEEN[dark])
    if ascii_only:
        from qr_tui.ui.theme.ascii_filter import ASCII_FILTER

        filters.append(ASCII_FILTER)
    return filters


def asked_by_a_closed_screen(app: App[Any]) -> bool:
    """Tell whether a screen that has closed is what asks: keys typed ahead are still handed to it."""
    asking = active_message_pump.get(None)
    if not isinstance(asking, DOMNode) or asking is app:
        return False
    try:
        return asking.screen not in app.screen_stack
    except NoScreen:
        return True


def write(driver: Driver | None, sequence: str) -> None:
    """Put a sequence on the terminal of `driver`.

    Raises:
        RuntimeError: There is no terminal, or another program has it.
    """
    if driver is None:
        raise RuntimeError("no terminal")
    # while an editor or the shell has the terminal nobody empties the driver's queue: it would fill up and block
    writer = getattr(driver, "_writer_thread", None)
    if writer is not None and not writer.is_alive():
        raise RuntimeError("the terminal is lent")
    driver.write(sequence)
    driver.flush()
