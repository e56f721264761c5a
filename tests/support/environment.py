"""The same environment for every test, whatever the machine, its terminal, its network and its language."""

import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Final

from qr_tui import i18n

# What a person's shell, terminal, desktop and network put there; upper-case patterns, compared without regard to case.
_PERSONAL: Final = (
    *("LANG", "LANGUAGE", "LC_*", "TZ"),
    "*_PROXY",
    *("QUICKROUTER_*", "QR_TUI_*", "_QR_TUI_*"),
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR*", "COLORTERM", "COLORFGBG", "TERM", "TERM_*", "TERMINFO*"),
    *("COLUMNS", "LINES", "TEXTUAL*", "TMUX", "TMUX_PANE", "STY", "SSH_*"),
    *("KITTY_*", "GHOSTTY_*", "WEZTERM_*", "ITERM_*", "ALACRITTY_*", "WT_*", "WSL*", "KONSOLE_*", "VTE_*"),
    *("DISPLAY", "WAYLAND_DISPLAY", "XDG_*", "DBUS_SESSION_BUS_ADDRESS", "EDITOR", "VISUAL", "BROWSER"),
    *("PYTHONUTF8", "PYTHONIOENCODING", "PYTHON_KEYRING_BACKEND", "SSL_CERT_*"),
)
# Said to the tests, not to the program: how long the torture tests run, and where pictures that differ are put.
_KEPT: Final = frozenset({"QR_TUI_TORTURE", "TEXTUAL_SNAPSHOT_TEMPDIR"})
# What is there instead.
FIXED: Final = {"LANG": "C.UTF-8", "TERM": "xterm-256color", "TZ": "UTC"}


def is_personal(name: str) -> bool:
    """Tell whether the variable `name` differs between people and machines and could change what a test sees."""
    upper = name.upper()
    return upper not in _KEPT and any(fnmatchcase(upper, pattern) for pattern in _PERSONAL)


def clean(environ: MutableMapping[str, str]) -> None:
    """Take every personal variable out of `environ` and put in what the tests count on."""
    for name in [name for name in environ if is_personal(name)]:
        del environ[name]
    environ.update(FIXED)


@contextmanager
def isolated(environ: MutableMapping[str, str]) -> Iterator[None]:
    """Run with a clean environment, UTC and English; afterwards `environ` is as it was before.

    Args:
        environ: The process's own environment: the time zone is read from it by the C library.
    """
    before = dict(environ)
    clean(environ)
    time.tzset()
    i18n.install("en")
    try:
        yield
    finally:
        for name in environ.keys() - before.keys():
            del environ[name]
        environ.update(before)
        time.tzset()
        i18n.install("en")
