"""Real processes on one store: nothing lost, nothing unreadable, whoever is killed and whenever."""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from qr_tui.core.task import HISTORY_LIMIT, Status, Task
from qr_tui.store import codec, storage
from qr_tui.store.peek import peek
from qr_tui.store.tasks import TaskStore
from tests.support.store import NOW, names, opened, task

# the torture target asks for many more
TORTURE = int(os.environ.get("QR_TUI_TORTURE", "0"))
CHANGES = 1000 if TORTURE else 60
KILLS = TORTURE or 25
PAIRS = {"tasks.json", "tasks.json.journal", "tasks.json.bak", "tasks.json.bak.journal"}

# adds tasks of its own, moves each on, and writes on the one that all share; says each key once it is on disk. What is
# over moves into an archive soon, and the journal is folded often.
WRITER = """
import sys, time
from pathlib import Path
from qr_tui.core.task import Request, Status, new_task
from qr_tui.store.changes import Change
from qr_tui.store import storage, tasks
from qr_tui.store.tasks import TaskStore
storage.FOLD_AT = 6_000
tasks.LIVE_COUNT, tasks.ROLL_AT, tasks.LIVE_AGE = 2, 3, -3_600.0
path, name, count, shared = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
store = TaskStore(path)
assert store.open() == [], "something to say"
for number in range(count):
    request = Request(model="sora-2-pro", prompt=f"{name} {number}")
    made = new_task(request, base_url="https://api.example", account="a", now=time.time())
    store.add([made])
    print("added", made.key, flush=True)
    assert store.apply([Change(made.key, {"status": Status.SENDING}, frozenset({Status.QUEUED}))])
    assert store.apply([Change(made.key, {"status": Status.WAITING, "id": f"x:{made.key}"})])
    print("id", made.key, flush=True)
    assert store.apply([
        Change(made.key, {"status": Status.RUNNING, "progress": 1.0 + number}),
        Change(shared, {"provider_status": f"{name} {number}"}),
    ])
    assert store.apply([Change(made.key, {"status": Status.DONE, "finished_at": time.time()})])
    print("done", made.key, flush=True)
    store.refresh()
    if number % 4 == 3:
        store.tidy()
print("end", name, flush=True)
"""


