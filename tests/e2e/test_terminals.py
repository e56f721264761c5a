"""The terminals that must work: each shows the list, takes a prompt, and is left as it was found."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.e2e.desk import Desk, desk_with_simulator
from tests.support.e2e.programs import PATIENCE, PtyTerminal, Terminal, TmuxTerminal, need, program

pytestmark = pytest.mark.e2e

PANE = re.compile(r"▏ ?\S")
RUNNING = re.compile("[○●*o] .*paper")
# a foreground, background or bold colour of any depth
COLOUR = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")
TRUECOLOUR = re.compile(rb"\x1b\[(?:[0-9;]*;)?[34]8;2;")
INDEXED = re.compile(rb"\x1b\[(?:[0-9;]*;)?[34]8;5;(\d+)")
REVERSED = re.compile(rb"\x1b\[(?:[0-9;]*;)?7(?:;[0-9;]*)?m")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One desk with a task under way; every test opens an app of its own there."""
    with desk_with_simulator(tmp_path_factory.mktemp("desk")) as opened:
        opened.create("paper boat [sim:seconds=3600]")
        yield opened


def job(terminal: Terminal) -> None:
    """See the list, open compose, go back, leave."""
    terminal.wait_for(RUNNING)
    terminal.press("n")
    terminal.wait_for("esc back")
    terminal.type("xyzzy 船")
    terminal.wait_for("xyzzy 船")
    terminal.press("f10")
    terminal.wait_gone("esc back")
    terminal.wait_for(RUNNING)


def leave(terminal: PtyTerminal) -> None:
    """Quit, and find the terminal as it was."""
    terminal.press("q")
    assert terminal.wait_exit() == 0
    assert not terminal.emulator.alternate
    assert terminal.cooked
    assert b"Traceback" not in terminal.raw
    # a terminal without an alternate screen is left empty, not with our picture on it
    assert b"\x1b[H\x1b[2J" in terminal.raw[: terminal.raw.rindex(b"\x1b[?1049l")][-120:]


# -- colours ----------------------------------------------------------------------------------------------------


def test_truecolor_where_the_terminal_says_so(desk: Desk) -> None:
    with desk.open(COLORTERM="truecolor") as terminal:
        job(terminal)
        leave(terminal)
        assert TRUECOLOUR.search(terminal.raw)


def test_no_more_than_256_colours_without(desk: Desk) -> None:
    with desk.open() as terminal:
        job(terminal)
        leave(terminal)
        assert not TRUECOLOUR.search(terminal.raw)
        assert INDEXED.search(terminal.raw)


def test_the_linux_console_gets_16_colours_and_signs_its_font_has(desk: Desk) -> None:
    with desk.open(TERM="linux") as terminal:
        terminal.wait_for(RUNNING)
        assert any(row.startswith(" > ") for row in terminal.screen())
        job(terminal)
        leave(terminal)
        assert not TRUECOLOUR.search(terminal.raw)
        assert not INDEXED.search(terminal.raw)


def test_no_color_sends_none_and_the_cursor_row_still_shows(desk: Desk) -> None:
    with desk.open(NO_COLOR="1", COLORTERM="truecolor") as terminal:
        job(terminal)
        assert REVERSED.search(terminal.raw)
        assert any("▌" in row for row in terminal.screen())
        leave(terminal)
        assert not COLOUR.search(terminal.raw)


@pytest.mark.slow
def test_a_c_locale_gets_ascii_only(desk: Desk) -> None:
    with desk.open(LANG="C") as terminal:
        terminal.wait_for(RUNNING)
        terminal.press("n")
        terminal.wait_for("esc back")
        terminal.settle()
        terminal.press("f1")
        terminal.settle()
        terminal.press("escape")
        terminal.settle()
        terminal.press("f10")
        terminal.wait_for("q quit")
        terminal.press("comma")
        terminal.settle()
        terminal.press("escape")
        terminal.settle()
        leave(terminal)
        beyond = sorted(set(terminal.raw.decode("utf-8", "replace")) - set(map(chr, range(128))) - {"船"})
        assert not beyond, "".join(beyond)


def test_a_dumb_terminal_is_refused_in_one_line(desk: Desk) -> None:
    for term in ("dumb", ""):
        with desk.open(TERM=term) as terminal:
            assert terminal.wait_exit() == 2
            (said,) = [row for row in " ".join(terminal.screen()).split("  ") if row.strip()]
            assert said.startswith("qr-tui: this terminal (TERM=dumb)")
            assert b"\x1b" not in terminal.raw


# -- multiplexers -----------------------------------------------------------------------------------------------


def test_inside_tmux(desk: Desk) -> None:
    need("tmux")
    with TmuxTerminal(program(), env=desk.env, options=("-g default-terminal screen-256color",)) as terminal:
        job(terminal)
        terminal.press("y")
        (made,) = desk.simulator.ask("tasks")
        terminal.wait_for(lambda _rows: terminal.buffer() == made["id"])
        terminal.press("q")
        assert terminal.wait_exit() == 0


