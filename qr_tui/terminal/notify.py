"""Notices that videos are finished, and the terminal's title: by the sequence this terminal knows, or its bell."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Literal

from qr_tui.core.failures import WORDS
from qr_tui.core.task import Status, Task
from qr_tui.core.text.display import cut, inert
from qr_tui.i18n import _, ngettext
from qr_tui.terminal import escapes, tmux
from qr_tui.terminal.detect import Terminal, kind_of

Mode = Literal["off", "bell", "full"]
SetTimer = Callable[[float, Callable[[], Awaitable[None]]], object]

GATHER_SECONDS: Final = 1.0  # tasks that finish within it are one notice
_OSC_9: Final = frozenset({"iterm2", "wezterm", "ghostty", "warp"})
_OSC_777: Final = frozenset({"foot", "contour"})
# Some versions of these show 777 and the others ignore it, so they get the bell as well.
_DOUBTFUL_OSC_777: Final = frozenset({"vte", "rxvt", "konsole"})
_NO_TITLE: Final = frozenset({"linux", "rxvt", "st"})  # without a title, or without a way back to the one of before
_NAME: Final = "qr-tui"


class Notifier:
    """Tells a person who is busy elsewhere that videos are finished.

    Args:
        terminal: What we run in.
        write: Puts a sequence on the terminal, in order with what the screen draws.
        mode: ``off``, ``bell`` or ``full``, as in the settings; may be changed while running.
        set_timer: Calls a function after so many seconds (`App.set_timer`); used to gather what finishes together.
    """

    def __init__(
        self, terminal: Terminal, write: Callable[[str], None], mode: Mode = "full", *, set_timer: SetTimer
    ) -> None:
        self.mode = mode
        self._terminal = terminal
        self._write = write
        self._set_timer = set_timer
        self._gathered: list[Task] = []
        self._title: str | None = None

    # notices ---------------------------------------------------------------------------------------------------

    def notify(self, tasks: Sequence[Task]) -> None:
        """Give notice that these are done or failed; those of the same second become one notice."""
        if self.mode == "off" or not tasks:
            return
        if not self._gathered:
            self._set_timer(GATHER_SECONDS, self.flush)
        self._gathered.extend(tasks)

    async def flush(self) -> None:
        """Send the notice of what has gathered, now."""
        tasks, self._gathered = self._gathered, []
        if not tasks or self.mode == "off":
            return
        if self.mode == "bell":
            self._send(escapes.BEL)
            return
        inside = None
        if self._terminal.multiplexer == "tmux":
            # asked each time: another terminal may be attached by now
            inside = await asyncio.to_thread(tmux.query, self._terminal.env)
        self._send(self._notice(notice_text(tasks), inside))

    def _notice(self, text: str, inside: tmux.Tmux | None) -> str:
        terminal = self._terminal
        text = escapes.plain(text, utf8=terminal.utf8)
        if terminal.multiplexer == "tmux":
            # the bell besides: it marks the window in tmux's own line, and passes where wrapped sequences do not
            if inside is None or not inside.passes_through:
                return escapes.BEL
            sequence = _sequence(kind_of(inside.client_term, inside.client_type), text)
            return (escapes.tmux_passthrough(sequence) if sequence else "") + escapes.BEL
        sequence = _sequence(_outside_screen(terminal), text)
        if terminal.multiplexer == "screen":
            return (escapes.screen_passthrough(sequence) if sequence else "") + escapes.BEL
        bell = "" if sequence and terminal.kind not in _DOUBTFUL_OSC_777 else escapes.BEL
        return sequence + bell

    # the title -------------------------------------------------------------------------------------------------

    def set_title(self, text: str) -> None:
        """Show `text` (``3 running``) in the terminal's title; nothing is sent if it stands there already."""
        terminal = self._terminal
        if terminal.kind in _NO_TITLE or terminal.dumb or not terminal.tty:
            return
        line = escapes.plain(f"{_NAME}: {text}" if text else _NAME, utf8=terminal.utf8, limit=80)
        if line == self._title:
            return
        push = escapes.PUSH_TITLE if self._title is None and terminal.multiplexer != "screen" else ""
        self._title = line
        self._send(push + escapes.title(line))

    def close(self) -> None:
        """Give the terminal its own title back."""
        if self._title is None:
            return
        self._title = None
        # a terminal without a stack of titles falls back to its own when the title is empty
        pop = "" if self._terminal.multiplexer == "screen" else escapes.POP_TITLE
        self._send(escapes.title("") + pop)

    def _send(self, sequence: str) -> None:
        try:
            self._write(sequence)
        except (OSError, RuntimeError, ValueError):  # the terminal is gone: nobody is there to see it
            return


def notice_text(tasks: Sequence[Task]) -> str:
    """Return one line for all of `tasks`: what became of one, or how many are ready and how many failed."""
    failed = [task for task in tasks if task.status is Status.FAILED]
    ready = len(tasks) - len(failed)
    if len(tasks) == 1:
        prompt = cut(inert(tasks[0].prompt), 60)
        if not failed:
            return _("video ready: {prompt}").format(prompt=prompt)
        reason = _(WORDS[failed[0].failure.kind].short) if failed[0].failure else _("no reason")
        return _("video failed ({reason}): {prompt}").format(reason=reason, prompt=prompt)
    parts = []
    if ready:
        parts.append(ngettext("{n} video ready", "{n} videos ready", ready).format(n=ready))
    if failed:
        parts.append(ngettext("{n} failed", "{n} failed", len(failed)).format(n=len(failed)))
    return " · ".join(parts)


def _outside_screen(terminal: Terminal) -> str:
    """Return the kind outside GNU screen, which names it after a dot; elsewhere the terminal's own kind."""
    return kind_of(terminal.term) if terminal.multiplexer == "screen" else terminal.kind


def _sequence(kind: str, text: str) -> str:
    """Return the notice a terminal of this kind shows, empty if it knows none."""
    if kind == "kitty":
        return escapes.notice_99(_NAME, text)
    if kind in _OSC_9:
        return escapes.notice_9(f"{_NAME}: {text}")
    if kind in _OSC_777 or kind in _DOUBTFUL_OSC_777:
        return escapes.notice_777(_NAME, text)
    return ""
