import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from qr_tui.core.task import Status
from tests.support.cli import Shell, task, until


def make(shell: Shell, *prompts: str) -> list[str]:
    """Have videos made, unwatched, and return their ids."""
    return [shell("create", prompt, "--json").json[0]["id"] for prompt in prompts]


def test_watch_everything_until_it_is_final(live: Shell) -> None:
    make(live, "one", "two [sim:policy]")
    result = live("watch", "--json")
    assert result.code == 1
    assert {item["prompt"]: item["status"] for item in result.json} == {"one": "done", "two [sim:policy]": "failed"}


def test_watch_prints_a_line_a_change_with_the_link(live: Shell) -> None:
    make(live, "one")
    result = live("watch")
    assert result.code == 0
    assert " done · downloading http://" in result.out
    (saved,) = [line for line in result.out.splitlines() if "saved: " in line]
    assert Path(saved.partition("saved: ")[2]).is_file()


def test_watch_some(live: Shell) -> None:
    one, two, stuck = make(live, "one kite", "two kites", "a stuck boat [sim:stuck]")
    assert [item["id"] for item in live("watch", one[-6:], "--json").json] == [one]
    by_filter = live("watch", "kite", "model:sora", "--json")
    assert {item["id"] for item in by_filter.json} == {one, two}
    late = live("watch", stuck, "--timeout", "0.3", "--json")
    assert (late.code, late.json[0]["id"]) == (4, stuck)


def test_watch_names_what_waits_for_a_decision(live: Shell) -> None:
    lost = task("lost", status=Status.UNCONFIRMED)
    live.put(lost)
    said = live("watch").err
    assert "1 task needs your decision" in said
    assert f"qr-tui decide {lost.key}" in said


def test_watch_nothing(live: Shell) -> None:
    assert live("watch").err == "nothing to watch: no task is unfinished\n"
    assert live("watch", "--json").json == []
    assert live("watch", "nobody").code == 2
    live.put(task("lost", status=Status.UNCONFIRMED))
    assert live("watch", "--json").json == []


def test_an_unconfirmed_task_ends_a_watch_with_its_code(live: Shell) -> None:
    made = task("lost", status=Status.UNCONFIRMED)
    live.put(made)
    result = live("watch", made.key)
    assert result.code == 5
    assert f"qr-tui decide {made.key}" in result.err


def test_options_that_do_not_go_together(live: Shell) -> None:
    assert live("watch", "--detach", "--stop").code == 2
    assert live("watch", "--status", "x").code == 2


@pytest.fixture
def slow(live: Shell) -> Iterator[Shell]:
    """A user with a video that never ends by itself; no watcher is left behind."""
    live.quick_config()
    make(live, "a boat [sim:stuck]")
    yield live
    live("watch", "--stop")


@pytest.mark.slow
def test_the_background_watcher_is_one_and_outlives_its_parent(slow: Shell) -> None:
    assert slow("watch", "--status", "--json").json == {
        "watching": False,
        "pid": None,
        "since": None,
        "unfinished": 1,
    }
    started = slow.process("watch", "--detach", "--json")
    try:
        assert started.code == 0, started.err
        told = slow("watch", "--status", "--json").json
        assert told["watching"]
        assert told["unfinished"] == 1
        assert told["since"].endswith("Z")
        assert os.getsid(told["pid"]) == told["pid"]  # a session of its own: no terminal's end reaches it
        again = slow.process("watch", "--detach", "--json")
        assert f'"pid": {told["pid"]}' in again.out
        assert f"process {told['pid']} watches" in slow("watch", "--status").out
    finally:
        stopped = slow.process("watch", "--stop", "--json")
    assert stopped.code == 0
    assert not slow("watch", "--status", "--json").json["watching"]
    until(lambda: not alive(told["pid"]))
    assert slow("watch", "--stop").code == 0


@pytest.mark.slow
def test_the_background_watcher_ends_when_nothing_is_left(slow: Shell) -> None:
    assert slow.simulator is not None
    slow.process("watch", "--detach")
    pid = slow("watch", "--status", "--json").json["pid"]
    (made,) = slow.simulator.tasks()
    slow.simulator.force(made["id"], status="failed")
    until(lambda: slow.stored()[0].status is Status.FAILED)
    until(lambda: not alive(pid))
    assert slow.process("watch", "--detach", "--json").code == 0
    assert not slow("watch", "--status", "--json").json["watching"]


@pytest.mark.slow
def test_a_watcher_that_was_killed_leaves_no_lock(slow: Shell) -> None:
    slow.process("watch", "--detach")
    pid = slow("watch", "--status", "--json").json["pid"]
    os.kill(pid, signal.SIGKILL)
    until(lambda: not slow("watch", "--status", "--json").json["watching"])
    slow.process("watch", "--detach")
    other = slow("watch", "--status", "--json").json["pid"]
    assert other not in (None, pid)
    assert slow("watch", "--stop").code == 0


@pytest.mark.slow
def test_the_watcher_takes_over_what_comes_later(slow: Shell) -> None:
    slow.process("watch", "--detach")
    try:
        (identity,) = make(slow, "another")
        until(lambda: any(item.id == identity and item.status is Status.DONE for item in slow.stored()))
    finally:
        slow.process("watch", "--stop")


def alive(pid: int) -> bool:
    """Tell whether a process lives; one that only waits to be collected does not."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.strip().startswith("Z")


def test_rule_2_1_how_looks_fail_is_said_by_watch_and_by_those_who_only_read(live: Shell) -> None:
    (poisoned,) = make(live, "one [sim:poison]")
    said = live("watch", poisoned, "--timeout", "1").out
    assert said.count("last look failed: ") == 1
    assert "last look failed: " in live("show", poisoned).out
    assert live("show", poisoned, "--json").json["look_failure"]["kind"] == "upstream"
    assert "host error" in live("list").out
