"""The terminal's driver, which leaves nothing of our picture behind."""

from typing import Final

from textual.drivers.linux_driver import LinuxDriver

_WIPE: Final = "\x1b[0m\x1b[H\x1b[2J"


class TidyDriver(LinuxDriver):
    """Empties the screen before it goes back to the one of before.

    A terminal without an alternate screen (mosh) would keep our picture, and tmux keeps it when its window was
    resized meanwhile.
    """

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was: at the end, to the shell, to an editor."""
        self.write(_WIPE)
        super().stop_application_mode()
