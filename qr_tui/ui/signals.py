"""How the app ends and sleeps: signals, a terminal that is gone, suspension by the shell."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final

from textual.app import App

log = logging.getLogger(__name__)
GRACE: Final = 3.5  # seconds for a clean end after a signal, before the process is ended anyway
WATCH: Final = 2.0  # seconds between looks at whether the terminal is still there


class SignalHandler:
    """Watches over one running app. Installed once its event loop runs; does nothing without a terminal.

    Args:
        app: The app.
        leave: Saves everything and ends the app with an exit code.
    """

    def __init__(self, app: App[Any], leave: Callable[[int], Coroutine[Any, Any, None]]) -> None:
        self._app = app
        self._leave = leave
        self._leaving = False
        self._tty = sys.__stdin__ is not None and sys.__stdin__.isatty()

    def install(self) -> None:
        """Take SIGHUP and SIGTERM, which would end Textual without a word, and watch the terminal."""
        if self._app.is_headless or threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGHUP, signal.SIGTERM):
            loop.add_signal_handler(number, self.leave, int(number))
        if self._tty:
            self._app.set_interval(WATCH, self._look_at_terminal)

    def leave(self, number: int) -> None:
        """Save everything and end within seconds, whatever hangs."""
        if self._leaving:
            return
        self._leaving = True
        log.info("signal %d: leaving", number)
        guard = threading.Timer(GRACE, os._exit, (128 + number,))
        guard.daemon = True
        guard.start()
        self._app.run_worker(self._leave(128 + number), group="leaving")

    def _look_at_terminal(self) -> None:
        if not terminal_there():
            self.leave(int(signal.SIGHUP))


def terminal_there() -> bool:
    """Tell whether the terminal on standard input still answers."""
    import termios

    if sys.__stdin__ is None:
        return False
    try:
        termios.tcgetattr(sys.__stdin__.fileno())
    except (termios.error, OSError, ValueError):
        return False
    return True


def may_suspend() -> bool:
    """Tell whether a shell with job control stands behind us: without one nobody could wake us again."""
    try:
        parent = os.getppid()
        return os.getsid(parent) == os.getsid(0) and os.getpgid(parent) != os.getpgrp()
    except OSError:
        return False
