"""Which task of one host is looked at next."""

import heapq
from typing import NamedTuple


class Due(NamedTuple):
    """A task whose look is planned: when (steady seconds), and its local key."""

    at: float
    key: str


class LookQueue:
    """The planned looks at one host.

    Tasks that nobody has looked at yet come first, the newest of them foremost, so that a new task never waits for all
    the others. Then comes what has been due for longest.
    """

    def __init__(self) -> None:
        self._planned: dict[str, float] = {}
        self._heap: list[Due] = []
        self._young: dict[str, float] = {}  # key -> when it was sent

    def plan(self, key: str, at: float, *, sent: float | None = None) -> None:
        """Plan the next look at a task, in place of any before; `sent` marks one that is young and was never seen."""
        self._planned[key] = at
        if sent is None:
            self._young.pop(key, None)
        else:
            self._young[key] = sent
        heapq.heappush(self._heap, Due(at, key))

    def drop(self, key: str) -> None:
        """Plan no look at this task."""
        self._planned.pop(key, None)
        self._young.pop(key, None)

    def first(self, now: float) -> Due | None:
        """Return the look that comes next; its time may lie ahead. None when none is planned."""
        due = [key for key in self._young if self._planned[key] <= now]
        if due:
            key = max(due, key=self._young.__getitem__)
            return Due(self._planned[key], key)
        while self._heap:
            soonest = self._heap[0]
            if self._planned.get(soonest.key) == soonest.at:
                return soonest
            heapq.heappop(self._heap)  # a later plan has overtaken it
        return None