@pytest.mark.slow
def test_two_clients_of_different_sizes_on_one_tmux(desk: Desk) -> None:
    need("tmux")
    with TmuxTerminal(program(), env=desk.env, options=("-g window-size smallest",)) as inside:
        inside.wait_for(RUNNING)
        large = inside.attach(columns=120, rows=36)
        large.wait_for(RUNNING)
        inside.wait_for(lambda rows: len(rows) == 36)
        inside.wait_for("RECORD")  # the pane of details
        small = inside.attach(columns=60, rows=15)
        inside.wait_for(lambda rows: len(rows) == 15)
        for terminal in (small, large, inside):
            terminal.wait_for(RUNNING)
        small.wait_for(lambda rows: "q quit" in rows[14])
        small.press("n")
        for terminal in (small, large):
            terminal.wait_for("esc back")
        large.press("f10")
        for terminal in (small, large):
            terminal.wait_gone("esc back")
        small.close()
        inside.wait_for(lambda rows: len(rows) == 36)
        large.wait_for("RECORD")
        large.wait_for(RUNNING)
        large.press("q")
        assert inside.wait_exit() == 0


def test_inside_gnu_screen(desk: Desk, tmp_path: Path) -> None:
    need("screen")
    sockets = tmp_path / "s"
    sockets.mkdir(mode=0o700)
    command = ["screen", "-c", "/dev/null", "-U", *program()]
    with PtyTerminal(command, env=desk.env | {"SCREENDIR": str(sockets)}) as terminal:
        job(terminal)
        (made,) = desk.simulator.ask("tasks")
        terminal.press("y")
        terminal.wait_clipboard(made["id"])
        terminal.press("q")
        assert terminal.wait_exit() == 0


# -- sizes ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(("columns", "rows"), [(300, 80), (200, 60), (120, 36), (80, 24), (60, 15), (40, 10)])
def test_sizes(desk: Desk, columns: int, rows: int, language: str) -> None:
    with desk.open(columns=columns, rows=rows, QR_TUI_LANG=language) as terminal:
        shown = terminal.wait_for(lambda rows: any("▌" in row and "paper" in row for row in rows))
        assert len(shown) == rows
        terminal.settle()
        shown = terminal.screen()
        assert shown[0].startswith(" qr-tui")
        assert shown[-1].startswith(" n ")
        assert len([row for row in shown if "▌" in row and "paper" in row]) == 1
        pane = any(PANE.search(row) for row in shown)
        assert pane is (columns >= 120)
        terminal.press("n")
        terminal.wait_for(lambda rows: rows[-1].startswith(" ctrl+g "))
        terminal.type("xyzzy 船")
        terminal.wait_for("xyzzy 船")
        terminal.press("f10")
        terminal.wait_for(lambda rows: rows[-1].startswith(" n "))
        leave(terminal)


def test_too_small_says_what_is_needed(desk: Desk) -> None:
    with desk.open(columns=39, rows=9) as terminal:
        terminal.wait_for("40×10 needed, is 39×9")
        terminal.settle()
        assert [row for row in terminal.screen() if row] == ["40×10 needed, is 39×9"]
        terminal.resize(80, 24)
        terminal.wait_for(RUNNING)
        terminal.wait_gone("needed")
        terminal.resize(39, 9)
        terminal.wait_for("40×10 needed")
        leave(terminal)


@pytest.mark.slow
def test_resizing_while_looking(desk: Desk) -> None:
    with desk.open() as terminal:
        terminal.wait_for(RUNNING)
        (made,) = desk.simulator.ask("tasks")
        sizes = [(200, 60), (60, 15), (39, 9), (120, 36), (40, 10), (130, 20), (80, 24)]
        before, looked = queries(desk), 0
        end = time.monotonic() + PATIENCE
        while looked < 3 and time.monotonic() < end:
            for columns, rows in sizes:
                terminal.resize(columns, rows)
                terminal.settle(0.02)
            looked = queries(desk) - before
        assert looked >= 3
        assert len(terminal.screen()) == 24
        desk.simulator.ask(f"tasks/{made['id']}", {"progress": 0.41}, method="POST")
        shown = terminal.wait_for(lambda rows: any("41%" in row and "paper" in row for row in rows))
        assert shown[0].startswith(" qr-tui")
        assert shown[-1].startswith(" n new") and shown[-1].rstrip().endswith("q quit")
        assert sum("paper" in row for row in shown) == 1
        assert "40×10" not in "\n".join(shown)
        leave(terminal)


def queries(desk: Desk) -> int:
    """Return how many looks the provider has received."""
    return int(desk.simulator.ask("stats")["requests"].get("query", 0))
