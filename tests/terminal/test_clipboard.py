import asyncio
import base64
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from qr_tui.terminal import clipboard, clipboard_file
from qr_tui.terminal.clipboard import Clipboard, Copied, routes
from qr_tui.terminal.detect import Terminal, detect
from tests.support.fake_programs import put, put_tmux, put_xclip

ID = "sora-2:task_01k9hgcpx"
NOW = 1_770_000_000.0
OSC = f"\x1b]52;c;{base64.b64encode(ID.encode()).decode()}\a"


class Rig:
    """A clipboard over a terminal of the test's making, and the bytes it wrote there."""

    def __init__(self, home: Path, env: Mapping[str, str], *, tty: bool = True) -> None:
        self.bin = home / "bin"
        self.bin.mkdir(exist_ok=True)
        self.file = home / "state" / "clipboard.txt"
        self.written: list[str] = []
        self.env = {"PATH": str(self.bin), "HOME": str(home), "TERM": "xterm-256color", **env}
        self.terminal: Terminal = detect(self.env, size=(80, 24), tty=tty, platform="linux")
        self.clipboard = Clipboard(self.terminal, self.file, self.written.append, clock=lambda: NOW)

    def copy(self, text: str = ID) -> Copied:
        return asyncio.run(self.clipboard.copy(text))

    @property
    def calls(self) -> list[str]:
        return (self.bin / "calls").read_text().splitlines()

    def why(self, name: str) -> tuple[bool, str]:
        route = next(route for route in routes(self.terminal) if route.name == name)
        return route.usable, route.why


# -- the desktop ------------------------------------------------------------------------------------------------


def test_a_desktop_clipboard_is_claimed_only_when_it_was_read_back(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {"DISPLAY": ":0"})
    selection = put_xclip(rig.bin)
    copied = rig.copy("一只纸船 [/b] \x1b[2J")
    assert selection.read_text() == "一只纸船 [/b] \x1b[2J"
    assert copied == Copied(("desktop", "file"), "clipboard", verified=True)
    assert copied.summary(ID) == f"copied {ID} → clipboard"
    assert rig.written == []
    assert rig.why("desktop") == (True, "xclip, as long as the desktop answers")


def test_a_stale_display_falls_through_to_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rig = Rig(tmp_path, {"DISPLAY": ":7"})
    put_xclip(rig.bin, honest=False)
    copied = rig.copy()
    assert copied.routes == ("terminal", "file")
    assert rig.written == [OSC]
    assert capfd.readouterr() == ("", "")  # the helper's complaint is not on the screen


def test_a_helper_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clipboard, "_DESKTOP_SECONDS", 0.3)
    rig = Rig(tmp_path, {"DISPLAY": ":0"})
    put_xclip(rig.bin, stuck=True)
    assert rig.copy().routes == ("terminal", "file")


def test_over_ssh_a_forwarded_display_is_not_used(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "1 2 3 4"})
    selection = put_xclip(rig.bin)
    assert rig.copy().routes == ("terminal", "file")
    assert not selection.exists()
    assert rig.why("desktop") == (False, "over SSH the desktop's clipboard here is not yours")


def test_without_a_helper_or_a_display_doctor_says_so(tmp_path: Path) -> None:
    assert Rig(tmp_path, {"DISPLAY": ":0"}).why("desktop") == (False, "install xclip, xsel or wl-clipboard")
    assert not Rig(tmp_path, {}).why("desktop")[0]


# -- tmux -------------------------------------------------------------------------------------------------------

INSIDE = {"TMUX": "/tmp/none,1,0", "TMUX_PANE": "%0", "TERM": "tmux-256color"}


def test_tmux_takes_it_and_hands_it_on(tmp_path: Path) -> None:
    rig = Rig(tmp_path, INSIDE)
    buffer = put_tmux(rig.bin)
    copied = rig.copy()
    assert buffer.read_text() == ID
    assert "load-buffer -w -" in rig.calls
    assert copied == Copied(("tmux", "terminal", "file"), "tmux buffer and terminal", verified=True)
    assert copied.summary(ID) == f"copied {ID} → tmux buffer and terminal"
    assert copied.summary(ID, ascii_only=True) == f"copied {ID} -> tmux buffer and terminal"
    assert rig.written == []
    assert rig.why("tmux") == (True, "its buffer, and it hands copies to your terminal")


