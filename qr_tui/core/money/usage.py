"""What was asked for, what became of it, and what it was to cost: by day, model, status, host or batch."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from qr_tui.core.money.ledger import sendings
from qr_tui.core.task import FIRST_ROUTE, Status, Task
from qr_tui.core.text.messages import N_

# what sums can be grouped by, in the order in which they are offered
BY: Final = (N_("day"), N_("model"), N_("status"), N_("host"), N_("route"), N_("batch"), N_("month"))


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """One task, as far as sums need it; also what stays of tasks that were removed for good, several in one.

    Attributes:
        day: The local day it was sent on, ``2026-11-27``; of one never sent, the day it was asked for.
        count: How many tasks.
        sent: How often they were sent in all, each time that may have cost something.
        estimate: Credits of what was sent, as far as they are known.
        unknown: How often something was sent whose price nobody knew.
    """

    day: str
    model: str
    status: str
    host: str
    route: str = FIRST_ROUTE
    batch: str = ""
    count: int = 1
    sent: int = 0
    estimate: float = 0.0
    unknown: int = 0


class Row(msgspec.Struct, kw_only=True):
    """One line of sums. `estimate` is of what was sent, None where nothing of it is known; failed ones count too."""

    name: str
    asked: int = 0
    made: int = 0
    failed: int = 0
    unconfirmed: int = 0
    stopped: int = 0
    sent: int = 0
    estimate: float | None = None
    unknown: int = 0

    def add(self, used: Used) -> None:
        """Count `used` in."""
        self.asked += used.count
        self.made += used.count * (used.status == Status.DONE)
        self.failed += used.count * (used.status == Status.FAILED)
        self.unconfirmed += used.count * (used.status == Status.UNCONFIRMED)
        self.stopped += used.count * (used.status == Status.STOPPED)
        self.sent += used.sent
        self.unknown += used.unknown
        if used.sent > used.unknown:
            self.estimate = round((self.estimate or 0.0) + used.estimate, 6)

    def told(self, by: str) -> dict[str, Any]:
        """Return the row as JSON, its name under the word it is grouped by."""
        counts = {name: getattr(self, name) for name in ("asked", "made", "failed", "unconfirmed", "stopped")}
        named = {by: self.name} if by else {}
        return {**named, **counts, "estimate": self.estimate, "unknown": self.unknown}


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """Sums of a span of days: a row for each group, the first in order first, and all of it."""

    by: str
    rows: tuple[Row, ...]
    total: Row


def used(task: Task, price_of: Callable[[Task], float | None]) -> Used:
    """Return what counts of `task`; `price_of` prices one of which no estimate was kept."""
    times = len(list(sendings(task)))
    price = price_of(task) if task.estimate is None else task.estimate
    return Used(
        day=day_of(task.submitted_at or task.created_at),
        model=task.model,
        status=task.status.value,
        host=task.base_url,
        route=task.route or FIRST_ROUTE,
        batch=task.batch,
        sent=times,
        estimate=round(times * (price or 0.0), 6),
        unknown=times if price is None else 0,
    )


def merged(several: Iterable[Used]) -> list[Used]:
    """Return the same sums in as few entries as there are differences."""
    found: dict[tuple[str, ...], Used] = {}
    for one in several:
        place = (one.day, one.model, one.status, one.host, one.route, one.batch)
        known = found.get(place)
        found[place] = (
            one
            if known is None
            else msgspec.structs.replace(
                known,
                count=known.count + one.count,
                sent=known.sent + one.sent,
                estimate=round(known.estimate + one.estimate, 6),
                unknown=known.unknown + one.unknown,
            )
        )
    return list(found.values())


def summed(several: Iterable[Used], by: str, *, since: str = "", until: str = "") -> Usage:
    """Return the sums of the days from `since` to `until`, both included; an empty one is open."""
    rows: dict[str, Row] = {}
    total = Row(name="")
    for one in several:
        if (since and one.day < since) or (until and one.day > until):
            continue
        name = one.day[:7] if by == "month" else str(getattr(one, by))
        rows.setdefault(name, Row(name=name)).add(one)
        total.add(one)
    if by in ("day", "month"):
        order = sorted(rows.values(), key=lambda row: row.name)
    else:
        order = sorted(rows.values(), key=lambda row: (-row.asked, row.name))
    return Usage(by=by, rows=tuple(order), total=total)


def day_of(at: float) -> str:
    """Return the local day of a moment (Unix seconds), as its calendar had it there and then."""
    try:
        return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        return "1970-01-01"


def told(usage: Usage, since: str, balance: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return sums as JSON for scripts; `balance` is the provider's own number, which is never mixed in."""
    return {
        "since": since or None,
        "by": usage.by,
        "rows": [row.told(usage.by) for row in usage.rows],
        "total": usage.total.told(""),
        "balance": balance,
    }
