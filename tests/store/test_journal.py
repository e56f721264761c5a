"""The journal beside the checkpoint: what a save costs, what a death in the middle of one leaves, what readers see."""

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from qr_tui.core.task import Status
from qr_tui.store import codec, journal, storage
from qr_tui.store.changes import Change
from qr_tui.store.journal import Journal, Line, decode, encode, follow
from qr_tui.store.names import backup_of, journal_of
from qr_tui.store.peek import peek
from qr_tui.store.tasks import TaskStore
from tests.support.store import NOW, Clock, names, on_disk, opened, seen, send, task

pytestmark = pytest.mark.usefixtures("no_sync")

LINES = [Line(1, {"tasks": {"a": {"n": 1}}}), Line(2, {}, {"tasks": ["a"]}), Line(3, {"x": {"1": {"y": "纸船"}}})]
DATA = b"".join(map(encode, LINES))


def test_lines_read_back_as_they_were_written() -> None:
    assert decode(DATA) == (LINES, len(DATA), False)
    assert decode(b"") == ([], 0, False)


def test_every_truncation_leaves_whole_lines_and_the_place_to_go_on_from() -> None:
    ends = [sum(len(encode(line)) for line in LINES[:count]) for count in range(len(LINES) + 1)]
    for size in range(len(DATA)):
        whole = max(count for count, end in enumerate(ends) if end <= size)
        assert decode(DATA[:size]) == (LINES[:whole], ends[whole], False)


def test_every_flip_is_found_and_never_costs_a_whole_line() -> None:
    for place in range(len(DATA)):
        spoiled = DATA[:place] + bytes([DATA[place] ^ 1]) + DATA[place + 1 :]
        found = decode(spoiled)
        assert [line for line in found.lines if line in LINES] == found.lines
        assert len(found.lines) >= len(LINES) - 2, "a line end that is gone joins two lines"
        last = place >= len(DATA) - len(encode(LINES[-1])) - 1
        assert found.damaged is not last


def test_lines_follow_in_order_and_a_gap_is_not_bridged() -> None:
    document, rest = follow(codec.empty(), [*LINES[:2], Line(4, {"tasks": {"b": {}}}), Line(5)])
    assert document["tasks"] == {}
    assert codec.revision(document) == 2
    assert [line.revision for line in rest] == [4, 5]
    again, rest = follow(document, LINES[:2])
    assert again is document, "what it holds already is passed over"
    assert rest == []


def test_a_line_says_only_what_changed() -> None:
    old = {**codec.empty(), "tasks": {"a": {"n": 1, "gone": 2, "same": "x" * 500}, "b": {}}}
    new = {**old, "tasks": {**old["tasks"], "a": {"n": 3, "same": "x" * 500, "new": [1]}, "c": {"odd": None}}}
    line = journal.difference(old, new, 1)
    assert line == Line(1, {"tasks": {"c": {"odd": None}}}, {}, {"tasks": {"a": {"n": 3, "new": [1], "gone": None}}})
    assert follow(old, [line]) == (codec.at_revision(new, 1), [])
    # what a later version may write cannot be said as a patch: the document is written whole
    odd = {**old, "tasks": {**old["tasks"], "a": {"n": None}}}
    assert journal.difference(old, odd, 1) == Line(1, {"tasks": {"a": {"n": None}}})
    assert journal.difference(old, {**old}, 1) is None


def test_a_change_of_a_document_that_is_missing_makes_none_out_of_thin_air() -> None:
    lines = [Line(9, {}, {}, {"tasks": {"a": {"status": "done"}}})]
    assert journal.onto(codec.empty(), lines)["tasks"] == {}


def test_a_save_appends_one_line_and_leaves_the_checkpoint_alone(path: Path) -> None:
    store = opened(path)
    store.add([task(str(number)) for number in range(50)])
    checkpoint, before = path.read_bytes(), journal_of(path).stat().st_size
    send(store, store.tasks()[0].key)
    assert path.read_bytes() == checkpoint
    assert journal_of(path).stat().st_size - before < 4_000
    assert opened(path).tasks() == store.tasks() == seen(path, path.parent)