@pytest.mark.parametrize(
    ("features", "clip", "term", "why"),
    [
        ("clipboard,title", "off", "xterm-256color", "tmux's set-clipboard is off"),
        ("title", "external", "linux", "tmux knows no clipboard of a terminal called linux"),
        ("", "external", "", "no terminal is attached"),
    ],
)
def test_when_the_buffer_is_all_it_is_said(tmp_path: Path, features: str, clip: str, term: str, why: str) -> None:
    rig = Rig(tmp_path, INSIDE)
    buffer = put_tmux(rig.bin, features=features, clipboard=clip, term=term)
    copied = rig.copy()
    assert buffer.read_text() == ID
    assert (copied.routes, copied.claim) == (("tmux", "file"), "tmux buffer only")
    assert why in copied.hint
    assert rig.written == []
    assert rig.why("tmux") == (True, f"its buffer only: {why}")
    assert rig.why("terminal")[0] is False


def test_an_old_tmux_gets_a_plain_load_buffer_and_the_terminal_a_wrapped_copy(tmp_path: Path) -> None:
    rig = Rig(tmp_path, INSIDE)
    buffer = put_tmux(rig.bin, version="3.0a", passthrough="", features="")
    copied = rig.copy()
    assert buffer.read_text() == ID
    assert "load-buffer -" in rig.calls
    assert "load-buffer -w -" not in rig.calls
    assert rig.written == ["\x1bPtmux;" + OSC.replace("\x1b", "\x1b\x1b") + "\x1b\\"]
    assert copied.claim == "tmux buffer, and sent to your terminal"


def test_a_newer_tmux_that_lets_sequences_through_is_used_for_a_terminal_it_does_not_know(
    tmp_path: Path,
) -> None:
    rig = Rig(tmp_path, INSIDE)
    put_tmux(rig.bin, features="title", passthrough="on", term="alacritty")
    assert rig.copy().routes == ("tmux", "terminal", "file")
    assert len(rig.written) == 1


def test_tmux_that_does_not_answer_leaves_the_terminal(tmp_path: Path) -> None:
    rig = Rig(tmp_path, INSIDE)
    put(rig.bin, "tmux", "print('no server running', file=sys.stderr); sys.exit(1)")
    copied = rig.copy()
    assert copied.routes == ("terminal", "file")
    assert rig.written[0].startswith(OSC)
    assert rig.why("tmux") == (False, "tmux does not answer")


def test_a_tmux_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qr_tui.terminal.tmux._SECONDS", 0.3)
    rig = Rig(tmp_path, INSIDE)
    put(rig.bin, "tmux", "time.sleep(600)")
    assert rig.copy().routes == ("terminal", "file")


def test_a_session_of_the_desk_that_is_used_over_ssh_now_does_not_use_the_desk(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {**INSIDE, "DISPLAY": ":0"})
    selection = put_xclip(rig.bin)
    put_tmux(rig.bin, ssh="SSH_CONNECTION=10.0.0.1 1 10.0.0.2 22")
    assert rig.copy().routes == ("tmux", "terminal", "file")
    assert not selection.exists()


def test_a_session_of_ssh_that_is_used_at_the_desk_now_uses_the_desk(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {**INSIDE, "DISPLAY": ":0", "SSH_CONNECTION": "1 2 3 4"})
    selection = put_xclip(rig.bin)
    put_tmux(rig.bin, ssh="-SSH_CONNECTION")
    assert rig.copy().claim == "clipboard"
    assert selection.read_text() == ID


def test_tmux_behind_a_tmux_of_the_person_hints_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path, INSIDE)
    put_tmux(rig.bin, term="tmux-256color")
    assert "set -s set-clipboard on" in rig.copy().hint
    assert rig.copy().hint == ""


