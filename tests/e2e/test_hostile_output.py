"""Hostile words in the notice of a finished task and in what commands print: inert on the terminal, whole in JSON."""

import json
import re
from pathlib import Path

import pytest

from qr_tui.simulator.scenarios import HOSTILE
from tests.support.e2e.programs import PtyTerminal, clean_env, program, start_simulator
from tests.support.e2e.steps import look_often, run

pytestmark = pytest.mark.e2e

# erases the screen, fills the clipboard, rings, colours by a C1 byte, renames the window, turns the line round
PROMPT = "[/b] [bold \x1b[2J\x1b]52;c;c3RvbGVu\x07\x9b31m\x1b]0;owned\x07\u202egnp.exe\u200b [sim:hostile]"
AS_CONTROL = (
    b"\x1b]52;",
    b"\x1b]0;owned",
    b"\x1b]0;title",
    "\x9b".encode(),
    "\u202e".encode(),
    "\u200b".encode(),
)


def obeyed(raw: bytes) -> list[bytes]:
    """Return the hostile sequences that `raw` holds as such."""
    return [sequence for sequence in AS_CONTROL if sequence in raw]


@pytest.mark.parametrize("kind", ["", "iTerm.app", "ghostty"])
def test_the_notice_of_a_failed_task_carries_no_control(tmp_path: Path, kind: str) -> None:
    with start_simulator("--speed", "1") as simulator:
        env = clean_env(tmp_path / "home", url=simulator.url, TERM_PROGRAM=kind)
        look_often(env)
        assert run(env, "create", "-", stdin=PROMPT).returncode == 0
        (created,) = simulator.ask("stats")["creates"]
        assert created["body"]["prompt"] == PROMPT, "the provider gets every byte of it"
        with PtyTerminal(program(), env=env) as terminal:
            terminal.wait_for(re.compile(r"[○●] .*\[/b\]"))
            simulator.ask(f"tasks/{created['id']}", {"status": "failed", "reason": "hostile"})
            terminal.wait_for("✗ failed")
            # what ends within a second is told together: these know notices, the others ring
            if kind:
                terminal.wait_for(lambda _rows: any(text.startswith(("9;", "777;")) for text in terminal.emulator.osc))
                (notice,) = [text for text in terminal.emulator.osc if text.startswith(("9;", "777;"))]
                assert "[/b] [bold" in notice and not re.search(r"[\x00-\x1f\x7f-\x9f]", notice)
            else:
                terminal.wait_for(lambda _rows: terminal.emulator.bells == 1)
            assert obeyed(terminal.raw) == []
            assert terminal.emulator.clipboard is None
            terminal.press("q")
            assert terminal.wait_exit() == 0
            assert obeyed(terminal.raw) == []


def test_commands_print_no_control_and_lose_no_byte(tmp_path: Path) -> None:
    with start_simulator("--speed", "600") as simulator:
        env = clean_env(tmp_path / "home", url=simulator.url)
        look_often(env)
        done = run(env, "create", "-", "--wait", stdin=PROMPT)
        assert done.returncode == 1
        assert not {b"\x1b", b"\x07"} & {bytes([byte]) for byte in done.stdout + done.stderr}
        for arguments in (["list", "--json"], ["export"], ["show", "\x1b]52;c;c3RvbGVu\x07"]):
            with PtyTerminal(program(*arguments), env=env, columns=160, rows=100) as terminal:
                assert terminal.wait_exit() == (2 if arguments[0] == "show" else 0)
                assert obeyed(terminal.raw) == [] and b"\x07" not in terminal.raw
                assert terminal.emulator.osc == []
        (task,) = json.loads(run(env, "list", "--json").stdout)
        assert task["prompt"] == PROMPT, "a program that reads the JSON gets every byte back"
        assert task["failure"]["detail"].startswith(HOSTILE[:20])
