"""The tasks on disk: the only durable record of what costs money. Every writer goes through here."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from qr_tui import paths
from qr_tui.core.events import Notice
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.sorting import newest_first
from qr_tui.core.task import Task, advance
from qr_tui.core.text.messages import counted
from qr_tui.store import documents
from qr_tui.store.changes import Change, Delta
from qr_tui.store.codec import TASKS

if TYPE_CHECKING:
    from qr_tui.store.storage import FileStorage, TaskTable

KEEP_REMOVED: Final = 30 * 86_400.0  # seconds a removed task can be brought back, at least


class TaskStore:
    """One store file, shared with other processes, safe to call from any thread.

    Writing blocks until it is on disk. Reading (`tasks`, `get`) never waits for a write: it sees what
    is known to be on disk. Every failure is a `Trouble` of kind STORE, and leaves disk and memory as they were.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        self.path: Final = path
        self._clock = clock
        self._mutex = threading.RLock()
        self._storage: FileStorage | None = None
        self._table: TaskTable | None = None
        # replaced, never altered, so that readers in other threads need no lock
        self._tasks: dict[str, Task] = {}
        self._list: list[Task] = []
        self._documents: dict[str, Any] = {}
        self._unreadable: frozenset[str] = frozenset()
        self._foreign: set[str] = set()  # what others changed and `refresh` has not yet told

    # life ----------------------------------------------------------------------------------------------
    def open(self) -> list[Notice]:
        """Read the file, made (0600) with its folder (0700) when missing; return what a person must be told.

        A damaged file is put aside and the backup used, an older one migrated; what was removed long ago goes.

        Raises:
            Trouble: It cannot be read or made, or a newer version wrote it; then it is untouched.
        """
        import tinydb

        from qr_tui.store.storage import FileStorage, TaskTable, plainly

        with self._mutex:
            with plainly(self.path):
                paths.make(self.path.parent)
            storage = FileStorage(self.path, self._clock)
            database = tinydb.TinyDB(storage=lambda: storage)
            database.table_class = TaskTable
            self._storage, self._table = storage, cast("TaskTable", database.table(TASKS))
            with suppress(OSError):
                if storage.path.stat().st_mode & 0o077:
                    storage.path.chmod(0o600)
            storage.load()
            self._take()
            self._foreign.clear()
            with suppress(Trouble):  # on a full or read-only disk it can wait for another day
                self._purge()
            return self.take_notices()

    def close(self) -> None:
        """Let go of the file. Nothing is pending: every change was on disk when its call returned."""
        with self._mutex:
            self._storage = self._table = None

    # reads ---------------------------------------------------------------------------------------------
    def tasks(self, *, removed: bool = False) -> list[Task]:
        """Return the tasks on the list, newest first; with `removed` also those taken off it."""
        return newest_first(self._tasks.values()) if removed else list(self._list)

    def get(self, key: str) -> Task | None:
        """Return the task with this key, even if it was taken off the list."""
        return self._tasks.get(key)

    def take_notices(self) -> list[Notice]:
        """Return what happened since the last call that a person must be told, like damage to the file."""
        with self._mutex:
            if self._storage is None:
                return []
            notices, self._storage.notices = self._storage.notices, []
            return notices

    # writes --------------------------------------------------------------------------------------------
    def add(self, tasks: Sequence[Task], *, check: Callable[[Sequence[Task]], None] | None = None) -> None:
        """Write new tasks, durably.

        Args:
            tasks: With keys of their own.
            check: Called with every task on disk, removed ones too, newest first, while nobody else can
                write; if it raises, nothing is written.

        Raises:
            Trouble: Nothing was written.
            ValueError: A key is taken.
        """
        with self._writing() as new:
            if check is not None:
                check(newest_first(self._tasks.values()))
            for task in tasks:
                if task.key in new or task.key in self._documents:
                    raise ValueError(f"a task with the key {task.key!r} exists")
                new[task.key] = documents.write(task, None, {})

    def apply(self, changes: Sequence[Change]) -> list[Task]:
        """Bring the freshest tasks forward by `changes`, in one durable write for all of them.

        A change is left out if its task is unknown, its `expect` does not hold or its move is not legal; one
        that changes nothing counts as applied. If none changes anything, nothing is written.

        Returns:
            The tasks of the changes that were applied, as they are now, each once.

        Raises:
            Trouble: Nothing was written.
            msgspec.ValidationError: A field has a value of the wrong type; nothing was written.
        """
        with self._writing() as new:
            now = self._clock()
            touched: dict[str, Task] = {}
            for change in changes:
                if "key" in change.fields:
                    raise ValueError("the key of a task never changes")
                task = touched.get(change.key) or self._tasks.get(change.key)
                if task is None or (change.expect is not None and task.status not in change.expect):
                    continue
                moved = advance(task, change.fields, now)
                if moved is not None:
                    touched[change.key] = moved
            for key, task in touched.items():
                if task != self._tasks[key]:
                    new[key] = documents.write(task, self._tasks[key], self._documents[key])
        return [new[key][0] if key in new else task for key, task in touched.items()]

    def refresh(self) -> Delta | None:
        """Return what other processes changed since the last call, None if nothing. Costs one stat if so.

        Raises:
            Trouble: The file can no longer be read, or a newer version has written it.
        """
        with self._mutex:
            storage = self._opened()
            if storage.changed:
                storage.load()
                self._take()
            if not self._foreign:
                return None
            keys, self._foreign = self._foreign, set()
            listed = [task for task in self._list if task.key in keys]
            return Delta(tuple(listed), tuple(sorted(keys - {task.key for task in listed})))

    # inside --------------------------------------------------------------------------------------------
    @contextmanager
    def _writing(self) -> Iterator[dict[str, tuple[Task, dict[str, Any]]]]:
        """Hold both locks with the freshest tasks in memory; what the block leaves in the dict is written.

        Memory claims it when it is on disk, and only then.
        """
        with self._mutex:
            new: dict[str, tuple[Task, dict[str, Any]]] = {}
            with self._opened().transaction():
                self._take()
                yield new
                if new and self._table is not None:
                    self._table.put({key: document for key, (_, document) in new.items()})
            if new:
                self._set(self._tasks | {key: task for key, (task, _) in new.items()})

    def _opened(self) -> "FileStorage":
        if self._storage is None:
            raise Trouble(Kind.STORE, str(self.path))
        return self._storage

    def _take(self) -> None:
        """Bring memory up to what the storage has read, and remember what others changed."""
        stored = self._opened().known[TASKS]
        if stored is self._documents:
            return
        tasks: dict[str, Task] = {}
        unreadable: set[str] = set()
        for key, document in stored.items():
            known = self._tasks.get(key)
            if known is not None and document == self._documents.get(key):
                tasks[key] = known
                continue
            try:
                tasks[key] = documents.read(key, document)
            except msgspec.ValidationError:
                unreadable.add(key)
        before = {task.key: task for task in self._list}
        self._set(tasks)
        after = {task.key: task for task in self._list}
        self._foreign |= {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        self._tell_unreadable(frozenset(unreadable))

    def _set(self, tasks: dict[str, Task]) -> None:
        self._tasks, self._documents = tasks, self._opened().known[TASKS]
        self._list = newest_first(task for task in tasks.values() if task.removed_at is None)

    def _tell_unreadable(self, keys: frozenset[str]) -> None:
        """Say which documents this version cannot read; they stay in the file as they are."""
        fresh, self._unreadable = keys - self._unreadable, keys
        if fresh:
            text = counted(
                "{file}: {n} task cannot be read by this version; it stays in the file as it is.",
                "{file}: {n} tasks cannot be read by this version; they stay in the file as they are.",
                len(fresh),
                {"file": str(self.path)},
            )
            self._opened().notices.append(Notice(Kind.STORE, text))

    def _purge(self) -> None:
        """Drop what was removed long ago and is final; never what is unfinished or waits for a decision."""
        limit = self._clock() - KEEP_REMOVED

        def old(task: Task) -> bool:
            return task.final and task.removed_at is not None and task.removed_at < limit

        if not any(map(old, self._tasks.values())):
            return
        with self._opened().transaction():
            self._take()
            keys = [key for key, task in self._tasks.items() if old(task)]
            if keys and self._table is not None:
                self._table.drop(keys)
        self._set({key: task for key, task in self._tasks.items() if key not in keys})