@pytest.fixture
def real_tmux(tmp_path: Path) -> Iterator[dict[str, str]]:
    if not shutil.which("tmux"):
        pytest.skip("tmux is not installed")
    socket = tmp_path / "socket"
    base = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "HOME": str(tmp_path)}
    command = ["tmux", "-S", str(socket), "-f", "/dev/null"]
    subprocess.run([*command, "new-session", "-d", "sleep 60"], env=base, check=True)
    words = "#{socket_path},#{pid},0|#{pane_id}"
    said = subprocess.run(
        [*command, "display-message", "-p", words], env=base, check=True, capture_output=True, text=True
    ).stdout.strip()
    inside, pane = said.split("|")
    yield {**base, "TMUX": inside, "TMUX_PANE": pane, "TERM": "tmux-256color"}
    subprocess.run([*command, "kill-server"], env=base, check=False, capture_output=True)


def test_a_real_tmux_holds_exactly_the_text_and_nobody_is_attached(tmp_path: Path, real_tmux: dict[str, str]) -> None:
    rig = Rig(tmp_path, real_tmux)
    text = f"{ID}\n一只纸船 #{{pane_id}} \x1b[31m"
    copied = rig.copy(text)
    shown = subprocess.run(["tmux", "show-buffer"], env=rig.terminal.env, capture_output=True, check=True).stdout
    assert shown.decode() == text
    assert copied.claim == "tmux buffer only"
    assert "no terminal is attached" in copied.hint


# -- OSC 52 -----------------------------------------------------------------------------------------------------


def test_elsewhere_it_is_sent_to_the_terminal_and_not_called_copied(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {})
    copied = rig.copy()
    assert rig.written == [OSC]
    assert (copied.routes, copied.verified) == (("terminal", "file"), False)
    assert copied.summary(ID) == f"{ID} → sent to your terminal, which does not answer"


def test_hostile_text_travels_in_base64_only(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {})
    text = "\x1b]52;c;aGk=\a\x1b[2J\x9b31m\x00"
    rig.copy(text)
    (written,) = rig.written
    payload = written.removeprefix("\x1b]52;c;").removesuffix("\a")
    assert payload.isascii()
    assert payload.isprintable()
    assert base64.b64decode(payload).decode() == text


def test_gnu_screen_gets_pieces_it_can_hold(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {"STY": "1.pts", "TERM": "screen.xterm-256color"})
    rig.copy("x" * 3000)
    (written,) = rig.written
    pieces = written.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert len(pieces) > 1
    assert max(map(len, pieces)) <= 250
    whole = "".join(pieces)
    assert whole == f"\x1b]52;c;{base64.b64encode(b'x' * 3000).decode()}\a"


def test_a_tmux_on_the_persons_side_gets_both_forms_and_one_hint(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {"TERM": "tmux-256color", "SSH_TTY": "/dev/pts/3"})
    copied = rig.copy()
    assert rig.written == [OSC + "\x1bPtmux;" + OSC.replace("\x1b", "\x1b\x1b") + "\x1b\\"]
    assert "set -s set-clipboard on" in copied.hint
    assert rig.copy().hint == ""


@pytest.mark.parametrize("term", ["linux", "xterm-256color"])
def test_terminals_without_a_clipboard_leave_the_file(tmp_path: Path, term: str) -> None:
    extra = {} if term == "linux" else {"TERM_PROGRAM": "Apple_Terminal"}
    rig = Rig(tmp_path, {"TERM": term, **extra})
    copied = rig.copy()
    assert rig.written == []
    assert copied.routes == ("file",)
    assert copied.claim.startswith("only in the file")
    assert "Y" in copied.hint
    assert rig.copy().hint == copied.hint  # nothing else worked, so it is said each time
    assert rig.why("terminal")[0] is False


