"""A quick look at the tasks on disk, for commands that read, print and end: no TinyDB, no lock, nothing changed."""

from pathlib import Path
from typing import Any

import msgspec

from qr_tui.core.sorting import newest_first
from qr_tui.core.task import Task
from qr_tui.store import codec, migrations


class _File(msgspec.Struct):
    meta: dict[str, dict[str, Any]]
    tasks: dict[str, Task] = {}


def peek(path: Path) -> list[Task] | None:
    """Return the tasks on the list, newest first, if the file at `path` is whole and of this version.

    None says that it is not, or is not there: `TaskStore.open` knows what to do and what to tell.
    """
    try:
        data = path.read_bytes()
        file = msgspec.json.decode(data, type=_File) if codec.is_whole(data) else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if file is None or file.meta.get("1", {}).get("schema") != migrations.SCHEMA:
        return None
    if any(task.key != key for key, task in file.tasks.items()):
        return None
    return newest_first(task for task in file.tasks.values() if task.removed_at is None)
