"""Small private files, written whole or not at all."""

import errno
import fcntl
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from qr_tui import paths

_NO_FOLDER_SYNC: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.ENOSYS})


def write_private(path: Path, content: bytes) -> None:
    """Put `content` into `path` for this user alone (0600), in one step that a crash cannot cut in two.

    A symbolic link is followed, so that a file kept elsewhere stays where it is kept.

    Raises:
        OSError: It cannot be written; what was there is untouched.
    """
    path = path.resolve()
    folder = paths.make(path.parent)
    temporary = folder / f".{path.name}.{os.urandom(4).hex()}.tmp"
    try:
        write_new(temporary, content)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    with suppress(OSError):  # the content is safe already; only its new name may not last
        sync_folder(folder)


def write_new(path: Path, content: bytes, *, before_sync: Callable[[int], None] | None = None) -> None:
    """Write a new file (0600) and return once its content is on disk.

    Args:
        path: Where nothing stands yet.
        content: All of it.
        before_sync: Called with the descriptor once everything is written, before it is made durable.

    Raises:
        OSError: It exists, or cannot be written; then a part of it may be left behind.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        if before_sync is not None:
            before_sync(handle)
        _sync(handle)


def write_at(handle: int, content: bytes, place: int) -> None:
    """Write all of `content` at `place` of an open file.

    Raises:
        OSError: It cannot be written; a part of it may be there.
    """
    while content:
        written = os.pwrite(handle, content, place)
        content, place = content[written:], place + written


def sync_data(handle: int) -> None:
    """Return once the content of an open file is on disk; times that nobody needs may follow later.

    Raises:
        OSError: It failed.
    """
    if hasattr(fcntl, "F_FULLFSYNC") or not hasattr(os, "fdatasync"):
        _sync(handle)
    else:
        os.fdatasync(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable, where its file system can do that at all.

    Raises:
        OSError: It failed.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def _sync(handle: int) -> None:
    full = getattr(fcntl, "F_FULLFSYNC", None)  # macOS: fsync alone leaves it in the drive's cache
    if full is not None:
        with suppress(OSError):
            fcntl.fcntl(handle, full)
            return
    os.fsync(handle)
