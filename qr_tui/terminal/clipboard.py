"""Copying by the first route that fits this terminal, and saying no more about where it went than is known."""

import asyncio
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from qr_tui.core.text.display import cut, inert, size
from qr_tui.i18n import _
from qr_tui.terminal import escapes, pyperclip_helper, tmux
from qr_tui.terminal.clipboard_file import append
from qr_tui.terminal.detect import Terminal, kind_of, multiplexer_of
from qr_tui.terminal.subprocesses import run

_DESKTOP_SECONDS: Final = 3.0
# Bytes of base64 in one OSC 52. xterm, hterm and most others hold 100 000; these are known to hold more.
_LIMIT: Final = 100_000
_LIMITS: Final = {
    "kitty": 8_000_000,
    "ghostty": 1_000_000,
    "wezterm": 1_000_000,
    "foot": 1_000_000,
    "iterm2": 1_000_000,
    "alacritty": 1_000_000,
}
_NO_OSC_52: Final = frozenset({"linux", "apple"})  # they do not implement OSC 52
_DOUBTFUL_OSC_52: Final = frozenset({"vte", "rxvt", "st", "xterm"})  # many versions do not, or only if configured to
_HELPERS: Final = ("xsel", "xclip", "pbcopy", "klipper", "clip.exe")
_WAYLAND_HELPER: Final = "wl-copy"  # knows no other desktop


class Copied(NamedTuple):
    """Where a copy went.

    Attributes:
        routes: Of ``desktop``, ``tmux``, ``terminal``, ``file``, those that took it or were sent it.
        claim: Where it is, in words, and no more than is known.
        hint: What to do if it is not where it is wanted; empty when there is nothing to say.
        verified: Whether a clipboard or buffer is known to hold it, so that "copied" is the truth.
    """

    routes: tuple[str, ...]
    claim: str
    hint: str = ""
    verified: bool = False

    def summary(self, what: str, *, ascii_only: bool = False) -> str:
        """Return one line that says what became of the copy, without the hint; `what` is the text or its name."""
        name = cut(inert(what, limit=200), 40)
        if not self.routes:
            line = _("{what} was not copied: {why}").format(what=name, why=self.claim)
        elif self.verified:
            line = _("copied {what} → {where}").format(what=name, where=self.claim)
        else:
            line = _("{what} → {where}").format(what=name, where=self.claim)
        return line.replace("→", "->").replace("…", "...") if ascii_only else line


class Route(NamedTuple):
    """One way a copy can go from here, for doctor: `why` it can or cannot."""

    name: str
    usable: bool
    why: str


