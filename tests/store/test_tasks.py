import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Failure, Status, Task
from qr_tui.store import codec
from qr_tui.store.atomic import stamp_of
from qr_tui.store.changes import Change, Delta
from qr_tui.store.names import journal_of
from qr_tui.store.tasks import KEEP_REMOVED, TaskStore
from tests.support.store import NOW, Clock, names, on_disk, opened, send, task


def test_open_makes_a_private_file_in_a_private_folder(path: Path) -> None:
    opened(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert names(path) == {"tasks.json"}


def test_open_takes_back_rights_that_others_have(path: Path) -> None:
    opened(path)
    path.chmod(0o644)
    opened(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_added_tasks_are_on_disk_for_the_next_start_newest_first(path: Path) -> None:
    old, new = task("old"), task("new", now=NOW + 1)
    opened(path).add([new, old])
    assert opened(path).tasks() == [new, old]


def test_backup_and_file_are_private(path: Path) -> None:
    store = opened(path)
    store.add([task()])
    assert {item.stat().st_mode & 0o777 for item in path.parent.iterdir()} == {0o600}
    assert names(path) == {"tasks.json", "tasks.json.journal"}


@pytest.mark.usefixtures("checkpoints")
def test_plain_tinydb_reads_the_file(path: Path) -> None:
    import tinydb

    one = task("纸船")
    opened(path).add([one])
    with tinydb.TinyDB(path) as database:
        tables = database.storage.read()
    assert tables is not None
    assert tables["tasks"][one.key]["prompt"] == "纸船"


def test_apply_moves_a_task_and_writes_its_history(path: Path) -> None:
    clock = Clock()
    store = opened(path, clock)
    one = task()
    store.add([one])
    clock.now += 5
    (sending,) = store.apply([Change(one.key, {"status": Status.SENDING, "sender": "7-aa"})])
    assert sending.status is Status.SENDING
    assert sending.history[-1].at == NOW + 5
    assert store.get(one.key) == sending == opened(path).get(one.key)


def test_apply_leaves_out_what_is_illegal_unexpected_or_unknown(path: Path) -> None:
    store = opened(path)
    one, two, three = task("1"), task("2"), task("3")
    store.add([one, two, three])
    answer = store.apply(
        [
            Change(one.key, {"status": Status.DONE}),  # queued -> done is not a move
            Change(two.key, {"status": Status.SENDING}, expect=frozenset({Status.WAITING})),
            Change("no-such-key", {"progress": 5.0}),
            Change(three.key, {"status": Status.SENDING}, expect=frozenset({Status.QUEUED})),
        ]
    )
    assert [(item.key, item.status) for item in answer] == [(three.key, Status.SENDING)]
    assert {item.status for item in opened(path).tasks() if item.key != three.key} == {Status.QUEUED}


def test_two_changes_of_one_task_in_a_batch_build_on_each_other(path: Path) -> None:
    store = opened(path)
    one = task()
    store.add([one])
    answer = store.apply(
        [
            Change(one.key, {"status": Status.SENDING}, expect=frozenset({Status.QUEUED})),
            Change(one.key, {"status": Status.SENDING}, expect=frozenset({Status.QUEUED})),
            Change(one.key, {"status": Status.WAITING, "id": "x:1"}),
        ]
    )
    assert [(item.status, item.id) for item in answer] == [(Status.WAITING, "x:1")]
    assert [moment.status for moment in opened(path).tasks()[0].history] == [
        Status.QUEUED,
        Status.SENDING,
        Status.WAITING,
    ]


def test_a_batch_is_one_write_and_a_batch_without_effect_none(path: Path) -> None:
    store = opened(path)
    many = [task(str(number)) for number in range(20)]
    store.add(many)
    before = codec.revision(on_disk(path))
    store.apply([Change(item.key, {"status": Status.SENDING}) for item in many])
    assert codec.revision(on_disk(path)) == before + 1
    stamp = stamp_of(journal_of(path))
    same = store.apply([Change(item.key, {"status": Status.SENDING}) for item in many])
    assert [item.key for item in same] == [item.key for item in many]
    assert store.apply([]) == []
    assert store.apply([Change(many[0].key, {"status": Status.DONE})]) == []
    assert stamp_of(journal_of(path)) == stamp


def test_a_field_set_back_to_its_default_is_so_after_a_restart(path: Path) -> None:
    store = opened(path)
    one = task(failure=Failure(kind=Kind.TIMEOUT, detail="slow"), sender="9-bb", progress=40.0)
    store.add([one])
    store.apply([Change(one.key, {"failure": None, "sender": None})])
    again = opened(path).get(one.key)
    assert again is not None
    assert (again.failure, again.sender, again.progress) == (None, None, 40.0)


def test_fields_of_a_newer_version_survive_our_writes(path: Path) -> None:
    store = opened(path)
    one = task()
    store.add([one])
    storage = store._storage
    assert storage is not None
    with storage.transaction():
        tables = storage.read()
        document = {**tables["tasks"][one.key], "stars": [1, {"deep": None}]}
        document["failure"] = {"kind": "timeout", "weather": "rain"}
        storage.write({**tables, "tasks": {one.key: document}, "albums": {"1": {"title": "sea"}}})
    send(opened(path), one.key)
    stored = on_disk(path)
    assert stored["tasks"][one.key]["status"] == "waiting"
    assert stored["tasks"][one.key]["stars"] == [1, {"deep": None}]
    assert stored["tasks"][one.key]["failure"] == {"kind": "timeout", "weather": "rain"}
    assert stored["albums"] == {"1": {"title": "sea"}}


def test_check_sees_removed_tasks_of_others_and_can_stop_the_write(path: Path) -> None:
    here, there = opened(path), opened(path)
    one, two = task("1"), task("2", now=NOW + 1)
    there.add([one, two])
    there.apply([Change(one.key, {"removed_at": NOW})])
    seen: list[str] = []

    def check(tasks: object) -> list[Task]:
        assert isinstance(tasks, list)
        seen.extend(item.key for item in tasks)
        raise Trouble(Kind.OVER_LIMIT, "2 a day")

    stamp = stamp_of(journal_of(path))
    with pytest.raises(Trouble) as caught:
        here.make(check)
    assert caught.value.kind is Kind.OVER_LIMIT
    assert seen == [two.key, one.key]
    assert stamp_of(journal_of(path)) == stamp
    assert [item.key for item in here.tasks()] == [two.key]
    here.make(lambda _known: [task("4")])
    assert len(opened(path).tasks()) == 2


def test_a_key_is_never_given_twice_nor_changed(path: Path) -> None:
    store = opened(path)
    one = task()
    store.add([one])
    for again in ([one], [two := task("2"), two]):
        with pytest.raises(ValueError, match="exists"):
            store.add(again)
    with pytest.raises(ValueError, match="never changes"):
        store.apply([Change(one.key, {"key": "other"})])
    assert opened(path).tasks() == [one]


def test_a_value_of_the_wrong_type_never_reaches_the_disk(path: Path) -> None:
    store = opened(path)
    one = task()
    store.add([one])
    with pytest.raises(msgspec.ValidationError):
        store.apply([Change(one.key, {"progress": "half"})])
    assert store.get(one.key) == one == opened(path).get(one.key)


def test_half_a_surrogate_and_a_number_that_is_none_do_not_stop_a_save(path: Path) -> None:
    store = opened(path)
    one = task("", prompt="broken \ud800 paste", parameters={"n": float("nan"), "big": 10**30})
    store.add([one])
    store.apply([Change(one.key, {"provider_status": "odd \udfff"})])
    again = opened(path).get(one.key)
    assert again == store.get(one.key)
    assert again is not None
    assert again.prompt == "broken ? paste"
    assert again.provider_status == "odd ?"
    assert again.parameters == {"n": None, "big": 10**30}


def test_removed_tasks_leave_the_list_and_can_come_back(path: Path) -> None:
    store = opened(path)
    one = task()
    store.add([one])
    store.apply([Change(one.key, {"removed_at": NOW})])
    assert store.tasks() == []
    assert [item.key for item in store.tasks(removed=True)] == [one.key]
    assert store.get(one.key) is not None
    store.apply([Change(one.key, {"removed_at": None})])
    assert [item.key for item in opened(path).tasks()] == [one.key]


def test_refresh_tells_what_another_process_did(path: Path) -> None:
    here, there = opened(path), opened(path)
    assert here.refresh() is None
    one, two = task("1"), task("2", now=NOW + 1)
    there.add([one, two])
    assert here.refresh() == Delta((two, one), ())
    assert here.refresh() is None
    moved = send(there, one.key)
    there.apply([Change(two.key, {"removed_at": NOW})])
    assert here.refresh() == Delta((moved,), (two.key,))
    assert here.tasks() == [moved]
    there.apply([Change(two.key, {"tags": ("late",)})])  # off the list: nobody needs to know
    assert here.refresh() is None
    there.apply([Change(two.key, {"removed_at": None})])
    delta = here.refresh()
    assert delta is not None
    assert [item.key for item in delta.changed] == [two.key]


def test_what_a_write_learns_of_others_is_told_by_the_next_refresh(path: Path) -> None:
    here, there = opened(path), opened(path)
    one, two = task("1"), task("2")
    here.add([one])
    there.add([two])
    send(here, one.key)  # reads the other's task under the lock
    assert {item.key for item in here.tasks()} == {one.key, two.key}
    assert here.refresh() == Delta((two,), ())
    assert here.refresh() is None


def test_own_writes_are_not_told_as_another_process_s(path: Path) -> None:
    store = opened(path)
    one = task()
    store.add([one])
    send(store, one.key)
    assert store.refresh() is None


def test_changes_of_two_processes_to_one_task_are_merged_field_by_field(path: Path) -> None:
    here, there = opened(path), opened(path)
    one = task()
    here.add([one])
    send(here, one.key)
    there.apply([Change(one.key, {"tags": ("sea",)})])
    here.apply([Change(one.key, {"status": Status.DONE, "video_url": "https://v.example/1"})])
    late = there.apply([Change(one.key, {"status": Status.RUNNING, "progress": 50.0})])
    assert late == []  # done stays done
    final = opened(path).get(one.key)
    assert final is not None
    assert (final.status, final.tags, final.video_url) == (Status.DONE, ("sea",), "https://v.example/1")


def test_long_removed_final_tasks_are_dropped_and_nothing_else(path: Path) -> None:
    clock = Clock()
    store = opened(path, clock)
    old, fresh = NOW, NOW + 20
    kept = [
        task("unfinished", status=Status.RUNNING, removed_at=old),
        task("undecided", status=Status.UNCONFIRMED, removed_at=old),
        task("queued", removed_at=old),
        task("on the list", status=Status.DONE),
        task("just removed", status=Status.DONE, removed_at=fresh),
    ]
    gone = [task(word, status=Status(word), removed_at=old) for word in ("done", "failed", "stopped")]
    store.add([*kept, *gone])
    other = opened(path, clock)
    clock.now = NOW + KEEP_REMOVED + 10
    later = opened(path, clock)
    assert {item.key for item in later.tasks(removed=True)} == {item.key for item in kept}
    assert {item.key for item in opened(path).tasks(removed=True)} == {item.key for item in kept}
    other.refresh()
    assert other.get(gone[0].key) is None
    assert other.apply([Change(gone[0].key, {"tags": ("x",)})]) == []


def test_threads_lose_nothing(path: Path, no_sync: None) -> None:
    store = opened(path)
    made: list[Task] = [task(str(number)) for number in range(40)]

    def work(mine: list[Task]) -> None:
        for item in mine:
            store.add([item])
            send(store, item.key)

    threads = [threading.Thread(target=work, args=(made[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = opened(path).tasks()
    assert {item.key for item in again} == {item.key for item in made}
    assert {item.status for item in again} == {Status.WAITING}
    assert sorted(store.tasks(), key=lambda item: item.key) == sorted(again, key=lambda item: item.key)


def test_a_closed_store_says_so(path: Path) -> None:
    store = opened(path)
    store.close()
    for call in (lambda: store.add([task()]), lambda: store.apply([]), store.refresh):
        with pytest.raises(Trouble):
            call()
    assert store.take_notices() == []


def test_a_linked_file_stays_linked(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir(parents=True)
    target = tmp_path / "elsewhere.json"
    path.symlink_to(target)
    one = task()
    opened(path).add([one])
    assert path.is_symlink()
    assert opened(target).tasks() == [one]


def test_importing_the_store_is_light() -> None:
    code = "import sys, qr_tui.store.tasks, qr_tui.store.lease; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not {"textual", "httpx", "rich", "tinydb", "click"} & set(loaded.split())


def test_a_thousand_tasks_are_read_once_and_then_only_what_changed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, there = opened(path), opened(path)
    many = [task(str(number), now=NOW + number) for number in range(1000)]
    there.add(many)
    here.refresh()
    read: list[str] = []
    from qr_tui.store import documents

    genuine = documents.read

    def counted(key: str, document: dict[str, object]) -> Task:
        read.append(key)
        return genuine(key, document)

    monkeypatch.setattr(documents, "read", counted)
    there.apply([Change(many[5].key, {"status": Status.SENDING})])
    assert read == [many[5].key]
    read.clear()
    here.refresh()
    assert read == [many[5].key]
    assert TaskStore(path).open() == []
