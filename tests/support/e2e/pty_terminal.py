"""A program in a real pseudo-terminal, read by an emulator in a thread."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.e2e import keyboard
from tests.support.e2e.emulator import Emulator
from tests.support.e2e.screens import PATIENCE, Terminal


class PtyTerminal(Terminal):
    """A program of its own session whose controlling terminal is ours.

    Args:
        argv: The program; looked up on the PATH of `env`.
        env: All of its environment.
    """

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        columns: int = 80,
        rows: int = 24,
        folder: Path | None = None,
    ) -> None:
        self._emulator = Emulator(columns, rows)
        self._news = threading.Condition()
        self._seen = 0
        self._ended = False
        self._status: int | None = None
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            _become(argv, env, columns, rows, folder)
        self._wake, self._waker = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    # reading ---------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._wake], [], [])
            if self._wake in ready:
                break
            try:
                data = os.read(self._master, 65_536)
            except OSError:  # Linux says EIO when the last program has closed its side
                data = b""
            if not data:
                break
            with self._news:
                self._emulator.feed(data)
                self._seen += 1
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _changed(self, timeout: float) -> bool:
        with self._news:
            if self._checked == self._seen and not self._ended:
                self._news.wait_for(lambda: self._checked != self._seen or self._ended, timeout)
            return not self._ended or self._checked != self._seen

    _checked = -1

    def screen(self) -> list[str]:
        """Return the rows as they stand."""
        with self._news:
            self._checked = self._seen
            return self._emulator.rows()

    @property
    def raw(self) -> bytes:
        """Every byte the program has written."""
        with self._news:
            return bytes(self._emulator.raw)

    @property
    def emulator(self) -> Emulator:
        """The emulator: cursor, modes, clipboard, title, bells."""
        return self._emulator

    @property
    def cooked(self) -> bool:
        """Whether the line echoes and edits as a shell needs it: no program holds it in raw mode."""
        flags = termios.tcgetattr(self._master)[3]
        return bool(flags & termios.ECHO and flags & termios.ICANON and flags & termios.ISIG)

    def settle(self, quiet: float = 0.3, timeout: float = PATIENCE) -> int:
        """Wait until nothing was written for `quiet` seconds; returns how many bytes there are by then."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            with self._news:
                seen = self._seen
                if self._ended or not self._news.wait_for(lambda: self._seen != seen or self._ended, quiet):  # noqa: B023
                    return len(self._emulator.raw)
        raise AssertionError(f"still writing after {timeout} s:\n{self.text}")

    def wait_clipboard(self, text: str, timeout: float = PATIENCE) -> None:
        """Wait until the terminal's clipboard, as set by OSC 52, is exactly `text`."""
        self.wait_for(lambda _rows: self._emulator.clipboard == text, timeout)

    # acting ----------------------------------------------------------------------------------------------------

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        while data:
            data = data[os.write(self._master, data) :]

    def type(self, text: str) -> None:
        """Type characters."""
        self.send(text.replace("\n", "\r").encode())

    def paste(self, text: str) -> None:
        """Paste text, bracketed if the program asked for that."""
        body = text.replace("\n", "\r").encode()
        self.send(b"\x1b[200~" + body + b"\x1b[201~" if self._emulator.modes.get(2004) else body)

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        for key in keys:
            self.send(keyboard.xterm(key))

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size; the kernel tells the program."""
        with self._news:
            self._emulator.resize(columns, rows)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def signal(self, number: signal.Signals) -> None:
        """Send the program a signal."""
        os.kill(self.pid, number)

    # ending ----------------------------------------------------------------------------------------------------

    def hangup(self) -> None:
        """Close our side: the kernel sends SIGHUP, and the program's terminal is gone."""
        if self._master < 0:
            return
        os.write(self._waker, b"x")
        self._reader.join(PATIENCE)
        os.close(self._master)
        self._master = -1

    @property
    def exit_status(self) -> int | None:
        """How the program ended, None while it runs; negative for a signal."""
        if self._status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._status = os.waitstatus_to_exitcode(status)
        return self._status

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Wait for the program to end.

        Raises:
            AssertionError: It still runs.
        """
        end = time.monotonic() + timeout
        while (status := self.exit_status) is None:
            if time.monotonic() > end:
                raise AssertionError(f"still running after {timeout} s:\n{self.text}")
            time.sleep(0.01)
        if self._master >= 0:
            self._reader.join(1)  # the last bytes
        return status

    def close(self) -> None:
        """Kill what is left and let go of the terminal."""
        if self.exit_status is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self._status = -signal.SIGKILL
        self.hangup()
        for number in (self._wake, self._waker):
            with contextlib.suppress(OSError):
                os.close(number)


def _become(argv: Sequence[str], env: Mapping[str, str], columns: int, rows: int, folder: Path | None) -> None:
    """Turn the forked child into the program; never returns."""
    try:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if folder is not None:
            os.chdir(folder)
        os.execvpe(argv[0], list(argv), dict(env))
    except BaseException as error:  # nothing of the test may go on in this process
        os.write(2, f"cannot start {argv[0]}: {error}\n".encode())
    os._exit(127)
