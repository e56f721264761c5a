"""Over a real sshd on loopback: the whole job, a copy that arrives at the near end, a line that drops."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.e2e.desk import Desk, desk_with_simulator
from tests.support.e2e.programs import PtyTerminal, Sshd, drop_line, program, wait_gone, why_no_sshd

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_no_sshd()), reason=why_no_sshd() or "sshd is here"),
]

AT_THE_FAR_END = ("QR_TUI_HOME", "QUICKROUTER_BASE_URL", "QUICKROUTER_API_KEY", "HOME")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_with_simulator(tmp_path) as opened:
        yield opened


@pytest.fixture
def sshd(tmp_path: Path) -> Iterator[Sshd]:
    with Sshd(tmp_path / "sshd") as server:
        yield server


def login(sshd: Sshd, desk: Desk, pid: Path) -> PtyTerminal:
    """Log in and start the app there; its process number is noted."""
    there = {name: desk.env[name] for name in AT_THE_FAR_END}
    argv = ["sh", "-c", 'echo $$ > "$0"; exec "$@"', str(pid), *program()]
    return sshd.login(argv, env=desk.env, there=there)


def test_the_job_the_copy_the_dropped_line_and_the_way_back(sshd: Sshd, desk: Desk, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with login(sshd, desk, pid) as line:
        line.wait_for("No videos yet")
        line.press("n")
        line.wait_for("ctrl+g generate")
        line.paste("一只纸船\nin the rain [sim:seconds=600]")
        line.wait_for("in the rain")
        line.press("f3", "ctrl+g")
        line.wait_for(re.compile("[○●] .*一只纸船"))
        (made,) = desk.simulator.ask("tasks")
        line.press("y")
        line.wait_clipboard(made["id"])
        line.press("n")
        line.wait_for("ctrl+g generate")
        line.type("the next 视频")
        line.wait_for("the next 视频")
        drop_line(line)
        wait_gone(int(pid.read_text()), 5)
    with login(sshd, desk, pid) as line:
        line.wait_for(re.compile("[○●] .*一只纸船"))
        desk.simulator.ask(f"tasks/{made['id']}", {"status": "completed", "hold": False}, method="POST")
        line.wait_for(re.compile("saved .*一只纸船"))
        line.press("n")
        line.wait_for("the next 视频")
        line.settle()  # the footer of the list may still stand there
        line.press("escape")
        line.wait_for("q quit")
        line.press("q")
        assert line.wait_exit() == 0
        assert not line.emulator.alternate
        assert line.cooked
    (sent,) = desk.simulator.ask("stats")["creates"]
    assert sent["body"]["prompt"] == "一只纸船\nin the rain [sim:seconds=600]"
    assert sent["body"]["orientation"] == "landscape"
