"""What counts as sent on a day: by the moment of sending, each time, whoever may see the task."""

import datetime
import os
import time

import msgspec
import pytest

from qr_tui.core.failures import Kind
from qr_tui.core.money import ledger
from qr_tui.core.task import Failure, Request, Status, Task, advance, new_task
from qr_tui.services.checks import day_start

DAY = 1_790_000_000.0
HOUR = 3600.0


def sent(*moves: tuple[float, Status], made: float = DAY - 48 * HOUR, model: str = "sora-2-pro") -> Task:
    """Return a task that was made long before and then went through these states, each at its time."""
    task = new_task(Request(model=model, prompt="a boat"), base_url="", account="", now=made)
    for at, status in moves:
        fields = {"status": status} | ({"submitted_at": at} if status is Status.SENDING else {})
        moved = advance(task, fields, at)
        assert moved is not None
        task = moved
    return task


def videos(*tasks: Task) -> int:
    return ledger.since(DAY, tasks, lambda _task: None).videos


def test_rule_1_5_a_task_counts_on_the_day_it_was_sent_not_on_the_day_it_was_written() -> None:
    assert videos(sent((DAY + 1, Status.SENDING), (DAY + 2, Status.WAITING))) == 1
    assert videos(sent((DAY - 1, Status.SENDING), (DAY + 2, Status.WAITING))) == 0


def test_rule_1_5_what_is_queued_counts_whenever_it_was_written() -> None:
    assert videos(sent()) == 1


def test_rule_1_5_each_sending_counts_and_a_refused_or_undelivered_one_does_not() -> None:
    lost = (DAY + 1, Status.SENDING), (DAY + 2, Status.UNCONFIRMED)
    assert videos(sent(*lost)) == 1
    assert videos(sent(*lost, (DAY + 3, Status.QUEUED))) == 2
    assert videos(sent(*lost, (DAY + 3, Status.QUEUED), (DAY + 4, Status.SENDING), (DAY + 5, Status.WAITING))) == 2
    assert videos(sent((DAY + 1, Status.SENDING), (DAY + 2, Status.FAILED))) == 0
    assert videos(sent((DAY + 1, Status.SENDING), (DAY + 2, Status.QUEUED), (DAY + 3, Status.STOPPED))) == 0
    made = (DAY + 1, Status.SENDING), (DAY + 2, Status.WAITING), (DAY + 3, Status.FAILED)
    assert videos(sent(*made)) == 1


def test_rule_1_5_what_was_sent_later_than_now_counts_too() -> None:
    assert videos(sent((DAY + 40 * HOUR, Status.SENDING), (DAY + 40 * HOUR, Status.WAITING))) == 1


def test_a_task_whose_history_was_cut_counts_by_what_it_is() -> None:
    old = Task(
        key="k", model="m", prompt="", base_url="", created_at=DAY - 9, submitted_at=DAY + 1, status=Status.DONE, id="x"
    )
    assert videos(old) == 1
    refused = Task(
        key="k",
        model="m",
        prompt="",
        base_url="",
        created_at=DAY + 1,
        submitted_at=DAY + 1,
        status=Status.FAILED,
        failure=Failure(kind=Kind.NO_BALANCE),
    )
    assert videos(refused) == 0


def test_credits_are_summed_and_what_has_no_price_is_named() -> None:
    prices = {"sora-2-pro": 0.5}
    book = ledger.since(DAY, [sent(), sent(model="veo3.1-fast")], lambda task: prices.get(task.model))
    book = book.plus("sora-2-pro", 0.25, 2)
    assert (book.videos, book.credits, sorted(book.unpriced)) == (4, 1.0, ["veo3.1-fast"])
    assert book.plus("x", None, 0) == book


def test_a_kept_estimate_counts_whatever_the_prices_say_now() -> None:
    kept = msgspec.structs.replace(sent(), estimate=2.0)
    assert ledger.since(DAY, [kept], lambda _task: 9.0).credits == 2.0
    free = msgspec.structs.replace(sent(), estimate=0.0)
    assert ledger.since(DAY, [free], lambda _task: 9.0).credits == 0.0


def test_the_local_day_begins_at_its_own_midnight_when_the_clocks_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "TZ", "Europe/Berlin")
    time.tzset()
    try:
        noon = datetime.datetime(2026, 10, 25, 12, tzinfo=datetime.UTC).timestamp()
        assert datetime.datetime.fromtimestamp(day_start(noon), datetime.UTC).hour == 22
    finally:
        monkeypatch.undo()
        time.tzset()
