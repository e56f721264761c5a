"""The tasks on disk: the only durable record of what costs money. Every writer goes through here."""

import logging
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
from qr_tui.core.task import Failure, HistoryEntry, Status, Task, advance, new_key
from qr_tui.core.text.messages import N_, Message, counted
from qr_tui.store import documents
from qr_tui.store.changes import Change, Delta, Fact
from qr_tui.store.codec import TASKS
from qr_tui.store.id_journal import Entry, IdJournal
from qr_tui.store.names import IDS, MARK, RECENT_IDS

if TYPE_CHECKING:
    from qr_tui.store.storage import FileStorage, TaskTable

log = logging.getLogger(__name__)

AT_ONCE: Final = 0.1  # seconds to wait for the lock where what is to be written is safe already
RECENT_AGE: Final = 25 * 86_400.0  # seconds: less than it takes until a removed task is dropped for good
RECENT_SIZE: Final = 512 * 1024  # bytes
TWICE: Final = N_("the provider answered with the id of another task here: {id}")
KEEP_REMOVED: Final = 30 * 86_400.0  # seconds a removed task can be brought back, at least


class TaskStore:
    """One store file, shared with other processes, safe to call from any thread.

    Writing blocks until it is on disk. Reading (`tasks`, `get`) never waits for a write: it sees what
    is known to be on disk. Every failure is a `Trouble` of kind STORE, and leaves disk and memory as they were.

    Args:
        path: The file.
        clock: Another clock than the system's.
        state: The folder that remembers how far the file had come, and keeps ids while the file takes none; None does
            without both.
    """

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time, state: Path | None = None) -> None:
        self.path: Final = path
        self._clock = clock
        self._state = state
        self._journal = None if state is None else IdJournal(state / IDS)
        self._recent = None if state is None else IdJournal(state / RECENT_IDS)
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

        A damaged file is put aside and the backup used, an older one migrated; ids that it could not take before are
        put into it; what was removed long ago goes.

        Raises:
            Trouble: It cannot be read or made, or a newer version wrote it; then it is untouched.
        """
        import tinydb

        from qr_tui.store.storage import FileStorage, TaskTable, plainly

        with self._mutex:
            with plainly(self.path):
                paths.make(self.path.parent)
            storage = FileStorage(self.path, self._clock, self._state / MARK if self._state else None)
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
                self._take_in_journal()
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
    def add(self, tasks: Sequence[Task]) -> None:
        """Write new tasks with keys of their own, durably.

        Raises:
            Trouble: Nothing was written.
            ValueError: A key is taken.
        """
        self.make(lambda _known: tasks)

    def make(self, make: Callable[[Sequence[Task]], Sequence[Task]]) -> list[Task]:
        """Write the tasks that `make` returns, durably, and return them.

        Args:
            make: Called with every task on disk, removed ones too, newest first, while nobody else can write. What
                depends on the time reads the clock here: waiting for the lock may have taken long. If it raises,
                nothing is written.

        Raises:
            Trouble: Nothing was written.
            ValueError: A key is taken.
        """
        with self._writing() as new:
            made = list(make(newest_first(self._tasks.values())))
            for task in made:
                if task.key in new or task.key in self._documents:
                    raise ValueError(f"a task with the key {task.key!r} exists")
                new[task.key] = documents.write(task, None, {})
        self._after_write()
        return made

    def apply(self, changes: Sequence[Change], *, check: Callable[[Sequence[Task]], None] | None = None) -> list[Task]:
        """Bring the freshest tasks forward as `apply_each` does.

        Args:
            changes: What is to change.
            check: Called with every task on disk under the lock, before anything changes; if it raises, nothing is
                written.

        Returns:
            The tasks of the changes that were applied, as they are now, each once.

        Raises:
            Trouble: Nothing was written.
            msgspec.ValidationError: A field has a value of the wrong type; nothing was written.
        """
        applied = {task.key: task for task in self.apply_each(changes, check=check) if task is not None}
        return list(applied.values())

    def apply_each(
        self, changes: Sequence[Change], *, check: Callable[[Sequence[Task]], None] | None = None
    ) -> list[Task | None]:
        """Bring the freshest tasks forward by `changes`, in one durable write for all of them.

        A change is left out if its task is unknown, its `expect` does not hold or its move is not legal; one
        that changes nothing counts as applied. If none changes anything, nothing is written.

        Returns:
            For each change its task as it is now, None if that change was left out.

        Raises:
            Trouble: Nothing was written.
            msgspec.ValidationError: A field has a value of the wrong type; nothing was written.
        """
        applied: list[str | None] = []
        touched: dict[str, Task] = {}
        with self._writing() as new:
            if check is not None:
                check(newest_first(self._tasks.values()))
            now = self._clock()
            for change in changes:
                if "key" in change.fields:
                    raise ValueError("the key of a task never changes")
                task = touched.get(change.key) or self._tasks.get(change.key)
                moved = None
                if task is not None and (change.expect is None or task.status in change.expect):
                    moved = advance(task, change.fields, now)
                if moved is not None:
                    touched[change.key] = moved
                applied.append(None if moved is None else moved.key)
            self._put(touched, new)
        self._after_write()
        return [None if key is None else new[key][0] if key in new else touched[key] for key in applied]

    def learn(self, facts: Sequence[Fact]) -> list[Task]:
        """Take in what calls taught, in order, in one durable write for all of it.

        A fact that its task cannot take any more is left out, but never an id: that becomes a task of its own, whose
        parent is the one that it was made for.

        Returns:
            The tasks that took something in, as they are now, each once.

        Raises:
            Trouble: Nothing was written.
        """
        touched: dict[str, Task] = {}
        with self._writing() as new:
            for fact in facts:
                taught = self._taught(fact, touched)
                if taught is not None:
                    touched[taught.key] = taught
            self._put(touched, new)
        self._remember_ids(facts)
        self._after_write()
        return [new[key][0] if key in new else task for key, task in touched.items()]

    def keep_aside(self, facts: Sequence[Fact]) -> None:
        """Write the ids that `facts` carry down outside the file; the next start or write puts them into it.

        Safe to call while another thread waits to write the file.

        Raises:
            OSError: They are not on disk.
        """
        if self._journal is None:
            raise FileNotFoundError(None, "no folder for it", IDS)
        self._journal.append([_entry(fact) for fact in facts if fact.id])

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
            self._after_write()
            if not self._foreign:
                return None
            keys, self._foreign = self._foreign, set()
            listed = [task for task in self._list if task.key in keys]
            return Delta(tuple(listed), tuple(sorted(keys - {task.key for task in listed})))

    # inside --------------------------------------------------------------------------------------------
    @contextmanager
    def _writing(self, patience: float | None = None) -> Iterator[dict[str, tuple[Task, dict[str, Any]]]]:
        """Hold both locks with the freshest tasks in memory; what the block leaves in the dict is written.

        Memory claims it when it is on disk, and only then. `patience` is how many seconds another process may keep
        its lock, when not the usual ones.
        """
        with self._mutex:
            new: dict[str, tuple[Task, dict[str, Any]]] = {}
            with self._opened().transaction(patience):
                self._take()
                yield new
                if new and self._table is not None:
                    self._table.put({key: document for key, (_, document) in new.items()})
            if new:
                self._set(self._tasks | {key: task for key, (task, _) in new.items()})

    def _put(self, touched: dict[str, Task], new: dict[str, tuple[Task, dict[str, Any]]]) -> None:
        """Put what has become of tasks into `new`, as far as it differs from what is on disk."""
        for key, task in touched.items():
            known = self._tasks.get(key)
            if task != known:
                new[key] = documents.write(task, known, self._documents[key] if known else {})

    def _taught(self, fact: Fact, touched: dict[str, Task]) -> Task | None:
        """Return the task that takes `fact` in, its own or one made for it; None if it is left out."""
        task = touched.get(fact.key) or self._tasks.get(fact.key)
        if fact.id is None:
            return advance(task, fact.fields, fact.at) if task is not None and _fits(task, fact.fields) else None
        if task is not None and task.id == fact.id:
            return None  # taken in before, by whoever read it beside the file; the task may have gone on since
        fields = fact.fields
        base = task or fact.origin
        if base is not None and not _fits(base, fields):
            fields = {"status": Status.WAITING, "id": fact.id}
        host = base.base_url if base else fields.get("base_url", "")
        taken = self._holder(fact.id, host, touched) is not None
        if task is not None and task.id is None:
            moved = advance(task, _unclear(fact) if taken else fields, fact.at)
            if moved is not None:
                return moved
        if taken:
            return None
        stray = _stray(fact, fields)
        log.warning("%s could not take the id %s, which is now the task %s", fact.key, fact.id, stray.key)
        return stray

    def _holder(self, task_id: str, base_url: str, touched: dict[str, Task]) -> Task | None:
        """Return the task that has this id at this host already."""
        known = self._tasks | touched
        return next((task for task in known.values() if task.id == task_id and task.base_url == base_url), None)

    def _remember_ids(self, facts: Sequence[Fact]) -> None:
        """Note the ids in `facts` outside the file too, in case an older one is put in its place; not synced."""
        entries = [_entry(fact) for fact in facts if fact.id]
        if self._recent is None or not entries:
            return
        with suppress(OSError):
            self._recent.append(entries, sync=False)
            self._recent.shorten(RECENT_SIZE)

    def _after_write(self) -> None:
        """Put what the file could not take before into it, now that it takes something; else another time."""
        if self._journal is None or (self._journal.is_empty and not self._opened().restored):
            return
        with suppress(Trouble), self._mutex:
            self._take_in_journal()

    def _take_in_journal(self) -> None:
        """Put the ids that were kept aside into the file, and only then drop them there.

        After an older copy had to do, also those that the file had taken before.

        Raises:
            Trouble: The file does not take them; they stay where they are.
        """
        if self._journal is None or self._recent is None:
            return
        storage = self._opened()
        try:
            aside = self._journal.entries()
            recent = self._recent.entries() if storage.restored else []
        except OSError as error:
            log.warning("ids kept aside: %s", error)
            return
        limit = self._clock() - RECENT_AGE
        entries = [*aside, *(entry for entry in recent if entry.at > limit)]
        if entries:
            touched: dict[str, Task] = {}
            with self._writing(AT_ONCE) as new:
                for entry in entries:
                    if self._holder(entry.id, entry.host, touched) is None:
                        taught = self._taught(_fact(entry), touched)
                        if taught is not None:
                            touched[taught.key] = taught
                self._put(touched, new)
            self._foreign |= touched.keys()
        storage.restored = False
        if aside:
            with suppress(OSError):
                self._journal.forget(aside)

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


def _fits(task: Task, fields: dict[str, Any]) -> bool:
    """Tell whether `fields` have the types that a task's have; what a provider says may be anything."""
    try:
        documents.write(msgspec.structs.replace(task, **fields), None, {})
    except (msgspec.ValidationError, TypeError) as error:
        log.error("task %s cannot take %s: %s", task.key, sorted(fields), error)
        return False
    return True


