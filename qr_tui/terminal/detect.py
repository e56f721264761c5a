"""What this terminal is: its kind, size, colours and encoding, and what stands between it and the person."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from qr_tui.core.environment import API_KEY

Colours = Literal["truecolor", "256", "16", "mono"]
Multiplexer = Literal["", "tmux", "screen"]

# the smallest terminal that the app can be shown on, in cells
LEAST_COLUMNS: Final = 40
LEAST_ROWS: Final = 10

# By the value of TERM: it travels over SSH, so it is believed first.
_BY_TERM: Final = {
    "xterm-kitty": "kitty",
    "xterm-ghostty": "ghostty",
    "wezterm": "wezterm",
    "foot": "foot",
    "foot-extra": "foot",
    "alacritty": "alacritty",
    "alacritty-direct": "alacritty",
    "linux": "linux",
    "konsole": "konsole",
    "contour": "contour",
    "st": "st",
    "stterm": "st",
    "rxvt": "rxvt",
    "rxvt-unicode": "rxvt",
}
_BY_PROGRAM: Final = {
    "iTerm.app": "iterm2",
    "WezTerm": "wezterm",
    "ghostty": "ghostty",
    "Apple_Terminal": "apple",
    "vscode": "vscode",
    "WarpTerminal": "warp",
}
_BY_VARIABLE: Final = (
    ("LC_TERMINAL", "iterm2"),  # iTerm2 sets it so that it survives SSH
    ("KITTY_WINDOW_ID", "kitty"),
    ("GHOSTTY_RESOURCES_DIR", "ghostty"),
    ("WEZTERM_PANE", "wezterm"),
    ("ITERM_SESSION_ID", "iterm2"),
    ("ALACRITTY_WINDOW_ID", "alacritty"),
    ("WT_SESSION", "windows-terminal"),
    ("KONSOLE_VERSION", "konsole"),
    ("VTE_VERSION", "vte"),
)
# How an attached terminal names itself to tmux (`#{client_termtype}`, an answer to XTVERSION).
_BY_XTVERSION: Final = (
    ("kitty", "kitty"),
    ("ghostty", "ghostty"),
    ("wezterm", "wezterm"),
    ("iterm2", "iterm2"),
    ("foot", "foot"),
    ("konsole", "konsole"),
    ("vte", "vte"),
    ("contour", "contour"),
    ("windows terminal", "windows-terminal"),
    ("tmux", "tmux"),
    ("xterm", "xterm"),
)
_NO_COLOUR_TERMS: Final = frozenset({"vt52", "vt100", "vt102", "vt220", "vt320", "ansi-m", "xterm-mono"})
_TRUECOLOUR_KINDS: Final = frozenset(
    {"kitty", "ghostty", "wezterm", "iterm2", "foot", "alacritty", "contour", "windows-terminal"}
)
# TERM of what cannot move its cursor, or does not say what it is
_DUMB_TERMS: Final = frozenset({"", "dumb", "unknown"})


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal we run in.

    Attributes:
        kind: ``kitty``, ``xterm``, ``linux`` …; ``tmux`` or ``screen`` inside one, ``unknown`` otherwise.
        multiplexer: What we run inside, on this machine.
        local_multiplexer: What the person runs on their own side of an SSH line, as far as TERM tells.
        display: Whether a desktop's clipboard can be reached from here at all.
        env: The environment without the API key: helper programs are started with it.
    """

    term: str
    kind: str
    columns: int
    rows: int
    tty: bool
    utf8: bool
    colours: Colours
    multiplexer: Multiplexer
    local_multiplexer: Multiplexer
    ssh: bool
    display: bool
    env: Mapping[str, str] = field(repr=False, compare=False)

    @property
    def dumb(self) -> bool:
        """Whether it cannot move its cursor, so that no screen can be drawn."""
        return self.term in _DUMB_TERMS

    @property
    def too_small(self) -> bool:
        """Whether the app cannot be shown in it."""
        return self.columns < LEAST_COLUMNS or self.rows < LEAST_ROWS

    @property
    def glyphs(self) -> Literal["unicode", "ascii"]:
        """The glyphs it can certainly show: the Linux console's font has only a few hundred."""
        return "unicode" if self.utf8 and self.kind != "linux" else "ascii"


