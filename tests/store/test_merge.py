"""Several processes' worth of changes in any order: the file holds exactly what the one table of moves allows."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, FileState, Status, Task, advance, may_move
from qr_tui.store.changes import Change
from qr_tui.store.tasks import TaskStore
from tests.support.store import NOW, Clock, opened, task

words = st.text(max_size=8)
fields: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(Status),
        "provider_status": words,
        "progress": st.none() | st.floats(0, 100),
        "id": st.none() | words,
        "tags": st.lists(words, max_size=2).map(tuple),
        "file_state": st.sampled_from(FileState),
        "failure": st.none() | st.builds(Failure, kind=st.sampled_from(Kind), detail=words),
        "removed_at": st.none() | st.just(NOW),
    },
)
expectations = st.none() | st.frozensets(st.sampled_from(Status), min_size=1)
batches = st.lists(
    st.tuples(st.integers(0, 2), st.lists(st.tuples(st.integers(0, 2), fields, expectations), max_size=4)),
    max_size=8,
)


@pytest.fixture(autouse=True)
def no_sync() -> Iterator[None]:
    with mock.patch("os.fsync"):
        yield


@settings(max_examples=60, deadline=None)
@given(batches)
def test_any_interleaving_equals_one_writer_that_knows_all(
    steps: list[tuple[int, list[tuple[int, dict[str, Any], frozenset[Status] | None]]]],
) -> None:
    clock = Clock()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tasks.json"
        stores = [opened(path, clock) for _ in range(3)]
        tasks = [task(str(number)) for number in range(3)]
        stores[0].add(tasks)
        seen = {item.key: item for item in tasks}
        watcher = opened(path, clock)
        model: dict[str, Task] = {item.key: item for item in tasks}
        for store, batch in steps:
            clock.now += 1
            expected: list[str] = []
            for number, values, expect in batch:
                now = model[tasks[number].key]
                if expect is not None and now.status not in expect:
                    continue
                moved = advance(now, values, clock.now)
                if moved is not None:
                    assert may_move(now.status, moved.status)
                    model[now.key] = moved
                    expected.append(now.key)
            answer = stores[store].apply([Change(tasks[number].key, v, e) for number, v, e in batch])
            assert [item.key for item in answer] == list(dict.fromkeys(expected))
            assert answer == [model[item.key] for item in answer]
            delta = watcher.refresh()
            if delta is not None:
                assert all(item.removed_at is None for item in delta.changed)
                seen.update({item.key: item for item in delta.changed})
                for key in delta.removed:
                    del seen[key]
        listed = {key: item for key, item in model.items() if item.removed_at is None}
        assert seen == listed
        again = TaskStore(path, clock=clock)
        assert again.open() == []
        assert {item.key: item for item in again.tasks(removed=True)} == model
        for store in range(3):
            stores[store].refresh()
            assert {item.key: item for item in stores[store].tasks()} == listed
