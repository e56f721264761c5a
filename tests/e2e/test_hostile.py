"""Text that would take the terminal over: shown everywhere, obeyed nowhere. Judged by the terminal's own bytes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.e2e.desk import Desk, desk_with_simulator
from tests.support.e2e.programs import PtyTerminal, program

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

MARKUP = "[/b] [bold red]boat[/] [@click=app.quit]x"
# clears the screen, sets clipboard and title, asks for an answer, colours by a C1 control, turns the line around
CONTROL = "evil\x1b[2J\x1b]52;c;aG9zdGlsZQ==\x07\x1b]0;evil-title\x07\x1b[6n\x9b31m\u202ekcab\u2066 \u200bend"
AS_CONTROL = (
    b"\x1b[2J",
    b"\x1b]52;c;aG9zdGlsZQ==",
    b"\x1b]0;evil-title",
    b"\x1b]0;title",
    b"\x1b[6n",
    b"\x9b31m",
    "\x9b".encode(),
    "\u202e".encode(),
    "\u2066".encode(),
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_with_simulator(tmp_path) as opened:
        yield opened


def obeyed(terminal: PtyTerminal) -> list[bytes]:
    """Return the hostile sequences that reached the terminal as such."""
    terminal.settle()
    return [sequence for sequence in AS_CONTROL if sequence in terminal.raw]


def test_a_hostile_prompt_and_a_hostile_failure_are_only_shown(desk: Desk) -> None:
    desk.create(f"{CONTROL} [sim:stuck]", f"{MARKUP} [sim:stuck]")
    (failing,) = desk.create("fails [sim:hostile] [sim:fast]")
    with desk.open(columns=110, rows=34) as terminal:
        terminal.wait_for(re.compile("✗ failed .*fails"))
        terminal.wait_for("[/b] [bold")
        terminal.wait_for("evil")
        assert obeyed(terminal) == []

        # the failure's own words, in the details and in the raw answer
        terminal.press("g")
        terminal.wait_for(re.compile("▌ ✗ failed"))
        terminal.press("enter")
        terminal.wait_for("[/b] [bold red]refused")
        terminal.press("w", "G")
        assert obeyed(terminal) == []
        terminal.press("q")
        terminal.wait_for("n new")

        for sign in ("[/b]", "evil"):
            terminal.press("j")
            terminal.wait_for(re.compile(rf"▌.*{re.escape(sign)}"))
            terminal.press("enter")
            terminal.wait_for("REQUEST")
            terminal.wait_for(sign)
            # the copy menu, and the toast that names what was copied
            terminal.press("Y")
            terminal.wait_for("p prompt")
            terminal.press("p")
            terminal.wait_for("sent to your terminal")
            terminal.press("q")
            terminal.wait_gone("REQUEST")
            # a new one that starts from it, with its exact JSON
            terminal.press("e")
            terminal.wait_for("ctrl+g generate")
            terminal.wait_for(sign)
            terminal.press("f9")
            terminal.wait_for("curl --request")
            terminal.press("escape")
            terminal.wait_gone("curl --request")
            terminal.press("f10")
            terminal.wait_for("n new")
            assert obeyed(terminal) == []
        # what was copied is the prompt itself, to the last byte: the person asked for it
        assert (terminal.emulator.clipboard or "").startswith(CONTROL)

        # as a filter, and in the words of a removal
        terminal.press("slash")
        terminal.paste("[/b] \x1b]52;c;aG9zdGlsZQ==\x07 [bold")
        terminal.settle()
        terminal.press("enter")
        assert obeyed(terminal) == []
        assert terminal.emulator.title != "evil-title"
        assert "Traceback" not in terminal.text
        assert terminal.exit_status is None
    assert desk.posts() == {
        f"{CONTROL} [sim:stuck]": 1,
        f"{MARKUP} [sim:stuck]": 1,
        "fails [sim:hostile] [sim:fast]": 1,
    }
    assert failing


@pytest.mark.parametrize("command", ["list", "show"])
def test_the_commands_print_it_inert_on_a_terminal(desk: Desk, command: str) -> None:
    identity, _other = desk.create(f"{CONTROL} [sim:hostile] [sim:fast]", f"{MARKUP} [sim:stuck]")
    watch = PtyTerminal(program("watch", identity), env=desk.env, columns=150, rows=30)
    with watch:
        watch.wait_exit()
        assert obeyed(watch) == []
        assert "]52;c;aG9zdGlsZQ==" in watch.text
    arguments = [command] if command == "list" else [command, identity]
    with PtyTerminal(program(*arguments), env=desk.env, columns=150, rows=50) as terminal:
        assert terminal.wait_exit() == 0
        assert obeyed(terminal) == []
        assert "evil" in terminal.text
        if command == "list":
            assert MARKUP[:20] in terminal.text
        else:
            assert "[/b] [bold red]refused" in terminal.text
