"""Leaving while an answer that costs is waited for: it is said, it is waited for, and a second key does not wait."""

import time
from pathlib import Path

import pytest

from tests.support.e2e.programs import PATIENCE, PtyTerminal, SimulatorProcess, clean_env, program, start_simulator
from tests.support.e2e.steps import stored

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def send(terminal: PtyTerminal) -> None:
    terminal.wait_for("No videos yet")
    terminal.press("n")
    terminal.wait_for("0 characters")
    terminal.type("a paper boat")
    terminal.wait_for("12 characters")
    terminal.press("ctrl+g")
    terminal.wait_for("sending")


def wait_received(terminal: PtyTerminal, simulator: SimulatorProcess) -> None:
    """Wait until the request has reached the provider: before that it may not have left at all."""
    end = time.monotonic() + PATIENCE
    while not simulator.ask("stats")["posts"]:
        assert time.monotonic() < end, terminal.text
        terminal.settle(0.05)


def test_the_answer_is_waited_for_and_that_is_said(tmp_path: Path) -> None:
    with start_simulator("--latency", "2") as simulator:
        env = clean_env(tmp_path / "home", url=simulator.url)
        with PtyTerminal(program(), env=env) as terminal:
            send(terminal)
            terminal.press("q")
            terminal.wait_for("waiting for its answer")
            assert terminal.wait_exit() == 0
        (task,) = stored(env)
        assert task["id"]
        assert task["status"] in ("waiting", "running")


def test_a_second_key_leaves_at_once_and_the_next_start_asks(tmp_path: Path) -> None:
    with start_simulator("--fault", "create:hang:1") as simulator:
        env = clean_env(tmp_path / "home", url=simulator.url)
        with PtyTerminal(program(), env=env) as terminal:
            send(terminal)
            wait_received(terminal, simulator)
            terminal.press("q")
            terminal.wait_for("waiting for its answer")
            started = time.monotonic()
            terminal.press("q")
            assert terminal.wait_exit() == 0
            assert time.monotonic() - started < 2.5, "less than the answer is waited for"
        with PtyTerminal(program(), env=env) as terminal:
            terminal.wait_for("answer lost")
            terminal.press("q")
            assert terminal.wait_exit() == 0
        assert simulator.ask("stats")["posts"] == {"a paper boat": {"received": 1, "paid": 1}}
