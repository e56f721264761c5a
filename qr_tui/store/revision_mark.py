"""The highest revision of the task file ever seen here, kept outside it: what is older is not believed."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from qr_tui import paths

_LONGEST: Final = 8_192  # bytes: a number and a path


class RevisionMark:
    """A small file that outlives the task file's being put back.

    Not synced: a task file without its mark is taken for one that was carried here, and what it holds as queued is
    left to a person.

    Args:
        path: The file; None remembers nothing.
        store: The task file that it is about; another one's revisions say nothing about it.
    """

    def __init__(self, path: Path | None, store: Path) -> None:
        self._path = path
        self._store = os.fsencode(store)

    @property
    def enabled(self) -> bool:
        """Whether anything is kept at all."""
        return self._path is not None

    def read(self) -> int:
        """Return the highest revision seen, 0 when none is known."""
        if self._path is None:
            return 0
        try:
            with self._path.open("rb") as file:
                number, _, store = file.read(_LONGEST).rstrip(b"\n").partition(b" ")
        except OSError:
            return 0
        return int(number) if store == self._store and number.isdigit() and len(number) <= 20 else 0

    def remember(self, revision: int) -> None:
        """Take `revision` as seen; the caller holds the task file's lock. A disk that refuses is no failure."""
        if self._path is None:
            return
        with suppress(OSError):
            paths.make(self._path.parent)
            fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                data = b"%020d %s\n" % (revision, self._store)
                os.pwrite(fd, data, 0)
                os.ftruncate(fd, len(data))
            finally:
                os.close(fd)