def test_too_long_for_the_terminal_is_said_and_kept_in_the_file(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {})
    copied = rig.copy("x" * 80_000)
    assert rig.written == []
    assert copied.routes == ("file",)
    assert "78.1 KiB are too much" in copied.hint
    assert rig.file.read_text().endswith("x" * 80_000 + "\n")


def test_kitty_takes_more(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {"TERM": "xterm-kitty"})
    assert rig.copy("x" * 80_000).routes == ("terminal", "file")


def test_a_terminal_that_is_gone_is_not_claimed(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {})

    def gone(_text: str) -> None:
        raise OSError(5, "Input/output error")

    copied = asyncio.run(Clipboard(rig.terminal, rig.file, gone).copy(ID))
    assert copied.routes == ("file",)


def test_nothing_is_written_where_output_is_no_terminal(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {}, tty=False)
    assert rig.copy().routes == ("file",)
    assert rig.written == []


def test_copying_nothing_says_so(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {})
    assert rig.copy("").summary("link") == "link was not copied: there is nothing to copy"
    assert not rig.file.exists()


def test_a_hostile_name_in_the_toast_is_inert_and_short(tmp_path: Path) -> None:
    line = Rig(tmp_path, {}).copy().summary("\x1b]0;x\a" + "紙" * 100)
    assert "\x1b" not in line
    assert "\a" not in line
    assert "紙" * 20 not in line


# -- the file ---------------------------------------------------------------------------------------------------


def test_each_copy_is_an_entry_of_the_file_for_this_user_alone(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {})
    rig.copy("one")
    rig.copy("two\nthree")
    assert rig.file.read_text() == ("# copied 2026-02-02T02:40:00Z\none\n# copied 2026-02-02T02:40:00Z\ntwo\nthree\n")
    assert stat.S_IMODE(rig.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(rig.file.parent.stat().st_mode) == 0o700


def test_the_file_may_be_shown_on_a_terminal(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {})
    rig.copy("a\x1b]52;c;eA==\a\x9b2Jb\tc")
    assert rig.file.read_text().splitlines()[1] == "a·]52;c;eA==··2Jb\tc"


def test_the_file_turns_no_text_around_and_leaves_honest_text_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "clipboard.txt"
    honest = "a\u200db\u200c \u200fשלום 纸船"
    clipboard_file.append(file, f"{honest}\n\u202eevil\u2066\u200b\ufeff\U000e0041.", NOW)
    assert file.read_text().splitlines()[1:] == [honest, "·evil····."]


def test_the_file_stays_bounded_and_keeps_the_newest_whole(tmp_path: Path) -> None:
    file = tmp_path / "state" / "clipboard.txt"
    for number in range(40):
        assert clipboard_file.append(file, f"{number} " + "x" * 10_000, NOW) == (True, "")
        assert file.stat().st_size <= clipboard_file.MOST_BYTES
    lines = file.read_text().splitlines()
    assert lines[0].startswith("# copied ")
    assert lines[-1].startswith("39 ")
    assert len(lines) > 10


def test_one_copy_larger_than_the_bound_is_kept_alone(tmp_path: Path) -> None:
    file = tmp_path / "clipboard.txt"
    clipboard_file.append(file, "old", NOW)
    clipboard_file.append(file, "x" * (clipboard_file.MOST_BYTES + 1), NOW)
    assert "old" not in file.read_text()
    assert "x" * (clipboard_file.MOST_BYTES + 1) in file.read_text()


def test_a_link_in_the_files_place_is_not_followed(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {})
    target = tmp_path / "precious"
    target.write_text("precious")
    rig.file.parent.mkdir()
    rig.file.symlink_to(target)
    copied = rig.copy()
    assert copied.routes == ("terminal",)
    assert target.read_text() == "precious"


def test_when_nothing_takes_it_the_reason_is_said(tmp_path: Path) -> None:
    rig = Rig(tmp_path, {"TERM": "linux"})
    rig.file.mkdir(parents=True)
    copied = rig.copy()
    assert copied.routes == ()
    assert "clipboard.txt cannot be written" in copied.summary(ID)
