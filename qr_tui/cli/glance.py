"""The list as it was left, read beside the imports of the app, so that its first paint already shows it."""

import threading
from typing import TYPE_CHECKING, Final

from qr_tui.paths import Paths

if TYPE_CHECKING:
    from qr_tui.core.task import Task

_LARGEST: Final = 4 * 1024 * 1024  # bytes of a task file that are read in less time than the imports take


class Glance:
    """Reads in a thread of its own from the moment it is made; nobody ever waits for it."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._tasks: list[Task] | None = None
        self._thread = threading.Thread(target=self._read, name="glance", daemon=True)
        self._thread.start()

    def __call__(self) -> "list[Task] | None":
        """Return the tasks if they have been read and the list stood in its plain order; None otherwise."""
        return None if self._thread.is_alive() else self._tasks

    def _read(self) -> None:
        try:
            if self._paths.store.stat().st_size > _LARGEST:
                return
            from qr_tui.remember import Remembered, recall
            from qr_tui.store.peek import peek

            if recall(self._paths.list_file) != Remembered():
                return

            self._tasks = peek(self._paths.store)
        except OSError:
            return
