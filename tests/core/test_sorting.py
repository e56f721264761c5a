from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.sorting import DEFAULT_ORDER, ORDERS, newest_first, sort
from qr_tui.core.task import Status, Task


def task(**fields: object) -> Task:
    plain: dict[str, Any] = {"key": "k1", "model": "sora-2-pro", "prompt": "boat", "base_url": "", "created_at": 0.0}
    return Task(**(plain | fields))


def keys(tasks: list[Task]) -> str:
    return "".join(one.key for one in tasks)


def test_orders() -> None:
    tasks = [
        task(key="a", created_at=1, status=Status.DONE, model="veo3", finished_at=50.0),
        task(key="b", created_at=2, status=Status.RUNNING, progress=10.0),
        task(key="c", created_at=3, status=Status.UNCONFIRMED),
        task(key="d", created_at=4, status=Status.RUNNING, progress=90.0),
        task(key="e", created_at=5, status=Status.FAILED, model="Grok", finished_at=40.0),
    ]
    assert keys(sort(tasks)) == "edcba"
    assert keys(sort(tasks, "oldest")) == "abcde"
    assert keys(sort(tasks, "status")) == "cdbea"
    assert keys(sort(tasks, "model")) == "edcba"
    assert keys(sort(tasks, "progress")) == "dbeca"
    assert keys(sort(tasks, "finished")) == "aedcb"
    for order in ORDERS:
        assert sort(tasks, order, reverse=True) == sort(tasks, order)[::-1]


@given(st.permutations(range(8)))
def test_equal_tasks_stand_by_key_whatever_order_they_came_in(places: list[int]) -> None:
    tasks = [task(key=f"k{n}") for n in places]
    by_key = "".join(f"k{n}" for n in range(8))
    assert keys(newest_first(tasks)) == keys(sort(tasks, "newest")) == keys(sort(tasks, "oldest", reverse=True))
    for order in ORDERS:
        assert keys(sort(tasks, order, reverse=order == "newest")) == by_key


def test_every_status_has_its_place() -> None:
    tasks = [task(key=status.value, status=status) for status in Status]
    assert len(sort(tasks, "status")) == len(Status)


def test_an_unknown_order_is_an_error() -> None:
    assert DEFAULT_ORDER in ORDERS
    with pytest.raises(KeyError):
        sort([], "prettiest")
