import json
from pathlib import Path
from typing import Any

import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.store import codec, migrations
from qr_tui.store.tasks import TaskStore
from tests.support.store import names, opened, task

pytestmark = pytest.mark.usefixtures("checkpoints")

BASE = migrations.SCHEMA


def stars(document: dict[str, dict[str, Any]]) -> None:
    """A step as a later version may bring: every task gets a tag."""
    for item in document["tasks"].values():
        item["tags"] = ["starred"]


@pytest.fixture
def old(path: Path) -> bytes:
    """A store of this schema with one task; its bytes."""
    opened(path).add([task()])
    return path.read_bytes()


def later(monkeypatch: pytest.MonkeyPatch, *steps: migrations.Step) -> None:
    monkeypatch.setattr(migrations, "SCHEMA", BASE + len(steps))
    for number, step in enumerate(steps, BASE):
        monkeypatch.setitem(migrations.STEPS, number, step)


def test_an_older_file_is_migrated_step_by_step_after_a_backup(
    path: Path, old: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[int] = []
    later(monkeypatch, stars, lambda document: order.append(len(document["tasks"])))
    store = opened(path)
    assert [item.tags for item in store.tasks()] == [("starred",)]
    assert order == [1]
    assert json.loads(path.read_bytes())["meta"]["1"]["schema"] == BASE + 2
    assert path.with_name(f"tasks.json.v{BASE}.bak").read_bytes() == old
    before = path.read_bytes()
    opened(path)
    assert path.read_bytes() == before


def test_a_running_older_process_refuses_what_a_newer_one_wrote(
    path: Path, old: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = opened(path)
    with monkeypatch.context() as patch:
        later(patch, stars)
        opened(path)
    newer = path.read_bytes()
    for call in (lambda: running.add([task("x")]), running.refresh, TaskStore(path).open):
        with pytest.raises(Trouble) as caught:
            call()
        assert caught.value.kind is Kind.STORE
        assert "newer qr-tui" in str(caught.value.detail)
        assert path.read_bytes() == newer
    assert len(running.tasks()) == 1
    assert not [name for name in names(path) if "damaged" in name]


def test_a_newer_file_of_another_shape_is_refused_too(path: Path) -> None:
    path.parent.mkdir(parents=True)
    data = b'{"meta":{"1":{"schema":9,"revision":4,"sum":"elsewhere"}},"videos":{}}'
    path.write_bytes(data)
    with pytest.raises(Trouble, match="newer qr-tui"):
        TaskStore(path).open()
    assert path.read_bytes() == data
    assert names(path) == {"tasks.json"}


def test_a_newer_backup_beside_a_damaged_file_is_refused(
    path: Path, old: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        later(patch, stars)
        opened(path).add([task("2")])
    backup = path.with_name("tasks.json.bak")
    path.write_bytes(b"spoiled")
    kept = backup.read_bytes()
    with pytest.raises(Trouble, match="newer qr-tui"):
        TaskStore(path).open()
    assert (path.read_bytes(), backup.read_bytes()) == (b"spoiled", kept)


def test_an_older_backup_of_a_damaged_file_is_migrated(path: Path, old: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, stars)
    path.with_name("tasks.json.bak").write_bytes(old)
    path.unlink()
    store = TaskStore(path)
    assert len(store.open()) == 1
    assert [item.tags for item in store.tasks()] == [("starred",)]
    assert codec.schema(codec.decode(path.read_bytes())) == BASE + 1


def test_a_step_that_fails_or_is_missing_leaves_the_file_untouched(
    path: Path, old: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(document: dict[str, dict[str, Any]]) -> None:
        document["tasks"].clear()
        raise KeyError("surprise")

    later(monkeypatch, broken)
    for _ in range(2):
        with pytest.raises(Trouble, match=f"from format {BASE} to {BASE + 1}"):
            TaskStore(path).open()
        assert path.read_bytes() == old
        monkeypatch.delitem(migrations.STEPS, BASE, raising=False)
