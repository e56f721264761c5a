"""The tasks on disk: the only durable record of what costs money. Every writer goes through here."""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from qr_tui import paths
from qr_tui.core.events import Notice
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.sorting import newest_first
from qr_tui.core.task import ArchivedTask, Status, Task, advance
from qr_tui.core.text.messages import counted
from qr_tui.store import documents, merging
from qr_tui.store.archive import Archive, month_of
from qr_tui.store.archived import ArchivedTasks
from qr_tui.store.changes import Change, Delta, Fact
from qr_tui.store.codec import PATCHES, TASKS
from qr_tui.store.draft import Draft
from qr_tui.store.facts import entry_of, fact_of, fits, own_task, unclear
from qr_tui.store.id_journal import IdJournal
from qr_tui.store.names import IDS, MARK, RECENT_IDS, archive_of
from qr_tui.store.purged_usage import PurgedUsage, path_of

if TYPE_CHECKING:
    from qr_tui.store.storage import FileStorage, TaskTable

log = logging.getLogger(__name__)

AT_ONCE: Final = 0.1  # seconds to wait for the lock where what is to be written is safe already
RECENT_AGE: Final = 25 * 86_400.0  # seconds: less than it takes until a removed task is dropped for good
RECENT_SIZE: Final = 512 * 1024  # bytes
KEEP_REMOVED: Final = 30 * 86_400.0  # seconds a removed task can be brought back, at least
LIVE_AGE: Final = 48 * 3_600.0  # seconds a task stays in the file after the last that happened to it: guards need it
LIVE_COUNT: Final = 300  # finished tasks that stay in the file, the newest, however old
ROLL_AT: Final = 200  # how many must be old enough before archives are written anew
PATCHES_AT: Final = 1_000  # how many archived tasks may be noted as changed before archives are written anew


