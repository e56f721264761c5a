"""The tasks as the event loop sees them, and the one thread that writes them down."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from qr_tui.core.events import ArchivesRead, Notice, Sink, TaskFinished, TasksChanged, TasksLoaded
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.sorting import newest_first
from qr_tui.core.task import ArchivedTask, Status, Task, advance, find
from qr_tui.core.text.messages import N_, Message
from qr_tui.services.clock import Clock
from qr_tui.services.unsaved_ids import UnsavedIds
from qr_tui.store.changes import Change, Fact

if TYPE_CHECKING:
    from qr_tui.store.tasks import TaskStore

T = TypeVar("T")
log = logging.getLogger(__name__)

AT_ONCE: Final = 0.5  # seconds the file may take to take an id in before the id is written down elsewhere


class TaskIndex:
    """Reads are instant, from memory, by key or by state. Writes go through one thread, in order.

    It begins with the live tasks; archived ones join them as rows once they are read or asked for.

    A change a person asks for either is on disk or raises. What a call taught is never thrown away: facts are kept in
    order, and one that the disk refuses stays in memory and is tried again every tick until it is written. An id is
    written down beside the file meanwhile.

    Args:
        path: The task file.
        sink: Receives every event.
        clock: The engine's.
        state: The folder that helps the file remember (`store.tasks.TaskStore`).
    """

    def __init__(self, path: Path, *, sink: Sink, clock: Clock, state: Path | None = None) -> None:
        self._path = path
        self._state = state
        self._sink = sink
        self._clock = clock
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._store: TaskStore | None = None
        self._tasks: dict[str, Task] = {}
        self._by_status: dict[Status, dict[str, Task]] = {status: {} for status in Status}
        self._open_files: dict[str, Task] = {}
        self._facts: list[Fact] = []  # what is not on disk yet, in order
        self._in_flight: list[Fact] = []  # what is being written, before those
        self._turn = asyncio.Lock()  # one writes facts at a time, so that they stay in order
        self._work: set[asyncio.Task[Any]] = set()
        self._ids = UnsavedIds(sink)
        self._told_unsaved = False
        self._watchers: list[Callable[[], None]] = []

    # reads -----------------------------------------------------------------------------------------------------
    @property
    def is_open(self) -> bool:
        """Whether the store has been read."""
        return self._store is not None

    def tasks(self) -> list[Task]:
        """Return every task on the list that is in memory, newest first: live ones, and archived ones once read."""
        return newest_first(self._tasks.values())

    def live(self) -> list[Task]:
        """Return the live tasks on the list, newest first."""
        return newest_first(task for task in self._tasks.values() if not isinstance(task, ArchivedTask))

    def get(self, key: str) -> Task | None:
        """Return the task with this local key if it is on the list."""
        return self._tasks.get(key)

    def having(self, *statuses: Status) -> list[Task]:
        """Return the tasks in one of these states, in no order."""
        return [task for status in statuses for task in self._by_status[status].values()]

    def open_files(self) -> dict[str, Task]:
        """Return the tasks on the list whose films are to be fetched, by key."""
        return dict(self._open_files)

    def having_hidden(self, *statuses: Status) -> list[Task]:
        """Return the tasks in one of these states, those taken off the list too, as they are on disk."""
        return [task for task in self._opened().tasks(removed=True) if task.status in statuses]

    def everything(self) -> list[Task]:
        """Return every live task on disk, those taken off the list too, newest first; nothing before it is open."""
        return self._store.tasks(removed=True) if self._store is not None else []

    async def all_there_are(self) -> list[Task]:
        """Return every task on disk, removed and archived ones too; the archives are read in a thread."""
        store = self._store
        if store is None:
            return []
        return await asyncio.to_thread(lambda: [*store.tasks(removed=True), *store.archived])

    def on_change(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after every change of any task."""
        self._watchers.append(watcher)

    @property
    def unsaved_ids(self) -> tuple[str, ...]:
        """The ids that are nowhere on disk."""
        return self._ids.lost

    # writes ----------------------------------------------------------------------------------------------------
    async def open(self) -> None:
        """Read the store and tell `TasksLoaded` and what was found wrong.

        Raises:
            Trouble: STORE, when the file must not be touched (a newer version, no rights).
        """

        def read() -> tuple["TaskStore", list[Notice], list[Task]]:
            from qr_tui.store.tasks import TaskStore

            store = TaskStore(self._path, clock=self._clock.now, state=self._state)
            notices = store.open()
            return store, notices, store.tasks()

        self._store, notices, tasks = await self._run(read)
        for task in tasks:
            self._keep(task)
        self._sink(TasksLoaded(tuple(tasks)))
        for notice in notices:
            self._sink(notice)

    async def read_archives(self) -> None:
        """Take the archived tasks in, archive by archive, newest first, and tell each with `ArchivesRead`."""
        store = self._opened()
        await self._run(store.archived.follow)
        for month in await self._run(store.archived.months):
            rows = await self._run(lambda month=month: store.archived.month(month))  # type: ignore[misc]
            fresh = [row for row in rows if row.removed_at is None and row.key not in self._tasks]
            for row in fresh:
                self._keep(row)
            self._sink(ArchivesRead(tuple(fresh)))
        for notice in store.take_notices():
            self._sink(notice)

    async def named(self, reference: str) -> list[Task]:
        """Return the tasks on the list that `reference` names (`core.task.find`), archived ones too, whole."""
        store = self._opened()

        def read() -> tuple[list[Task], list[Task]]:
            rows = [row for row in store.archived.find(reference) if row.removed_at is None]
            found = find([*self.live(), *rows], reference)
            return found, list(map(store.whole, found))

        found, whole = await self._run(read)
        for task in found:
            if task.key not in self._tasks:
                self._keep(task)
        return whole

    async def whole(self, task: Task) -> Task:
        """Return all that is known of a task, which may be a row of an archive.

        Raises:
            Trouble: STORE, when the archive cannot be read.
        """
        if not isinstance(task, ArchivedTask):
            return task
        store = self._opened()
        return await self._run(lambda: store.whole(task))

    async def has_id(self, task_id: str) -> bool:
        """Tell whether a task here has this id, at any host."""
        if any(task.id == task_id for task in self._tasks.values()):
            return True
        store = self._opened()
        rows = await self._run(lambda: store.archived.find(task_id))
        return any(row.id == task_id for row in rows)

    async def tidy(self) -> None:
        """Let old tasks move into the archives; on the list nothing changes."""
        store = self._opened()
        try:
            moved = await self._run(store.tidy)
        except Trouble as trouble:
            log.warning("archives: %s", trouble.detail)
            return
        self._saw(row for row in moved if row.key in self._tasks)

    async def add(self, tasks: Sequence[Task]) -> None:
        """Write new tasks down, durably."""
        await self.make(lambda _known: tasks)

    async def make(self, make: Callable[[Sequence[Task]], Sequence[Task]]) -> list[Task]:
        """Write down the tasks that `make` returns, durably; it sees all there are under the store's lock.

        Raises:
            Trouble: What `make` raised, or STORE; nothing was written.
        """
        store = self._opened()
        made = await self._run(lambda: store.make(make))
        self._saw(known for known in (store.get(task.key) for task in made) if known is not None)
        return made

    async def apply(
        self, changes: Sequence[Change], *, check: Callable[[Sequence[Task]], None] | None = None
    ) -> list[Task]:
        """Write these changes down, durably, and return the tasks that did change or stayed legal.

        `check` sees all tasks under the store's lock and may raise.

        Raises:
            Trouble: What `check` raised, or STORE, when the disk refuses; nothing has changed then.
        """
        if not changes:
            return []
        store = self._opened()
        keys = {change.key for change in changes}
        if any(fact.key in keys for fact in (*self._in_flight, *self._facts)):
            await self.flush()  # what was learned before comes first
        tasks = await self._run(lambda: store.apply(changes, check=check))
        self._saw(tasks)
        return tasks

    async def learn(self, key: str, fields: dict[str, Any], *, origin: Task | None = None) -> Task | None:
        """Write down what the provider told us about one task; when the disk refuses, remember it and go on.

        With an id in `fields` it is on disk when this returns, in the file or beside it, or `IdsUnsaved` was told. An
        id that the task cannot take any more becomes a task of its own, made like `origin`.
        """
        fact = Fact(key, fields, self._clock.now(), origin or self._tasks.get(key))
        self._facts.append(fact)
        await asyncio.shield(self._start(self._secure(fact)))
        return self._tasks.get(key)

    def learn_later(self, key: str, fields: dict[str, Any]) -> None:
        """Like `learn`, but shown now and written later: for progress and other passing things.

        They cost no wait for the disk, unless there is something among them that has to last.
        """
        fact = Fact(key, fields, self._clock.now(), self._tasks.get(key))
        last = next((known for known in reversed(self._facts) if known.key == key), None)
        if last is not None and _may_join(last, fact):
            place = next(at for at, known in enumerate(self._facts) if known is last)
            self._facts[place] = Fact(key, last.fields | fields, fact.at, last.origin)
        else:
            self._facts.append(fact)
        self._show([key])

    def renew(self, key: str) -> None:
        """Tell that something besides the task itself changed that is shown with it, like how its last look ended."""
        task = self._tasks.get(key)
        if task is not None:
            self._sink(TasksChanged((task,)))

    async def flush(self) -> None:
        """Write what `learn_later` gathered, and what the disk refused before, in one go."""
        if self._facts or self._in_flight:
            await asyncio.shield(self._start(self._write_facts()))

    async def refresh(self) -> None:
        """Take over what another process has written since."""
        store = self._opened()
        try:
            delta = await self._run(store.refresh)
        except Trouble as trouble:
            log.warning("refresh failed: %s", trouble.detail)
            return
        if delta:
            self._saw(delta.changed, delta.removed)
        for notice in store.take_notices():
            self._sink(notice)

    async def close(self) -> None:
        """Write what is left and let the file go."""
        if self._store is not None:
            was_writing = bool(self._work)
            if was_writing:
                await asyncio.wait(self._work)
            if self._ids.lost or not (was_writing and self._told_unsaved):  # else the disk has refused only just now
                await self.flush()
            await self._run(self._store.close)
            self._store = None
        self._writer.shutdown(wait=False)

    # inside ----------------------------------------------------------------------------------------------------
    def _opened(self) -> "TaskStore":
        if self._store is None:
            raise Trouble(Kind.STORE, Message(N_("the task file is not open")))
        return self._store

    async def _run(self, work: Callable[[], T]) -> T:
        # shielded: a write that has begun is finished even when its caller is cancelled
        return await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._writer, work))

    def _saw(self, tasks: Iterable[Task], gone: Iterable[str] = ()) -> None:
        changed, removed, finished = [], list(gone), []
        for key in removed:
            self._drop(key)
        for task in tasks:
            old = self._tasks.get(task.key)
            if task.removed_at is not None:
                if self._drop(task.key):
                    removed.append(task.key)
                continue
            shown = self._as_shown(task)
            if shown == old:
                continue
            self._keep(shown)
            changed.append(shown)
            if old is not None and not old.final and shown.status in (Status.DONE, Status.FAILED):
                finished.append(shown)
        if changed or removed:
            self._sink(TasksChanged(tuple(changed), tuple(removed)))
        for task in finished:
            self._sink(TaskFinished(task))
        if changed or removed:
            for watcher in self._watchers:
                watcher()

    def _keep(self, task: Task) -> None:
        old = self._tasks.get(task.key)
        if old is not None and old.status is not task.status:
            del self._by_status[old.status][task.key]
        self._tasks[task.key] = self._by_status[task.status][task.key] = task
        if task.is_fetched:
            self._open_files[task.key] = task
        else:
            self._open_files.pop(task.key, None)

    def _drop(self, key: str) -> bool:
        """Forget a task; False if it was not there."""
        old = self._tasks.pop(key, None)
        self._open_files.pop(key, None)
        if old is not None:
            del self._by_status[old.status][key]
        return old is not None

    def _as_shown(self, task: Task) -> Task:
        """Return `task` with everything that is known of it and not on disk yet."""
        for fact in (*self._in_flight, *self._facts):
            if fact.key == task.key and None in (fact.id, task.id):
                task = advance(task, fact.fields, fact.at) or task
        return task

    def _show(self, keys: Iterable[str]) -> None:
        self._saw([task for task in map(self._opened().get, keys) if task is not None])

    def _start(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        # a task of its own: what was learned is written to the end even when its caller is cancelled
        task = asyncio.create_task(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)
        return task

    async def _secure(self, fact: Fact) -> None:
        """Write `fact`; an id that the file does not take soon is written down beside it."""
        writing = self._start(self._write_facts())
        if fact.id is None:
            await writing
            return
        await asyncio.wait({writing}, timeout=AT_ONCE)
        if self._waits(fact):
            await self._keep_aside()
            self._show([fact.key])

    def _lasts(self, fact: Fact) -> bool:
        """Tell whether `fact` must outlive a power cut: any but progress and the like, which the next look brings."""
        known = self._opened().get(fact.key)
        return known is None or fact.id is not None or fact.fields.get("status", known.status) != known.status

    def _waits(self, fact: Fact) -> bool:
        """Tell whether `fact` is not on disk yet."""
        return any(known is fact for known in (*self._in_flight, *self._facts))

    async def _keep_aside(self) -> None:
        """Write every id that the file has not taken down beside it; never waits for the thread that writes there."""
        facts = [fact for fact in (*self._in_flight, *self._facts) if fact.id is not None]
        if self._store is not None:
            await self._ids.keep(facts, self._store.keep_aside)

    async def _write_facts(self) -> None:
        """Write all facts, in order; what the disk refuses stays, before what came meanwhile."""
        async with self._turn:
            if not self._facts:
                return
            store = self._opened()
            batch = self._in_flight = self._facts
            self._facts = []
            try:
                sync = any(map(self._lasts, batch))
                tasks = await self._run(lambda: store.learn(batch, sync=sync))
            except Trouble as trouble:
                self._facts, self._in_flight = [*batch, *self._facts], []
                self._show({fact.key for fact in batch})
                await self._keep_aside()
                self._tell_unsaved(trouble)
                return
            except BaseException:
                self._facts, self._in_flight = [*batch, *self._facts], []
                raise
            self._in_flight = []
            self._told_unsaved = False
            self._ids.saved(batch)
            # as the store has them now, also where a fact was left out: what was shown of it must not stay
            told = {task.key: task for task in tasks}
            rest = (store.get(key) for key in {fact.key for fact in batch} - told.keys())
            self._saw([*told.values(), *(task for task in rest if task is not None)])

    def _tell_unsaved(self, trouble: Trouble) -> None:
        log.error("could not save: %s", trouble.detail)
        if self._told_unsaved:
            return
        self._told_unsaved = True
        ids = {fact.id for fact in self._facts if fact.id is not None}
        detail = trouble.detail
        if ids and ids.isdisjoint(self._ids.lost):
            detail = Message(N_("{detail}; ids that came in are safe beside the file"), {"detail": detail})
        self._sink(Notice(trouble.kind, detail))


def _may_join(last: Fact, fact: Fact) -> bool:
    """Tell whether `fact` may be written as one with the one before it, without a step between being lost."""
    if fact.id is not None or last.id is not None:
        return False
    return "status" not in fact.fields or fact.fields["status"] == last.fields.get("status")
