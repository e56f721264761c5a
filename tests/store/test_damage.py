import json
import random
from pathlib import Path

import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status
from qr_tui.store import codec
from qr_tui.store.changes import Change
from qr_tui.store.tasks import TaskStore
from tests.support.store import NOW, Clock, names, opened, send, task

pytestmark = pytest.mark.usefixtures("no_sync", "checkpoints")
ASIDE = "tasks.json.damaged-20260921T141320Z"


def reopen(path: Path) -> tuple[TaskStore, list[str]]:
    store = TaskStore(path, clock=Clock(NOW))
    notices = store.open()
    assert {notice.kind for notice in notices} <= {Kind.STORE, Kind.RECOVERED}
    return store, [str(notice.detail) for notice in notices]


def two_tasks(path: Path) -> tuple[str, str]:
    """Leave a store with two tasks; the backup holds the first as waiting and the second as queued."""
    store = opened(path)
    one, two = task("first", now=NOW - 2), task("second", now=NOW - 1)
    store.add([one, two])
    send(store, one.key)
    store.apply([Change(two.key, {"status": Status.SENDING})])
    return one.key, two.key


def damaged(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)


def test_every_truncation_point_falls_back_to_the_backup_and_keeps_the_rest(path: Path) -> None:
    opened(path).add([task("first")])
    store = opened(path)
    store.add([task("second")])
    whole, backup = path.read_bytes(), path.with_name("tasks.json.bak").read_bytes()
    for length in range(len(whole)):
        damaged(path, whole[:length])
        path.with_name("tasks.json.bak").write_bytes(backup)
        again, notices = reopen(path)
        assert [item.prompt for item in again.tasks()] == ["first"], length
        assert len(notices) == 1
        aside = path.with_name(ASIDE)
        assert str(path) in notices[0]
        assert f"{ASIDE}." in notices[0]
        assert " 1 task;" in notices[0]
        assert aside.read_bytes() == whole[:length]
        assert codec.decode(path.read_bytes())
        aside.unlink()


def test_random_bytes_anywhere_never_cost_a_task_that_the_backup_has(path: Path) -> None:
    chance = random.Random(11)
    keys = set(two_tasks(path))
    whole, backup = path.read_bytes(), path.with_name("tasks.json.bak").read_bytes()
    for _ in range(60):
        start = chance.randrange(len(whole))
        junk = chance.randbytes(chance.randrange(1, 40))
        spoiled = whole[:start] + junk + whole[start + len(junk) :]
        if spoiled == whole:
            continue
        damaged(path, spoiled)
        path.with_name("tasks.json.bak").write_bytes(backup)
        again, notices = reopen(path)
        assert {item.key for item in again.tasks()} == keys
        assert len(notices) == 1


def test_what_the_backup_calls_queued_may_have_been_sent_so_a_person_decides(path: Path) -> None:
    one, two = two_tasks(path)
    damaged(path, b"")
    store, _ = reopen(path)
    first, second = store.get(one), store.get(two)
    assert first is not None
    assert first.status is Status.WAITING
    assert first.id is not None
    assert second is not None
    assert second.status is Status.UNCONFIRMED
    assert second.failure is not None
    assert second.failure.kind is Kind.LOST_ANSWER
    assert [moment.status for moment in second.history][-2:] == [Status.SENDING, Status.UNCONFIRMED]
    assert reopen(path)[1] == []  # mended for good


def test_without_a_backup_it_starts_empty_and_says_so(path: Path) -> None:
    opened(path)
    damaged(path, b"{}")
    store, (notice,) = reopen(path)
    assert store.tasks() == []
    assert "starts empty" in notice
    assert ASIDE in notice
    assert path.with_name(ASIDE).read_bytes() == b"{}"
    store.add([task()])
    assert len(opened(path).tasks()) == 1


def test_a_damaged_backup_is_kept_too(path: Path) -> None:
    two_tasks(path)
    damaged(path, b"one")
    damaged(path.with_name("tasks.json.bak"), b"two")
    store, (notice,) = reopen(path)
    assert store.tasks() == []
    assert "backup is damaged too" in notice
    assert path.with_name(ASIDE).read_bytes() == b"one"
    assert path.with_name(ASIDE.replace(".json", ".json.bak")).read_bytes() == b"two"
    store.add([task("1")])
    store.add([task("2")])
    assert len(opened(path).tasks()) == 2


