"""Who may poll, and which processes live: answered by the kernel's locks, so no clock is asked."""

import os
import re
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from qr_tui.core.failures import Kind, Trouble
from qr_tui.paths import make
from qr_tui.store.locks import FileLock, is_locked

PATIENCE: Final = 5.0  # seconds; a newcomer's own file is busy only while another process sweeps
_BEAT: Final = "beat "
INSTANCE: Final = re.compile(r"[0-9a-z-]{1,40}")


class Owner(NamedTuple):
    """Who holds a lease.

    Attributes:
        words: Process, host, since when; for people only.
        silent: Seconds since it last showed that it lives; None when it does not tell.
    """

    words: str
    silent: float | None


class Lease:
    """The right to poll one store: one process at most has it, and it is free when that process is gone.

    The holder shows by `beat` that it lives. One that is stopped, or stuck, is silent: after `patience` seconds another
    process takes the lease from it, and `held` tells it so when it goes on.

    Args:
        path: The lock file.
        patience: Seconds of silence after which a holder is replaced; None never replaces one.
        steady: Seconds that no clock change moves, the same for all processes of this machine.
    """

    def __init__(
        self, path: Path, *, patience: float | None = None, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._lock = FileLock(path)
        self._patience = patience
        self._steady = steady
        self._words = b""
        self._heard: bytes | None = None
        self._heard_at = 0.0
        self._silence = 0.0

    def acquire(self) -> bool:
        """Take the lease if it is free, or its holder has been silent for too long; True if it is ours now.

        Never waits.

        Raises:
            Trouble: The lock file cannot be used (STORE).
        """
        if self.held:
            return True
        self._lock.release()
        try:
            make(self._lock.path.parent)
            if not self._lock.acquire():
                if not self._is_silent():
                    return False
                self._lock.seize()
        except OSError as error:
            self._lock.release()
            raise Trouble(Kind.STORE, f"{self._lock.path}: {error.strerror}") from error
        self._heard = None
        since = datetime.now(UTC).isoformat(timespec="seconds")
        self._words = f"pid {os.getpid()} on {socket.gethostname()} since {since}".encode(errors="replace")
        if self._lock.fd is not None:
            with suppress(OSError):  # it only informs: a full disk must not stop the polling
                os.ftruncate(self._lock.fd, 0)
        self.beat()
        return True

    def beat(self) -> None:
        """Show that the holder lives; nothing when it is not ours."""
        if self._lock.fd is not None:
            with suppress(OSError):
                os.pwrite(self._lock.fd, self._words + b"\n" + f"{_BEAT}{self._steady():.3f}\n".encode(), 0)

    def release(self) -> None:
        """Let another process poll."""
        self._lock.release()

    @property
    def held(self) -> bool:
        """Whether it is ours."""
        return self._lock.held

    def owner(self) -> Owner | None:
        """Return who has it, None if nobody has."""
        try:
            if not self.held and not is_locked(self._lock.path):
                return None
            words, _, beat = self._read().decode(errors="replace").partition("\n")
        except OSError:
            return None
        try:
            silent = max(0.0, self._steady() - float(beat.strip().removeprefix(_BEAT)))
        except ValueError:
            silent = None
        return Owner(words, silent)

    def _is_silent(self) -> bool:
        """Tell whether the holder has shown no life for longer than our patience, while we were awake to see it.

        What counts is that its sign does not change: no two clocks are compared. Of the time between two looks of ours
        a third of the patience counts at most, so that a process that has itself been stopped accuses nobody.
        """
        if self._patience is None:
            return False
        now, sign = self._steady(), self._read()
        if sign != self._heard:
            self._heard, self._silence = sign, 0.0
        else:
            self._silence += min(now - self._heard_at, self._patience / 3)
        self._heard_at = now
        return self._silence >= self._patience

    def _read(self) -> bytes:
        with self._lock.path.open("rb") as file:
            return file.read(400)


class Presence:
    """Which processes on this store live: each holds a lock on a file named after it in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.instance: Final = f"{os.getpid()}-{secrets.token_hex(6)}"
        self._folder = folder
        self._lock = FileLock(folder / f"{self.instance}.lock")

    def enter(self) -> None:
        """Be known as living from now on, and sweep away what dead processes left.

        Raises:
            Trouble: The folder cannot be used (STORE).
        """
        if self._lock.held:
            return
        try:
            make(self._folder)
            if not self._lock.acquire(PATIENCE):
                raise Trouble(Kind.STORE, str(self._lock.path))
            self._sweep()
        except OSError as error:
            self._lock.release()
            raise Trouble(Kind.STORE, f"{self._folder}: {error.strerror}") from error

    def leave(self) -> None:
        """Be gone."""
        if self._lock.held:
            with suppress(OSError):
                self._lock.path.unlink()
        self._lock.release()

    def alive(self, instance: str) -> bool:
        """Tell whether the process called `instance` lives and has entered; an odd name does not."""
        if instance == self.instance:
            return self._lock.held
        if not INSTANCE.fullmatch(instance):
            return False
        try:
            return is_locked(self._folder / f"{instance}.lock")
        except OSError:
            return True  # cannot tell: never take a living sender for a dead one

    def _sweep(self) -> None:
        for path in self._folder.glob("*.lock"):
            if path == self._lock.path:
                continue
            lock = FileLock(path)
            with suppress(OSError):
                if lock.acquire():
                    path.unlink()
            lock.release()
