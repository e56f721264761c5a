"""A quick look at the tasks on disk, for commands that read, print and end: no TinyDB, no lock, nothing changed."""

import os
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from qr_tui.core.sorting import newest_first
from qr_tui.core.task import Task
from qr_tui.store import atomic, codec, migrations
from qr_tui.store.journal import Journal, Line, follow, patched
from qr_tui.store.names import IDS, MARK, backup_of, journal_of
from qr_tui.store.revision_mark import RevisionMark


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(codec.HEAD_SIZE)
    except OSError:
        return b""


_TRIES: Final = 3  # how often to read while others make checkpoints


class _File(msgspec.Struct):
    meta: dict[str, dict[str, Any]]
    tasks: dict[str, Task] = {}
    archived: dict[str, dict[str, Any]] = {}


class Peeked(NamedTuple):
    """What the task file and its journal hold.

    Attributes:
        tasks: The live tasks, removed ones too, by key.
        patches: What was changed in archived ones (`store.archived`).
    """

    tasks: dict[str, Task]
    patches: dict[str, dict[str, Any]]

    def listed(self) -> list[Task]:
        """Return the live tasks on the list, newest first."""
        return newest_first(task for task in self.tasks.values() if task.removed_at is None)


def is_blank(path: Path, state: Path) -> bool:
    """Tell whether there never was a task file at `path`, so that there is nothing to open or to bring back.

    `state` is the folder that the store remembers in.
    """
    traces = (path, backup_of(path), state / IDS)
    return not any(map(os.path.lexists, traces)) and not RevisionMark(state / MARK, path.resolve()).read()


def peek(path: Path, state: Path) -> Peeked | None:
    """Return what the file at `path` holds, if it is whole, of this version and the newest known.

    None says that it is not, or is not there, or that an id waits to be put into it: `TaskStore.open` knows what to
    do and what to tell. `state` is the folder that the store remembers in.
    """
    if (state / IDS).exists():
        return None
    peeked: Peeked | None = None
    for _ in range(_TRIES):
        try:
            # read before the files, which only ever grow beyond it
            floor = max(RevisionMark(state / MARK, path.resolve()).read(), codec.head_revision(_head(backup_of(path))))
            stamp = atomic.stamp_of(path)
            data = path.read_bytes()
            file = msgspec.json.decode(data, type=_File) if codec.is_whole(data) else None
            lines = Journal(journal_of(path)).read(anew=True)
            if atomic.stamp_of(path) != stamp:
                continue  # a checkpoint came in between: its journal does not go on from what was read
            if file is not None and lines is not None and not lines.damaged:
                peeked = _brought_forward(file, lines.lines, floor)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return None
        break
    if peeked is None or any(task.key != key for key, task in peeked.tasks.items()):
        return None
    return peeked


def _brought_forward(file: _File, lines: list[Line], floor: int) -> Peeked | None:
    """Return what `file` holds after `lines`; None if they do not go on from it, or are older than `floor`."""
    first = file.meta.get("1", {})
    if first.get("schema") != migrations.SCHEMA or type(first.get("revision")) is not int:
        return None
    document: codec.Document = {codec.META: file.meta, codec.PATCHES: file.archived}
    document, rest = follow(document, lines)
    if rest or codec.revision(document) < floor:
        return None
    tasks = file.tasks
    for line in lines:
        if line.revision > first["revision"]:
            for key in line.drop.get(codec.TASKS, []):
                tasks.pop(key, None)
            for key, task in line.put.get(codec.TASKS, {}).items():
                tasks[key] = msgspec.convert(task, Task)
            for key, fields in line.patch.get(codec.TASKS, {}).items():
                tasks[key] = msgspec.convert(patched(msgspec.to_builtins(tasks[key]), fields), Task)
    return Peeked(tasks, document[codec.PATCHES])
