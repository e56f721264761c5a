"""Ids that the task file could not take: on disk beside it, and put into it at the next chance."""

import os
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qr_tui.core.task import Status, Task
from qr_tui.store.changes import Change, Fact
from qr_tui.store.id_journal import Entry, IdJournal
from qr_tui.store.peek import peek
from qr_tui.store.tasks import TaskStore
from tests.support.store import NOW, Clock, seen, task


@pytest.fixture
def state(path: Path) -> Path:
    return path.parent.parent / "state"


def opened(path: Path, state: Path) -> TaskStore:
    store = TaskStore(path, clock=Clock(), state=state)
    assert store.open() == []
    return store


def fact(of: Task, task_id: str = "x:1", **fields: Any) -> Fact:
    return Fact(of.key, {"status": Status.WAITING, "id": task_id} | fields, NOW + 5, of)


def entry(number: int) -> Entry:
    return Entry(key=f"k{number}", id=f"x:{number}", host="https://api.example", at=NOW)


def test_rule_1_2_what_was_kept_aside_is_in_the_file_after_the_next_start_and_only_then_gone(
    path: Path, state: Path
) -> None:
    store = opened(path, state)
    one = task("one")
    store.add([one])
    store.apply([Change(one.key, {"status": Status.SENDING})])
    store.keep_aside([fact(one, created='{"id":"x:1"}', id_candidates=("4711",))])
    assert peek(path, state) is None, "a list that only looks must not miss it"
    (known,) = opened(path, state).tasks()
    assert (known.status, known.id, known.created) == (Status.WAITING, "x:1", '{"id":"x:1"}')
    assert known.id_candidates == ("4711",)
    assert IdJournal(state / "ids.jsonl").entries() == []
    assert seen(path, state) == [known]


@pytest.mark.parametrize("how", ["add", "apply", "refresh"])
def test_rule_1_2_every_later_write_and_look_takes_it_in(path: Path, state: Path, how: str) -> None:
    store = opened(path, state)
    one = task("one", status=Status.SENDING)
    store.add([one])
    other = TaskStore(path, clock=Clock(), state=state)
    other.keep_aside([fact(one)])
    if how == "add":
        store.add([task("two")])
    elif how == "apply":
        store.apply([Change(one.key, {"tags": ("a",)})])
    else:
        delta = store.refresh()
        assert delta is not None
        assert [item.id for item in delta.changed] == ["x:1"]
    known = store.get(one.key)
    assert known is not None
    assert known.id == "x:1"
    assert not (state / "ids.jsonl").exists()


def test_rule_1_2_a_line_that_could_not_be_dropped_does_no_harm_later(path: Path, state: Path) -> None:
    store = opened(path, state)
    one = task("one", status=Status.SENDING)
    store.add([one])
    store.keep_aside([fact(one)])
    lines = (state / "ids.jsonl").read_bytes()
    store.add([task("two")])
    store.apply([Change(one.key, {"status": Status.FAILED})])
    before = store.tasks()
    (state / "ids.jsonl").write_bytes(lines + lines)
    assert opened(path, state).tasks() == before


def test_rule_1_2_an_id_whose_task_is_unknown_becomes_a_task_of_its_own(path: Path, state: Path) -> None:
    store = opened(path, state)
    gone = task("gone")
    store.keep_aside([fact(gone), fact(gone)])
    (stray,) = opened(path, state).tasks()
    assert (stray.id, stray.parent, stray.prompt, stray.base_url) == ("x:1", gone.key, "gone", gone.base_url)
    assert stray.key != gone.key
    assert stray.status is Status.WAITING


def test_rule_1_2_a_line_that_was_cut_short_is_passed_over_and_the_next_one_stands(state: Path) -> None:
    journal = IdJournal(state / "ids.jsonl")
    journal.append([entry(1)])
    with journal.path.open("ab") as file:
        file.write(b'{"key":"k2","id":"x:')
    journal.append([entry(3)])
    assert [item.id for item in journal.entries()] == ["x:1", "x:3"]
    assert journal.path.stat().st_mode & 0o777 == 0o600


