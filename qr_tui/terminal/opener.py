"""Opening a file or a link with the desktop's own program, where there is a desktop."""

import asyncio
import shutil
import sys
from pathlib import Path
from urllib.parse import urlsplit

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _
from qr_tui.terminal.detect import Terminal
from qr_tui.terminal.subprocesses import run

_SECONDS = 5.0


async def open_outside(target: str, terminal: Terminal) -> str:
    """Open a file that exists, or an http(s) link; return the words that say so.

    Raises:
        Trouble: NOT_NOW where nothing can be opened from here, USAGE for anything but a file or a web link.
    """
    is_link = _is_link(target)
    if not is_link and not await asyncio.to_thread(Path(target).is_file):
        raise Trouble(Kind.USAGE, Message(N_("{what} is not there"), {"what": inert(target, limit=200)}))
    program = _program(terminal)
    if program is None:
        raise Trouble(
            Kind.NOT_NOW, Message(N_("there is no desktop here to open it on: Y copies the link or the path"))
        )
    outcome = await asyncio.to_thread(run, (program, target), env=terminal.env, seconds=_SECONDS)
    # a viewer that stays in the foreground is no failure: it has no code yet
    if outcome.code not in (0, None):
        raise Trouble(Kind.NOT_NOW, inert(outcome.error, limit=200) or program)
    return _("opened {what}").format(what=inert(target, limit=120))


def _is_link(target: str) -> bool:
    try:
        return urlsplit(target).scheme in ("http", "https")
    except ValueError:  # a broken address: it is no file either
        return False


def _program(terminal: Terminal) -> str | None:
    """Return the desktop's opener, None where there is no desktop or we are on the far side of a line."""
    if terminal.ssh or not terminal.display:
        return None
    name = "open" if sys.platform == "darwin" else "xdg-open"
    return shutil.which(name, path=terminal.env.get("PATH"))
