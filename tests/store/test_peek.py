from pathlib import Path

import pytest

from qr_tui.core.task import Status
from qr_tui.store import codec
from qr_tui.store.changes import Change
from qr_tui.store.peek import peek
from qr_tui.store.tasks import TaskStore
from tests.support.cli import task
from tests.support.store import seen


@pytest.fixture
def store(tmp_path: Path) -> TaskStore:
    store = TaskStore(tmp_path / "data" / "tasks.json")
    store.open()
    store.add([task("old", ago=100), task("new", ago=1, status=Status.DONE), task("gone", ago=50)])
    gone = next(item for item in store.tasks() if item.prompt == "gone")
    store.apply([Change(gone.key, {"removed_at": 1.0})])
    return store


def test_it_sees_what_the_store_sees(store: TaskStore) -> None:
    assert seen(store.path, store.path.parent) == store.tasks()
    assert [item.prompt for item in seen(store.path, store.path.parent) or []] == ["new", "old"]


def test_a_missing_file_is_left_to_the_store(tmp_path: Path) -> None:
    assert peek(tmp_path / "none.json", tmp_path) is None


def test_every_truncation_and_every_flip_is_left_to_the_store(store: TaskStore) -> None:
    whole = store.path.read_bytes()
    for end in range(0, len(whole), 17):
        store.path.write_bytes(whole[:end])
        assert peek(store.path, store.path.parent) is None
    for at in range(0, len(whole), 17):
        store.path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert peek(store.path, store.path.parent) is None


@pytest.mark.usefixtures("checkpoints")
@pytest.mark.parametrize("change", ["schema", "key", "type", "table"])
def test_what_this_version_cannot_read_is_left_to_the_store(store: TaskStore, change: str) -> None:
    document = codec.decode(store.path.read_bytes())
    key = next(iter(document["tasks"]))
    if change == "schema":
        document["meta"]["1"]["schema"] = 99
    elif change == "key":
        document["tasks"][key]["key"] = "another"
    elif change == "type":
        document["tasks"][key]["prompt"] = 7
    else:
        document["tasks"] = []  # type: ignore[assignment]
    store.path.write_bytes(codec.encode(document))
    assert peek(store.path, store.path.parent) is None


def test_fields_of_a_later_version_do_no_harm(store: TaskStore) -> None:
    document = codec.decode(store.path.read_bytes())
    for item in document["tasks"].values():
        item["colour"] = "blue"
    store.path.write_bytes(codec.encode(document))
    assert len(seen(store.path, store.path.parent) or []) == 2
