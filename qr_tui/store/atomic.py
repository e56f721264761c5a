"""Replacing a file so that at every instant a whole one stands under its name or its backup's."""

import errno
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from qr_tui import files


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
    try:
        stamp = _write(temporary, data)
        if backup is not None:
            copy_name(path, backup)
        temporary.replace(path)
    except BaseException:
        _restore(path, temporary, backup)
        raise
    try:
        files.sync_folder(path.parent)
    except OSError:
        # it may not last, so it must not be seen either: a person who is told "failed" will send again
        if backup is not None:
            with suppress(OSError):
                copy_name(backup, path)
        raise
    return stamp


def copy_name(path: Path, other: Path, *, move: bool = True) -> None:
    """Make `other` a second name of the file `path`; where hard links are unknown, its only name.

    Without `move` it is a copy there.

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
        if move:
            path.replace(other)
            return
        files.write_new(link, path.read_bytes())
    try:
        link.replace(other)
    finally:
        link.unlink(missing_ok=True)  # still there when both were names of one file already


def _write(path: Path, data: bytes) -> Stamp:
    stamps: list[Stamp] = []

    def stamp(fd: int) -> None:
        # the kernel's own time moves in ticks of milliseconds; two quick writes must not share a stamp
        now = time.time_ns()
        os.utime(fd, ns=(now, now))
        stamps.append(stamp_of_fd(fd))

    path.unlink(missing_ok=True)
    files.write_new(path, data, before_sync=stamp)
    return stamps[0]


def _restore(path: Path, temporary: Path, backup: Path | None) -> None:
    with suppress(OSError):
        temporary.unlink(missing_ok=True)
    if backup is not None and not path.exists():
        with suppress(OSError):
            backup.replace(path)
