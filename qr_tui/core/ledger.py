"""What was sent on one day, and what will be: the one count that every limit on spending is held against."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from qr_tui.core.task import Status, Task

# What a call under way may turn into that proves that nothing was made: not delivered (queued), or refused (failed).
_NOT_MADE = frozenset({Status.QUEUED, Status.FAILED})
# States that only a task which was sent can have.
_SENT = frozenset({Status.SENDING, Status.UNCONFIRMED, Status.WAITING, Status.RUNNING, Status.DONE})


class Ledger(msgspec.Struct, frozen=True):
    """How many videos of each model one day stands for: those sent on it, and those that are still queued."""

    models: Mapping[str, int]

    @property
    def videos(self) -> int:
        """All of them."""
        return sum(self.models.values())

    def credits(self, prices: Mapping[str, float]) -> float:
        """Return what they cost; a model without a price counts as nothing, and is among `unpriced`."""
        return sum(count * prices.get(model, 0.0) for model, count in self.models.items())

    def unpriced(self, prices: Mapping[str, float]) -> list[str]:
        """Return the models whose price is not known, in order."""
        return sorted(model for model, count in self.models.items() if count and model not in prices)

    def plus(self, models: Iterable[str]) -> "Ledger":
        """Return the ledger with one more video of each of `models`."""
        return Ledger(Counter(self.models) + Counter(models))


def since(day_start: float, tasks: Iterable[Task]) -> Ledger:
    """Return what was sent since `day_start` (Unix seconds), and what is queued and will be.

    A task counts once for each time it was sent, by the moment of sending, whenever it was written down; one that
    was refused, or proved not to be delivered, cost nothing. What was sent later than now counts too: the clock was
    set back, and that opens nothing.

    Args:
        day_start: When the day began where the person lives.
        tasks: All there are, those taken off the list too.
    """
    models: Counter[str] = Counter()
    for task in tasks:
        models[task.model] += sum(at >= day_start for at in sendings(task)) + (task.status is Status.QUEUED)
    return Ledger(+models)


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
