from collections.abc import Mapping

import pytest

from qr_tui.terminal.detect import Terminal, detect, is_dumb, kind_of, multiplexer_of

UTF8 = {"LANG": "en_US.UTF-8"}


def at(env: Mapping[str, str], *, platform: str = "linux", tty: bool = True) -> Terminal:
    return detect(env, size=(80, 24), tty=tty, platform=platform)


@pytest.mark.parametrize(
    ("env", "kind"),
    [
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"}, "kitty"),
        ({"TERM": "xterm-ghostty"}, "ghostty"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"}, "wezterm"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "iterm2"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, "iterm2"),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "something"}, "xterm"),
        ({"TERM": "foot"}, "foot"),
        ({"TERM": "alacritty"}, "alacritty"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "vte"),
        ({"TERM": "xterm-256color", "KONSOLE_VERSION": "240800"}, "konsole"),
        ({"TERM": "xterm-256color", "WT_SESSION": "x"}, "windows-terminal"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, "apple"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "vscode"}, "vscode"),
        ({"TERM": "linux"}, "linux"),
        # the console is the console, whatever the shell that started it left behind
        ({"TERM": "linux", "VTE_VERSION": "7600"}, "linux"),
        # TERM travels over SSH; a mark of an outer shell does not overrule it
        ({"TERM": "xterm-kitty", "VTE_VERSION": "7600"}, "kitty"),
        ({"TERM": "rxvt-unicode-256color"}, "rxvt"),
        ({"TERM": "xterm-256color"}, "xterm"),
        ({"TERM": "vt100"}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_the_kind_is_told_from_the_environment(env: dict[str, str], kind: str) -> None:
    assert at(env).kind == kind


def test_inside_tmux_marks_of_the_terminal_that_started_the_server_mean_nothing() -> None:
    terminal = at({"TERM": "tmux-256color", "TMUX": "/tmp/x,1,0", "KITTY_WINDOW_ID": "1"})
    assert (terminal.kind, terminal.multiplexer, terminal.local_multiplexer) == ("tmux", "tmux", "")


def test_inside_screen() -> None:
    assert at({"TERM": "screen.xterm-256color", "STY": "1.pts"}).multiplexer == "screen"


def test_screen_inside_tmux_and_tmux_inside_screen() -> None:
    both = {"TMUX": "/tmp/x,1,0", "STY": "1.pts"}
    assert at({**both, "TERM": "screen.tmux-256color"}).multiplexer == "screen"
    assert at({**both, "TERM": "tmux-256color"}).multiplexer == "tmux"


@pytest.mark.parametrize(
    ("term", "found"),
    [("tmux-256color", "tmux"), ("screen-256color", "tmux"), ("screen", "screen"), ("xterm-256color", "")],
)
def test_a_multiplexer_on_the_persons_side_shows_in_term(term: str, found: str) -> None:
    assert multiplexer_of(term) == found
    assert at({"TERM": term, "SSH_TTY": "/dev/pts/1"}).local_multiplexer == found


@pytest.mark.parametrize(
    ("env", "colours"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit"}, "truecolor"),
        ({"TERM": "xterm-direct"}, "truecolor"),
        ({"TERM": "xterm-kitty"}, "truecolor"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "screen-256color"}, "256"),
        ({"TERM": "xterm"}, "16"),
        ({"TERM": "linux"}, "16"),
        ({"TERM": "vt100"}, "mono"),
        ({"TERM": "dumb"}, "mono"),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "mono"),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
    ],
)
def test_colours(env: dict[str, str], colours: str) -> None:
    assert at(env).colours == colours


@pytest.mark.parametrize(
    ("env", "utf8"),
    [
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "C.utf8"}, True),
        ({"LANG": "en_US.ISO-8859-1"}, False),
        ({"LANG": "C"}, False),
        ({}, False),
        ({"LC_ALL": "C", "LANG": "en_US.UTF-8"}, False),
        ({"LC_CTYPE": "en_US.UTF-8", "LANG": "C"}, True),
        # what Python leaves behind when it was started under LANG=C
        ({"LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),
        ({"LC_CTYPE": "C.UTF-8", "LANG": "de_DE.UTF-8"}, True),
    ],
)
def test_utf8_is_what_the_locale_promises(env: dict[str, str], utf8: bool) -> None:
    assert at({"TERM": "xterm", **env}).utf8 is utf8


def test_glyphs_are_ascii_without_utf8_and_on_the_console() -> None:
    assert at({"TERM": "xterm", **UTF8}).glyphs == "unicode"
    assert at({"TERM": "xterm", "LANG": "C"}).glyphs == "ascii"
    assert at({"TERM": "linux", **UTF8}).glyphs == "ascii"


def test_a_display_is_a_desktop_or_a_mac_or_a_windows_below() -> None:
    assert not at({"TERM": "xterm"}).display
    assert at({"TERM": "xterm", "DISPLAY": ":0"}).display
    assert at({"TERM": "xterm", "WAYLAND_DISPLAY": "wayland-0"}).display
    assert at({"TERM": "xterm", "WSL_INTEROP": "/run/x"}).display
    assert at({"TERM": "xterm"}, platform="darwin").display


def test_ssh_and_dumb() -> None:
    assert at({"TERM": "xterm", "SSH_CONNECTION": "1 2 3 4"}).ssh
    assert not at({"TERM": "xterm"}).ssh
    assert at({"TERM": "dumb"}).dumb
    assert at({}).dumb
    assert not at({"TERM": "xterm"}).dumb


def test_the_key_is_not_in_the_environment_that_helpers_get() -> None:
    terminal = at({"TERM": "xterm", "QUICKROUTER_API_KEY": "sk-very-secret"})
    assert "sk-very-secret" not in terminal.env.values()
    assert "sk-very-secret" not in repr(terminal)


@pytest.mark.parametrize(
    ("term", "answer", "kind"),
    [
        ("xterm-256color", "kitty(0.35.2)", "kitty"),
        ("xterm-256color", "XTerm(390)", "xterm"),
        ("xterm-256color", "VTE(7600)", "vte"),
        ("xterm-256color", "tmux 3.3a", "tmux"),
        ("xterm-kitty", "", "kitty"),
        ("screen-256color", "", "tmux"),
    ],
)
def test_what_is_outside_tmux_is_told_from_its_answer(term: str, answer: str, kind: str) -> None:
    assert kind_of(term, answer) == kind


@pytest.mark.parametrize(("term", "dumb"), [("", True), ("dumb", True), ("unknown", True), ("xterm", False)])
def test_a_dumb_terminal_is_told_by_its_name(term: str, dumb: bool) -> None:
    assert is_dumb({"TERM": term}) is detect({"TERM": term}).dumb is dumb
    assert (detect({"TERM": term}).colours == "mono") is dumb
