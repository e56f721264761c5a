"""The terminal's driver: it leaves nothing behind, neither our picture nor answers, and takes no answer for a key."""

import codecs
import time
from functools import partial
from typing import Final

from textual import constants
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from qr_tui.ui.textual_fixes.terminal_parser import TerminalParser

_WIPE: Final = "\x1b[0m\x1b[H\x1b[2J"
# What an editor that crashed may have left on: modifyOtherKeys, mouse reports, reports of the size.
_PUT_OFF: Final = "\x1b[>4m\x1b[0m\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2048l"
_PUT_OFF_KITTY_KEYS: Final = "\x1b[=0u"
_ASKED: Final = frozenset({"2026", "2048"})  # the modes that Textual asks the terminal about at each start
_ANSWER_TIME: Final = 0.5  # seconds from a question to an answer that may still be on its way


def _forgiving_decoder(encoding: str) -> codecs.IncrementalDecoder:
    """Return a decoder that shows bytes of another encoding as such; Textual's ends the keyboard at the first one."""
    return codecs.getincrementaldecoder(encoding)("replace")


# the driver takes them from there and offers no other way
linux_driver.getincrementaldecoder = lambda encoding: partial(_forgiving_decoder, encoding)  # type: ignore[assignment, attr-defined]


class TidyDriver(LinuxDriver):
    """Empties the screen before it goes back to the one of before, and waits for answers that are on their way.

    A terminal without an alternate screen (mosh) would keep our picture, and tmux keeps it when its window was
    resized meanwhile. An answer that comes after us is typed into the shell, or runs commands in an editor.
    """

    _parser: TerminalParser | None = None
    _asked_at: float | None = None  # when the terminal was asked, on the monotonic clock; None before the first start

    def start_application_mode(self) -> None:
        """Take the terminal, at the start or again: nothing of ours stands on it, no mode of another's is on."""
        if self._asked_at is not None and self._file is not None:
            self._file.write(_PUT_OFF if constants.DISABLE_KITTY_KEY else _PUT_OFF + _PUT_OFF_KITTY_KEYS)
            self._file.flush()
        self._asked_at = time.monotonic()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        frame = getattr(self._app, "frame", None)
        if frame is not None:
            frame.forget()

    def run_input_thread(self) -> None:
        """Read the keyboard through our own parser."""
        linux_driver.XTermParser = self._make_parser  # type: ignore[assignment, attr-defined]  # it offers no other way
        super().run_input_thread()

    def _make_parser(self, debug: bool) -> TerminalParser:
        self._parser = TerminalParser(debug)
        return self._parser

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was: at the end, to the shell, to an editor."""
        self.write("\x1b[?1004l")  # no report that the window lost the focus once we no longer read it
        self.write(_WIPE)
        self.flush()
        self._wait_for_answers()
        super().stop_application_mode()

    def _wait_for_answers(self) -> None:
        """Let the input thread take what the terminal still owes us: only right after a start there is any."""
        until = (self._asked_at or 0.0) + _ANSWER_TIME
        while time.monotonic() < until and not (self._parser and self._parser.modes_reported >= _ASKED):
            time.sleep(0.01)
