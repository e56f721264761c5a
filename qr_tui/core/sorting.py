"""The orders a list of tasks can stand in, as data for the sort menu, saved views and `list --sort`."""

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from qr_tui.core.messages import N_
from qr_tui.core.task import Status, Task


class SortOrder(NamedTuple):
    """One order: `id` for files and options, `title` for the menu, `rank` what is compared."""

    id: str
    title: str
    rank: Callable[[Task], Any]


_STATUS: Final = {
    status: place
    for place, status in enumerate(
        (
            Status.UNCONFIRMED,
            Status.SENDING,
            Status.RUNNING,
            Status.WAITING,
            Status.QUEUED,
            Status.DRAFT,
            Status.FAILED,
            Status.DONE,
            Status.STOPPED,
        )
    )
}


def _progress(task: Task) -> tuple[float, float]:
    return (-1.0 if task.progress is None else task.progress) * -1.0, -task.created_at


def _finished(task: Task) -> tuple[bool, float]:
    """The newest result first; what is not finished comes last."""
    return task.finished_at is None, -(task.finished_at or task.created_at)


ORDERS: Final[dict[str, SortOrder]] = {
    order.id: order
    for order in (
        SortOrder("newest", N_("newest first"), lambda task: -task.created_at),
        SortOrder("oldest", N_("oldest first"), lambda task: task.created_at),
        SortOrder("status", N_("needs you, then by status"), lambda task: (_STATUS[task.status], -task.created_at)),
        SortOrder("model", N_("by model"), lambda task: (task.model.casefold(), -task.created_at)),
        SortOrder("progress", N_("progress, furthest first"), _progress),
        SortOrder("finished", N_("last finished first"), _finished),
    )
}
DEFAULT_ORDER: Final = "newest"


def sort(tasks: Iterable[Task], order: str = DEFAULT_ORDER, reverse: bool = False) -> list[Task]:
    """Return `tasks` in the order called `order`; equal ones by key, so that no refresh moves a row.

    Raises:
        KeyError: There is no such order.
    """
    rank = ORDERS[order].rank
    return sorted(tasks, key=lambda task: (rank(task), task.key), reverse=reverse)
