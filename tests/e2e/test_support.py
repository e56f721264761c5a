"""The kit itself, on small programs: a kit that sees what is not there would prove nothing."""

import base64
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.e2e.emulator import Emulator
from tests.support.e2e.programs import (
    NotSeen,
    PtyTerminal,
    Sshd,
    TmuxTerminal,
    clean_env,
    drop_line,
    need,
    start_simulator,
    wait_gone,
    why_no_sshd,
)

pytestmark = pytest.mark.e2e

# Says what it reads, key by key, and its size; q ends it with status 7.
ECHO = r"""
import os, signal, sys, termios, tty
old = termios.tcgetattr(0)
tty.setcbreak(0)
def size(*_):
    columns, rows = os.get_terminal_size(0)
    print(f"size {columns}x{rows}", flush=True)
signal.signal(signal.SIGWINCH, size)
size()
print("\x1b[?2004hready 一只", flush=True)
while True:
    try:
        data = os.read(0, 4096)
    except InterruptedError:
        continue
    if data == b"q":
        termios.tcsetattr(0, termios.TCSANOW, old)
        sys.exit(7)
    print("read", ascii(data.decode()), flush=True)
"""


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    return clean_env(tmp_path / "home")


@pytest.fixture
def echo(tmp_path: Path) -> list[str]:
    file = tmp_path / "echo.py"
    file.write_text(ECHO)
    return [sys.executable, "-u", str(file)]


@pytest.fixture(params=["pty", "tmux"])
def terminal(
    request: pytest.FixtureRequest, echo: list[str], env: dict[str, str]
) -> Iterator[PtyTerminal | TmuxTerminal]:
    if request.param == "tmux":
        need("tmux")
    kind = PtyTerminal if request.param == "pty" else TmuxTerminal
    with kind(echo, env=env, columns=70, rows=20) as opened:
        opened.wait_for("ready 一只")
        yield opened


# -- the emulator -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 2, 3, 1000])
def test_sequences_cut_anywhere_are_told_from_text(step: int) -> None:
    emulator = Emulator(40, 5)
    data = (
        b"a\x1b]52;c;aGVsbG8=\x07b\x1b]2;title\x1b\\c\x1bPtmux;\x1b\x1b]9;x\x07\x1b\\d\x1b[>1u\x1b[?2026$pe"
        b"\x1b[22;2tf\x1bkname\x1b\\g\x1b[?1049h\x1b[31mh\x07" + "纸".encode()
    )
    for at in range(0, len(data), step):
        emulator.feed(data[at : at + step])
    assert emulator.rows()[0].startswith("abcdefgh纸")
    assert emulator.osc == ["52;c;aGVsbG8=", "2;title"]
    assert emulator.dcs == ["tmux;\x1b\x1b]9;x\x07"]
    assert (emulator.clipboard, emulator.title, emulator.alternate) == ("hello", "title", True)
    assert emulator.bells == 1
    assert bytes(emulator.raw) == data


def test_half_of_an_overwritten_wide_character_is_blank() -> None:
    emulator = Emulator(10, 2)
    emulator.feed("纸船雨x\x1b[1;1Ha\x1b[1;4Hb".encode())
    assert emulator.rows() == ["a  b雨x", ""]


def test_without_a_copy_there_is_no_clipboard() -> None:
    emulator = Emulator(10, 2)
    emulator.feed(b"\x1b]2;52;c;aGk=\x07")
    assert emulator.clipboard is None


# -- both kinds of terminal -------------------------------------------------------------------------------------


def test_what_is_typed_arrives_and_shows(terminal: PtyTerminal | TmuxTerminal) -> None:
    terminal.wait_for("size 70x20")
    terminal.type("abc 纸")
    terminal.wait_for(lambda rows: "abc" in "".join(re.findall(r"read '([^']*)'", "\n".join(rows))))
    assert "ready 一只" in terminal.text


