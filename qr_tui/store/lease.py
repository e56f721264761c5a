"""Who may poll, and which processes live: answered by the kernel's locks, so no clock is asked."""

import os
import re
import secrets
import socket
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from qr_tui.core.failures import Kind, Trouble
from qr_tui.paths import make
from qr_tui.store.locks import FileLock, is_locked

PATIENCE: Final = 5.0  # seconds; a newcomer's own file is busy only while another process sweeps
INSTANCE: Final = re.compile(r"[0-9a-z-]{1,40}")


class Lease:
    """The right to poll one store: one process at most has it, and it is free when that process is gone."""

    def __init__(self, path: Path) -> None:
        self._lock = FileLock(path)

    def acquire(self) -> bool:
        """Take the lease if it is free, without waiting; True if it is ours now.

        Raises:
            Trouble: The lock file cannot be used (STORE).
        """
        if self.held:
            return True
        self._lock.release()
        try:
            make(self._lock.path.parent)
            if not self._lock.acquire() or self._lock.fd is None:
                return False
            since = datetime.now(UTC).isoformat(timespec="seconds")
            words = f"pid {os.getpid()} on {socket.gethostname()} since {since}"
            with suppress(OSError):  # it only informs: a full disk must not stop the polling
                os.ftruncate(self._lock.fd, 0)
                os.pwrite(self._lock.fd, words.encode(errors="replace"), 0)
        except OSError as error:
            self._lock.release()
            raise Trouble(Kind.STORE, f"{self._lock.path}: {error.strerror}") from error
        return True

    def release(self) -> None:
        """Let another process poll."""
        self._lock.release()

    @property
    def held(self) -> bool:
        """Whether it is ours."""
        return self._lock.held

    def owner(self) -> str | None:
        """Return who has it (process, host, since when; for people only), None if nobody has."""
        try:
            if not self.held and not is_locked(self._lock.path):
                return None
            return self._lock.path.read_bytes()[:200].decode(errors="replace")
        except OSError:
            return None


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
