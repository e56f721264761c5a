"""Locks between processes: flock on a file, let go by the kernel when its holder dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path

SHORTEST_WAIT = 0.001
LONGEST_WAIT = 0.02


class FileLock:
    """An exclusive lock on the file at `path`, which is made (0600) when missing.

    Child programs do not inherit it. Not for sharing between threads.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.fd: int | None = None

    def acquire(self, patience: float = 0.0) -> bool:
        """Take the lock, trying for at most `patience` seconds; False if another holder kept it.

        Raises:
            OSError: The file cannot be made or locked.
        """
        deadline, wait = time.monotonic() + patience, SHORTEST_WAIT
        while True:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _names(self.path, fd):
                    self.fd, fd = fd, -1
                    return True
                # swept away between open and lock: whoever comes next would lock another file
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    return False
                time.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
            finally:
                if fd >= 0:
                    os.close(fd)

    def seize(self) -> None:
        """Take the lock from a holder that does not let go: it finds another file in the place of its own.

        Raises:
            OSError: The file cannot be made or locked.
        """
        self.release()
        fresh = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fresh.replace(self.path)  # locked before it stands there: nobody else can be quicker
        except BaseException:
            os.close(fd)
            raise
        self.fd = fd

    @property
    def held(self) -> bool:
        """Whether we hold it, and the file still stands where others look for it."""
        return self.fd is not None and _names(self.path, self.fd)

    def release(self) -> None:
        """Let go; harmless when it is not held."""
        if self.fd is not None:
            fd, self.fd = self.fd, None
            os.close(fd)


def is_locked(path: Path) -> bool:
    """Tell whether some process holds the lock on `path`; a missing file is not locked."""
    try:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
    return False


def _names(path: Path, fd: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(fd))
    except FileNotFoundError:
        return False
