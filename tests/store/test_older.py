"""An older or edited task file is never believed: the newest fact of each task wins, and nothing is sent twice."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from qr_tui.core.failures import Kind
from qr_tui.core.task import Status
from qr_tui.store import merging
from qr_tui.store.changes import Change, Fact
from qr_tui.store.names import backup_of
from qr_tui.store.peek import is_blank, peek
from qr_tui.store.tasks import TaskStore
from tests.support.store import NOW, Clock, seen, send, task

pytestmark = pytest.mark.usefixtures("no_sync", "checkpoints")


@pytest.fixture
def state(path: Path) -> Path:
    return path.parent.parent / "state"


def reopen(path: Path, state: Path | None) -> tuple[TaskStore, list[str]]:
    store = TaskStore(path, clock=Clock(NOW + 100), state=state)
    return store, [str(notice.detail) for notice in store.open()]


def put_back(path: Path, old: bytes) -> None:
    """Put an older copy in the file's place, as a restored backup or a sync does."""
    other = path.with_name("restored")
    other.write_bytes(old)
    other.replace(path)


def test_rule_1_6_an_older_file_is_merged_with_the_backup_and_what_was_queued_waits_for_a_person(
    path: Path, state: Path
) -> None:
    store, _ = reopen(path, state)
    sent, queued = task("sent", now=NOW), task("queued", now=NOW + 1)
    store.add([sent, queued])
    old = path.read_bytes()
    send(store, sent.key)
    store.apply([Change(sent.key, {"status": Status.RUNNING})])
    store.add([task("younger", now=NOW + 2)])
    put_back(path, old)
    again, (notice,) = reopen(path, state)
    by_prompt = {item.prompt: item for item in again.tasks()}
    assert by_prompt["sent"].id == f"sora-2:task_{sent.key}"
    assert by_prompt["sent"].status is Status.RUNNING
    assert by_prompt["queued"].status is Status.UNCONFIRMED
    assert "older copy" in notice
    assert "brought up to date" in notice
    assert reopen(path, state)[1] == []


def test_rule_1_6_a_file_carried_to_a_new_home_sends_nothing_that_was_queued(path: Path, state: Path) -> None:
    store, _ = reopen(path, state)
    store.add([task("queued")])
    shutil.rmtree(state)
    again, (notice,) = reopen(path, state)
    (known,) = again.tasks()
    assert known.status is Status.UNCONFIRMED
    assert "older copy" in notice
    assert reopen(path, state)[1] == []


def test_rule_1_6_without_any_newer_copy_nothing_that_was_queued_is_sent_by_itself(path: Path, state: Path) -> None:
    store, _ = reopen(path, state)
    one = task("one")
    store.add([one])
    old = path.read_bytes()
    send(store, one.key)
    put_back(path, old)
    backup_of(path).unlink()
    again, (notice,) = reopen(path, state)
    (known,) = again.tasks()
    assert known.status is Status.UNCONFIRMED
    assert known.failure is not None
    assert known.failure.kind is Kind.LOST_ANSWER
    assert "No newer copy" in notice
    assert reopen(path, state)[1] == []


@pytest.mark.parametrize("after", ["put back", "gone", "damaged"])
def test_rule_1_6_an_id_that_was_in_the_very_last_write_is_known_again(path: Path, state: Path, after: str) -> None:
    store, _ = reopen(path, state)
    one = task("one")
    store.add([one])
    old = path.read_bytes()
    store.apply([Change(one.key, {"status": Status.SENDING})])
    fields = {"status": Status.WAITING, "id": "x:1"}
    store.learn([Fact(one.key, fields, NOW, one)])
    if after == "put back":
        put_back(path, old)
    elif after == "gone":
        path.unlink()
    else:
        put_back(path, path.read_bytes()[:-9])
    again, notices = reopen(path, state)
    (known,) = again.tasks()
    assert (known.key, known.status, known.id) == (one.key, Status.WAITING, "x:1")
    assert len(notices) == 1
    assert reopen(path, state)[0].tasks() == [known]


def test_rule_1_6_an_older_file_under_a_running_process_costs_nothing_it_knows(path: Path, state: Path) -> None:
    store, _ = reopen(path, state)
    one, mine = task("one", now=NOW), task("mine", now=NOW + 3)
    store.add([one])
    old = path.read_bytes()
    send(store, one.key)
    store.add([task("paid", now=NOW + 1, status=Status.WAITING, id="x:1"), mine])
    before = store.tasks()
    put_back(path, old)
    assert store.refresh() is None, "for those who look nothing has changed"
    assert store.tasks() == before
    assert store.get(mine.key) == mine, "what this very process has queued was surely not sent"
    assert len(store.take_notices()) == 1
    assert reopen(path, state)[0].tasks() == before