class Clipboard:
    """Copies text by the first route that fits this terminal, and always into a file as well.

    Args:
        terminal: What we run in.
        file: Where every copy is also appended (`Paths.clipboard_file`).
        write: Puts a sequence on the terminal, in order with what the screen draws; None without a terminal.
        clock: Unix seconds.
    """

    def __init__(
        self,
        terminal: Terminal,
        file: Path,
        write: Callable[[str], None] | None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._terminal = terminal
        self._file = file
        self._write = write
        self._clock = clock
        self._hinted: set[str] = set()

    async def copy(self, text: str) -> Copied:
        """Copy `text` exactly as it is; takes a few seconds at worst. A route that fails raises nothing."""
        if not text:
            return Copied((), _("there is nothing to copy"))
        kept, trouble = await asyncio.to_thread(append, self._file, text, self._clock())
        copied = await self._route(text)
        if copied is None:
            copied = Copied((), "")
        if kept:
            claim = copied.claim or _("only in the file {path}").format(path=_short_path(self._file))
            copied = copied._replace(routes=(*copied.routes, "file"), claim=claim)
        elif not copied.routes:
            copied = copied._replace(claim=trouble)
        return self._with_new_hint(copied)

    async def _route(self, text: str) -> Copied | None:
        inside = await asyncio.to_thread(_query_tmux, self._terminal)
        if _has_desktop(self._terminal, inside) and await asyncio.to_thread(_to_desktop, self._terminal, text):
            return Copied(("desktop",), _("clipboard"), verified=True)
        if inside is not None:
            copied = await asyncio.to_thread(_to_buffer, self._terminal, inside, text)
            if copied is not None:
                return self._forward_to_terminal(copied, inside, text)
        return self._to_terminal(text)

    def _forward_to_terminal(self, copied: Copied, inside: tmux.Tmux, text: str) -> Copied:
        """Send what tmux's buffer holds on to the terminal outside, where tmux itself does not."""
        if inside.forwards_copies:
            return copied
        kind = _outer_kind(inside)
        sequence = escapes.clipboard(text)
        if not inside.passes_through or kind in _NO_OSC_52 or len(sequence) > _limit(kind):
            return copied
        if not self._send(escapes.tmux_passthrough(sequence)):
            return copied
        return copied._replace(routes=("tmux", "terminal"), claim=_("tmux buffer, and sent to your terminal"), hint="")

    def _to_terminal(self, text: str) -> Copied | None:
        terminal = self._terminal
        if self._write is None or terminal.dumb or not terminal.tty:
            return None
        if terminal.kind in _NO_OSC_52:
            return Copied(
                (), "", _("this terminal has no clipboard for programs; Y, then s shows it to select by hand")
            )
        sequence = escapes.clipboard(text)
        if len(sequence) > _limit(terminal.kind):
            hint = _("{size} are too much for a terminal's clipboard").format(size=size(len(text.encode())))
            return Copied((), "", hint)
        if not self._send(_wrapped(terminal, sequence)):
            return None
        hint = _local_multiplexer_hint(terminal.local_multiplexer)
        if terminal.kind in _DOUBTFUL_OSC_52:
            hint = _("many terminals called {name} ignore it; Y, then s shows it to select by hand").format(
                name=terminal.kind
            )
        return Copied(("terminal",), _("sent to your terminal, which does not answer"), hint)

    def _send(self, sequence: str) -> bool:
        if self._write is None:
            return False
        try:
            self._write(sequence)
        except (OSError, RuntimeError, ValueError):  # the terminal is gone, or its driver is closing
            return False
        return True

    def _with_new_hint(self, copied: Copied) -> Copied:
        """Keep the hint only the first time it is given, or where nothing except the file took the copy."""
        if copied.hint in self._hinted and copied.routes != ("file",):
            return copied._replace(hint="")
        self._hinted.add(copied.hint)
        return copied


def routes(terminal: Terminal) -> list[Route]:
    """Return every route, whether it works here, and why; asks tmux, so it may block for a few seconds."""
    inside = _query_tmux(terminal)
    return [
        _desktop_route(terminal, inside),
        _tmux_route(terminal, inside),
        _terminal_route(terminal, inside),
        Route("file", True, _("every copy is also kept in clipboard.txt")),
    ]


def _desktop_route(terminal: Terminal, inside: tmux.Tmux | None) -> Route:
    if not terminal.display:
        return Route("desktop", False, _("no desktop here: neither DISPLAY nor WAYLAND_DISPLAY is set"))
    if not _has_desktop(terminal, inside):
        return Route("desktop", False, _("over SSH the desktop's clipboard here is not yours"))
    path = terminal.env.get("PATH")
    wayland = (_WAYLAND_HELPER,) if terminal.env.get("WAYLAND_DISPLAY") else ()
    helper = next((name for name in (*wayland, *_HELPERS) if shutil.which(name, path=path)), "")
    if not helper:
        return Route("desktop", False, _("install xclip, xsel or wl-clipboard"))
    return Route("desktop", True, _("{helper}, as long as the desktop answers").format(helper=helper))


def _tmux_route(terminal: Terminal, inside: tmux.Tmux | None) -> Route:
    if terminal.multiplexer != "tmux":
        return Route("tmux", False, _("not inside tmux"))
    if inside is None:
        return Route("tmux", False, _("tmux does not answer"))
    if inside.forwards_copies:
        return Route("tmux", True, _("its buffer, and it hands copies to your terminal"))
    return Route("tmux", True, _("its buffer only: {why}").format(why=_why_buffer_only(inside)))


def _terminal_route(terminal: Terminal, inside: tmux.Tmux | None) -> Route:
    if not terminal.tty:
        return Route("terminal", False, _("the output goes into a file or a pipe now; ask in the terminal itself"))
    if terminal.dumb:
        return Route("terminal", False, _("not a terminal that takes OSC 52"))
    if inside is not None:
        if not inside.passes_through:
            return Route("terminal", False, _("tmux keeps OSC 52 to itself (allow-passthrough is off)"))
        return Route("terminal", True, _("OSC 52 through tmux; the terminal does not answer"))
    if terminal.kind in _NO_OSC_52:
        return Route("terminal", False, _("this terminal does not know OSC 52"))
    if terminal.kind in _DOUBTFUL_OSC_52:
        said = _("OSC 52, which many terminals called {name} ignore unless they are told not to")
        return Route("terminal", True, said.format(name=terminal.kind))
    hint = _local_multiplexer_hint(terminal.local_multiplexer)
    return Route("terminal", True, hint or _("OSC 52; the terminal does not answer"))


def _query_tmux(terminal: Terminal) -> tmux.Tmux | None:
    return tmux.query(terminal.env) if terminal.multiplexer == "tmux" else None


def _has_desktop(terminal: Terminal, inside: tmux.Tmux | None) -> bool:
    if not terminal.display:
        return False
    attached_over_ssh = tmux.over_ssh(terminal.env) if inside is not None else None
    return not (terminal.ssh if attached_over_ssh is None else attached_over_ssh)


def _to_desktop(terminal: Terminal, text: str) -> bool:
    argv = (sys.executable, "-P", "-m", pyperclip_helper.__name__)
    return run(argv, env=terminal.env, text=text, seconds=_DESKTOP_SECONDS).ok


def _to_buffer(terminal: Terminal, inside: tmux.Tmux, text: str) -> Copied | None:
    if inside.forwards_copies:
        if not tmux.load_buffer(terminal.env, text, forward=True).ok:
            return None
        hint = _local_multiplexer_hint(multiplexer_of(inside.client_term))
        return Copied(("tmux", "terminal"), _("tmux buffer and terminal"), hint, verified=True)
    if tmux.load_buffer(terminal.env, text, forward=False).ok:
        hint = _("paste it with tmux's prefix and ]; {why}").format(why=_why_buffer_only(inside))
        return Copied(("tmux",), _("tmux buffer only"), hint, verified=True)
    return None


def _why_buffer_only(inside: tmux.Tmux) -> str:
    """Say why tmux does not hand a copy to the terminal outside."""
    if inside.version < (3, 2):
        return _("this tmux is older than 3.2")
    if inside.set_clipboard == "off":
        return _("tmux's set-clipboard is off")
    if not inside.client_term:
        return _("no terminal is attached")
    return _("tmux knows no clipboard of a terminal called {term}").format(term=inert(inside.client_term, limit=40))


def _wrapped(terminal: Terminal, sequence: str) -> str:
    if terminal.multiplexer == "screen":
        return escapes.screen_passthrough(sequence)
    # inside a tmux that does not answer, or with one on the person's own side of the line: one of the two may
    # be let through, and tmux swallows the other
    if terminal.multiplexer == "tmux" or terminal.term.startswith("tmux"):
        return sequence + escapes.tmux_passthrough(sequence)
    return sequence


def _outer_kind(inside: tmux.Tmux) -> str:
    return kind_of(inside.client_term, inside.client_type)


def _limit(kind: str) -> int:
    return _LIMITS.get(kind, _LIMIT)


def _local_multiplexer_hint(multiplexer: str) -> str:
    if multiplexer == "tmux":
        return _("If it does not arrive, tell the tmux on your side: tmux set -s set-clipboard on")
    if multiplexer == "screen":
        return _("The GNU screen on your side may keep it; Y, then s shows it to select by hand")
    return ""


def _short_path(path: Path) -> str:
    try:
        return "~/" + path.relative_to(Path.home()).as_posix()
    except (ValueError, RuntimeError):
        return str(path)
