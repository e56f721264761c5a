"""A program in a real pseudo-terminal, with every byte it writes counted and timed."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from typing import Self


class Program:
    """A program in a pty of `rows` × `columns`; the clock starts just before exec."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], *, rows: int = 40, columns: int = 120) -> None:
        size = struct.pack("HHHH", rows, columns, 0, 0)
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, size)
            os.execvpe(command[0], list(command), dict(env))
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, size)
        self.seen = bytearray()
        self._ended = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.fd)

    def read(self, seconds: float) -> int:
        """Read what comes within `seconds`; return how many bytes came, -1 if the program has ended."""
        ready, _, _ = select.select([self.fd], [], [], max(0.0, seconds))
        if not ready:
            return 0
        try:
            data = os.read(self.fd, 65_536)
        except OSError:
            return -1
        if b"\x1b[6n" in data:  # it asks where the cursor is; a terminal answers
            os.write(self.fd, b"\x1b[1;1R")
        self.seen += data
        return len(data) or -1

    def until(self, word: bytes, seconds: float = 20.0) -> float:
        """Return seconds from exec until `word` was written.

        Raises:
            TimeoutError: It never was.
        """
        end = time.perf_counter() + seconds
        while word not in self.seen:
            left = end - time.perf_counter()
            if left <= 0 or self.read(left) < 0:
                raise TimeoutError(f"{word!r} was not drawn; the last bytes were {bytes(self.seen[-300:])!r}")
        return time.perf_counter() - self.started

    def quiet(self, gap: float = 0.3, most: float = 10.0) -> int:
        """Read until nothing comes for `gap` seconds; return how many bytes came."""
        before, end = len(self.seen), time.perf_counter() + most
        while time.perf_counter() < end and self.read(gap) > 0:
            pass
        return len(self.seen) - before

    def count(self, seconds: float) -> int:
        """Return how many bytes come within `seconds`."""
        before, end = len(self.seen), time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            if self.read(left) < 0:
                break
        return len(self.seen) - before

    def until_new(self, word: bytes, seconds: float = 5.0) -> float:
        """Return how long it takes from now until `word` is written once more.

        Raises:
            TimeoutError: It is not.
        """
        before, started = len(self.seen), time.perf_counter()
        while word not in self.seen[before:]:
            left = started + seconds - time.perf_counter()
            if left <= 0 or self.read(left) < 0:
                raise TimeoutError(f"{word!r} was not drawn")
        return time.perf_counter() - started

    def press(self, keys: bytes) -> None:
        """Type."""
        os.write(self.fd, keys)

    def cpu(self) -> float:
        """Return processor seconds used so far (Linux)."""
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as file:  # noqa: PTH123 -- a file of the kernel
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Return the bytes it holds in memory (Linux)."""
        return self._kernel("status", "VmRSS:") * 1024

    def written(self) -> int:
        """Return the bytes it has let the disk write so far (Linux; nothing on a file system in memory)."""
        return self._kernel("io", "write_bytes:")

    def end(self, seconds: float = 20.0) -> float:
        """Return how long it takes until the program has ended, reading what it still writes.

        Raises:
            TimeoutError: It does not end.
        """
        started = time.perf_counter()
        while time.perf_counter() - started < seconds:
            if self.read(0.05) < 0 and os.waitpid(self.pid, os.WNOHANG)[0]:
                self._ended = True
                return time.perf_counter() - started
        raise TimeoutError("it does not end")

    def _kernel(self, file: str, name: str) -> int:
        with open(f"/proc/{self.pid}/{file}", encoding="ascii") as opened:  # noqa: PTH123 -- a file of the kernel
            return next(int(line.split()[1]) for line in opened if line.startswith(name))
