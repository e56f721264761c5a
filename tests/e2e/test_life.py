"""How the app ends, sleeps and comes back: whatever happens to its terminal, nothing that was written is lost."""

import re
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.e2e.desk import Desk, desk_with_simulator
from tests.support.e2e.programs import PtyTerminal, gone, need, program, wait_gone

pytestmark = pytest.mark.e2e

DRAFT = "一只纸船 in the rain"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_with_simulator(tmp_path) as opened:
        yield opened


def handed_back(terminal: PtyTerminal) -> bool:
    """Tell whether the screen is the shell's again; its line editor then sets the line as it likes."""
    return not terminal.emulator.alternate and terminal.emulator.modes.get(25, True)


def restored(terminal: PtyTerminal) -> bool:
    """Tell whether the terminal is as it was before the app."""
    return handed_back(terminal) and not terminal.emulator.modes.get(2004) and terminal.cooked


def write_draft(terminal: PtyTerminal) -> None:
    """Open compose and leave an unsent prompt there."""
    terminal.wait_for("n new")
    terminal.press("n")
    terminal.wait_for("ctrl+g generate")
    terminal.type(DRAFT)
    terminal.wait_for(DRAFT)


def all_there(desk: Desk) -> None:
    """Start again and find the task and the draft."""
    with desk.open() as terminal:
        terminal.wait_for(re.compile("[○●] .*earlier"))
        terminal.press("n")
        terminal.wait_for(DRAFT)
        terminal.settle()  # the footer of the list may still stand there
        terminal.press("escape")
        terminal.wait_for("q quit")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert desk.posts() == {"earlier [sim:seconds=600]": 1}


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_saves_everything_and_gives_the_terminal_back(desk: Desk, number: signal.Signals) -> None:
    desk.create("earlier [sim:seconds=600]")
    with desk.open() as terminal:
        terminal.wait_for("earlier")
        write_draft(terminal)
        assert terminal.emulator.alternate
        terminal.signal(number)
        assert terminal.wait_exit(5) == 128 + number
        assert restored(terminal)
        assert "Traceback" not in terminal.text
    all_there(desk)


@pytest.mark.slow
def test_a_terminal_that_is_closed_takes_the_process_with_it(desk: Desk) -> None:
    desk.create("earlier [sim:seconds=600]")
    with desk.open() as terminal:
        terminal.wait_for("earlier")
        write_draft(terminal)
        terminal.hangup()
        terminal.wait_exit(5)
    all_there(desk)


@pytest.mark.slow
def test_a_terminal_that_goes_without_a_signal_is_noticed(desk: Desk, tmp_path: Path) -> None:
    need("setsid")
    desk.create("earlier [sim:seconds=600]")
    number = tmp_path / "pid"
    # a session without a controlling terminal: nobody sends it SIGHUP
    script = 'setsid sh -c \'echo $$ > "$0"; exec "$@"\' "$@"'
    with PtyTerminal(["sh", "-c", script, "sh", str(number), *program()], env=desk.env) as terminal:
        terminal.wait_for("earlier")
        write_draft(terminal)
        pid = int(number.read_text())
        assert not gone(pid)
        terminal.hangup()
        wait_gone(pid, 5)
    all_there(desk)


@pytest.mark.slow
def test_a_killed_app_has_its_draft_and_tasks_at_the_next_start(desk: Desk) -> None:
    desk.create("earlier [sim:seconds=600]")
    with desk.open() as terminal:
        terminal.wait_for("earlier")
        write_draft(terminal)
        terminal.wait_for("draft saved")
        terminal.signal(signal.SIGKILL)
        assert terminal.wait_exit(5) == -signal.SIGKILL
    all_there(desk)


@pytest.mark.slow
def test_a_task_goes_on_after_a_kill_and_is_sent_only_once(desk: Desk) -> None:
    with desk.open() as terminal:
        terminal.wait_for("n new")
        terminal.press("n")
        terminal.wait_for("ctrl+g generate")
        terminal.type("a boat [sim:seconds=600]")
        terminal.press("ctrl+g")
        terminal.wait_for(re.compile("[○●] .*a boat"))
        terminal.signal(signal.SIGKILL)
        terminal.wait_exit(5)
    (made,) = desk.simulator.ask("tasks")
    with desk.open() as terminal:
        terminal.wait_for(re.compile("[○●] .*a boat"))
        desk.simulator.ask(f"tasks/{made['id']}", {"status": "completed", "hold": False}, method="POST")
        terminal.wait_for(re.compile("saved .*a boat"))
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert desk.posts() == {"a boat [sim:seconds=600]": 1}


@pytest.mark.slow
def test_ctrl_z_goes_to_the_shell_and_fg_comes_back(desk: Desk) -> None:
    need("bash")
    shell = shutil.which("bash") or "bash"
    with PtyTerminal([shell, "--norc", "--noprofile", "-i"], env=desk.env | {"PS1": "ready> "}) as terminal:
        terminal.wait_for("ready>")
        terminal.type(" ".join(program()) + "\n")
        terminal.wait_for("No videos yet")
        terminal.send(b"\x1a")  # in the prompt it is undo, on the list it is the shell's
        terminal.wait_for("Stopped")
        assert handed_back(terminal)
        desk.create("meanwhile [sim:seconds=600]")
        terminal.type("fg\n")
        terminal.wait_for(re.compile("[○●] .*meanwhile"))
        assert terminal.emulator.alternate
        write_draft(terminal)
        terminal.settle()
        terminal.press("escape")
        terminal.wait_for("q quit")
        terminal.press("q")
        terminal.wait_for(lambda _rows: handed_back(terminal))
        terminal.type("echo came $((40 + 2))\n")
        terminal.wait_for("came 42")
        terminal.type("exit\n")
        assert terminal.wait_exit() == 0


def test_ctrl_z_without_a_shell_says_why_not(desk: Desk) -> None:
    with desk.open() as terminal:
        terminal.wait_for("n new")
        terminal.send(b"\x1a")
        terminal.wait_for("no shell here to come back from")
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_a_signal_ends_the_app_while_a_dialog_is_open(desk: Desk) -> None:
    with desk.open() as terminal:
        write_draft(terminal)
        terminal.press("f2")
        terminal.wait_for("type to narrow the list")
        terminal.signal(signal.SIGTERM)
        assert terminal.wait_exit(5) == 128 + signal.SIGTERM
        assert restored(terminal)
    with desk.open() as terminal:
        terminal.wait_for("n new")
        terminal.press("n")
        terminal.wait_for(DRAFT)


def test_leaving_by_q_gives_the_terminal_back(desk: Desk) -> None:
    with desk.open() as terminal:
        terminal.wait_for("n new")
        assert not terminal.cooked
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert restored(terminal)
