"""What the list shows: which tasks, in which order, which are marked, and where the cursor is. No widget here.

Everything is held by task key, never by row number, so nothing a person set moves when tasks come, go or change.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from qr_tui.core.sorting import DEFAULT_ORDER, ORDERS, sort
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.transfer import Transfer

if TYPE_CHECKING:
    from qr_tui.core.query import Query

_FIXED_ORDERS: Final = frozenset({"newest", "oldest"})  # orders that a change of a task cannot upset
SLICE: Final = 2_000  # tasks matched before the event loop gets its turn


@dataclass(frozen=True, slots=True)
class RowsChanged:
    """What an update changed: the rows to draw again, or everything."""

    rows: tuple[str, ...] = ()
    everything: bool = False


class ListModel:
    """All tasks, and the part of them that is shown.

    Attributes:
        tasks: Every task on the list, by key.
        shown: The keys of the rows, top to bottom.
        rows: Row number by key.
        marks: Marked keys, in the order they were marked.
        cursor: The key under the cursor, None while nothing is shown.
        loaded: False until the store has been read: an empty list then means "not yet".
    """

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self.shown: list[str] = []
        self.rows: dict[str, int] = {}
        self.marks: dict[str, None] = {}
        self.cursor: str | None = None
        self.loaded = False
        self.query: Query | None = None
        self.filter_text = ""
        self.order = DEFAULT_ORDER
        self.reverse = False
        self.columns: tuple[str, ...] | None = None  # those a person chose; None means the usual ones
        self._ordered: list[str] = []
        self._shared_model: str | None = None  # None until it is asked for again
        self._home: str | None = None  # where the cursor stood when a filter took that task away
        self.transfers: Mapping[str, Transfer] = {}
        self._counts: Counter[Status] = Counter()
        self._files: Counter[FileState] = Counter()

    # reads -----------------------------------------------------------------------------------------------------
    @property
    def current(self) -> Task | None:
        """The task under the cursor."""
        return self.tasks.get(self.cursor) if self.cursor else None

    @property
    def shared_model(self) -> str:
        """The model that all rows share, empty where they do not, or where there is none."""
        if self._shared_model is None:
            models = (self.tasks[key].model for key in self.shown)
            first = next(models, "")
            self._shared_model = first if all(model == first for model in models) else ""
        return self._shared_model

    @property
    def index(self) -> int:
        """The row of the cursor, 0 while nothing is shown."""
        return self.rows.get(self.cursor or "", 0)

    @property
    def targets(self) -> list[Task]:
        """The marked tasks in the order of the list, else the one under the cursor, else none.

        A mark that a filter hides does not count: nothing is done to what nobody sees.
        """
        if self.marks and (marked := [self.tasks[key] for key in self.shown if key in self.marks]):
            return marked
        return [self.current] if self.current else []

    @property
    def hidden_marks(self) -> int:
        """How many marked tasks are not shown."""
        return sum(1 for key in self.marks if key not in self.rows)

    @property
    def asks_marks(self) -> bool:
        """Whether the filter in force asks which tasks are marked."""
        return "is:marked" in self.filter_text.casefold()

    @property
    def filtered(self) -> bool:
        """Whether anything but the order stands between all tasks and those shown."""
        return self.query is not None

    def count(self, *statuses: Status) -> int:
        """Return how many tasks are in one of `statuses`."""
        return sum(self._counts[status] for status in statuses)

    def count_files(self, state: FileState) -> int:
        """Return of how many tasks the film stands in `state`."""
        return self._files[state]

    # changes ---------------------------------------------------------------------------------------------------
    def load(self, tasks: Iterable[Task], now: float) -> None:
        """Replace all tasks; cursor and marks stay with the tasks that are still there."""
        self.tasks = {task.key: task for task in tasks}
        self._counts = Counter(task.status for task in self.tasks.values())
        self._files = Counter(task.file_state for task in self.tasks.values())
        self.loaded = True
        self.marks = {key: None for key in self.marks if key in self.tasks}
        self._sort()
        self.rebuild(now)

    def add_archived(self, tasks: Sequence[Task], now: float) -> None:
        """Take old tasks in; one that is known already is newer than its row."""
        fresh = [task for task in tasks if task.key not in self.tasks]
        self.tasks.update((task.key, task) for task in fresh)
        self._counts.update(task.status for task in fresh)
        self._files.update(task.file_state for task in fresh)
        order, ordered = ORDERS[self.order], sort(fresh, self.order, self.reverse)
        both = [self.tasks[self._ordered[-1]], *ordered[:1]] if self._ordered else ordered[:1]
        if sorted(both, key=order.rank, reverse=order.descending != self.reverse) != both:
            self._sort()
            self.rebuild(now)
            return
        # they follow those of before, as old tasks usually do: nothing there needs to be looked at again
        self._ordered = [*self._ordered, *(task.key for task in ordered)]
        passed = [task.key for task in ordered if self._passes_filter(task, now)]
        self.rows.update((key, at) for at, key in enumerate(passed, start=len(self.shown)))
        self.shown.extend(passed)
        if self.cursor is None and self.shown:
            self.cursor = self.shown[0]

    def update(self, tasks: Sequence[Task], removed: Sequence[str], now: float) -> RowsChanged:
        """Take these new or changed tasks, forget `removed`; say what to draw again."""
        resort = refilter = False
        rows: list[str] = []
        for task in tasks:
            old = self.tasks.get(task.key)
            if old is task:
                continue
            self.tasks[task.key] = task
            self._counts[task.status] += 1
            self._files[task.file_state] += 1
            if old is not None:
                self._counts[old.status] -= 1
                self._files[old.file_state] -= 1
            if old is None or (self.order not in _FIXED_ORDERS and old != task):
                resort = True
            elif (task.key in self.rows) != self._passes_filter(task, now):
                self._place(task.key, shown=task.key not in self.rows)
                refilter = True
            elif task.key in self.rows:
                rows.append(task.key)
        gone = [key for key in removed if key in self.tasks]
        for key in gone:
            task = self.tasks.pop(key)
            self._counts[task.status] -= 1
            self._files[task.file_state] -= 1
            self.marks.pop(key, None)
        if gone:
            left = set(gone)
            self._ordered = [key for key in self._ordered if key not in left]
        if resort:
            self._sort()
        if resort or gone:
            self.rebuild(now)
        if resort or refilter or gone:
            return RowsChanged(everything=True)
        return RowsChanged(tuple(rows))

    def arrange(self, order: str, reverse: bool, now: float) -> None:
        """Sort by another order."""
        self.order, self.reverse = order, reverse
        self._sort()
        self.rebuild(now)

    def rebuild(self, now: float) -> None:
        """Work out which tasks are shown; the cursor stays with its task, or goes to the nearest in order."""
        self._show_rows([key for key in self._ordered if self._passes_filter(self.tasks[key], now)])

    def refilter(self, now: float) -> None:
        """Work out which tasks another filter shows.

        A cursor that a filter has moved, and no person since, goes back as soon as its task is shown again.
        """
        self._show_rows([key for key in self._ordered if self._passes_filter(self.tasks[key], now)], go_home=True)

    async def refilter_gently(self, now: float) -> None:
        """Like `refilter`, giving way to keys between slices: for a filter typed over very many tasks."""
        found: list[str] = []
        ordered = self._ordered
        for start in range(0, len(ordered), SLICE):
            tasks = (self.tasks.get(key) for key in ordered[start : start + SLICE])
            found.extend(task.key for task in tasks if task is not None and self._passes_filter(task, now))
            await asyncio.sleep(0)
        if ordered is self._ordered:
            self._show_rows(found, go_home=True)
        else:  # the list changed meanwhile: the slices do not fit together
            self.refilter(now)

    def move_to(self, row: int) -> None:
        """Put the cursor on a row, or the nearest there is."""
        self._home = None
        if self.shown:
            self.cursor = self.shown[max(0, min(row, len(self.shown) - 1))]

    def toggle_mark(self, key: str) -> None:
        """Mark or unmark a task."""
        if key in self.marks:
            del self.marks[key]
        else:
            self.marks[key] = None

    def mark_rows(self, first: int, last: int) -> None:
        """Mark the tasks of these rows, both ends included."""
        low, high = sorted((first, last))
        self.marks.update(dict.fromkeys(self.shown[low : high + 1]))

    def last_mark(self) -> int | None:
        """Return the row of the newest mark that is shown."""
        return next((self.rows[key] for key in reversed(self.marks) if key in self.rows), None)

    # inside ----------------------------------------------------------------------------------------------------
    def _passes_filter(self, task: Task, now: float) -> bool:
        return self.query is None or self.query.matches(task, now=now, marked=self.marks.keys())

    def _place(self, key: str, *, shown: bool) -> None:
        """Show one task among the others, at its place in the order, or no longer."""
        order = ORDERS[self.order]
        descending = order.descending != self.reverse
        rows = [other for other in self.shown if other != key]
        if shown:
            mine, low, high = order.rank(self.tasks[key]), 0, len(rows)
            while low < high:
                middle = (low + high) // 2
                other = order.rank(self.tasks[rows[middle]])
                is_before = other > mine if descending else other < mine
                low, high = (middle + 1, high) if is_before else (low, middle)
            rows.insert(low, key)
        self._show_rows(rows)

    def _sort(self) -> None:
        # beginning with the order of before, of which most still holds
        known = {key: self.tasks[key] for key in self._ordered if key in self.tasks}
        tasks = (known | self.tasks).values() if known else self.tasks.values()
        self._ordered = [task.key for task in sort(tasks, self.order, self.reverse)]

    def _show_rows(self, shown: list[str], *, go_home: bool = False) -> None:
        row = self.index
        self.shown = shown
        self._shared_model = None
        self.rows = {key: at for at, key in enumerate(shown)}
        if go_home and self._home is not None:
            self.cursor, self._home = self._home, None
        if self.cursor not in self.rows:
            if self._home is None and self.query is not None and self.cursor in self.tasks:
                self._home = self.cursor
            self.cursor = self._nearest_to(self.cursor, row)

    def _nearest_to(self, key: str | None, row: int) -> str | None:
        """Return the row nearest in order to a task that is not shown, or to where it was if it is gone."""
        if not self.shown:
            return None
        if key is None or key not in self.tasks:
            return self.shown[min(row, len(self.shown) - 1)]
        here = self._ordered.index(key)
        for before, after in zip_longest(reversed(self._ordered[:here]), self._ordered[here + 1 :]):
            for other in (after, before):
                if other in self.rows:
                    return other
        return self.shown[0]