class TaskStore:
    """The tasks on disk, shared with other processes, safe to call from any thread.

    What is unfinished, recent or needs a person is *live*: it is in the task file and in memory. The rest stands in
    archives, one a month, and is reached by `archived`. One that something happens to is live again.

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
        self._patches: TaskTable | None = None
        # replaced, never altered, so that readers in other threads need no lock
        self._tasks: dict[str, Task] = {}
        self._documents: dict[str, Any] = {}
        self._unreadable: frozenset[str] = frozenset()
        self._foreign: set[str] = set()  # what others changed and `refresh` has not yet told
        self._patched: dict[str, Any] = {}
        self._archive = Archive(archive_of(path), clock)
        self._purged = PurgedUsage(path_of(path))
        self.archived: Final = ArchivedTasks(self._archive, lambda: self._documents, lambda: self._patched)

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
            self._patches = cast("TaskTable", database.table(PATCHES))
            with suppress(OSError):
                if storage.path.stat().st_mode & 0o077:
                    storage.path.chmod(0o600)
            storage.load()
            self._take()
            self._foreign.clear()
            with suppress(Trouble):  # on a full or read-only disk it can wait for another day
                self._take_in_journal()
                self.tidy()
            return self.take_notices()

    def close(self) -> None:
        """Let go of the file. Nothing is pending: every change was on disk when its call returned."""
        with self._mutex:
            self._storage = self._table = self._patches = None

    # reads ---------------------------------------------------------------------------------------------
    def tasks(self, *, removed: bool = False) -> list[Task]:
        """Return the live tasks on the list, newest first; with `removed` also those taken off it."""
        tasks = self._tasks.values()
        return newest_first(tasks if removed else (task for task in tasks if task.removed_at is None))

    def get(self, key: str) -> Task | None:
        """Return the live task with this key, even if it was taken off the list."""
        return self._tasks.get(key)

    def whole(self, task: Task) -> Task:
        """Return all that is known of `task`, which may be a row of an archive.

        Raises:
            Trouble: Its archive cannot be read.
        """
        if not isinstance(task, ArchivedTask):
            return task
        with self._mutex:
            return self._tasks.get(task.key) or self.archived.whole(task)

    def take_notices(self) -> list[Notice]:
        """Return what happened since the last call that a person must be told, like damage to the file."""
        with self._mutex:
            if self._storage is None:
                return []
            notices = [*self._storage.notices, *self._archive.notices]
            self._storage.notices, self._archive.notices = [], []
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
            make: Called with every live task on disk, removed ones too, newest first, while nobody else can write. What
                depends on the time reads the clock here: waiting for the lock may have taken long. If it raises,
                nothing is written.

        Raises:
            Trouble: Nothing was written.
            ValueError: A key is taken.
        """
        with self._writing() as new:
            made = list(make(newest_first(self._tasks.values())))
            for task in made:
                if task.key in new.tasks or task.key in self._documents:
                    raise ValueError(f"a task with the key {task.key!r} exists")
                new.add(task)
        self._after_write()
        return made

    def apply(self, changes: Sequence[Change], *, check: Callable[[Sequence[Task]], None] | None = None) -> list[Task]:
        """Bring the freshest tasks forward as `apply_each` does.

        Args:
            changes: What is to change.
            check: Called with every live task on disk under the lock, before anything changes; if it raises, nothing is
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
        applied: list[Task | None] = []
        with self._writing() as new:
            if check is not None:
                check(newest_first(self._tasks.values()))
            now = self._clock()
            new.expect(change.key for change in changes)
            for change in changes:
                if "key" in change.fields:
                    raise ValueError("the key of a task never changes")
                task = new.find(change.key, change.fields)
                moved = None
                if task is not None and (change.expect is None or task.status in change.expect):
                    moved = advance(task, change.fields, now)
                if moved is not None:
                    new.touch(moved)
                applied.append(moved)
            new.settle()
        self._after_write()
        return [None if task is None else new.result(task) for task in applied]

    def learn(self, facts: Sequence[Fact], *, sync: bool = True) -> list[Task]:
        """Take in what calls taught, in order, in one write for all of it; durable, unless `sync` is False.

        A fact that its task cannot take any more is left out, but never an id: that becomes a task of its own, whose
        parent is the one that it was made for.

        Returns:
            The tasks that took something in, as they are now, each once.

        Raises:
            Trouble: Nothing was written.
        """
        with self._writing(sync=sync) as new:
            new.expect(fact.key for fact in facts)
            for fact in facts:
                taught = self._taught(fact, new)
                if taught is not None:
                    new.touch(taught)
            new.settle()
        self._remember_ids(facts)
        self._after_write()
        return [new.result(task) for task in new.touched.values()]

    def keep_aside(self, facts: Sequence[Fact]) -> None:
        """Write the ids that `facts` carry down outside the file; the next start or write puts them into it.

        Safe to call while another thread waits to write the file.

        Raises:
            OSError: They are not on disk.
        """
        if self._journal is None:
            raise FileNotFoundError(None, "no folder for it", IDS)
        self._journal.append([entry_of(fact) for fact in facts if fact.id])

    def refresh(self) -> Delta | None:
        """Return what other processes changed since the last call, None if nothing. Costs one stat if so.

        Raises:
            Trouble: The file can no longer be read, or a newer version has written it.
        """
        with self._mutex:
            storage = self._opened()
            added: list[ArchivedTask] = []
            if storage.changed:
                storage.load()
                self._take()
                added = self.archived.additions()
            self._after_write()
            if not self._foreign and not added:
                return None
            keys, self._foreign = self._foreign, set()
            listed = [task for task in self.tasks() if task.key in keys]
            # what others moved into an archive is still on the list
            moved = self.archived.loaded(key for key in keys if key not in self._tasks)
            rows = {row.key: row for row in (*added, *moved) if row.removed_at is None}
            listed += rows.values()
            return Delta(tuple(listed), tuple(sorted(keys - {task.key for task in listed})))

    def tidy(self) -> list[Task]:
        """Drop what was removed long ago, and move what is over and old into the archives; return what moved, as rows.

        Never what is unfinished or waits for a decision. Each archive is on disk before the file lets go of a task.

        Raises:
            Trouble: The disk refuses; nothing is lost.
        """
        from qr_tui.store.storage import plainly

        moved: list[Task] = []
        with self._mutex, plainly(self.path):
            self._purge()
            for month in self._archive.unfit():
                with self._opened().transaction():
                    self._archive.mend(month)
            months = self._old_months()
            for month in months:
                with self._opened().transaction():
                    self._take()
                    tasks = [task for task in self._old_enough() if month_of(task) == month]
                    self._roll_over(month, tasks)
                keys = {task.key for task in tasks}
                self._set({key: task for key, task in self._tasks.items() if key not in keys})
                moved.extend(row for row in self.archived.month(month) if row.key in keys)
            if months:
                self._opened().fold()
                self._take()
        return moved

    # inside --------------------------------------------------------------------------------------------
    @contextmanager
    def _writing(self, patience: float | None = None, *, sync: bool = True) -> Iterator[Draft]:
        """Hold both locks with the freshest tasks in memory; what the block leaves in the draft is written.

        Memory claims it when it is on disk, and only then. `patience` is how many seconds another process may keep
        its lock, when not the usual ones.
        """
        with self._mutex:
            new = Draft(self._tasks, self._documents, self.archived)
            with self._opened().transaction(patience, sync=sync):
                self._take()
                new.base(self._tasks, self._documents)
                yield new
                if new.tasks and self._table is not None:
                    self._table.put({key: document for key, (_, document) in new.tasks.items()})
                if new.patches and self._patches is not None:
                    self._patches.put(new.patches)
                if new.recalled and self._patches is not None and not self._patched.keys().isdisjoint(new.recalled):
                    self._patches.drop([key for key in new.recalled if key in self._patched])
            if new.tasks or new.patches:
                self._set(self._tasks | {key: task for key, (task, _) in new.tasks.items()})

    def _taught(self, fact: Fact, new: Draft) -> Task | None:
        """Return the task that takes `fact` in, its own or one made for it; None if it is left out."""
        task = new.find(fact.key)
        if fact.id is None:
            return advance(task, fact.fields, fact.at) if task is not None and fits(task, fact.fields) else None
        if task is not None and task.id == fact.id:
            return None  # taken in before, by whoever read it beside the file; the task may have gone on since
        fields = fact.fields
        base = task or fact.origin
        if base is not None and not fits(base, fields):
            fields = {"status": Status.WAITING, "id": fact.id}
        host = base.base_url if base else fields.get("base_url", "")
        taken = self._holder(fact.id, host, new) is not None
        if task is not None and task.id is None:
            moved = advance(task, unclear(fact) if taken else fields, fact.at)
            if moved is not None:
                return moved
        if taken:
            return None
        stray = own_task(fact, fields)
        log.warning("%s could not take the id %s, which is now the task %s", fact.key, fact.id, stray.key)
        return stray

    def _holder(self, task_id: str, base_url: str, new: Draft) -> Task | None:
        """Return the task that has this id at this host already."""
        for task in (self._tasks | new.touched).values():
            if task.id == task_id and task.base_url == base_url:
                return task
        return self.archived.having_id(task_id, base_url)

    def _remember_ids(self, facts: Sequence[Fact]) -> None:
        """Note the ids in `facts` outside the file too, in case an older one is put in its place; not synced."""
        entries = [entry_of(fact) for fact in facts if fact.id]
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
            with self._writing(AT_ONCE) as new:
                new.expect(entry.key for entry in entries)
                for entry in entries:
                    if self._holder(entry.id, entry.host, new) is None:
                        taught = self._taught(fact_of(entry), new)
                        if taught is not None:
                            new.touch(taught)
                new.settle()
            self._foreign |= new.touched.keys()
        if storage.restored:
            self._take_in_archives()
        storage.restored = False
        if aside:
            with suppress(OSError):
                self._journal.forget(aside)

    def _take_in_archives(self) -> None:
        """Bring tasks forward that an older copy of the file holds though they had moved into an archive since.

        Raises:
            Trouble: The file does not take it.
        """
        with self._writing(AT_ONCE) as new:
            for month in self._archive.months():
                for row in self._archive.rows(month):
                    live = self._documents.get(row.key)
                    if live is None or not row.length:
                        continue
                    newest = merging.newest(row.key, live, self._archive.document(row))
                    if newest != live:
                        new.tasks[row.key] = documents.read(row.key, newest), dict(newest)

    def _opened(self) -> "FileStorage":
        if self._storage is None:
            raise Trouble(Kind.STORE, str(self.path))
        return self._storage

    def _take(self) -> None:
        """Bring memory up to what the storage has read, and remember what others changed."""
        known_tables = self._opened().known
        stored, patched = known_tables[TASKS], known_tables.get(PATCHES, {})
        if patched is not self._patched:
            before_patches, self._patched = self._patched, patched
            both = before_patches.keys() | patched.keys()
            self._foreign |= {key for key in both if before_patches.get(key) != patched.get(key)}
        if stored is self._documents:
            return
        tasks: dict[str, Task] = {}
        unreadable: set[str] = set()
        for key, document in stored.items():
            known = self._tasks.get(key)
            old = self._documents.get(key)
            if known is not None and (document is old or document == old):
                tasks[key] = known
                continue
            try:
                tasks[key] = documents.read(key, document)
            except msgspec.ValidationError:
                unreadable.add(key)
        before = self._tasks
        self._set(tasks)
        both = before.keys() | tasks.keys()
        self._foreign |= {key for key in both if _listed(before.get(key)) is not _listed(tasks.get(key))}
        self._tell_unreadable(frozenset(unreadable))

    def _set(self, tasks: dict[str, Task]) -> None:
        tables = self._opened().known
        self._tasks, self._documents, self._patched = tasks, tables[TASKS], tables.get(PATCHES, {})

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

        if any(map(old, self._tasks.values())):
            with self._opened().transaction():
                self._take()
                keys = [key for key, task in self._tasks.items() if old(task)]
                self._purged.add([self._tasks[key] for key in keys])
                self._drop_from_archives(keys)
                if keys and self._table is not None:
                    self._table.drop(keys)
            self._set({key: task for key, task in self._tasks.items() if key not in keys})
        if any(patch.get("removed_at") and patch["removed_at"] < limit for patch in self._patched.values()):
            for month in self.archived.months():
                with self._opened().transaction():
                    self._take()
                    gone = [task for task in self.archived.month(month) if old(task)]
                    if gone:
                        self._purged.add(gone)
                        self._roll_over(month, [])
                self._set(self._tasks)

    def _drop_from_archives(self, keys: Sequence[str]) -> None:
        """Drop what stands in an archive under these keys: once the live task is gone, it would be back."""
        for month in self._archive.months():
            found = {row.key for key in keys for row in self._archive.search(month, key)}
            if not found.isdisjoint(keys):
                self._archive.write(month, {}, keys)

    def _old_enough(self) -> list[Task]:
        """Return the live tasks that belong into an archive: over for long, and not among the newest."""
        limit = self._clock() - LIVE_AGE

        def last(task: Task) -> float:
            return max(task.created_at, *(at or 0.0 for at in (task.submitted_at, task.finished_at, task.removed_at)))

        over = newest_first(task for task in self._tasks.values() if task.final and not task.is_fetched)
        return [task for task in over[LIVE_COUNT:] if last(task) < limit]

    def _old_months(self) -> list[str]:
        """Return the archives that are to be written anew; none while that is hardly worth it."""
        old, months = self._old_enough(), set()
        if len(old) >= ROLL_AT:
            months = {month_of(task) for task in old}
        if len(self._patched) >= PATCHES_AT:
            months.update(month for month in self.archived.months() if self._has_patches(month))
        return sorted(months)

    def _has_patches(self, month: str) -> bool:
        return any(row.key in self._patched for row in self.archived.month(month))

    def _roll_over(self, month: str, tasks: Iterable[Task]) -> None:
        """Write the archive of `month` anew with `tasks` in it and what was changed of others, inside a transaction.

        What it holds of removed tasks goes after `KEEP_REMOVED`.
        """
        limit = self._clock() - KEEP_REMOVED
        put = {task.key: self._documents[task.key] for task in tasks}
        rows = [row for row in self.archived.month(month) if row.key not in put]
        gone = {row.key for row in rows if row.removed_at is not None and row.removed_at < limit}
        again: dict[str, dict[str, Any]] = {}
        for row in rows:
            if row.key in self._patched and row.key not in gone:
                with suppress(Trouble):  # a document that cannot be read keeps what was noted of it where it is
                    again[row.key] = self.archived.document(row)
        self._archive.write(month, {**put, **again}, gone)
        if put and self._table is not None:
            self._table.drop(list(put))
        noted = [key for key in self._patched if key in gone or key in again]
        if noted and self._patches is not None:
            self._patches.drop(noted)


def _listed(task: Task | None) -> Task | None:
    """Return `task` if it is on the list."""
    return task if task is not None and task.removed_at is None else None
