"""Killed at any instant, the engine loses no task and pays for none twice. `make torture` does it 200 times."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from qr_tui import paths
from qr_tui.core.task import Status, Task
from qr_tui.simulator.options import Fault, Options
from qr_tui.simulator.server import Simulator
from qr_tui.store.id_journal import IdJournal
from qr_tui.store.locks import FileLock
from qr_tui.store.tasks import TaskStore

KILLS = int(os.environ.get("QR_TUI_TORTURE", "10"))
EACH = 3  # films that each life has to send on top of what the lives before it were to send


def life(home: Path, url: str, goal: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.kill_target", str(home), url, str(goal)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def stored(home: Path, *, silent: bool = True) -> list[Task]:
    """Read the store as the next start would; damage fails the test, and with `silent` anything worth a word."""
    folders = paths.under(home)
    store = TaskStore(folders.store, state=folders.state)
    notices = [str(notice.detail) for notice in store.open()]
    assert not any("damaged" in notice for notice in notices), notices
    assert not silent or not notices, notices
    try:
        return store.tasks()
    finally:
        store.close()


def put_back(home: Path, old: bytes) -> None:
    """Put an older copy in the file's place, as a sync or a restored backup does."""
    older = paths.under(home).store.with_name("older")
    older.write_bytes(old)
    older.replace(paths.under(home).store)


def assert_paid_once_and_known(tasks: list[Task], stats: dict[str, Any]) -> None:
    """No intent was posted twice, and an id the server gave is in the store or its task waits for a person."""
    received = [call["body"]["prompt"] for call in stats["creates"]]
    assert len(received) == len(set(received)), "no intent was ever posted twice"
    ids = {task.id for task in tasks}
    by_prompt = {task.prompt: task for task in tasks}
    for call in stats["creates"]:
        task = by_prompt[call["body"]["prompt"]]
        assert call["id"] in ids or (task.id is None and task.status is Status.UNCONFIRMED)


@pytest.mark.slow
def test_killed_at_random_instants_nothing_is_lost_and_nothing_is_paid_twice(tmp_path: Path) -> None:
    chance = random.Random(20_260_924)
    with Simulator(Options(speed=200.0)) as simulator:
        for number in range(KILLS):
            process = life(tmp_path, simulator.url, EACH * (number + 1))
            time.sleep(chance.uniform(0.0, 0.25))
            assert process.poll() is None or process.returncode == 0, process.communicate()[1]
            process.send_signal(signal.SIGKILL)
            process.communicate()
            stored(tmp_path)
        process = life(tmp_path, simulator.url, EACH * KILLS)
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors

        tasks = stored(tmp_path)
        stats = simulator.stats()
    assert sorted(task.prompt for task in tasks) == sorted(f"film {number}" for number in range(EACH * KILLS))
    assert_paid_once_and_known(tasks, stats)
    assert set(stats["looks"]) <= {task.id for task in tasks}, "no id is polled before it is on disk"
    # what never reached the server and is not in doubt has been sent in the end
    assert {task.status for task in tasks} <= {Status.DONE, Status.UNCONFIRMED}


@pytest.mark.slow
def test_rule_1_2_killed_while_another_keeps_the_file_no_id_that_was_written_down_is_lost(tmp_path: Path) -> None:
    chance = random.Random(20_261_126)
    folders = paths.under(tmp_path)
    rounds = max(3, KILLS // 10)
    kept: set[str] = set()
    with Simulator(Options(speed=200.0)) as simulator:
        for number in range(rounds):
            posts = len(simulator.stats()["creates"])
            simulator.fault(Fault(on="create", fault="latency", count=1, seconds=0.2))
            process = life(tmp_path, simulator.url, number + 1)
            lock = FileLock(folders.store.with_name("tasks.json.lock"))
            while len(simulator.stats()["creates"]) == posts:
                time.sleep(0.01)
            assert lock.acquire(5)
            time.sleep(chance.uniform(0.4, 1.5))
            kept |= {entry.id for entry in IdJournal(folders.state / "ids.jsonl").entries()}
            process.send_signal(signal.SIGKILL)
            process.communicate()
            lock.release()
            assert kept <= {task.id for task in stored(tmp_path)}
        process = life(tmp_path, simulator.url, rounds)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        tasks = stored(tmp_path)
        assert_paid_once_and_known(tasks, simulator.stats())
    assert kept, "at least once it was written beside the file"
    assert len(tasks) == rounds
    assert IdJournal(folders.state / "ids.jsonl").is_empty


@pytest.mark.slow
def test_rule_1_6_killed_and_an_older_file_put_back_nothing_is_paid_twice(tmp_path: Path) -> None:
    chance = random.Random(20_261_127)
    rounds = max(5, KILLS // 4)
    copies: list[bytes] = []
    with Simulator(Options(speed=200.0)) as simulator:
        for number in range(rounds):
            process = life(tmp_path, simulator.url, EACH * (number + 1))
            copies.append(paths.under(tmp_path).store.read_bytes())
            time.sleep(chance.uniform(0.0, 0.25))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            put_back(tmp_path, chance.choice(copies[-3:]))
        process = life(tmp_path, simulator.url, EACH * rounds)
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors
        tasks = stored(tmp_path)
        assert_paid_once_and_known(tasks, simulator.stats())
    assert {task.status for task in tasks} <= {Status.DONE, Status.UNCONFIRMED}
    assert {task.prompt for task in tasks} == {f"film {number}" for number in range(EACH * rounds)}


@pytest.mark.slow
def test_rule_1_6_an_older_file_or_none_under_a_running_engine_costs_nothing(tmp_path: Path) -> None:
    chance = random.Random(20_261_128)
    store = paths.under(tmp_path).store
    films = 12
    with Simulator(Options(speed=40.0)) as simulator:
        process = life(tmp_path, simulator.url, films)
        copies = [store.read_bytes()]
        while process.poll() is None:
            time.sleep(chance.uniform(0.02, 0.2))
            with suppress(FileNotFoundError):
                copies.append(store.read_bytes())
            if process.poll() is None and chance.random() < 0.3:
                store.unlink(missing_ok=True)
            elif process.poll() is None:
                put_back(tmp_path, chance.choice(copies))
        assert process.returncode == 0, process.communicate()[1]
        process.communicate()
        tasks = stored(tmp_path, silent=False)
        stats = simulator.stats()
    assert_paid_once_and_known(tasks, stats)
    sent = {call["body"]["prompt"] for call in stats["creates"]}
    unsent = [task for task in tasks if task.prompt not in sent]
    # How many were only queued in the copy that came back is a matter of time; what became of them is not. A copy that
    # comes back after the last write takes what was never sent along, and nothing that was paid.
    assert {task.status for task in unsent} <= {Status.UNCONFIRMED}
    assert len(sent) + len(unsent) <= films
    assert {task.id for task in tasks if task.id} >= {call["id"] for call in stats["creates"][:-1]}
