"""The archived tasks as they are now: without those that came back to life, with what was changed since."""

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from qr_tui.core.task import ArchivedTask, Task, find
from qr_tui.store import documents
from qr_tui.store.archive import Archive, bare
from qr_tui.store.journal import patched

PATCHABLE: Final = frozenset({"tags", "removed_at"})
"""What can be changed without bringing a task back to life, since nothing follows from it."""

_FEW: Final = 10  # keys

Patches = Mapping[str, Mapping[str, Any]]


class _Patch(msgspec.Struct):
    tags: tuple[str, ...] | None = None
    removed_at: float | None = None
    updated_at: float | None = None


class ArchivedTasks:
    """Reads rows with what the task file says about them.

    Args:
        archive: Where they stand.
        live: Returns the keys that are in the task file, and count there.
        patches: Returns that file's table of changes.
    """

    def __init__(self, archive: Archive, live: Callable[[], Container[str]], patches: Callable[[], Patches]) -> None:
        self.archive: Final = archive
        self._live = live
        self._patches = patches

    def months(self) -> list[str]:
        """Return the names of the archives, newest first."""
        return self.archive.months()

    def month(self, name: str) -> list[ArchivedTask]:
        """Return the tasks of one archive, removed ones too, in no order."""
        return self._current(self.archive.rows(name))

    def __iter__(self) -> Iterator[ArchivedTask]:
        """Yield all of them, month by month, removed ones too."""
        for name in self.months():
            yield from self.month(name)

    def get(self, key: str) -> ArchivedTask | None:
        """Return the task with this local key."""
        return next((row for row in self._mentioned(key) if row.key == key), None)

    def many(self, keys: Collection[str]) -> dict[str, ArchivedTask]:
        """Return the tasks with these local keys: a few are looked up, many are found in one pass over all."""
        if len(keys) <= _FEW:
            return {key: row for key in keys if (row := self.get(key)) is not None}
        wanted = set(keys)
        return {row.key: row for row in self if row.key in wanted}

    def find(self, reference: str) -> list[ArchivedTask]:
        """Return the tasks whose key or id is `reference`, else those where it ends so."""
        return find(list(self._mentioned(reference)), reference) if reference else []

    def beginning(self, words: str, count: int) -> list[ArchivedTask]:
        """Return tasks whose id or key begins with `words`: at least `count` of the newest, if there are so many."""
        found: list[ArchivedTask] = []
        for name in self.months():
            if len(found) >= count:
                break
            rows = self._current(self.archive.search(name, words))
            found += [row for row in rows if (row.id or "").startswith(words) or row.key.startswith(words)]
        return found

    def having_id(self, task_id: str, base_url: str) -> ArchivedTask | None:
        """Return the task that has this id at this host."""
        rows = self._mentioned(task_id)
        return next((row for row in rows if row.id == task_id and row.base_url == base_url), None)

    def loaded(self, keys: Iterable[str]) -> list[ArchivedTask]:
        """Return those of `keys` whose archives are in memory."""
        wanted = set(keys)
        names = [name for name in self.months() if self.archive.has_read(name)]
        return [row for name in names for row in self.month(name) if row.key in wanted]

    def follow(self) -> None:
        """Let `additions` tell what others put into archives from now on."""
        self.archive.follow()

    def additions(self) -> list[ArchivedTask]:
        """Return the tasks that came into archives since the last call."""
        return self._current(self.archive.additions())

    def document(self, row: ArchivedTask) -> dict[str, Any]:
        """Return the document of `row` with what was changed since; what the row says if the archive is lost.

        Raises:
            Trouble: It cannot be read (STORE).
        """
        if not row.length:
            return bare(row)
        document = self.archive.document(row)
        patch = self._patches().get(row.key)
        return document if patch is None else patched(document, patch)

    def whole(self, row: ArchivedTask) -> Task:
        """Return all of the task; raises as `document`."""
        return documents.read(row.key, self.document(row))

    def _mentioned(self, words: str) -> Iterator[ArchivedTask]:
        for name in self.months():
            yield from self._current(self.archive.search(name, words))

    def _current(self, rows: Iterable[ArchivedTask]) -> list[ArchivedTask]:
        live, patches = self._live(), self._patches()
        if not patches:
            return [row for row in rows if row.key not in live]
        return [_patched(row, patches.get(row.key)) for row in rows if row.key not in live]


def patch_of(task: Task) -> dict[str, Any]:
    """Return the patch that makes an archived task what `task` is, as far as one can."""
    return {"tags": list(task.tags) or None, "removed_at": task.removed_at, "updated_at": task.updated_at}


def _patched(row: ArchivedTask, patch: Mapping[str, Any] | None) -> ArchivedTask:
    if patch is None:
        return row
    fields = msgspec.convert(patch, _Patch)
    return msgspec.structs.replace(
        row, tags=fields.tags or (), removed_at=fields.removed_at, updated_at=fields.updated_at
    )
