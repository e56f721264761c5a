"""Old tasks move into archives, one a month: nothing is lost on the way, and all of it can still be reached."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import ArchivedTask, Failure, HistoryEntry, Status, Task
from qr_tui.store import storage, tasks
from qr_tui.store.archive import month_of
from qr_tui.store.changes import Change, Fact
from qr_tui.store.names import archive_of, backup_of
from qr_tui.store.tasks import KEEP_REMOVED, TaskStore
from tests.support.store import NOW, Clock, on_disk, opened, task

pytestmark = pytest.mark.usefixtures("no_sync")

DAY = 86_400.0


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep three finished tasks in the file, and move any others over at once."""
    monkeypatch.setattr(tasks, "LIVE_COUNT", 3)
    monkeypatch.setattr(tasks, "ROLL_AT", 1)


def old(number: int, *, days: float = 10.0, **fields: Any) -> Task:
    """Return a task that was over `days` ago, with everything that an archive keeps of it."""
    at = NOW - days * DAY - number
    words = f"old {number} 纸船"
    known: dict[str, Any] = {
        "id": f"sora-2:task_{number:04}",
        "status": Status.DONE,
        "submitted_at": at,
        "updated_at": at,
        "finished_at": at,
        "raw": '{"a":"answer"}',
        "created": '{"id":"x"}',
        "history": (HistoryEntry(at, Status.WAITING, "pending"), HistoryEntry(at, Status.DONE, "completed")),
        "tags": ("summer",),
        "video_url": "https://cdn.example/v.mp4",
        "images": ("https://cdn.example/i.png",),
    }
    return task(words, now=at, **(known | fields))


def filled(path: Path, count: int = 12, **fields: Any) -> tuple[TaskStore, list[Task]]:
    """Return a store from which all but the newest three of `count` old tasks have moved into archives."""
    store = opened(path)
    made = [old(number, **fields) for number in range(count)]
    store.add(made)
    moved = store.tidy()
    assert len(moved) == count - 3
    return store, made


def rows(store: TaskStore) -> list[ArchivedTask]:
    return list(store.archived)


def test_the_old_move_and_nothing_of_them_is_lost(path: Path) -> None:
    store, made = filled(path)
    assert store.tasks() == made[:3]
    assert [row.key for row in rows(store)] == [one.key for one in made[3:]]
    assert [store.whole(row) for row in rows(store)] == made[3:]
    again = opened(path)
    assert [again.whole(row) for row in rows(again)] == made[3:]
    assert on_disk(path)["tasks"].keys() == {one.key for one in made[:3]}


def test_what_is_needed_stays(path: Path) -> None:
    store = opened(path)
    stays = [
        old(1, status=Status.RUNNING, finished_at=None),
        old(2, status=Status.UNCONFIRMED, finished_at=None),
        old(3, status=Status.QUEUED, finished_at=None),
        old(4, days=1.9),
        old(5, finished_at=NOW - DAY),
        old(6, submitted_at=NOW - DAY),
        old(7, removed_at=NOW - DAY),
    ]
    newest = [old(number, days=0.1) for number in range(3)]
    goes = [old(8), old(9, status=Status.FAILED), old(10, status=Status.STOPPED), old(11, removed_at=NOW - 5 * DAY)]
    store.add([*stays, *newest, *goes])
    store.tidy()
    assert {one.key for one in store.tasks(removed=True)} == {one.key for one in (*stays, *newest)}
    assert {row.key for row in rows(store)} == {one.key for one in goes}


def test_rows_know_what_lists_need_and_leave_the_rest_on_disk(path: Path) -> None:
    failure = Failure(kind=Kind.REAL_PEOPLE, detail="no")
    store, made = filled(path, status=Status.FAILED, failure=failure)
    row = rows(store)[0]
    whole = made[3]
    for name in (
        "key",
        "id",
        "status",
        "model",
        "prompt",
        "tags",
        "created_at",
        "finished_at",
        "failure",
        "parameters",
    ):
        assert getattr(row, name) == getattr(whole, name)
    assert (row.raw, row.history, row.images) == (None, (), ())


