"""What goes over the line is what differs, and a screen that something wrote over can be drawn again."""

import os
from pathlib import Path

import pytest

from tests.support.e2e.programs import PtyTerminal, clean_env, program, start_simulator
from tests.support.e2e.steps import run

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_a_start_and_a_screen_cost_little_and_ctrl_l_mends_what_was_written_over(tmp_path: Path) -> None:
    with start_simulator() as simulator:
        env = clean_env(tmp_path / "home", url=simulator.url)
        assert run(env, "create", "a paper boat").returncode == 0
        with PtyTerminal(program(), env=env, columns=100, rows=40) as terminal:
            terminal.wait_for("a paper boat")
            terminal.settle(1.0)
            before = terminal.screen()
            assert len(terminal.raw) < 30_000
            at = len(terminal.raw)
            terminal.press("question_mark")
            terminal.wait_for("the list")
            terminal.settle(0.5)
            assert len(terminal.raw) - at < 16_000
            terminal.press("escape")
            terminal.wait_gone("the list")
            terminal.settle(0.5)
            assert [row.split()[-3:] for row in terminal.screen()[3:]] == [row.split()[-3:] for row in before[3:]]
            # another program writes over it
            slave = os.open(Path(f"/proc/{terminal.pid}/fd/1").readlink(), os.O_WRONLY | os.O_NOCTTY)
            os.write(slave, b"\x1b[2J\x1b[5;5Hscribble")
            os.close(slave)
            terminal.wait_for("scribble")
            terminal.press("ctrl+l")
            terminal.wait_gone("scribble")
            terminal.wait_for("a paper boat")
            terminal.press("q")
            assert terminal.wait_exit() == 0