def test_readers_take_only_what_is_new(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer, reader = opened(path), opened(path)
    one = task()
    writer.add([one, *(task(str(number)) for number in range(30))])
    reader.refresh()
    read: list[int] = []
    genuine = journal._from

    def spied(fd: int, start: int, size: int) -> bytes:
        read.append(size - start)
        return genuine(fd, start, size)

    monkeypatch.setattr(journal, "_from", spied)
    monkeypatch.setattr(storage.FileStorage, "_read_file", lambda *_: pytest.fail("the checkpoint was read again"))
    writer.apply([Change(one.key, {"status": Status.SENDING})])
    delta = reader.refresh()
    assert delta is not None
    assert [item.status for item in delta.changed] == [Status.SENDING]
    assert len(read) == 1
    assert read[0] < 1_500


def test_a_line_that_a_dying_writer_cut_short_is_passed_over_and_cut_off(path: Path) -> None:
    store = opened(path)
    one = task()
    store.add([one])
    whole = journal_of(path).read_bytes()
    line = encode(Line(99, {"tasks": {"x": {}}}))
    for size in (1, 9, 20, len(line) - 1):
        journal_of(path).write_bytes(whole + line[:size])
        assert seen(path, path.parent) == [one]
        reader = opened(path)
        assert reader.tasks() == [one]
    reader.apply([Change(one.key, {"status": Status.SENDING})])
    assert journal_of(path).read_bytes().startswith(whole)
    assert on_disk(path)["tasks"][one.key]["status"] == "sending"
    store.refresh()
    assert store.tasks()[0].status is Status.SENDING


def test_a_damaged_line_costs_itself_alone_and_sends_nothing_again(path: Path) -> None:
    store = opened(path)
    one, two, three = task("one"), task("two", now=NOW + 1), task("three", now=NOW + 2)
    store.add([one])
    first = journal_of(path).stat().st_size
    store.apply([Change(one.key, {"status": Status.SENDING})])
    store.add([two])
    store.apply([Change(two.key, {"status": Status.SENDING})])
    store.add([three])
    data = bytearray(journal_of(path).read_bytes())
    data[first + 30] ^= 1
    journal_of(path).write_bytes(data)
    assert peek(path, path.parent) is None
    again = TaskStore(path, clock=Clock())
    (notice,) = again.open()
    assert "is damaged" in str(notice.detail)
    states = {item.prompt: item.status for item in again.tasks()}
    assert states == {"one": Status.UNCONFIRMED, "two": Status.SENDING, "three": Status.UNCONFIRMED}
    assert len([name for name in names(path) if "journal.damaged" in name]) == 1
    opened(path)


@pytest.mark.parametrize("lost", ["line", "journal"])
def test_rule_1_6_a_journal_that_lacks_its_end_is_an_older_copy(path: Path, lost: str) -> None:
    state = path.parent.parent / "state"
    store = TaskStore(path, clock=Clock(), state=state)
    store.open()
    one = task()
    store.add([one])
    size = journal_of(path).stat().st_size
    send(store, one.key)
    if lost == "line":
        os.truncate(journal_of(path), size)
    else:
        journal_of(path).unlink()
    again = TaskStore(path, clock=Clock(), state=state)
    (notice,) = again.open()
    assert "older copy" in str(notice.detail)
    assert [item.status for item in again.tasks()] == ([Status.UNCONFIRMED] if lost == "line" else [])


def test_rule_1_6_an_older_checkpoint_under_a_newer_journal_costs_nothing(path: Path) -> None:
    state = path.parent.parent / "state"
    store = TaskStore(path, clock=Clock(), state=state)
    store.open()
    old = path.read_bytes()
    one = task()
    store.add([one])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "FOLD_AT", 0)
        store.add([task("folded")])
    send(store, one.key)
    before = store.tasks()
    path.unlink()
    path.write_bytes(old)
    again = TaskStore(path, clock=Clock(), state=state)
    (notice,) = again.open()
    assert "older copy" in str(notice.detail)
    states = {item.prompt: item.status for item in again.tasks()}
    assert states == {"a paper boat": Status.WAITING, "folded": Status.UNCONFIRMED}
    assert {item.id for item in again.tasks()} == {item.id for item in before}