def test_archives_are_months_and_plain_tinydb_opens_them(path: Path) -> None:
    import tinydb

    store = opened(path)
    made = [old(number, days=31.0 * number) for number in range(6)]
    store.add(made)
    store.tidy()
    assert store.archived.months() == sorted({month_of(one) for one in made[3:]}, reverse=True)
    with tinydb.TinyDB(archive_of(path) / f"{month_of(made[3])}.json", access_mode="r") as database:
        tables = database.storage.read()
    assert tables is not None
    assert tables["tasks"][made[3].key]["prompt"] == made[3].prompt
    assert {item.stat().st_mode & 0o777 for item in archive_of(path).iterdir()} == {0o600}
    assert archive_of(path).stat().st_mode & 0o777 == 0o700


def test_a_tag_and_a_removal_are_noted_without_bringing_a_task_back_to_life(path: Path) -> None:
    store, made = filled(path)
    one = made[5]
    (tagged,) = store.apply([Change(one.key, {"tags": ("winter",)})])
    assert (tagged.tags, tagged.prompt) == (("winter",), one.prompt)
    store.apply([Change(one.key, {"removed_at": NOW})])
    assert one.key not in on_disk(path)["tasks"]
    for reader in (store, opened(path)):
        row = reader.archived.get(one.key)
        assert row is not None
        assert (row.tags, row.removed_at) == (("winter",), NOW)
        whole = reader.whole(row)
        assert (whole.tags, whole.removed_at, whole.raw) == (("winter",), NOW, one.raw)
    store.apply([Change(one.key, {"removed_at": None, "tags": ()})])
    row = opened(path).archived.get(one.key)
    assert row is not None
    assert (row.tags, row.removed_at) == ((), None)


def test_hundreds_of_removals_are_one_small_line(path: Path) -> None:
    store, made = filled(path, count=400)
    size = path.with_name("tasks.json.journal").stat().st_size
    store.apply([Change(one.key, {"removed_at": NOW}) for one in made[3:]])
    grown = path.with_name("tasks.json.journal").stat().st_size - size
    assert grown < 100 * len(made)
    assert all(row.removed_at == NOW for row in rows(store))


