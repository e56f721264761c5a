"""The tasks on disk, for commands that read and print them without an engine."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qr_tui.cli.context import CliContext
from qr_tui.core import task as tasks_core
from qr_tui.core.sorting import newest_first
from qr_tui.core.task import ArchivedTask, Task

if TYPE_CHECKING:
    from qr_tui.store.archived import ArchivedTasks


def read(context: CliContext) -> "StoredTasks":
    """Read the live tasks; a home without any is no error. Archives are read when they are asked for.

    Raises:
        Trouble: CONFIG for settings that cannot be read, STORE for tasks that cannot.
    """
    context.require_valid_settings()
    from qr_tui.store.archive import Archive
    from qr_tui.store.archived import ArchivedTasks
    from qr_tui.store.names import archive_of
    from qr_tui.store.peek import Peeked, is_blank, peek

    path = context.paths.store
    found = peek(path, context.paths.state)
    if found is None and is_blank(path, context.paths.state):
        found = Peeked({}, {})
    if found is not None:
        peeked = found
        archive = Archive(archive_of(path), time.time)
        archived = ArchivedTasks(archive, lambda: peeked.tasks, lambda: peeked.patches)
        return StoredTasks(context, newest_first(peeked.tasks.values()), archived)
    store = context.open_store()
    try:
        return StoredTasks(context, store.tasks(removed=True), store.archived)
    finally:
        store.close()


class StoredTasks:
    """All tasks there are. Those in archives come as rows, which `whole` completes.

    Args:
        context: Says what is wrong with an archive.
        live: The tasks in the file, removed ones too, newest first.
        archived: The others.
    """

    def __init__(self, context: CliContext, live: Sequence[Task], archived: "ArchivedTasks") -> None:
        self._context = context
        self._live = live
        self._archived = archived

    def live(self) -> list[Task]:
        """Return the live tasks on the list, newest first: all that are unfinished are among them."""
        return [task for task in self._live if task.removed_at is None]

    def everything(self) -> list[Task]:
        """Return the tasks on the list, newest first."""
        return newest_first(task for task in self._all() if task.removed_at is None)

    def newest(self, count: int) -> list[Task]:
        """Return the newest tasks on the list, reading no more archives than that takes."""
        found = self.live()
        for month in self._archived.months():
            if len(found) >= count and found[count - 1].created_at >= self._archived.archive.newest(month):
                break
            found = newest_first([*found, *(row for row in self._archived.month(month) if row.removed_at is None)])
        self._tell()
        return found[:count]

    def named(self, reference: str, *, removed: bool = False) -> list[Task]:
        """Return the tasks on the list (with `removed` those taken off it) that `reference` names: one, if it is good.

        It is looked up in the archives without reading all of them.
        """
        rows: list[Task] = [*self._live, *self._archived.find(reference)]
        self._tell()
        return tasks_core.find([task for task in rows if (task.removed_at is not None) == removed], reference)

    def whole(self, task: Task) -> Task:
        """Return all that is known of a task.

        Raises:
            Trouble: STORE, when its archive cannot be read.
        """
        return self._archived.whole(task) if isinstance(task, ArchivedTask) else task

    def beginning(self, words: str, count: int) -> list[Task]:
        """Return at most `count` of the newest tasks on the list whose id or key begins with `words`."""
        live = [task for task in self.live() if (task.id or "").startswith(words) or task.key.startswith(words)]
        rows = self._archived.beginning(words, count) if words and len(live) < count else ()
        return newest_first([*live, *(row for row in rows if row.removed_at is None)])[:count]

    def all(self) -> list[Task]:
        """Return every task there is, removed ones too, in no order."""
        return list(self._all())

    def _all(self) -> Iterator[Task]:
        yield from self._live
        yield from self._archived
        self._tell()

    def _tell(self) -> None:
        """Say what was found wrong with an archive."""
        notices, self._archived.archive.notices = self._archived.archive.notices, []
        self._context.tell(notices)
