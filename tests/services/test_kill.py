"""Killed at any instant, the engine loses no task and pays for none twice. `make torture` does it 200 times."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qr_tui import paths
from qr_tui.core.task import Status, Task
from qr_tui.simulator.options import Options
from qr_tui.simulator.server import Simulator
from qr_tui.store.tasks import TaskStore

KILLS = int(os.environ.get("QR_TUI_TORTURE", "10"))
EACH = 3  # films that each life has to send on top of what the lives before it were to send


def life(home: Path, url: str, goal: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.kill_target", str(home), url, str(goal)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


def stored(home: Path) -> list[Task]:
    """Read the store as the next start would; a damaged file fails the test."""
    store = TaskStore(paths.under(home).store)
    notices = store.open()
    assert not notices, notices
    try:
        return store.tasks()
    finally:
        store.close()


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
    received = [call["body"]["prompt"] for call in stats["creates"]]
    assert len(received) == len(set(received)), "no intent was ever posted twice"

    # an id the server gave is in the store, or its task waits for a person who can adopt it
    by_prompt = {task.prompt: task for task in tasks}
    for call in stats["creates"]:
        task = by_prompt[call["body"]["prompt"]]
        assert task.id == call["id"] or (task.id is None and task.status is Status.UNCONFIRMED)
    assert set(stats["looks"]) <= {task.id for task in tasks}, "no id is polled before it is on disk"
    # what never reached the server and is not in doubt has been sent in the end
    assert {task.status for task in tasks} <= {Status.DONE, Status.UNCONFIRMED}