def test_very_many_notes_move_into_the_archives(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, made = filled(path)
    store.apply([Change(one.key, {"tags": ("winter",)}) for one in made[3:]])
    assert store.tidy() == []
    assert len(on_disk(path)["archived"]) == len(made) - 3
    monkeypatch.setattr(tasks, "PATCHES_AT", 5)
    store.tidy()
    assert on_disk(path)["archived"] == {}
    for reader in (store, opened(path)):
        assert {row.tags for row in rows(reader)} == {("winter",)}
        assert [reader.whole(row).raw for row in rows(reader)] == [one.raw for one in made[3:]]


def test_a_change_brings_a_task_back_to_life_whole(path: Path) -> None:
    store, made = filled(path, status=Status.STOPPED)
    one = made[6]
    store.apply([Change(one.key, {"tags": ("noted",)})])
    (watched,) = store.apply([Change(one.key, {"status": Status.WAITING})])
    assert (watched.status, watched.tags, watched.raw, watched.images) == (
        Status.WAITING,
        ("noted",),
        one.raw,
        one.images,
    )
    assert watched.history[:2] == one.history
    assert one.key not in {row.key for row in rows(store)}
    again = opened(path)
    assert again.get(one.key) == watched
    assert on_disk(path)["archived"] == {}
    # over once more, and old: what the archive held before is replaced
    again.apply([Change(one.key, {"status": Status.DONE, "finished_at": NOW - 3 * DAY, "submitted_at": None})])
    again.tidy()
    row = again.archived.get(one.key)
    assert row is not None
    assert row.status is Status.DONE
    assert len([None for found in rows(again) if found.key == one.key]) == 1


def test_what_a_late_answer_teaches_reaches_an_archived_task(path: Path) -> None:
    store, made = filled(path, status=Status.FAILED, failure=Failure(kind=Kind.NOT_FOUND))
    one = made[4]
    (known,) = store.learn([Fact(one.key, {"status": Status.DONE, "video_url": "https://e.com/2"}, NOW)])
    assert (known.status, known.video_url, known.prompt) == (Status.DONE, "https://e.com/2", one.prompt)
    assert store.get(one.key) == known


def test_an_id_that_an_archived_task_has_is_not_given_to_another(path: Path) -> None:
    store, made = filled(path)
    fresh = task("new")
    store.add([fresh])
    store.apply([Change(fresh.key, {"status": Status.SENDING})])
    store.learn([Fact(fresh.key, {"status": Status.WAITING, "id": made[7].id}, NOW, fresh)])
    known = store.get(fresh.key)
    assert known is not None
    assert (known.status, known.id) == (Status.UNCONFIRMED, None)


def test_removed_tasks_go_for_good_after_their_time(path: Path) -> None:
    store, made = filled(path)
    store.apply([Change(one.key, {"removed_at": NOW}) for one in made[3:6]])
    recalled = made[7]
    store.apply([Change(recalled.key, {"removed_at": NOW, "provider_status": "x"})])  # live now, archived before
    later = Clock(NOW + KEEP_REMOVED + DAY)
    again = TaskStore(path, clock=later)
    again.open()
    left = {row.key for row in rows(again)} | {one.key for one in again.tasks(removed=True)}
    assert left == {one.key for one in made} - {one.key for one in made[3:6]} - {recalled.key}
    assert on_disk(path).get("archived", {}) == {}


def test_what_was_removed_before_it_moved_goes_too_when_its_archive_is_written_anew(path: Path) -> None:
    store = opened(path)
    made = [old(number, removed_at=NOW - 3 * DAY if number == 5 else None) for number in range(8)]
    store.add(made)
    store.tidy()
    assert made[5].key in {row.key for row in rows(store)}
    later = TaskStore(path, clock=Clock(NOW + KEEP_REMOVED + DAY))
    later.open()
    later.add([old(number) for number in range(40, 45)])
    later.tidy()
    assert made[5].key not in {row.key for row in rows(later)}
    assert {row.key for row in rows(later)} >= {made[4].key, made[6].key}


def test_another_process_sees_the_move_and_what_is_noted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(path)
    made = [old(number) for number in range(8)]
    store.add(made)
    with monkeypatch.context() as patch:
        patch.setattr(tasks, "ROLL_AT", 1_000)
        other = opened(path)
    for month in {month_of(one) for one in made}:
        other.archived.month(month)
    store.tidy()
    delta = other.refresh()
    assert delta is not None
    assert delta.removed == ()
    assert {one.key for one in delta.changed} == {one.key for one in made[3:]}
    assert all(isinstance(one, ArchivedTask) for one in delta.changed)
    store.apply([Change(made[4].key, {"removed_at": NOW}), Change(made[5].key, {"tags": ("x",)})])
    delta = other.refresh()
    assert delta is not None
    assert delta.removed == (made[4].key,)
    assert [(one.key, one.tags) for one in delta.changed] == [(made[5].key, ("x",))]


def test_a_row_that_somebody_holds_is_good_after_its_archive_was_written_anew(path: Path) -> None:
    store, made = filled(path)
    held = rows(store)
    other = opened(path)
    other.add([old(number, prompt="new " * number) for number in range(20, 26)])
    other.tidy()
    for reader in (store, other):
        assert [reader.whole(row) for row in held] == made[3:]


def test_what_others_made_and_archived_meanwhile_is_told_to_one_who_slept(path: Path) -> None:
    store, _ = filled(path)
    store.archived.follow()
    known = {row.key for row in rows(store)}
    other = opened(path)
    slept = [old(number) for number in range(100, 106)]
    other.add(slept)
    other.tidy()
    delta = store.refresh()
    assert delta is not None
    assert {one.key for one in delta.changed} >= {one.key for one in slept}
    assert known.isdisjoint(one.key for one in delta.changed)
    assert store.refresh() is None


STEPS = {"archive": ("os.replace", 0), "rows": ("os.replace", 1), "drop": ("os.pwrite", 0)}


@pytest.mark.parametrize("step", STEPS)
def test_a_death_in_the_middle_of_moving_loses_nothing_and_shows_nothing_twice(
    path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Dead(BaseException):
        """The process ends here."""

    store = opened(path)
    made = [old(number) for number in range(8)]
    store.add(made)
    call, number = STEPS[step]
    genuine: Any = getattr(os, call.partition(".")[2])
    calls: Iterator[int] = iter(range(1_000))

    def die(*args: Any, **options: Any) -> Any:
        if next(calls) == number:
            raise Dead
        return genuine(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(call, die)
        patch.setattr("qr_tui.store.atomic._restore", lambda *_: None)
        with pytest.raises(Dead):
            store.tidy()
    again = TaskStore(path, clock=Clock())
    assert again.open() == []
    keys = [one.key for one in (*again.tasks(), *rows(again))]
    assert sorted(keys) == sorted(one.key for one in made)
    assert {again.whole(row).raw for row in rows(again)} == {made[0].raw}


@pytest.mark.parametrize("spoil", ["gone", "cut", "another archive's", "garbage"])
def test_rows_that_do_not_fit_are_made_anew(path: Path, spoil: str) -> None:
    _, made = filled(path)
    (file,) = archive_of(path).glob("*.rows")
    data = file.read_bytes()
    if spoil == "gone":
        file.unlink()
    elif spoil == "cut":
        file.write_bytes(data[:-20])
    elif spoil == "garbage":
        file.write_bytes(b"\x00" * 50)
    else:
        head = json.loads(data.partition(b"\n")[0])
        file.write_bytes(json.dumps(head | {"stamp": "0" * 16}).encode() + b"\n" + data.partition(b"\n")[2])
    again = opened(path)
    assert [again.whole(row) for row in rows(again)] == made[3:]
    assert file.read_bytes().partition(b"\n")[2] == data.partition(b"\n")[2]


@pytest.mark.parametrize("spoil", ["gone", "cut"])
def test_an_archive_that_is_lost_is_said_and_its_tasks_stay_on_the_list(path: Path, spoil: str) -> None:
    _, made = filled(path)
    (file,) = archive_of(path).glob("*.json")
    if spoil == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-30])
        os.utime(file)
    again = opened(path)
    found = rows(again)
    assert [row.id for row in found] == [one.id for one in made[3:]]
    if spoil == "gone":
        (notice,) = again.take_notices()
        assert "is gone" in str(notice.detail)
        assert again.whole(found[0]).prompt == made[3].prompt
        (tagged,) = again.apply([Change(made[4].key, {"status": Status.FAILED, "tags": ("y",)})]) or (None,)
        assert tagged is None, "no legal move from done"
    else:
        assert again.whole(found[0]) == made[3], "what was cut off is the end of the file"


def test_an_archive_written_anew_copies_no_document_that_cannot_be_read(path: Path) -> None:
    store, made = filled(path)
    (file,) = archive_of(path).glob("*.json")
    spoiled = file.read_bytes().replace(made[6].prompt.encode(), b"\x01" * len(made[6].prompt.encode()))
    file.write_bytes(spoiled)
    store.add([old(number) for number in range(20, 26)])
    store.tidy()
    again = opened(path)
    assert {row.key for row in rows(again)} >= {one.key for one in made[3:]}
    whole = {one.key: one for one in map(again.whole, rows(again))}
    assert whole[made[5].key] == made[5]
    assert (whole[made[6].key].id, whole[made[6].key].raw) == (made[6].id, None), "what the row knew is left"
    json.loads(file.read_bytes())
    assert [kept.read_bytes() for kept in archive_of(path).glob("*.damaged-*")] == [spoiled]
    assert any("is damaged" in str(notice.detail) for notice in store.take_notices())


@pytest.mark.usefixtures("checkpoints")
def test_rule_1_6_an_older_file_does_not_undo_what_was_noted_of_archived_tasks(path: Path) -> None:
    store, made = filled(path)
    earlier = path.read_bytes()
    store.apply([Change(made[5].key, {"removed_at": NOW}), Change(made[6].key, {"tags": ("noted",)})])
    store.add([task("one more")])
    path.unlink()
    path.write_bytes(earlier)
    again = TaskStore(path, clock=Clock())
    again.open()
    notes = {row.key: (row.removed_at, row.tags) for row in rows(again)}
    assert notes[made[5].key] == (NOW, made[5].tags)
    assert notes[made[6].key] == (None, ("noted",))


def test_an_archive_of_which_nothing_can_be_read_is_kept_aside(path: Path) -> None:
    filled(path)
    (file,) = archive_of(path).glob("*.json")
    (rows_file,) = archive_of(path).glob("*.rows")
    file.write_bytes(b"garbage")
    rows_file.unlink()
    again = TaskStore(path, clock=Clock())
    (notice,) = again.open()
    assert rows(again) == []
    assert "is damaged" in str(notice.detail)
    assert [name.read_bytes() for name in archive_of(path).glob("*.damaged-*")] == [b"garbage"]
    assert len(again.tasks()) == 3, "the rest works"


def test_a_document_that_is_damaged_is_said_when_it_is_asked_for(path: Path) -> None:
    filled(path)
    (file,) = archive_of(path).glob("*.json")
    data = file.read_bytes()
    file.write_bytes(data.replace(b'"prompt"', b'"pro\x01pt"'))
    again = opened(path)
    with pytest.raises(Trouble) as caught:
        again.whole(rows(again)[0])
    assert caught.value.kind is Kind.STORE


def test_a_full_disk_moves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened(path)
    made = [old(number) for number in range(6)]
    store.add(made)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("qr_tui.store.atomic.replace", full)
        with pytest.raises(Trouble):
            store.tidy()
        assert opened(path).tasks() == made
    assert store.tasks() == made
    store.tidy()
    assert len(rows(store)) == 3


def test_rule_1_6_an_older_file_does_not_undo_what_an_archive_knows(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = path.parent.parent / "state"
    store = TaskStore(path, clock=Clock(), state=state)
    store.open()
    made = [old(number, status=Status.WAITING, finished_at=None) for number in range(6)]
    store.add(made)
    monkeypatch.setattr(storage, "FOLD_AT", 0)
    store.apply([Change(made[0].key, {"progress": 1.0})])
    earlier = path.read_bytes()
    ended = {"status": Status.DONE, "finished_at": NOW - 3 * DAY}
    store.apply([Change(one.key, ended) for one in made])
    store.tidy()
    assert len(rows(store)) == 3
    path.unlink()
    path.write_bytes(earlier)
    backup_of(path).unlink()
    again = TaskStore(path, clock=Clock(), state=state)
    again.open()
    archived = {row.key for row in store.archived.archive.rows(month_of(made[5]))}
    assert len(archived) == 3
    assert {one.status for one in again.tasks() if one.key in archived} == {Status.DONE}


def test_many_come_over_from_the_first_format_at_once(path: Path) -> None:
    from qr_tui.store import codec

    made = [old(number, days=3.0 + number) for number in range(60)]
    document = codec.empty()
    document["meta"]["1"] |= {"schema": 1, "revision": 7}
    document["tasks"] = {one.key: msgspec.to_builtins(one) for one in made}
    path.parent.mkdir(parents=True)
    path.write_bytes(codec.encode(document))
    store = opened(path)
    assert store.tasks() == made[:3]
    assert {row.key for row in rows(store)} == {one.key for one in made[3:]}
    assert path.stat().st_size < 10_000
