"""Two engines and a script on one store: no change lost, one of them polls, and another takes over when it dies."""

import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from qr_tui import paths
from qr_tui.core.task import Request, Status, new_task
from qr_tui.simulator.options import Options
from qr_tui.simulator.server import Simulator
from qr_tui.store.tasks import TaskStore
from tests.support.live_engine import BOAT

CHANGES = 1_000 if os.environ.get("QR_TUI_TORTURE") else 120
FIELDS = ("enhanced_prompt", "thumbnail_url", "gif_url")
TAKEOVER = 10.0  # seconds within which another process polls when the one that did has died


class Party:
    """One process on the store, and what it has said so far."""

    def __init__(self, home: Path, url: str, role: str, field: str, *, changes: int = CHANGES, **env: str) -> None:
        command = [sys.executable, "-m", "tests.support.several_processes", str(home), url, role, field, str(changes)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | env)
        self.said: list[str] = []

    def hear(self, word: str) -> str:
        """Read until it says a line that begins with `word`."""
        assert self.process.stdout is not None
        while line := self.process.stdout.readline():
            self.said.append(line.strip())
            if line.startswith(word):
                return line
        raise AssertionError(f"ended without saying {word!r}: {self.said}")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        rest, _ = self.process.communicate()
        self.said += rest.splitlines()


@pytest.mark.slow
def test_no_change_is_lost_one_polls_and_another_takes_over(tmp_path: Path) -> None:
    store = TaskStore(paths.under(tmp_path).store)
    store.open()
    now = time.time()
    waiting = {"status": Status.WAITING, "submitted_at": now}
    tasks = [
        new_task(Request(model="sora-2-pro", prompt=f"film {number}"), base_url="", account="", now=now)
        for number in range(CHANGES)
    ]
    with Simulator(Options()) as simulator:
        store.add(
            [
                msgspec.structs.replace(task, **waiting, id=f"sora-2:task_{task.key}", base_url=simulator.url)
                for task in tasks[:-1]
            ]
            + [msgspec.structs.replace(tasks[-1], status=Status.DONE, base_url=simulator.url)]
        )
        simulator.fault("query:latency:0,seconds=0.01")
        parties = [
            Party(tmp_path, simulator.url, role, field)
            for role, field in zip(("engine", "engine", "script"), FIELDS, strict=True)
        ]
        try:
            for party in parties:
                party.hear("finished")
            engines = parties[:2]
            poller = next(engine for engine in engines if any(line.startswith("polling") for line in engine.said))
            other = next(engine for engine in engines if engine is not poller)
            died = time.monotonic()
            poller.kill()
            took_over = float(other.hear("polling").split()[1])
            assert took_over - died <= TAKEOVER
        finally:
            for party in parties:
                if party.process.poll() is None:
                    party.kill()

    spans = []
    for engine in engines:
        times = [
            (line.split()[0], float(line.split()[1])) for line in engine.said if line[:7] in ("polling", "resting")
        ]
        for (word, start), (_, end) in pairwise([*times, ("end", died if engine is poller else float("inf"))]):
            if word == "polling":
                spans.append((start, end))
    spans.sort()
    assert all(end <= start for (_, end), (start, _) in pairwise(spans)), f"two polled at one moment: {spans}"

    assert not store.open()
    for task in store.tasks():
        for field in FIELDS:
            assert getattr(task, field), f"{field} of {task.prompt} was lost"
    store.close()


def test_rule_2_7_a_stopped_process_is_replaced_and_gives_way_when_it_goes_on(tmp_path: Path) -> None:
    store = TaskStore(paths.under(tmp_path).store)
    store.open()
    now = time.time()
    with Simulator(Options()) as simulator:
        task = new_task(BOAT, base_url=simulator.url, account="", now=now)
        store.add(
            [msgspec.structs.replace(task, status=Status.WAITING, submitted_at=now, id=f"sora-2:task_{task.key}")]
        )
        first = Party(tmp_path, simulator.url, "engine", "gif_url", changes=0, PATIENCE="1.5")
        try:
            first.hear("polling")
            second = Party(tmp_path, simulator.url, "engine", "gif_url", changes=0, PATIENCE="1.5")
            try:
                second.hear("finished")
                first.process.send_signal(signal.SIGSTOP)
                second.hear("polling")
                first.process.send_signal(signal.SIGCONT)
                first.hear("resting")
                second.process.send_signal(signal.SIGKILL)
                first.hear("polling")
            finally:
                second.kill()
        finally:
            first.process.send_signal(signal.SIGCONT)
            first.kill()