@pytest.mark.parametrize(
    ("key", "bytes_"),
    [
        ("enter", "\\n"),
        ("tab", "\\t"),
        ("f3", "\\x1bOR"),
        ("f9", "\\x1b[20~"),
        ("ctrl+g", "\\x07"),
        ("up", "\\x1b[A"),
        ("pagedown", "\\x1b[6~"),
        ("shift+tab", "\\x1b[Z"),
        ("question_mark", "?"),
        ("G", "G"),
        ("backspace", "\\x7f"),
    ],
)
def test_keys_arrive_as_a_terminal_sends_them(terminal: PtyTerminal | TmuxTerminal, key: str, bytes_: str) -> None:
    terminal.press(key)
    terminal.wait_for(f"read '{bytes_}'")


def test_a_paste_is_bracketed_where_it_was_asked_for(terminal: PtyTerminal | TmuxTerminal) -> None:
    terminal.paste("one\ntwo")
    terminal.wait_for(re.compile(r"x1b\[200~one\\[nr]two\\x1b\[201~"))


def test_a_resize_reaches_the_program(terminal: PtyTerminal | TmuxTerminal) -> None:
    terminal.resize(50, 12)
    terminal.wait_for("size 50x12")
    assert len(terminal.screen()) == 12


def test_the_exit_status_is_the_programs(terminal: PtyTerminal | TmuxTerminal) -> None:
    assert terminal.exit_status is None
    terminal.press("q")
    assert terminal.wait_exit() == 7


def test_what_never_shows_is_an_error_with_the_screen_in_it(terminal: PtyTerminal | TmuxTerminal) -> None:
    with pytest.raises(NotSeen, match=r"ready 一只"):
        terminal.wait_for("nothing of the kind", timeout=0.2)


def test_waiting_ends_when_the_program_does(terminal: PtyTerminal | TmuxTerminal) -> None:
    terminal.press("q")
    with pytest.raises(NotSeen, match="ended"):
        terminal.wait_for("nothing of the kind", timeout=60)


def test_a_hangup_takes_the_program_down(terminal: PtyTerminal | TmuxTerminal) -> None:
    pid = terminal.pid
    terminal.hangup()
    if isinstance(terminal, PtyTerminal):
        # by the signal, or by the read that fails before it comes
        assert terminal.wait_exit(5) in (-signal.SIGHUP, 1)
    wait_gone(pid, 5)


# -- what only one of them has ----------------------------------------------------------------------------------


def test_a_pty_counts_bytes_and_takes_signals(echo: list[str], env: dict[str, str]) -> None:
    with PtyTerminal(echo, env=env) as opened:
        opened.wait_for("ready")
        before = opened.settle()
        opened.press("x")
        opened.wait_for("read 'x'")
        assert opened.settle() > before
        assert b"read 'x'" in opened.raw[before:]
        opened.signal(signal.SIGTERM)
        assert opened.wait_exit() == -signal.SIGTERM


def test_a_program_that_is_not_there_says_so(env: dict[str, str]) -> None:
    with PtyTerminal(["no-such-program"], env=env) as opened:
        assert opened.wait_exit() == 127
        assert "cannot start no-such-program" in opened.text


def test_the_environment_is_clean(env: dict[str, str]) -> None:
    assert not {"DISPLAY", "WAYLAND_DISPLAY", "TMUX", "SSH_CONNECTION", "NO_COLOR"} & env.keys()
    with PtyTerminal(["/usr/bin/env"], env=env, columns=200, rows=60) as opened:
        opened.wait_exit()
        names = {row.partition("=")[0] for row in opened.screen() if "=" in row}
        assert names <= env.keys() | {"_", "PWD", "SHLVL"}


def test_a_copy_in_tmux_reaches_the_terminal_that_is_attached(env: dict[str, str]) -> None:
    need("tmux")
    with TmuxTerminal(["cat"], env=env) as inside:
        outside = inside.attach()
        inside.type("hello")
        outside.wait_for("hello")
        inside.command("load-buffer", "-w", "-", text="sora-2:task_1\n一只")
        assert inside.buffer() == "sora-2:task_1\n一只"
        outside.wait_clipboard("sora-2:task_1\n一只")


# -- the clipboard of the app, for real -------------------------------------------------------------------------