def start(path: Path, name: str, count: int, shared: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", WRITER, str(path), name, str(count), shared]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_several_writers_lose_nothing_while_readers_read(path: Path) -> None:
    store = opened(path)
    shared = task("shared", status=Status.RUNNING)
    store.add([shared])
    store.archived.follow()
    writers = [start(path, name, CHANGES // 3, shared.key) for name in "abc"]
    told: dict[str, Status] = {}
    looks = peeked = 0
    while any(writer.poll() is None for writer in writers):
        peeked += peek(path, path.parent) is not None  # without any lock; None while checkpoints follow each other
        delta = store.refresh()
        told.update({item.key: item.status for item in delta.changed} if delta else {})
        looks += 1
    delta = store.refresh()
    told.update({item.key: item.status for item in delta.changed} if delta else {})
    said = [line.split() for writer in writers for line in writer.communicate()[0].splitlines()]
    assert all(writer.returncode == 0 for writer in writers)
    assert looks > 3
    assert peeked > 3
    added = {key for word, key in said if word == "added"}
    assert len(added) == CHANGES // 3 * 3
    assert set(told) == added | {shared.key}
    assert {told[key] for key in added} == {Status.DONE}
    again = opened(path)
    assert len(list(again.archived)) > CHANGES // 3
    by_key = everything(again)
    assert set(by_key) == added | {shared.key}
    assert {by_key[key].status for key in added} == {Status.DONE}
    assert {by_key[key].id for key in added} == {f"x:{key}" for key in added}
    counts = [moment.word.split()[0] for moment in by_key[shared.key].history if moment.word]
    if CHANGES < HISTORY_LIMIT:  # else the oldest lines have made room
        assert {name: counts.count(name) for name in "abc"} == dict.fromkeys("abc", CHANGES // 3)
    assert names(path) == PAIRS | {"archive"}


def everything(store: TaskStore) -> dict[str, Task]:
    """Return every task by its key, archived ones whole; none stands twice."""
    tasks = [*store.tasks(), *map(store.whole, store.archived)]
    by_key = {item.key: item for item in tasks}
    assert len(by_key) == len(tasks)
    return by_key


def first_format(path: Path, tasks: list[Task]) -> None:
    """Write `tasks` as the first version of the program did."""
    document = codec.empty()
    document["meta"]["1"] |= {"schema": 1, "revision": 7}
    document["tasks"] = {item.key: msgspec.to_builtins(item) for item in tasks}
    path.parent.mkdir(parents=True)
    path.write_bytes(codec.encode(document))


def kill_at(process: "subprocess.Popen[str]", moment: Callable[[], float]) -> list[list[str]]:
    """Kill `process` some time after its first words; return all it said."""
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(moment())
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    return [line.split() for line in (first + rest).splitlines() if len(line.split()) == 2]


@pytest.mark.slow
def test_kill_at_any_instant_keeps_every_word_given(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = task("shared", status=Status.RUNNING)
    first_format(path, [shared, *(task(f"old {number}", status=Status.DONE, finished_at=NOW) for number in range(20))])
    reader = TaskStore(path)
    assert reader.open() == []
    chance = random.Random(3)
    added: set[str] = set()
    with_id: set[str] = set()
    done: set[str] = set()
    for number in range(KILLS):
        writers = [start(path, f"{name}{number}", 10_000, shared.key) for name in "ab"]
        said = [words for writer in writers for words in kill_at(writer, lambda: chance.random() * 0.06)]
        reader.refresh()
        added |= {key for word, key in said if word == "added"}
        with_id |= {key for word, key in said if word == "id"}
        done |= {key for word, key in said if word == "done"}
        again = TaskStore(path)
        assert again.open() == []  # never anything to recover
        by_key = everything(again)
        assert added <= set(by_key)
        assert {by_key[key].status for key in done} <= {Status.DONE}
        reader.refresh()
        assert {item.key for item in reader.tasks()} == {item.key for item in again.tasks()}
        assert all(by_key[key].id == f"x:{key}" for key in with_id)
        assert names(path) <= PAIRS | {f"{name}.tmp" for name in PAIRS} | {"archive", "tasks.json.v1.bak"}
    assert len(added) >= KILLS
    monkeypatch.setattr(storage, "FOLD_AT", 0)
    again.add([task("last")])
    assert names(path) == PAIRS | {"archive", "tasks.json.v1.bak"}
    assert len(list(again.archived)) > KILLS // 2


def test_a_killed_writer_leaves_no_lock_behind(path: Path) -> None:
    opened(path)
    code = (
        "import sys, time; from pathlib import Path; from qr_tui.store.storage import FileStorage\n"
        "storage = FileStorage(Path(sys.argv[1]), time.time)\n"
        "with storage.transaction():\n"
        "    print('in', flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        process.kill()
    store = opened(path)
    store.add([task()])
    assert len(store.tasks()) == 1


def test_two_first_starts_at_once_share_one_store(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from qr_tui.store.tasks import TaskStore\n"
        "from tests.support.store import task\n"
        "store = TaskStore(Path(sys.argv[1])); sys.stdin.readline()\n"
        "assert store.open() == []; store.add([task(sys.argv[2])])"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(path), name], stdin=subprocess.PIPE, text=True)
        for name in itertools.islice("abcdef", 3)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    assert sorted(item.prompt for item in opened(path).tasks()) == ["a", "b", "c"]


# writes every id beside the file only, while others put what they find there into it
KEEPER = """
import sys, time
from pathlib import Path
from qr_tui.core.task import Status
from qr_tui.store.changes import Change, Fact
from qr_tui.store.tasks import TaskStore
from tests.support.store import task
path, name, count, shared = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
store = TaskStore(path, state=path.parent)
assert store.open() == [], "something to say"
for number in range(count):
    made = task(f"{name} {number}", status=Status.SENDING)
    store.add([made])
    fact = Fact(made.key, {"status": Status.WAITING, "id": f"x:{made.key}"}, time.time(), made)
    store.keep_aside([fact] * (1 + number % 2))
    if number % 3 == 0:
        store.apply([Change(shared, {"provider_status": f"{name} {number}"})])
    else:
        store.refresh()
"""


def test_rule_1_2_several_processes_put_the_ids_beside_the_file_into_it_each_once(path: Path) -> None:
    shared = task("shared", status=Status.RUNNING)
    opened(path).add([shared])
    writers = [
        subprocess.Popen([sys.executable, "-c", KEEPER, str(path), name, str(CHANGES // 3), shared.key])
        for name in "abc"
    ]
    for writer in writers:
        assert writer.wait(120) == 0
    again = TaskStore(path, state=path.parent)
    assert again.open() == []
    tasks = [item for item in again.tasks() if item.key != shared.key]
    assert len(tasks) == CHANGES // 3 * 3
    assert all(item.id == f"x:{item.key}" and item.status is Status.WAITING for item in tasks)
    assert "ids.jsonl" not in names(path)
