"""Marking tasks, so that a command acts on several at once."""

from collections.abc import Callable, Iterable, Sequence

from qr_tui.ui.tasks.task_list import TaskList


class Marking:
    """Handlers of the commands that mark tasks; the marks themselves are the list model's.

    Args:
        task_list: What shows the marks.
        on_marks_changed: Called after marks were set or cleared.
    """

    def __init__(self, task_list: TaskList, *, on_marks_changed: Callable[[], None]) -> None:
        self._list = task_list
        self._model = task_list.list_model
        self._on_marks_changed = on_marks_changed

    def do_mark(self) -> None:
        """Mark or unmark, and step on."""
        key = self._model.cursor
        if key:
            self._model.toggle_mark(key)
            self._redraw([key])
            self._list.move_to(self._model.index + 1)

    def do_mark_range(self) -> None:
        """Mark from the last mark to here; without one, this task."""
        last, here = self._model.last_mark(), self._model.index
        self._model.mark_rows(here if last is None else last, here)
        self._redraw(self._model.shown)

    def do_mark_all(self) -> None:
        """Mark every task shown."""
        self._model.mark_rows(0, len(self._model.shown) - 1)
        self._redraw(self._model.shown)

    def clear(self) -> None:
        """Clear all marks."""
        self.unmark(list(self._model.marks))

    def unmark(self, keys: Sequence[str]) -> None:
        """Clear the marks of these tasks."""
        for key in keys:
            self._model.marks.pop(key, None)
        self._redraw(keys)

    def _redraw(self, keys: Iterable[str]) -> None:
        if self._model.asks_marks:
            self._list.refilter()
            return
        self._list.redraw(keys)
        self._on_marks_changed()
