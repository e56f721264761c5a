"""What was sent on one day, and what will be: the one count that every limit on spending is held against."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from qr_tui.core.task import Status, Task

# What a call under way may turn into that proves that nothing was made: not delivered (queued), or refused (failed).
_NOT_MADE = frozenset({Status.QUEUED, Status.FAILED})
# States that only a task which was sent can have.
_SENT = frozenset({Status.SENDING, Status.UNCONFIRMED, Status.WAITING, Status.RUNNING, Status.DONE})


class Ledger(msgspec.Struct, frozen=True):
    """What one day stands for: the videos sent on it, and those that are still queued.

    Attributes:
        videos: How many.
        credits: What they cost, as far as it is known.
        unpriced: The models of those whose price nobody knows.
    """

    videos: int = 0
    credits: float = 0.0
    unpriced: frozenset[str] = frozenset()

    def plus(self, model: str, estimate: float | None, times: int = 1) -> "Ledger":
        """Return the ledger with more videos of `model`, each at `estimate` credits; None is unknown."""
        if times <= 0:
            return self
        unpriced = self.unpriced | {model} if estimate is None else self.unpriced
        return Ledger(self.videos + times, self.credits + times * (estimate or 0.0), unpriced)


def since(day_start: float, tasks: Iterable[Task], price_of: Callable[[Task], float | None]) -> Ledger:
    """Return what was sent since `day_start` (Unix seconds), and what is queued and will be.

    A task counts once for each time it was sent, by the moment of sending, whenever it was written down; one that
    was refused, or proved not to be delivered, cost nothing. What was sent later than now counts too: the clock was
    set back, and that opens nothing.

    Args:
        day_start: When the day began where the person lives.
        tasks: All there are, those taken off the list too.
        price_of: Returns what a task costs of which no estimate was kept, None where that is not known.
    """
    found = Ledger()
    for task in tasks:
        times = sum(at >= day_start for at in sendings(task)) + (task.status is Status.QUEUED)
        if times:
            found = found.plus(task.model, price_of(task) if task.estimate is None else task.estimate, times)
    return found


def sendings(task: Task) -> Iterator[float]:
    """Yield when `task` was sent (Unix seconds), each time that may have cost something."""
    told = False
    for number, entry in enumerate(task.history):
        if entry.status is not Status.SENDING or (number and task.history[number - 1].status is Status.SENDING):
            continue
        after = next((one.status for one in task.history[number + 1 :] if one.status is not Status.SENDING), None)
        told = True
        if after not in _NOT_MADE:
            yield entry.at
    # its history was cut, or never told: an id of its own, or the state, says that it was sent
    if not told and (task.id or task.status in _SENT or (task.submitted_at and task.status is Status.STOPPED)):
        yield task.created_at if task.submitted_at is None else task.submitted_at