def test_the_checkpoint_gone_backup_and_journal_bring_everything_back(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(path)
    one = task()
    store.add([one])
    with monkeypatch.context() as patch:
        patch.setattr(storage, "FOLD_AT", 0)
        send(store, one.key)
    store.apply([Change(one.key, {"status": Status.RUNNING})])
    path.unlink()
    again = TaskStore(path, clock=Clock())
    again.open()
    assert again.tasks()[0].status is Status.RUNNING
    assert again.tasks()[0].id is not None


STEPS: dict[str, tuple[str, int]] = {
    "copy of the journal": ("os.link", 0),
    "checkpoint": ("os.fsync", 0),
    "backup": ("os.link", 1),
    "replace": ("os.replace", 2),
    "fresh journal": ("os.replace", 3),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_death_at_any_step_of_folding_loses_nothing(path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    class Dead(BaseException):
        """The process ends here."""

    store = opened(path)
    one = task()
    store.add([one])
    sent = send(store, one.key)
    call, number = STEPS[step]
    genuine: Any = getattr(os, call.partition(".")[2])
    calls = iter(range(1_000))

    def die(*args: Any, **options: Any) -> Any:
        if next(calls) == number:
            raise Dead
        return genuine(*args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(storage, "FOLD_AT", 0)
        patch.setattr(call, die)
        patch.setattr("qr_tui.store.atomic._restore", lambda *_: None)  # nobody is left to tidy up
        with pytest.raises(Dead):
            store.apply([Change(one.key, {"status": Status.RUNNING})])
    again = opened(path)
    (known,) = again.tasks()
    assert known.id == sent.id
    assert known.status is Status.RUNNING, "the line comes before the checkpoint"
    again.apply([Change(one.key, {"status": Status.RUNNING, "progress": 7.0})])
    assert [item.progress for item in opened(path).tasks()] == [7.0]
    assert seen(path, path.parent) == again.tasks()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("call", ["os.pwrite", "os.fdatasync"])
def test_a_line_that_the_disk_refuses_is_not_there(
    path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    genuine = os.pwrite

    def fail(fd: int, data: bytes = b"", place: int = 0) -> int:
        genuine(fd, data[:12], place)
        raise OSError(number, os.strerror(number))

    store, other = opened(path), opened(path)
    one = task()
    store.add([one])
    before = journal_of(path).read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(call, fail, raising=False)
        with pytest.raises(Exception, match=os.strerror(number)):
            store.apply([Change(one.key, {"status": Status.SENDING})])
    assert journal_of(path).read_bytes() == before
    other.refresh()
    assert store.tasks() == other.tasks() == [one]
    send(store, one.key)
    assert opened(path).tasks()[0].status is Status.WAITING


def test_a_change_that_may_be_forgotten_is_seen_by_all_and_counts_for_nothing_after_a_power_cut(path: Path) -> None:
    state = path.parent.parent / "state"
    store = TaskStore(path, clock=Clock(), state=state)
    store.open()
    one = task()
    store.add([one])
    saved = journal_of(path).stat().st_size
    backing = store._storage
    assert backing is not None
    with backing.transaction(sync=False):
        tables = backing.read()
        document = {**tables["tasks"][one.key], "progress": 12.0}
        backing.write({**tables, "tasks": {**tables["tasks"], one.key: document}})
    assert seen(path, state) != [one]
    os.truncate(journal_of(path), saved)  # the power is cut: what was not synced is gone
    again = TaskStore(path, clock=Clock(), state=state)
    assert again.open() == [], "nothing to say, nothing to decide"
    assert again.tasks() == [one]


def test_the_journal_does_not_grow_for_ever(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "FOLD_AT", 2_000)
    store, reader = opened(path), opened(path)
    one = task()
    store.add([one])
    for number in range(40):
        store.apply([Change(one.key, {"progress": float(number)})])
        assert not journal_of(path).exists() or journal_of(path).stat().st_size <= 2_000
        reader.refresh()
        assert reader.tasks() == store.tasks()
    assert backup_of(path).exists()
    assert opened(path).tasks() == store.tasks()


def test_a_file_of_the_first_format_migrates_by_itself_and_is_kept(path: Path) -> None:
    one = task("old")
    document = codec.empty()
    document["meta"]["1"] |= {"schema": 1, "revision": 7}
    document["tasks"][one.key] = json.loads(json.dumps({**_plain(one)}))
    path.parent.mkdir(parents=True)
    path.write_bytes(codec.encode(document))
    old = path.read_bytes()
    store = opened(path)
    assert store.tasks() == [one]
    assert path.with_name("tasks.json.v1.bak").read_bytes() == old
    assert codec.schema(on_disk(path)) == 2
    store.apply([Change(one.key, {"status": Status.SENDING})])
    assert opened(path).tasks()[0].status is Status.SENDING


def _plain(item: Any) -> dict[str, Any]:
    import msgspec

    plain: dict[str, Any] = msgspec.to_builtins(item)
    return plain


def test_a_link_in_the_place_of_the_journal_is_not_followed(path: Path, tmp_path: Path) -> None:
    store = opened(path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"")
    journal_of(path).symlink_to(elsewhere)
    with pytest.raises(Exception, match="journal"):
        store.add([task()])
    assert elsewhere.read_bytes() == b""


def test_a_fresh_journal_is_noticed_by_those_who_read_the_old_one(tmp_path: Path) -> None:
    writer, reader = Journal(tmp_path / "j"), Journal(tmp_path / "j")
    writer.append(encode(LINES[0]), sync=True)
    found = reader.read(anew=True)
    assert found is not None
    assert found.lines == LINES[:1]
    writer.begin()
    writer.append(encode(LINES[0]), sync=True)
    assert reader.changed
    assert reader.read() is None
