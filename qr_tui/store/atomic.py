"""Replacing a file so that at every instant a whole one stands under its name or its backup's."""

import errno
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

_NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS})


class Stamp(NamedTuple):
    """What tells one version of a file from another without reading it."""

    inode: int
    mtime_ns: int
    size: int


def stamp_of(path: Path) -> Stamp | None:
    """Return the stamp of `path`, None if nothing stands there."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return Stamp(stat.st_ino, stat.st_mtime_ns, stat.st_size)


def stamp_of_fd(fd: int) -> Stamp:
    """Return the stamp of the open file `fd`."""
    stat = os.fstat(fd)
    return Stamp(stat.st_ino, stat.st_mtime_ns, stat.st_size)


def replace(path: Path, data: bytes, *, backup: Path | None) -> Stamp:
    """Make `data` the content of `path` (0600), on disk when this returns; the old content becomes `backup`.

    The caller holds a lock. The temporary file has a fixed name, so killed writers leave at most one behind.

    Raises:
        OSError: It could not be done; then the old content stands.
    """
    temporary = path.with_name(f"{path.name}.tmp")
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        try:
            stamp = _write(temporary, data)
            if backup is not None:
                copy_name(path, backup)
            temporary.replace(path)
        except BaseException:
            _tidy(path, temporary, backup)
            raise
        try:
            _sync_folder(folder)
        except OSError:
            # it may not last, so it must not be seen either: a person who is told "failed" will send again
            if backup is not None:
                with suppress(OSError):
                    copy_name(backup, path)
            raise
    finally:
        os.close(folder)
    return stamp


def copy_name(path: Path, other: Path) -> None:
    """Make `other` a second name of the file `path`; where hard links are unknown, its only name.

    Raises:
        OSError: Neither worked.
    """
    link = other.with_name(f"{other.name}.tmp")
    link.unlink(missing_ok=True)
    try:
        os.link(path, link)
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EOPNOTSUPP):
            raise
        path.replace(other)
        return
    try:
        link.replace(other)
    finally:
        link.unlink(missing_ok=True)  # still there when both were names of one file already


def _write(path: Path, data: bytes) -> Stamp:
    path.unlink(missing_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(fd, "wb", buffering=0) as file:  # noqa: PTH123 -- a descriptor, not a path
        view = memoryview(data)
        while view:
            view = view[file.write(view) :]
        # the kernel's own time moves in ticks of milliseconds; two quick writes must not share a stamp
        now = time.time_ns()
        os.utime(fd, ns=(now, now))
        _sync(fd)
        return stamp_of_fd(fd)


def _sync(fd: int) -> None:
    full = getattr(fcntl, "F_FULLFSYNC", None)  # macOS: fsync alone leaves it in the drive's cache
    if full is not None:
        with suppress(OSError):
            fcntl.fcntl(fd, full)
            return
    os.fsync(fd)


def _sync_folder(fd: int) -> None:
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise


def _tidy(path: Path, temporary: Path, backup: Path | None) -> None:
    with suppress(OSError):
        temporary.unlink(missing_ok=True)
    if backup is not None and not path.exists():
        with suppress(OSError):
            backup.replace(path)
