"""What the terminal sends besides keys, fed to the real program: nothing of it is a command, and nothing of it pays."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.e2e.desk import Desk, desk_with_simulator
from tests.support.e2e.programs import PATIENCE, PtyTerminal, clean_env, program

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CASES = Path(__file__).parents[1] / "ui" / "textual_fixes" / "cases"
COLOUR_REPLY = b"\x1b]11;rgb:1c1c/1c1c/1c1c\x07"  # it ends in the byte of ctrl+g, which pays
REPLIES = [
    COLOUR_REPLY,
    b"\x1b]10;rgb:ff/ff/ff\x1b\\",
    *(file.read_bytes() for file in sorted(CASES.glob("[kl]*.bin"))),
    b"\x1b[?1u",
    b"\x1b[13;1R",
    b"\x1b[<0;5;5M\x1b[<0;5;5m",
]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_with_simulator(tmp_path, "--speed", "0.01") as desk:
        yield desk


def answer(terminal: PtyTerminal, *replies: bytes) -> None:
    """Send replies as a slow line does: cut in the middle."""
    for reply in replies:
        for piece in (reply[: len(reply) // 2], reply[len(reply) // 2 :]):
            terminal.send(piece)
            time.sleep(0.15)  # the pause itself is what is tested


def test_replies_pay_nothing_in_the_form_and_in_a_paying_question(desk: Desk) -> None:
    with desk.open() as terminal:
        terminal.wait_for("No videos yet")
        terminal.press("n")
        terminal.wait_for("0 characters")
        terminal.type("a paper boat")
        terminal.wait_for("12 characters")
        answer(terminal, *REPLIES)
        terminal.settle()
        assert desk.posts() == {}
        terminal.press("ctrl+g")
        terminal.wait_for("1 total")
        # the same again within ten seconds asks, and the answer pays
        terminal.press("n")
        terminal.wait_for("0 characters")
        terminal.type("a paper boat")
        terminal.wait_for("12 characters")
        terminal.press("ctrl+g")
        terminal.wait_for("a moment ago")
        time.sleep(0.9)  # from here on a paying key would count
        answer(terminal, *REPLIES)
        terminal.settle()
        terminal.wait_for("a moment ago")
        assert desk.posts() == {"a paper boat": 1}
        terminal.press("escape")


def test_replies_pay_nothing_in_the_other_questions_that_lead_to_a_video(tmp_path: Path) -> None:
    # the first answer is lost, the second video fails
    with desk_with_simulator(tmp_path, "--speed", "50", "--fault", "create:reset:1") as desk, desk.open() as terminal:
        for words, sign in (("a lost boat", "answer lost"), ("a bad boat [sim:policy]", "✗ policy")):
            terminal.wait_for(re.compile("^ n ", re.M))
            terminal.press("n")
            terminal.wait_for("0 characters")
            terminal.type(words)
            terminal.wait_for(f"{len(words)} characters")
            terminal.press("ctrl+g")
            terminal.wait_for(sign, 40)
        before = desk.posts()
        for keys, question in ((("g", "R"), "Make this video again?"), (("G", "a", "2"), "sends it again")):
            terminal.press(*keys)
            terminal.wait_for(question)
            time.sleep(0.9)  # from here on a paying key would count
            answer(terminal, *REPLIES)
            terminal.settle()
            terminal.wait_for(question)
            assert desk.posts() == before
            terminal.press("escape")
            terminal.wait_gone(question)


def test_replies_run_no_command_of_the_list(desk: Desk) -> None:
    desk.create("a paper boat", "a tin robot")
    with desk.open() as terminal:
        terminal.wait_for("a tin robot")
        before = [task["status"] for task in desk.tasks()]
        answer(terminal, *REPLIES)
        terminal.settle()
        terminal.wait_for("a tin robot")
        terminal.wait_for("2 total")
        assert [task["status"] for task in desk.tasks()] == before
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_bytes_of_another_encoding_do_not_end_the_keyboard(tmp_path: Path) -> None:
    env = clean_env(tmp_path / "home", url="http://127.0.0.1:9")
    with PtyTerminal(program(), env=env) as terminal:
        terminal.wait_for("No videos yet")
        terminal.press("n")
        terminal.wait_for("0 characters")
        terminal.send("café".encode("latin-1") + b" noir")
        terminal.wait_for("9 characters")
        terminal.wait_for("noir")


def test_text_pasted_without_brackets_keeps_its_lines(tmp_path: Path) -> None:
    env = clean_env(tmp_path / "home", url="http://127.0.0.1:9")
    with PtyTerminal(program(), env=env) as terminal:
        terminal.wait_for("No videos yet")
        terminal.press("n")
        terminal.wait_for("0 characters")
        terminal.send(b"one\ntwo")
        terminal.wait_for("7 characters")
        rows = terminal.screen()
        first = next(at for at, row in enumerate(rows) if "one" in row)
        assert "two" in rows[first + 1]


def test_answers_that_are_on_their_way_when_the_app_ends_do_not_reach_the_shell(tmp_path: Path) -> None:
    env = clean_env(tmp_path / "home", url="http://127.0.0.1:9")
    script = "stty -echo; " + " ".join(program()) + "; IFS= read -r rest; printf 'left: <%s>' \"$rest\""
    with PtyTerminal(["/bin/sh", "-c", script], env=env) as terminal:
        terminal.wait_for("No videos yet")
        terminal.press("q")
        terminal.send(b"\x1b[?2026;2$y")
        time.sleep(0.1)  # a line of that delay
        terminal.send(b"\x1b[?2048;0$y")
        end = time.monotonic() + PATIENCE
        while not terminal.cooked and time.monotonic() < end:
            time.sleep(0.05)
            terminal.send(b"")
        terminal.send(b"\n")
        terminal.wait_for("left: <>")


def test_key_modes_that_an_editor_left_on_are_put_off(tmp_path: Path) -> None:
    editor = tmp_path / "ed"
    editor.write_text("#!/bin/sh\nprintf '\\033[>4;2m\\033[?1000h\\033[?1006h'\nprintf ' edited' >> \"$1\"\n")
    editor.chmod(0o755)
    env = clean_env(tmp_path / "home", url="http://127.0.0.1:9", EDITOR=str(editor))
    with PtyTerminal(program(), env=env) as terminal:
        terminal.wait_for("No videos yet")
        terminal.press("n")
        terminal.wait_for("0 characters")
        terminal.type("a paper boat")
        terminal.wait_for("12 characters")
        terminal.press("ctrl+e")
        terminal.wait_for("19 characters")
        behind = terminal.raw.rsplit(b"\x1b[>4;2m", 1)[1]
        assert b"\x1b[>4m" in behind
        assert b"\x1b[?1000l" in behind
        assert b"\x1b[=0u" in behind
