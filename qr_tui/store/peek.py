"""A quick look at the tasks on disk, for commands that read, print and end: no TinyDB, no lock, nothing changed."""

import os
from pathlib import Path
from typing import Any

import msgspec

from qr_tui.core.sorting import newest_first
from qr_tui.core.task import Task
from qr_tui.store import codec, migrations
from qr_tui.store.names import JOURNAL, MARK, backup_of
from qr_tui.store.revision_mark import RevisionMark


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(codec.HEAD_SIZE)
    except OSError:
        return b""


class _File(msgspec.Struct):
    meta: dict[str, dict[str, Any]]
    tasks: dict[str, Task] = {}


def is_blank(path: Path, state: Path) -> bool:
    """Tell whether there never was a task file at `path`, so that there is nothing to open or to bring back.

    `state` is the folder that the store remembers in.
    """
    traces = (path, backup_of(path), state / JOURNAL)
    return not any(map(os.path.lexists, traces)) and not RevisionMark(state / MARK, path.resolve()).read()


def peek(path: Path, state: Path) -> list[Task] | None:
    """Return the tasks on the list, newest first, if the file at `path` is whole, of this version and the newest known.

    None says that it is not, or is not there, or that an id waits to be put into it: `TaskStore.open` knows what to
    do and what to tell. `state` is the folder that the store remembers in.
    """
    try:
        if (state / JOURNAL).exists():
            return None
        # read before the file, which only ever grows beyond it
        floor = max(RevisionMark(state / MARK, path.resolve()).read(), codec.head_revision(_head(backup_of(path))))
        data = path.read_bytes()
        file = msgspec.json.decode(data, type=_File) if codec.is_whole(data) else None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if file is None or file.meta.get("1", {}).get("schema") != migrations.SCHEMA:
        return None
    if file.meta["1"].get("revision", 0) < floor:
        return None
    if any(task.key != key for key, task in file.tasks.items()):
        return None
    return newest_first(task for task in file.tasks.values() if task.removed_at is None)