def test_names_put_aside_never_collide(path: Path) -> None:
    for data in (b"1", b"2", b"3"):
        opened(path)
        damaged(path, data)
        reopen(path)
    kept = {name: path.with_name(name).read_bytes() for name in names(path) if "damaged" in name}
    assert kept == {ASIDE: b"1", f"{ASIDE}-2": b"2", f"{ASIDE}-3": b"3"}


def test_a_file_that_is_gone_comes_back_from_the_backup(path: Path) -> None:
    one, two = two_tasks(path)
    path.unlink()
    store, (notice,) = reopen(path)
    assert {item.key for item in store.tasks()} == {one, two}
    assert "is gone" in notice
    assert "2 tasks" in notice


def test_a_file_that_is_gone_with_a_damaged_backup(path: Path) -> None:
    two_tasks(path)
    path.unlink()
    damaged(path.with_name("tasks.json.bak"), b"?")
    store, (notice,) = reopen(path)
    assert store.tasks() == []
    assert "is gone" in notice
    assert "starts empty" in notice


@pytest.mark.parametrize("data", [b"", b"junk", None])
def test_damage_while_we_run_costs_nothing_that_we_know(path: Path, data: bytes | None) -> None:
    one, two = two_tasks(path)
    store = opened(path)
    third = task("third", status=Status.WAITING, id="x:3")
    store.add([third])
    store.apply([Change(third.key, {"status": Status.RUNNING})])
    if data is None:
        path.unlink()
    else:
        damaged(path, data)
    fourth = task("fourth")
    store.add([fourth])
    (notice,) = store.take_notices()
    assert "3 tasks" in str(notice.detail)
    assert store.take_notices() == []
    again = opened(path)
    assert {item.key for item in again.tasks()} == {one, two, third.key, fourth.key}
    running, queued = again.get(third.key), again.get(fourth.key)
    assert running is not None
    assert running.status is Status.RUNNING  # newer than the backup: from memory
    assert queued is not None
    assert queued.status is Status.QUEUED  # written after the damage, so surely not sent


def test_refresh_recovers_as_well(path: Path) -> None:
    keys = set(two_tasks(path))
    store = opened(path)
    damaged(path, b"x")
    store.refresh()
    assert {item.key for item in store.tasks()} == keys
    assert len(store.take_notices()) == 1
    assert {item.key for item in opened(path).tasks()} == keys


def test_a_newer_backup_wins_over_an_older_memory(path: Path) -> None:
    here, there = opened(path), opened(path)
    there.add([task("1")])
    there.add([task("2")])
    there.add([task("3")])
    damaged(path, b"x")
    here.refresh()
    assert {item.prompt for item in here.tasks()} == {"1", "2"}


@pytest.mark.parametrize(
    "document",
    [
        5,
        None,
        [],
        {},
        {"key": "other"},
        {"status": "dreaming"},
        {"created_at": "yesterday"},
        {"history": [[1]]},
        {"parameters": 7},
    ],
)
def test_one_unreadable_task_costs_no_other_and_stays_in_the_file(path: Path, document: object) -> None:
    store = opened(path)
    good, bad = task("good"), task("bad")
    store.add([good, bad])
    stored = json.loads(path.read_bytes())
    if isinstance(document, dict):
        document = {**stored["tasks"][bad.key], **document} if document else {}
    stored["tasks"][bad.key] = document
    damaged(path, codec.encode(stored))
    again, notices = reopen(path)
    assert again.tasks() == [good]
    assert len(notices) == 1
    assert "1 task cannot be read" in notices[0]
    send(again, good.key)
    assert again.apply([Change(bad.key, {"tags": ("x",)})]) == []
    with pytest.raises(ValueError, match="exists"):
        again.add([bad])
    assert json.loads(path.read_bytes())["tasks"][bad.key] == document
    assert again.take_notices() == []  # said once
    assert store.refresh() is not None
    assert [item.key for item in store.tasks()] == [good.key]
    assert len(store.take_notices()) == 1


def test_something_that_is_no_file_is_refused_in_words(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(Trouble) as caught:
        TaskStore(path).open()
    assert caught.value.kind is Kind.STORE
    assert "not a plain file" in str(caught.value.detail)