def detect(
    env: Mapping[str, str] | None = None,
    *,
    size: tuple[int, int] | None = None,
    tty: bool | None = None,
    platform: str = sys.platform,
) -> Terminal:
    """Return what the terminal of this process is; every source can be given, for tests.

    Args:
        env: The environment; this process's own by default.
        size: Columns and rows; asked of the terminal by default.
        tty: Whether output goes to a terminal; asked by default.
        platform: As `sys.platform`.
    """
    given = {name: value for name, value in (os.environ if env is None else env).items() if name != API_KEY}
    term = given.get("TERM", "")
    multiplexer = _multiplexer(given, term)
    ssh = any(given.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    kind = multiplexer or _kind(given, term)
    columns, rows = size or _size()
    return Terminal(
        term=term,
        kind=kind,
        columns=columns,
        rows=rows,
        tty=_is_tty() if tty is None else tty,
        utf8=_utf8(given, platform),
        colours=_colours(given, term, kind),
        multiplexer=multiplexer,
        local_multiplexer="" if multiplexer else multiplexer_of(term),
        ssh=ssh,
        display=_display(given, platform),
        env=given,
    )


def is_dumb(env: Mapping[str, str]) -> bool:
    """Tell whether the terminal that `env` describes cannot move its cursor, so that nothing can be drawn on it."""
    return env.get("TERM", "") in _DUMB_TERMS


def multiplexer_of(term: str) -> Multiplexer:
    """Return the multiplexer that a TERM value gives away; ``screen-256color`` is tmux's default as well."""
    if term.startswith(("tmux", "screen-256color", "screen-bce")):
        return "tmux"
    return "screen" if term.startswith("screen") else ""


def kind_of(term: str, answer: str = "") -> str:
    """Return the kind of a terminal outside a multiplexer, from its TERM and its `answer` to XTVERSION."""
    lower = answer.lower()
    for word, kind in _BY_XTVERSION:
        if word in lower:
            return kind
    return _kind({}, term)


def _multiplexer(env: Mapping[str, str], term: str) -> Multiplexer:
    tmux, screen = bool(env.get("TMUX")), bool(env.get("STY"))
    if tmux and screen:
        # one inside the other: GNU screen names what it runs in after a dot
        return "screen" if term.startswith("screen.") else "tmux"
    return "tmux" if tmux else "screen" if screen else ""


def _kind(env: Mapping[str, str], term: str) -> str:
    base = term.removeprefix("screen.").removesuffix("-256color")
    if base in _BY_TERM:
        return _BY_TERM[base]
    program = env.get("TERM_PROGRAM", "")
    if program in _BY_PROGRAM:
        return _BY_PROGRAM[program]
    for mark, kind in _BY_VARIABLE:
        value = env.get(mark)
        if value and (mark != "LC_TERMINAL" or value == "iTerm2"):
            return kind
    if multiplexer_of(term):
        return multiplexer_of(term)
    return "xterm" if base.startswith("xterm") else "unknown"


def _utf8(env: Mapping[str, str], platform: str) -> bool:
    overall, ctype, lang = (env.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    if not overall and lang in ("", "C", "POSIX") and ctype in ("C.UTF-8", "C.utf8") and platform != "darwin":
        # Python sets LC_CTYPE so when it finds the C locale (PEP 538): the terminal promised nothing
        return False
    word = (overall or ctype or lang).lower()
    return "utf-8" in word or "utf8" in word


def _colours(env: Mapping[str, str], term: str, kind: str) -> Colours:
    if env.get("NO_COLOR") or term in _NO_COLOUR_TERMS or is_dumb(env):
        return "mono"
    if env.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith("-direct"):
        return "truecolor"
    if kind in _TRUECOLOUR_KINDS:
        return "truecolor"
    return "256" if "256color" in term else "16"


def _display(env: Mapping[str, str], platform: str) -> bool:
    if platform in ("darwin", "win32"):
        return True
    return any(env.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_INTEROP", "WSL_DISTRO_NAME"))


def _is_tty() -> bool:
    try:
        return os.isatty(1)
    except OSError:
        return False


def _size() -> tuple[int, int]:
    for stream in (1, 2, 0):
        try:
            columns, rows = os.get_terminal_size(stream)
        except OSError:
            continue
        if columns and rows:
            return columns, rows
    return 80, 24
