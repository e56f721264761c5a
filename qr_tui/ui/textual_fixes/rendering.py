"""What goes to the terminal: no more than changed, no sign it does not know, and nothing while it is lent."""

from collections.abc import Sequence
from typing import Any, Final

from rich.color import ColorSystem
from rich.console import RenderableType
from textual._context import active_message_pump
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.dom import DOMNode, NoScreen
from textual.driver import Driver
from textual.filter import LineFilter
from textual.screen import Screen
from textual.widget import AwaitMount

from qr_tui.terminal.detect import Colours, Terminal
from qr_tui.ui import too_small
from qr_tui.ui.textual_fixes.compositor import PreciseCompositor, precise
from qr_tui.ui.theme.glyphs import Glyphs

_SYSTEMS: Final[dict[Colours, ColorSystem]] = {
    "truecolor": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "16": ColorSystem.STANDARD,
    "mono": ColorSystem.STANDARD,  # with none at all Rich would send no bold and no reverse either
}


class Drawing(App[int], inherit_bindings=False):
    """The part of the app that keeps Textual's own drawing to our rules; Textual's default keys are left out."""

    glyphs: Glyphs
    terminal: Terminal

    @property
    def colours(self) -> Colours:
        """How many colours are drawn with."""
        return "mono" if self.no_color else self.terminal.colours

    def agree_on_colours(self) -> None:
        """Let Rich send the colours that the palette is made for: by TERM alone it would give foot and Alacritty 16."""
        self.console._color_system = _SYSTEMS[self.colours]

    def get_driver_class(self) -> type[Driver]:
        """Use the driver that tidies up."""
        usual = super().get_driver_class()
        if usual.__name__ != "LinuxDriver":
            return usual
        from qr_tui.ui.textual_fixes.driver import TidyDriver

        return TidyDriver

    @property
    def cramped(self) -> str:
        """What stands on a terminal that is too small for anything else; empty where there is room."""
        if not too_small.too_small(self.size):
            return ""
        return too_small.words(self.size, ascii_only=self.glyphs.ascii_only)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Keep everything that is drawn, toasts and frames too, to signs and colours that are wanted there."""
        filters = list(super().get_line_filters())
        if self.colours == "mono":
            from qr_tui.ui.theme.no_color import COLOURLESS

            filters.append(COLOURLESS[self.current_theme.dark])
        elif self.colours == "16":
            from qr_tui.ui.theme.sixteen_colours import SIXTEEN

            filters.append(SIXTEEN[self.current_theme.dark])
        if self.glyphs.ascii_only:
            from qr_tui.ui.theme.ascii_filter import ASCII_FILTER

            filters.append(ASCII_FILTER)
        return filters

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send no more than what changed; on a terminal too small for it, one line in the place of everything."""
        if renderable is not None and self.cramped:
            renderable = too_small.picture(self.size, ascii_only=self.glyphs.ascii_only)
        super()._display(screen, precise(renderable))

    def _get_screen(self, screen: Screen[Any] | str) -> tuple[Screen[Any], AwaitMount]:
        """Let each screen be put together by our compositor, from its first layout on."""
        found = self.get_screen(screen)
        if not isinstance(found._compositor, PreciseCompositor):
            found._compositor = PreciseCompositor()
        return super()._get_screen(found)

    def pop_screen(self) -> AwaitComplete:
        """Close the screen on top; nothing when the one that asks has closed already, as after a key hit twice."""
        if self._asked_by_a_closed_screen():
            return AwaitComplete.nothing()  # type: ignore[no-untyped-call,no-any-return]
        return super().pop_screen()

    def _asked_by_a_closed_screen(self) -> bool:
        # keys typed ahead are still handed to the screen that the first of them has closed
        asking = active_message_pump.get(None)
        if not isinstance(asking, DOMNode) or asking is self:
            return False
        try:
            return asking.screen not in self.screen_stack
        except NoScreen:
            return True

    def write(self, sequence: str) -> None:
        """Put a sequence on the terminal, in order with what is drawn.

        Raises:
            RuntimeError: There is no terminal to write to.
        """
        if self._driver is None:
            raise RuntimeError("no terminal")
        # while an editor or the shell has the terminal nobody empties the driver's queue: it would fill up and block
        writer = getattr(self._driver, "_writer_thread", None)
        if writer is not None and not writer.is_alive():
            raise RuntimeError("the terminal is lent")
        self._driver.write(sequence)
        self._driver.flush()
