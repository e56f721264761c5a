"""Reads the list while the app is being imported, so that its first paint already shows it."""

import threading
from typing import TYPE_CHECKING, Final

from qr_tui.paths import Paths

if TYPE_CHECKING:
    from qr_tui.core.task import Task
    from qr_tui.ui.tasks.list_state import ListState

_LARGEST: Final = 4 * 1024 * 1024  # bytes of a task file that are read in less time than the imports take


class Preload:
    """Reads in a thread from the moment it is made; nothing ever waits for it."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths
        self._seen: tuple[list[Task], ListState] | None = None
        self._thread = threading.Thread(target=self._read, name="preload", daemon=True)
        self._thread.start()

    def __call__(self) -> "tuple[list[Task], ListState] | None":
        """Return the tasks and how the list was left, if they have been read."""
        return None if self._thread.is_alive() else self._seen

    def _read(self) -> None:
        try:
            if self._paths.store.stat().st_size > _LARGEST:
                return
            from qr_tui.store.peek import peek
            from qr_tui.ui.tasks.list_state import load

            left = load(self._paths.list_file)
            peeked = peek(self._paths.store, self._paths.state)
            self._seen = None if peeked is None else (peeked.listed(), left)
        except OSError:
            return