def _unclear(fact: Fact) -> dict[str, Any]:
    """Return what becomes of a task that was answered with the id of another one: a person has to find out."""
    failure = Failure(kind=Kind.LOST_ANSWER, detail=Message(TWICE, {"id": fact.id or ""}))
    own = {"status": Status.UNCONFIRMED, "failure": failure, "sender": None}
    return {name: value for name, value in fact.fields.items() if name in ("raw", "created", "id_candidates")} | own


def _stray(fact: Fact, fields: dict[str, Any]) -> Task:
    """Return a task of its own for the id in `fact`: it was paid for."""
    now = fact.at
    origin = fact.origin or Task(key=fact.key, model="", prompt="", base_url="", created_at=now)
    status = fields.get("status", Status.WAITING)
    own = {
        "status": status,
        "key": new_key(now),
        "parent": fact.key,
        "submitted_at": now,
        "updated_at": now,
        "removed_at": None,
        "history": (*origin.history, HistoryEntry(now, status, fields.get("provider_status", ""))),
    }
    return msgspec.structs.replace(origin, **{**fields, **own})


def _entry(fact: Fact) -> Entry:
    """Return the line that keeps the id in `fact`."""
    origin, fields = fact.origin, fact.fields
    return Entry(
        key=fact.key,
        id=fact.id or "",
        host=origin.base_url if origin else "",
        at=fact.at,
        account=origin.account if origin else "",
        model=origin.model if origin else "",
        prompt=origin.prompt if origin else "",
        provider_status=fields.get("provider_status", ""),
        created=fields.get("created"),
        id_candidates=fields.get("id_candidates", ()),
    )


def _fact(entry: Entry) -> Fact:
    """Return what `entry` kept."""
    origin = Task(
        key=entry.key,
        model=entry.model,
        prompt=entry.prompt,
        base_url=entry.host,
        account=entry.account,
        created_at=entry.at,
    )
    fields = {
        "status": Status.WAITING,
        "id": entry.id,
        "provider_status": entry.provider_status,
        "raw": entry.created,
        "created": entry.created,
        "id_candidates": entry.id_candidates,
        "failure": None,
        "sender": None,
    }
    return Fact(entry.key, fields, entry.at, origin)
