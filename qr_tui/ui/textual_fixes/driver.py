"""The terminal's driver: it leaves nothing of our picture behind, and loses no escape that is typed in a hurry."""

from collections.abc import Iterable
from typing import Final

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from qr_tui.ui.textual_fixes.typeahead import EscapeThen

_WIPE: Final = "\x1b[0m\x1b[H\x1b[2J"


class _Parser(XTermParser):
    """Tells what came behind an escape as such; Textual calls a letter alt and forgets the escape of other keys."""

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        for key in super()._sequence_to_key_events(sequence):
            yield EscapeThen(f"alt+{key.key}", key.character) if alt else key


linux_driver.XTermParser = _Parser  # type: ignore[attr-defined]  # the driver takes it from there and offers no other way


class TidyDriver(LinuxDriver):
    """Empties the screen before it goes back to the one of before.

    A terminal without an alternate screen (mosh) would keep our picture, and tmux keeps it when its window was
    resized meanwhile.
    """

    def start_application_mode(self) -> None:
        """Take the terminal, at the start or again: nothing of ours stands on it."""
        super().start_application_mode()  # type: ignore[no-untyped-call]
        frame = getattr(self._app, "frame", None)
        if frame is not None:
            frame.forget()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was: at the end, to the shell, to an editor."""
        self.write(_WIPE)
        super().stop_application_mode()
