"""What one write of the task file begins with, and what it leaves."""

from collections.abc import Iterable
from typing import Any

from qr_tui.core.task import ArchivedTask, Task
from qr_tui.store import archived, documents
from qr_tui.store.archived import PATCHABLE, ArchivedTasks
from qr_tui.store.journal import patched


class Draft:
    """What a write begins with, and what it is to leave on disk.

    Attributes:
        touched: The tasks that were moved, as they will be.
        tasks: Those that differ from what is on disk, with their documents.
        patches: What changes in tasks that stay in their archive.
        recalled: Those that came out of an archive, as they stood there.
    """

    def __init__(self, tasks: dict[str, Task], known: dict[str, Any], archived_tasks: ArchivedTasks) -> None:
        self.touched: dict[str, Task] = {}
        self.tasks: dict[str, tuple[Task, dict[str, Any]]] = {}
        self.patches: dict[str, dict[str, Any]] = {}
        self.recalled: dict[str, tuple[Task, dict[str, Any]]] = {}
        self._archived = archived_tasks
        self._rows: dict[str, ArchivedTask] = {}
        self.base(tasks, known)

    def base(self, tasks: dict[str, Task], known: dict[str, Any]) -> None:
        """Begin with these tasks and documents, the newest there are."""
        self._tasks, self._documents = tasks, known

    def expect(self, keys: Iterable[str]) -> None:
        """Look up at once, in the archives, the tasks that `find` will be asked for."""
        self._rows = self._archived.many({key for key in keys if key not in self._tasks})

    def find(self, key: str, fields: dict[str, Any] | None = None) -> Task | None:
        """Return the task as it stands in this draft; a row of an archive if a patch can bring it `fields`."""
        task = self.touched.get(key) or self._tasks.get(key)
        if task is not None and not (isinstance(task, ArchivedTask) and not _is_patch(fields)):
            return task
        row = task if isinstance(task, ArchivedTask) else self._rows.get(key)
        if row is None or _is_patch(fields):
            return row
        document = self._archived.document(row)
        if key in self.patches:
            document = patched(document, self.patches.pop(key))
        self.recalled[key] = documents.read(key, document), document
        return self.recalled[key][0]

    def add(self, task: Task) -> None:
        """Take a new task."""
        self.tasks[task.key] = documents.write(task, None, {})

    def touch(self, task: Task) -> None:
        """Take a task as it will be."""
        self.touched[task.key] = task

    def settle(self) -> None:
        """Work out what is to be written of the tasks that were touched."""
        for key, task in self.touched.items():
            if isinstance(task, ArchivedTask):
                self.patches[key] = archived.patch_of(task)
                continue
            known, document = self._tasks.get(key), self._documents.get(key, {})
            if known is None and key in self.recalled:
                known, document = self.recalled[key]
            if task != known:
                self.tasks[key] = documents.write(task, known, document)

    def result(self, task: Task) -> Task:
        """Return what became of `task`, as it will be read again."""
        return self.tasks[task.key][0] if task.key in self.tasks else self.touched.get(task.key, task)


def _is_patch(fields: dict[str, Any] | None) -> bool:
    return fields is not None and PATCHABLE.issuperset(fields)
