"""Waiting for tasks to reach a state: what a script does with `--wait`."""

import asyncio
from collections.abc import Callable, Sequence

from qr_tui.core.task import Task
from qr_tui.services.task_index import TaskIndex


class Waiting:
    """Wakes those who wait when the last of their tasks is ready."""

    def __init__(self, index: TaskIndex) -> None:
        self._index = index
        self._waiters: list[tuple[Callable[[], bool], asyncio.Event]] = []
        index.on_change(self._on_change)

    async def until(self, keys: Sequence[str], ready: Callable[[Task], bool], seconds: float | None) -> bool:
        """Wait until each task is `ready` or gone from the list; False if `seconds` passed first."""

        def all_ready() -> bool:
            return all(task is None or ready(task) for task in map(self._index.get, keys))

        if all_ready():
            return True
        event = asyncio.Event()
        waiter = (all_ready, event)
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return all_ready()
        finally:
            self._waiters.remove(waiter)
        return True

    def _on_change(self) -> None:
        for ready, event in self._waiters:
            if ready():
                event.set()