def test_rule_1_2_a_full_disk_leaves_no_half_line(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = IdJournal(state / "ids.jsonl")
    journal.append([entry(1)])
    with monkeypatch.context() as patch:
        written: list[int] = []
        real = os.write

        def full(fd: int, data: bytes) -> int:
            if written:
                raise OSError(28, "No space left on device")
            written.append(real(fd, data[:10]))
            return written[0]

        patch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space"):
            journal.append([entry(2)])
    assert journal.path.read_bytes().endswith(b"}\n")
    assert journal.entries() == [entry(1)]


def test_rule_1_2_what_comes_while_it_is_shortened_stays(state: Path) -> None:
    count = 60
    writers = [
        threading.Thread(target=lambda at=at: IdJournal(state / "ids.jsonl").append([entry(at)])) for at in range(count)
    ]
    journal = IdJournal(state / "ids.jsonl")
    taken: list[Entry] = []
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers) or not journal.is_empty:
        found = journal.entries()
        taken += found
        journal.forget(found)
    assert sorted(item.key for item in taken) == sorted(entry(at).key for at in range(count))


def test_rule_1_1_facts_are_taken_in_order_and_one_that_no_task_takes_costs_no_other(path: Path, state: Path) -> None:
    store = opened(path, state)
    one, two = task("one", status=Status.SENDING), task("two", status=Status.SENDING)
    store.add([one, two])
    store.learn(
        [
            fact(one),
            Fact(one.key, {"status": Status.RUNNING, "progress": 10.0}, NOW + 6),
            Fact(two.key, {"progress": "half"}, NOW + 6),
            fact(two, "x:2", video_url=7),
            Fact("unknown", {"status": Status.DONE}, NOW + 6),
        ]
    )
    by_key = {item.key: item for item in store.tasks()}
    assert (by_key[one.key].status, by_key[one.key].id) == (Status.RUNNING, "x:1")
    assert (by_key[two.key].status, by_key[two.key].id) == (Status.WAITING, "x:2")
    assert len(by_key) == 2


def test_rule_1_1_another_id_for_a_task_that_has_one_becomes_a_task_of_its_own(path: Path, state: Path) -> None:
    store = opened(path, state)
    one = task("one", status=Status.WAITING, id="x:0", removed_at=NOW)
    store.add([one])
    store.learn([fact(one), fact(one)])
    assert store.get(one.key) == one
    (stray,) = store.tasks()
    assert (stray.id, stray.parent, stray.removed_at) == ("x:1", one.key, None)


def test_rule_1_1_apply_says_change_by_change_what_was_applied(path: Path, state: Path) -> None:
    store = opened(path, state)
    one = task("one")
    store.add([one])
    sending, waiting = {"status": Status.SENDING}, {"status": Status.WAITING, "id": "x:1"}
    told = store.apply_each(
        [Change(one.key, waiting), Change(one.key, sending), Change(one.key, waiting), Change("other", sending)]
    )
    assert [item and item.status for item in told] == [None, Status.WAITING, Status.WAITING, None]
    assert msgspec.structs.asdict(store.tasks()[0])["id"] == "x:1"


def test_rule_1_3_an_id_that_belongs_to_another_task_is_neither_doubled_nor_dropped(path: Path, state: Path) -> None:
    store = opened(path, state)
    first = task("first", now=NOW, status=Status.WAITING, id="x:1")
    second = task("second", now=NOW + 1, status=Status.SENDING)
    elsewhere = task("elsewhere", now=NOW + 2, status=Status.SENDING, base_url="https://other.example")
    store.add([first, second, elsewhere])
    answer = {"status": Status.WAITING, "id": "x:1", "created": "{}", "id_candidates": ("x:1",)}
    store.learn([Fact(item.key, answer, NOW + 5, item) for item in (second, elsewhere)])
    known = {item.prompt: item for item in opened(path, state).tasks()}
    assert len(known) == 3
    assert (known["second"].status, known["second"].id) == (Status.UNCONFIRMED, None)
    assert known["second"].created == "{}"
    assert known["second"].id_candidates == ("x:1",)
    assert known["second"].failure is not None
    assert "the id of another task here: x:1" in str(known["second"].failure.detail)
    assert known["elsewhere"].id == "x:1", "another host counts its own"
