"""The tmux we run inside: what it passes on to the terminal, and its paste buffer. Blocking: call in a thread."""

import re
import shutil
from collections.abc import Mapping
from typing import Final, NamedTuple

from qr_tui.terminal.subprocesses import ProcessResult, run

_SECONDS: Final = 2.0
_FORMAT: Final = "|".join(
    f"#{{{name}}}"
    for name in (
        "version",
        "set-clipboard",
        "allow-passthrough",
        "client_termfeatures",
        "client_termname",
        "client_termtype",
    )
)


class Tmux(NamedTuple):
    """What the tmux server reports about itself and the attached terminal.

    Attributes:
        version: Major and minor; ``(0, 0)`` if it did not say.
        features: Of the attached terminal, as tmux knows them; ``clipboard`` means that it takes copies.
    """

    version: tuple[int, int] = (0, 0)
    set_clipboard: str = ""
    allow_passthrough: str = ""
    features: frozenset[str] = frozenset()
    client_term: str = ""
    client_type: str = ""

    @property
    def forwards_copies(self) -> bool:
        """Whether `load-buffer -w` (3.2 and later) reaches the attached terminal and may."""
        return self.version >= (3, 2) and "clipboard" in self.features and self.set_clipboard != "off"

    @property
    def passes_through(self) -> bool:
        """Whether wrapped sequences reach the terminal: always before 3.3, since then only if configured to."""
        if (0, 0) < self.version < (3, 3):
            return True
        return self.allow_passthrough in ("on", "all", "1", "2")


def query(env: Mapping[str, str]) -> Tmux | None:
    """Return what tmux says, None if it does not answer (a stale TMUX, no tmux program, a server that hangs)."""
    result = _tmux(env, "display-message", "-p", _FORMAT)
    if not result.ok:
        return None
    line = result.out.partition("\n")[0]
    version, clipboard, passthrough, features, term, kind = (*line.split("|", 5), *[""] * 6)[:6]
    return Tmux(
        version=_version(version) or _version(_tmux(env, "-V").out) or (0, 0),
        set_clipboard=clipboard,
        allow_passthrough=passthrough,
        features=frozenset(features.split(",")),
        client_term=term,
        client_type=kind,
    )


def load_buffer(env: Mapping[str, str], text: str, *, forward: bool) -> ProcessResult:
    """Put `text` into a new paste buffer; with `forward` tmux also sends it to the attached terminal."""
    return _tmux(env, "load-buffer", *(("-w",) if forward else ()), "-", text=text)


def over_ssh(env: Mapping[str, str]) -> bool | None:
    """Tell whether the person who attached last came over SSH; None if tmux does not know.

    Our own environment is as old as the pane: a session begun at the desk may by now be used from far away.
    """
    result = _tmux(env, "show-environment", "SSH_CONNECTION")
    if not result.ok:
        return None
    return not result.out.startswith("-")


def _tmux(env: Mapping[str, str], *words: str, text: str = "") -> ProcessResult:
    program = shutil.which("tmux", path=env.get("PATH"))
    if program is None:
        return ProcessResult(None, error="tmux: not found")
    return run([program, *words], env=env, text=text, seconds=_SECONDS)


def _version(words: str) -> tuple[int, int] | None:
    if "openbsd" in words:  # numbered as the system; its tmux is always a recent one
        return (3, 3)
    found = re.search(r"(\d+)\.(\d+)", words)
    return (int(found[1]), int(found[2])) if found else None