COPY = """
import asyncio, sys
from pathlib import Path
from qr_tui.terminal.clipboard import Clipboard
from qr_tui.terminal.detect import detect
def write(text):
    sys.stdout.write(text)
    sys.stdout.flush()
copied = asyncio.run(Clipboard(detect(), Path(sys.argv[1]), write).copy("sora-2:task_1 纸"))
print(copied.summary("it"), "/", copied.hint, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def copier(tmp_path: Path) -> list[str]:
    file = tmp_path / "copier.py"
    file.write_text(COPY)
    return [sys.executable, str(file), str(tmp_path / "state" / "clipboard.txt")]


def test_osc_52_arrives_in_the_terminal(copier: list[str], env: dict[str, str]) -> None:
    with PtyTerminal(copier, env=env) as opened:
        opened.wait_clipboard("sora-2:task_1 纸")
        opened.wait_for("it → sent to your terminal")


def test_inside_tmux_the_buffer_and_the_attached_terminal_have_it(copier: list[str], env: dict[str, str]) -> None:
    need("tmux")
    with TmuxTerminal(["cat"], env=env) as inside:
        outside = inside.attach()
        inside.run(copier)
        inside.wait_for("copied it → tmux buffer and terminal")
        outside.wait_clipboard("sora-2:task_1 纸")
        assert inside.buffer() == "sora-2:task_1 纸"


def test_a_terminal_tmux_knows_no_clipboard_of_is_not_claimed(copier: list[str], env: dict[str, str]) -> None:
    need("tmux")
    with TmuxTerminal(["cat"], env=env) as inside:
        outside = inside.attach(term="linux")
        inside.run(copier)
        inside.wait_for("copied it → tmux buffer only")
        inside.wait_for("a terminal called linux")
        assert outside.emulator.clipboard is None


def test_gnu_screen_passes_it_on(copier: list[str], env: dict[str, str], tmp_path: Path) -> None:
    need("screen")
    sockets = tmp_path / "s"
    sockets.mkdir(mode=0o700)
    command = ["screen", "-c", "/dev/null", "-U", *copier]
    with PtyTerminal(command, env={**env, "SCREENDIR": str(sockets)}) as opened:
        opened.wait_clipboard("sora-2:task_1 纸")
        opened.send(b"\r")  # screen outlives its terminal, but not what runs in it
        opened.wait_exit()


# -- ssh --------------------------------------------------------------------------------------------------------


def test_a_login_over_a_real_sshd(echo: list[str], copier: list[str], env: dict[str, str], tmp_path: Path) -> None:
    if reason := why_no_sshd():
        pytest.skip(reason)
    report = tmp_path / "report"
    with Sshd(tmp_path / "sshd") as server:
        there = {"REPORT": str(report), "QR_TUI_HOME": env["QR_TUI_HOME"]}
        with server.login(copier, env=env, there=there) as line:
            line.wait_clipboard("sora-2:task_1 纸")
            line.wait_for("sent to your terminal")
        script = "import os; open(os.environ['REPORT'], 'w').write(str(os.getpid()) + ' ' + os.environ['SSH_TTY'])\n"
        Path(echo[-1]).write_text(script + ECHO)
        with server.login(echo, env=env, there=there, columns=90, rows=30) as line:
            line.wait_for("size 90x30")
            line.resize(60, 20)
            line.wait_for("size 60x20")
            pid = int(report.read_text().split()[0])
            drop_line(line)
            wait_gone(pid, 5)


# -- the simulator ----------------------------------------------------------------------------------------------


def test_the_simulator_answers_and_counts(env: dict[str, str]) -> None:
    with start_simulator("--speed", "50", env=env) as simulator:
        assert simulator.url.startswith("http://127.0.0.1:")
        assert simulator.ask("tasks") == []
        pid = simulator.process.pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_base64_of_the_clipboard_is_exact() -> None:
    emulator = Emulator(10, 2)
    emulator.feed(b"\x1b]52;;" + base64.b64encode("纸\n".encode()) + b"\x1b\\")
    assert emulator.clipboard == "纸\n"
