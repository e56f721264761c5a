"""The tasks as the event loop sees them, and the one thread that writes them down."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from qr_tui.core.events import Notice, Sink, TaskFinished, TasksChanged, TasksLoaded
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.sorting import newest_first
from qr_tui.core.task import Status, Task, advance
from qr_tui.core.text.messages import N_, Message
from qr_tui.services.clock import Clock
from qr_tui.store.changes import Change

if TYPE_CHECKING:
    from qr_tui.store.tasks import TaskStore

T = TypeVar("T")
log = logging.getLogger(__name__)


class TaskIndex:
    """Reads are instant, from memory. Writes go through one thread, in order.

    A change a person asks for either is on disk or raises. A change that the provider told us is never thrown away:
    if the disk refuses it, it stays in memory and is tried again every tick until it is written.
    """

    def __init__(self, path: Path, *, sink: Sink, clock: Clock) -> None:
        self._path = path
        self._sink = sink
        self._clock = clock
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._store: TaskStore | None = None
        self._tasks: dict[str, Task] = {}
        self._unsaved: dict[str, dict[str, Any]] = {}
        self._told_unsaved = False
        self._watchers: list[Callable[[], None]] = []

    # reads -----------------------------------------------------------------------------------------------------
    @property
    def is_open(self) -> bool:
        """Whether the store has been read."""
        return self._store is not None

    def tasks(self) -> list[Task]:
        """Return every task on the list, newest first."""
        return newest_first(self._tasks.values())

    def get(self, key: str) -> Task | None:
        """Return the task with this local key if it is on the list."""
        return self._tasks.get(key)

    def having(self, *statuses: Status) -> list[Task]:
        """Return the tasks in one of these states, in no order."""
        return [task for task in self._tasks.values() if task.status in statuses]

    def having_hidden(self, *statuses: Status) -> list[Task]:
        """Return the tasks in one of these states, those taken off the list too, as they are on disk."""
        return [task for task in self._opened().tasks(removed=True) if task.status in statuses]

    def on_change(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after every change of any task."""
        self._watchers.append(watcher)

    # writes ----------------------------------------------------------------------------------------------------
    async def open(self) -> None:
        """Read the store and tell `TasksLoaded` and what was found wrong.

        Raises:
            Trouble: STORE, when the file must not be touched (a newer version, no rights).
        """

        def read() -> tuple["TaskStore", list[Notice], list[Task]]:
            from qr_tui.store.tasks import TaskStore

            store = TaskStore(self._path, clock=self._clock.now)
            notices = store.open()
            return store, notices, store.tasks()

        self._store, notices, tasks = await self._run(read)
        self._tasks = {task.key: task for task in tasks}
        self._sink(TasksLoaded(tuple(self.tasks())))
        for notice in notices:
            self._sink(notice)

    async def add(self, tasks: Sequence[Task], check: Callable[[Sequence[Task]], None] | None = None) -> None:
        """Write new tasks down, durably. `check` sees the freshest list under the store's lock and may raise."""
        store = self._opened()
        await self._run(lambda: store.add(tasks, check=check))
        self._saw(known for known in (store.get(task.key) for task in tasks) if known is not None)

    async def apply(self, changes: Sequence[Change]) -> list[Task]:
        """Write these changes down, durably, and return the tasks that did change or stayed legal.

        Raises:
            Trouble: STORE, when the disk refuses; nothing has changed then.
        """
        if not changes:
            return []
        store = self._opened()
        tasks = await self._run(lambda: store.apply(changes))
        self._saw(tasks)
        return tasks

    async def learn(self, key: str, fields: dict[str, Any]) -> Task | None:
        """Write down what the provider told us about one task; when the disk refuses, remember it and go on."""
        # taken out first: what was passing must not be shown over what is now known
        fields = self._unsaved.pop(key, {}) | fields
        try:
            known = await self.apply([Change(key, fields)])
        except Trouble as trouble:
            self._remember(key, fields, trouble)
            return self._tasks.get(key)
        return known[0] if known else None

    def learn_later(self, key: str, fields: dict[str, Any]) -> None:
        """Like `learn`, but shown now and written with the next tick: for progress and other passing things."""
        self._unsaved[key] = self._unsaved.get(key, {}) | fields
        self._show(key, fields)

    async def flush(self) -> None:
        """Write what `learn_later` gathered, and what the disk refused before, in one go."""
        if not self._unsaved:
            return
        batch, self._unsaved = self._unsaved, {}
        try:
            await self.apply([Change(key, fields) for key, fields in batch.items()])
        except BaseException as error:
            for key, fields in batch.items():
                self._unsaved[key] = fields | self._unsaved.get(key, {})
            if not isinstance(error, Trouble):
                raise
            self._tell_unsaved(error)
        else:
            self._told_unsaved = False

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
            self._tasks.pop(key, None)
        for task in tasks:
            old = self._tasks.get(task.key)
            if task.removed_at is not None:
                if self._tasks.pop(task.key, None):
                    removed.append(task.key)
                continue
            pending = self._unsaved.get(task.key)
            shown = (advance(task, pending, self._clock.now()) if pending else None) or task
            if shown == old:
                continue
            self._tasks[task.key] = shown
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

    def _show(self, key: str, fields: dict[str, Any]) -> None:
        task = self._tasks.get(key)
        shown = advance(task, fields, self._clock.now()) if task else None
        if task is not None and shown is not None and shown != task:
            self._saw([shown])

    def _remember(self, key: str, fields: dict[str, Any], trouble: Trouble) -> None:
        self.learn_later(key, fields)
        if "id" in fields:
            # the one thing that exists nowhere else: say it, so that a person can write it down
            self._sink(
                Notice(Kind.STORE, Message("{detail} · id {id}", {"detail": trouble.detail, "id": fields["id"]}))
            )
            log.error("could not save id %s of task %s: %s", fields["id"], key, trouble.detail)
        self._tell_unsaved(trouble)

    def _tell_unsaved(self, trouble: Trouble) -> None:
        log.error("could not save: %s", trouble.detail)
        if not self._told_unsaved:
            self._told_unsaved = True
            self._sink(Notice(trouble.kind, trouble.detail))
