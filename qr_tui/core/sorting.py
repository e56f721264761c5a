"""The orders a list of tasks can stand in, as data for the sort menu, saved views and `list --sort`.

Light to import: every command that reads the store brings it in.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from qr_tui.core.task import Status, Task
from qr_tui.core.text.messages import N_


def by_age(task: Task) -> tuple[float, str]:
    """Return what puts the oldest first; tasks of one moment stand by key."""
    return task.created_at, task.key


def newest_first(tasks: Iterable[Task]) -> list[Task]:
    """Return `tasks` in the order in which every list of tasks stands unless another one is asked for."""
    return sorted(tasks, key=by_age, reverse=True)


class SortOrder(NamedTuple):
    """One order.

    Attributes:
        id: For files and options.
        title: For the menu.
        letter: What chooses it there.
        rank: What is compared; it ends in the key, so that equal tasks keep their places.
        descending: Whether the highest rank comes first.
    """

    id: str
    title: str
    letter: str
    rank: Callable[[Task], Any]
    descending: bool = False


# the place of each status: first what needs a person, last what is over
_STATUS: Final = {
    status: place
    for place, status in enumerate(
        (
            Status.UNCONFIRMED,
            Status.SENDING,
            Status.RUNNING,
            Status.WAITING,
            Status.QUEUED,
            Status.FAILED,
            Status.DONE,
            Status.STOPPED,
        )
    )
}


def _by_status(task: Task) -> tuple[int, float, str]:
    return _STATUS[task.status], -task.created_at, task.key


def _by_model(task: Task) -> tuple[str, float, str]:
    return task.model.casefold(), -task.created_at, task.key


def _by_progress(task: Task) -> tuple[float, float, str]:
    return (-1.0 if task.progress is None else task.progress) * -1.0, -task.created_at, task.key


def _by_end(task: Task) -> tuple[bool, float, str]:
    """Return what puts the newest result first; what is not finished comes last."""
    return task.finished_at is None, -(task.finished_at or task.created_at), task.key


ORDERS: Final[dict[str, SortOrder]] = {
    order.id: order
    for order in (
        SortOrder("newest", N_("newest first"), "n", by_age, descending=True),
        SortOrder("oldest", N_("oldest first"), "o", by_age),
        SortOrder("status", N_("needs you, then by status"), "s", _by_status),
        SortOrder("model", N_("by model"), "m", _by_model),
        SortOrder("progress", N_("progress, furthest first"), "p", _by_progress),
        SortOrder("finished", N_("last finished first"), "f", _by_end),
    )
}
DEFAULT_ORDER: Final = "newest"


def sort(tasks: Iterable[Task], order: str = DEFAULT_ORDER, reverse: bool = False) -> list[Task]:
    """Return `tasks` in the order called `order`; no two tasks are equal in it, so no refresh moves a row.

    Raises:
        KeyError: There is no such order.
    """
    chosen = ORDERS[order]
    return sorted(tasks, key=chosen.rank, reverse=chosen.descending != reverse)