def test_rule_1_6_what_another_process_put_together_is_completed_by_those_who_know_more(
    path: Path, state: Path
) -> None:
    store, _ = reopen(path, state)
    one = task("one")
    store.add([one])
    old = path.read_bytes()
    store.apply([Change(one.key, {"status": Status.SENDING})])
    store.apply([Change(one.key, {"status": Status.WAITING, "id": "x:1"})])  # in no backup yet
    put_back(path, old)
    other, _ = reopen(path, state)
    assert other.tasks()[0].status is Status.SENDING, "the newest the backup knows"
    store.refresh()
    assert store.tasks()[0].id == "x:1"
    other.refresh()
    assert other.tasks()[0].id == "x:1"
    assert other.tasks()[0].status is Status.WAITING
    number = json.loads(path.read_bytes())["meta"]["1"]["revision"]
    store.refresh()
    other.refresh()
    assert json.loads(path.read_bytes())["meta"]["1"]["revision"] == number, "and then there is peace"


def test_rule_1_6_the_backup_alone_tells_that_a_file_is_older(path: Path) -> None:
    store, _ = reopen(path, None)
    one = task("one")
    store.add([one])
    old = path.read_bytes()
    send(store, one.key)
    store.apply([Change(one.key, {"progress": 5.0})])
    put_back(path, old)
    again, (notice,) = reopen(path, None)
    assert again.tasks()[0].id is not None
    assert "older copy" in notice


def test_rule_1_6_a_list_that_only_looks_does_not_believe_an_older_file_either(path: Path, state: Path) -> None:
    store, _ = reopen(path, state)
    store.add([task("one")])
    old = path.read_bytes()
    assert seen(path, state) == store.tasks()
    store.add([task("two")])
    put_back(path, old)
    assert peek(path, state) is None
    path.unlink()
    assert not is_blank(path, state)
    shutil.rmtree(path.parent)
    assert not is_blank(path, state), "there was a file here"
    assert is_blank(path.with_name("other.json"), state)


EDITS: dict[str, Callable[[bytes], bytes]] = {
    "BOM": lambda data: b"\xef\xbb\xbf" + data,
    "CRLF and indent": lambda data: json.dumps(json.loads(data), indent=2).replace("\n", "\r\n").encode(),
    "indent": lambda data: json.dumps(json.loads(data), indent=4).encode(),
    "newline at the end": lambda data: data + b"\n",
    "by hand": lambda data: data.replace(b'"first"', b'"first, by hand"'),
}


@pytest.mark.parametrize("edit", EDITS)
def test_rule_1_6_an_edit_of_valid_json_loses_nothing(path: Path, state: Path, edit: str) -> None:
    store, _ = reopen(path, state)
    one, two = task("first", now=NOW), task("second", now=NOW + 1)
    store.add([one, two])
    send(store, one.key)
    before = store.tasks()
    put_back(path, EDITS[edit](path.read_bytes()))
    again, (notice,) = reopen(path, state)
    if edit == "by hand":
        before[1] = msgspec.structs.replace(before[1], prompt="first, by hand")
    assert again.tasks() == before
    assert "changed by another program" in notice
    assert not list(path.parent.glob("*damaged*"))
    assert reopen(path, state)[1] == []


def test_rule_1_6_an_edit_that_would_send_a_sent_task_again_does_not(path: Path, state: Path) -> None:
    store, _ = reopen(path, state)
    one = task("first")
    store.add([one])
    send(store, one.key)
    store.apply([Change(one.key, {"progress": 3.0})])
    data = json.loads(path.read_bytes())
    del data["tasks"][one.key]["status"]  # queued is the default
    put_back(path, json.dumps(data).encode())
    again, _ = reopen(path, state)
    assert again.tasks()[0].status is Status.WAITING


def test_rule_1_6_an_id_that_an_edit_changed_is_kept_as_well(path: Path, state: Path) -> None:
    store, _ = reopen(path, state)
    one = task("first")
    store.add([one])
    sent = send(store, one.key)
    store.apply([Change(one.key, {"progress": 3.0})])
    assert sent.id is not None
    put_back(path, path.read_bytes().replace(sent.id.encode(), b"sora-2:other"))
    (known,) = reopen(path, state)[0].tasks()
    assert {known.id, *known.id_candidates} == {"sora-2:other", sent.id}


def test_a_task_that_a_person_sends_again_stays_queued_when_copies_are_merged(path: Path) -> None:
    store, _ = reopen(path, None)
    one = task("first")
    store.add([one])
    store.apply([Change(one.key, {"status": Status.SENDING})])
    store.apply([Change(one.key, {"status": Status.UNCONFIRMED})])
    old = json.loads(path.read_bytes())
    store.apply([Change(one.key, {"status": Status.QUEUED})])
    new = json.loads(path.read_bytes())
    for copies in ([old, new], [new, old]):
        assert merging.merge(copies)["tasks"][one.key] == new["tasks"][one.key]
