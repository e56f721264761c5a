"""Sums by hand: a year of made-up tasks, days that change their length, prices that are gone."""

import os
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest

from qr_tui.core.money.usage import Used, day_of, merged, summed, told, used
from qr_tui.core.task import HistoryEntry, Status, Task

NOON = 1_793_880_000.0


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(os.environ, "TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def task(status: Status = Status.DONE, at: float = NOON, **fields: object) -> Task:
    sent = status not in (Status.QUEUED,)
    moves = [HistoryEntry(at, Status.QUEUED), *([HistoryEntry(at, Status.SENDING)] if sent else [])]
    made = Task(
        key="k", model="m", prompt="p", base_url="https://h", created_at=at, submitted_at=at if sent else None,
        status=status, history=(*moves, HistoryEntry(at, status)), id="x" if status is Status.DONE else None,
    )  # fmt: skip
    return msgspec.structs.replace(made, **fields)


def one(status: Status = Status.DONE, **fields: Any) -> Used:
    return used(task(status, **fields), lambda _task: None)


def test_unknown_is_never_zero() -> None:
    found = summed([one(estimate=2.0), one(), one(estimate=0.0)], "model")
    (row,) = found.rows
    assert (row.asked, row.made, row.sent, row.estimate, row.unknown) == (3, 3, 3, 2.0, 1)
    nothing = summed([one()], "model").total
    assert (nothing.estimate, nothing.unknown) == (None, 1)
    free = summed([one(estimate=0.0)], "model").total
    assert (free.estimate, free.unknown) == (0.0, 0)


def test_a_task_of_before_is_priced_by_the_prices_of_now() -> None:
    assert used(task(), lambda _task: 3.0).estimate == 3.0
    assert used(task(estimate=1.0), lambda _task: 3.0).estimate == 1.0


def test_what_became_of_it_is_counted_and_a_refusal_costs_nothing() -> None:
    states = (Status.DONE, Status.FAILED, Status.UNCONFIRMED, Status.STOPPED, Status.QUEUED)
    total = summed([one(status, estimate=1.0) for status in states], "status").total
    counted = (total.asked, total.made, total.failed, total.unconfirmed, total.stopped)
    assert counted == (5, 1, 1, 1, 1)
    # done, unconfirmed, and stopped were sent; the failed one was refused, the queued one is on its way
    assert (total.sent, total.estimate) == (3, 3.0)


def test_a_video_that_failed_after_it_was_made_was_sent() -> None:
    history = tuple(
        HistoryEntry(NOON, status) for status in (Status.QUEUED, Status.SENDING, Status.WAITING, Status.FAILED)
    )
    failed = used(task(Status.FAILED, history=history, estimate=4.0), lambda _task: None)
    assert (failed.sent, failed.estimate) == (1, 4.0)


def test_days_are_those_of_the_person_also_when_clocks_change(berlin: None) -> None:
    # the night of 2026-10-25 has an hour twice, that of 2026-03-29 lacks one
    late = datetime.fromisoformat("2026-10-25T23:30:00+01:00").timestamp()
    early = datetime.fromisoformat("2026-10-25T00:30:00+02:00").timestamp()
    spring = datetime.fromisoformat("2026-03-29T23:30:00+02:00").timestamp()
    assert [day_of(at) for at in (late, early, spring)] == ["2026-10-25", "2026-10-25", "2026-03-29"]
    assert day_of(late + 3600) == "2026-10-26"
    assert day_of(1e30) == "1970-01-01"


def test_a_year_of_tasks_is_summed_as_by_hand(berlin: None) -> None:
    start = datetime.fromisoformat("2026-01-01T00:10:00+01:00").timestamp()
    several = []
    for number in range(20_000):
        price = None if number % 10 == 0 else 0.25
        status = Status.DONE if number % 4 else Status.FAILED
        several.append(one(status, at=start + number * 1_500, model=f"m{number % 3}", estimate=price))
    by_month = summed(several, "month")
    assert sum(row.asked for row in by_month.rows) == by_month.total.asked == 20_000
    assert by_month.total.failed == 5_000
    sent = [number for number in range(20_000) if number % 4]
    priced = sum(number % 10 != 0 for number in sent)
    assert by_month.total.estimate == pytest.approx(priced * 0.25)
    assert by_month.total.unknown == len(sent) - priced
    assert [row.name for row in by_month.rows][:2] == ["2026-01", "2026-02"]
    march = summed(several, "day", since="2026-03-29", until="2026-03-29").total
    assert march.asked == pytest.approx(23 * 3600 / 1_500, abs=1)
    assert merged(several) == merged(merged(several))
    again = summed(merged(several), "model")
    assert again.total == by_month.total


def test_the_json_says_what_was_promised() -> None:
    document = told(summed([one(estimate=2.0)], "model"), "2026-11-01", None)
    counts = {"asked": 1, "made": 1, "failed": 0, "unconfirmed": 0, "stopped": 0, "estimate": 2.0, "unknown": 0}
    assert document == {
        "since": "2026-11-01", "by": "model", "rows": [{"model": "m", **counts}], "total": counts, "balance": None,
    }  # fmt: skip
