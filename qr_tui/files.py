"""Small private files, written whole or not at all."""

import os
import secrets
from pathlib import Path

from qr_tui import paths


def write_private(path: Path, content: bytes) -> None:
    """Put `content` into `path` for this user alone (0600), in one step that a crash cannot cut in two.

    A symbolic link is followed, so that a file kept elsewhere stays where it is kept.

    Raises:
        OSError: It cannot be written; what was there is untouched.
    """
    path = path.resolve()
    folder = paths.make(path.parent)
    beside = folder / f".{path.name}.{secrets.token_hex(4)}.tmp"
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync(folder)


def _sync(folder: Path) -> None:
    """Make the new name durable, where the file system can; the content is safe already."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)
