"""Where an id is written down when the task file cannot take it: one line each, on disk before anything else."""

import logging
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from qr_tui import files, paths
from qr_tui.store.locks import FileLock

PATIENCE: Final = 2.0  # seconds; another process holds the lock for one small write
log = logging.getLogger(__name__)


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An id that was paid for, and what is needed to make a task of it should its own be gone.

    Attributes:
        key: The task it was made for.
        id: The provider's.
        host: The base URL that gave it.
        at: When, in Unix seconds.
        created: The answer that it stood in.
    """

    key: str
    id: str
    host: str
    at: float
    account: str = ""
    model: str = ""
    prompt: str = ""
    provider_status: str = ""
    created: str | None = None
    id_candidates: tuple[str, ...] = ()


class IdJournal:
    """A file of entries, shared between processes. A line that was cut short is passed over; twice does no harm."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._lock_path = path.with_name(f"{path.name}.lock")

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to read. Costs one stat."""
        try:
            return self.path.stat().st_size == 0
        except OSError:
            return True

    def append(self, entries: Sequence[Entry], *, sync: bool = True) -> None:
        """Write `entries` down; with `sync` they are on disk when this returns.

        Raises:
            OSError: They are not.
        """
        data = b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries)
        paths.make(self.path.parent)
        with self._locked():
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                size = os.fstat(fd).st_size
                if size and os.pread(fd, 1, size - 1) != b"\n":
                    data = b"\n" + data  # the line before was cut short
                try:
                    written = 0
                    while written < len(data):
                        written += os.write(fd, data[written:])
                    if sync:
                        os.fsync(fd)
                        files.sync_folder(self.path.parent)
                except OSError:
                    os.ftruncate(fd, size)
                    raise
            finally:
                os.close(fd)

    def entries(self) -> list[Entry]:
        """Return what is written down, in order.

        Raises:
            OSError: It cannot be read.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return []
        found = []
        for line in data.splitlines():
            try:
                found.append(msgspec.json.decode(line, type=Entry))
            except (msgspec.DecodeError, UnicodeDecodeError):
                if line.strip():
                    log.warning("%s: a line that cannot be read: %r", self.path, line[:400])
        return found

    def forget(self, entries: Collection[Entry]) -> None:
        """Drop `entries`, which are in the task file by now; whatever came since stays.

        Raises:
            OSError: It cannot be done; nothing is lost by that.
        """
        with self._locked():
            rest = [entry for entry in self.entries() if entry not in entries]
            if rest:
                files.write_private(self.path, b"".join(msgspec.json.encode(entry) + b"\n" for entry in rest))
            else:
                self.path.unlink(missing_ok=True)

    def shorten(self, size: int) -> None:
        """Drop the older half when there are more than `size` bytes.

        Raises:
            OSError: It cannot be done.
        """
        if not self.is_empty and self.path.stat().st_size > size:
            entries = self.entries()
            self.forget(entries[: len(entries) // 2])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = FileLock(self._lock_path)
        if not lock.acquire(PATIENCE):
            raise TimeoutError(None, "another process keeps it locked", str(self.path))
        try:
            yield
        finally:
            lock.release()
