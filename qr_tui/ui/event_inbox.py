"""Where what the engine tells waits for the screen: a burst of changes becomes one repaint."""

from collections.abc import Callable

from qr_tui.core.events import Event, TasksChanged
from qr_tui.core.task import FileState, Status, Task

REPAINT_EVERY = 1.0  # seconds between repaints for progress alone


class EventInbox:
    """Gathers changed tasks; says whether they may wait.

    Args:
        wake: Called, on any thread, when something came that was not waiting already.
        forward: Called, on any thread, with every event that is no change of tasks.
    """

    def __init__(self, wake: Callable[[], object], forward: Callable[[Event], object]) -> None:
        self._wake = wake
        self._forward = forward
        self._tasks: dict[str, Task] = {}
        self._removed: dict[str, None] = {}
        self._known: dict[str, tuple[Status, FileState]] = {}
        self.urgent = False

    def __call__(self, event: Event) -> None:
        """Take an event: this is the engine's sink."""
        if not isinstance(event, TasksChanged):
            self._forward(event)
            return
        if not event.tasks and not event.removed:
            return
        for task in event.tasks:
            self._tasks[task.key] = task
            self._removed.pop(task.key, None)
            # another state is worth a repaint at once, a percent more is not
            if self._known.get(task.key) != (task.status, task.file_state):
                self._known[task.key] = task.status, task.file_state
                self.urgent = True
        for key in event.removed:
            self._tasks.pop(key, None)
            self._known.pop(key, None)
            self._removed[key] = None
            self.urgent = True
        self._wake()

    def clear(self) -> None:
        """Forget what waits: the whole list has come anew."""
        self._tasks, self._removed, self.urgent = {}, {}, False

    def take(self) -> tuple[list[Task], list[str]]:
        """Return and forget what waits: changed tasks, and keys that left the list."""
        tasks, removed = list(self._tasks.values()), list(self._removed)
        self.clear()
        return tasks, removed
