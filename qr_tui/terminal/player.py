"""Playing a film in the person's own player: in a window where there is a desktop, else in the terminal itself."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message, Value
from qr_tui.terminal.detect import Terminal

PLACE: Final = "{file}"
_IN_A_WINDOW: Final = (("mpv", PLACE), ("vlc", PLACE), ("ffplay", "-autoexit", PLACE))
_IN_THE_TERMINAL: Final = (("mpv", "--vo=tct", "--really-quiet", PLACE), ("mplayer", "-vo", "caca", "-quiet", PLACE))


class PlayerCommand(NamedTuple):
    """A command line that plays one film; `takes_terminal` says that it draws where we do."""

    words: tuple[str, ...]
    takes_terminal: bool


def command(setting: str, file: str, terminal: Terminal) -> PlayerCommand:
    """Return what plays `file`: the person's own command, else the first known player that is here.

    Args:
        setting: ``open.player``, with ``{file}`` where the film goes; without it the film goes to the end.
        file: The film.
        terminal: Says whether there is a desktop.

    Raises:
        Trouble: NOT_NOW, there is no player or no film; CONFIG, the setting cannot be read.
    """
    if not file or not Path(file).is_file():
        raise Trouble(Kind.NOT_NOW, Message(N_("{what} is not there"), {"what": inert(file, limit=200)}))
    if setting.strip():
        try:
            words = shlex.split(setting)
        except ValueError as error:
            raise Trouble(Kind.CONFIG, f"open.player: {error}") from None
        if PLACE not in setting:
            words.append(PLACE)
        return PlayerCommand(tuple(word.replace(PLACE, file) for word in words), takes_terminal=True)
    known = _installed(terminal)
    if known is None:
        raise Trouble(Kind.NOT_NOW, Message(N_("no player is here: install mpv, or name one in open.player")))
    return PlayerCommand(tuple(word.replace(PLACE, file) for word in known), takes_terminal=known in _IN_THE_TERMINAL)


def known_player(setting: str, terminal: Terminal) -> str:
    """Return the command line that would play a film here, empty when there is none."""
    return setting.strip() or shlex.join(_installed(terminal) or ())


def _installed(terminal: Terminal) -> tuple[str, ...] | None:
    known: tuple[str, ...]
    windows = terminal.display and not terminal.ssh
    for known in (*(_IN_A_WINDOW if windows else ()), *_IN_THE_TERMINAL):
        if shutil.which(known[0], path=terminal.env.get("PATH")):
            return known
    return ("open", PLACE) if windows and sys.platform == "darwin" else None


def play(player: PlayerCommand, env: Mapping[str, str]) -> None:
    """Play it in this terminal and return when it has ended. Blocks: call it in a thread.

    Raises:
        Trouble: NOT_NOW, it cannot be started or ended badly.
    """
    try:
        code = subprocess.run(player.words, env=dict(env), check=False).returncode
    except (OSError, ValueError) as error:
        raise _not_started(player, error) from None
    if code > 0:
        values: dict[str, Value] = {"program": inert(player.words[0], limit=60), "code": code}
        raise Trouble(Kind.NOT_NOW, Message(N_("{program} ended with code {code}"), values))


def start(player: PlayerCommand, env: Mapping[str, str]) -> None:
    """Start it in a window of its own, and leave it alone.

    Raises:
        Trouble: NOT_NOW, it cannot be started.
    """
    nothing = subprocess.DEVNULL
    try:
        subprocess.Popen(
            player.words, env=dict(env), stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
        )
    except (OSError, ValueError) as error:
        raise _not_started(player, error) from None


def _not_started(player: PlayerCommand, error: Exception) -> Trouble:
    reason = getattr(error, "strerror", None) or str(error)
    values: dict[str, Value] = {"program": inert(player.words[0], limit=60), "reason": reason}
    return Trouble(Kind.NOT_NOW, Message(N_("{program} cannot be started: {reason}"), values))
