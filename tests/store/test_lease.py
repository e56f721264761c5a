import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.store.lease import Lease, Presence
from qr_tui.store.locks import is_locked

HOLD = """
import sys
from pathlib import Path
from qr_tui.store.lease import Lease, Presence
lease, presence = Lease(Path(sys.argv[1]) / "poll.lock"), Presence(Path(sys.argv[1]) / "presence")
presence.enter()
print(lease.acquire(), presence.instance, flush=True)
sys.stdin.read()
"""


@contextmanager
def another(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a process that holds the lease and is present; yield it and its name."""
    command = [sys.executable, "-c", HOLD, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            held, instance = process.stdout.readline().split()
            assert held == "True"
            yield process, instance
        finally:
            process.kill()


def test_only_one_has_the_lease(tmp_path: Path) -> None:
    path = tmp_path / "state" / "poll.lock"
    one, two = Lease(path), Lease(path)
    assert one.owner() is None
    assert not one.held
    assert one.acquire()
    assert one.acquire()
    assert one.held
    assert not two.acquire()
    assert not two.held
    assert path.stat().st_mode & 0o777 == 0o600
    for lease in (one, two):
        owner = lease.owner()
        assert owner is not None
        assert f"pid {os.getpid()} on " in owner.words
    one.release()
    one.release()
    assert two.owner() is None
    assert two.acquire()
    assert not one.acquire()


def test_a_killed_owner_is_followed_at_once(tmp_path: Path) -> None:
    lease, presence = Lease(tmp_path / "poll.lock"), Presence(tmp_path / "presence")
    presence.enter()
    with another(tmp_path) as (process, instance):
        assert not lease.acquire()
        owner = lease.owner()
        assert owner is not None
        assert f"pid {process.pid} " in owner.words
        assert presence.alive(instance)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not presence.alive(instance)
        assert lease.owner() is None
        assert lease.acquire()


def test_a_child_program_does_not_keep_the_lease(tmp_path: Path) -> None:
    lease = Lease(tmp_path / "poll.lock")
    assert lease.acquire()
    with subprocess.Popen(["sleep", "60"], close_fds=False) as child:
        try:
            lease.release()
            assert Lease(tmp_path / "poll.lock").acquire()
        finally:
            child.kill()


def test_a_lease_whose_file_was_deleted_is_not_held_twice(tmp_path: Path) -> None:
    path = tmp_path / "poll.lock"
    one, two = Lease(path), Lease(path)
    assert one.acquire()
    path.unlink()
    assert two.acquire()
    assert not one.held
    assert not one.acquire()


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for call in (Lease(tmp_path / "file" / "x.lock").acquire, Presence(tmp_path / "file" / "p").enter):
        with pytest.raises(Trouble) as caught:
            call()
        assert caught.value.kind is Kind.STORE
        assert str(tmp_path) in str(caught.value.detail)
    assert Lease(tmp_path / "file" / "x.lock").owner() is None


def test_present_until_it_leaves(tmp_path: Path) -> None:
    one, two = Presence(tmp_path / "presence"), Presence(tmp_path / "presence")
    assert one.instance != two.instance
    assert not one.alive(one.instance)
    one.enter()
    one.enter()
    two.enter()
    assert one.alive(one.instance)
    assert one.alive(two.instance)
    assert two.alive(one.instance)
    one.leave()
    one.leave()
    assert not two.alive(one.instance)
    assert not one.alive(one.instance)
    assert [item.name for item in (tmp_path / "presence").iterdir()] == [f"{two.instance}.lock"]


def test_entering_sweeps_the_dead_and_spares_the_living(tmp_path: Path) -> None:
    folder = tmp_path / "presence"
    with another(tmp_path) as (process, living):
        dead = folder / "123-dead.lock"
        dead.write_text("")
        newcomer = Presence(folder)
        newcomer.enter()
        assert not dead.exists()
        assert newcomer.alive(living)
        process.kill()
        process.wait()
        Presence(folder).enter()
        assert not (folder / f"{living}.lock").exists()


@pytest.mark.parametrize("name", ["", "..", "../poll", "a/b", "x" * 100, "ABC", "1-a\n"])
def test_an_odd_name_is_not_alive(tmp_path: Path, name: str) -> None:
    presence = Presence(tmp_path / "presence")
    presence.enter()
    lease = Lease(tmp_path / "poll.lock")
    assert lease.acquire()
    assert not presence.alive(name)


def test_a_file_that_is_not_there_is_not_locked(tmp_path: Path) -> None:
    assert not is_locked(tmp_path / "none")
    assert list(tmp_path.iterdir()) == []


class Steady:
    """Seconds that a test turns on."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def turn(self, lease: Lease, seconds: float, *, step: float = 1.0) -> bool:
        """Let `lease` be tried every `step` seconds; return whether it was got."""
        got = False
        for _ in range(int(seconds / step)):
            self.now += step
            got = got or lease.acquire()
        return got


def test_rule_2_7_a_silent_holder_is_replaced_and_sees_that_it_lost(tmp_path: Path) -> None:
    steady = Steady()
    one, two = (Lease(tmp_path / "poll.lock", patience=15.0, steady=steady) for _ in range(2))
    assert one.acquire()
    for _ in range(100):
        one.beat()
        assert not steady.turn(two, 5)
    assert not steady.turn(two, 10)
    owner = two.owner()
    assert owner is not None
    assert owner.silent is not None
    assert 10 <= owner.silent <= 16
    assert steady.turn(two, 10)
    assert not one.held
    two.beat()
    steady.now += 3
    one.beat()
    owner = two.owner()
    assert owner is not None
    assert owner.silent == 3, "a beat of the one that lost goes nowhere"
    assert not one.acquire()
    assert two.held
    two.release()
    assert one.acquire()


def test_rule_2_7_a_process_that_was_stopped_itself_accuses_nobody(tmp_path: Path) -> None:
    steady = Steady()
    one, two = (Lease(tmp_path / "poll.lock", patience=15.0, steady=steady) for _ in range(2))
    assert one.acquire()
    assert not steady.turn(two, 2)
    steady.now += 3_600  # both were stopped; the one that wakes first finds no new sign
    assert not two.acquire()
    one.beat()
    assert not steady.turn(two, 10)


def test_rule_2_7_only_one_of_two_gets_the_lease_of_a_silent_holder(tmp_path: Path) -> None:
    steady = Steady()
    leases = [Lease(tmp_path / "poll.lock", patience=15.0, steady=steady) for _ in range(3)]
    assert leases[0].acquire()
    for _ in range(20):
        steady.now += 1
        for lease in leases[1:]:
            lease.acquire()
    assert [lease.held for lease in leases] == [False, True, False]


def test_rule_2_7_a_lease_without_patience_is_never_taken(tmp_path: Path) -> None:
    steady = Steady()
    one, two = (Lease(tmp_path / "poll.lock", steady=steady) for _ in range(2))
    assert one.acquire()
    assert not steady.turn(two, 100)
