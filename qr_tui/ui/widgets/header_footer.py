"""The words at the edges of a screen: header, footer, and the line that says what is wrong. Pure, to strips."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.strip import Strip

from qr_tui.commands.keymap import Keymap, display
from qr_tui.commands.registry import COMMANDS, Command, CommandState
from qr_tui.core.events import HostStatus
from qr_tui.core.failures import WORDS, Kind
from qr_tui.core.text.display import cells, duration, inert
from qr_tui.core.text.messages import Detail
from qr_tui.i18n import _, sentences, translate
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.strips import Piece, line

_ALWAYS = 90  # commands with this place in the footer or a later one are dropped last: help and the way out

_HOST_FAILURES: dict[HostStatus, tuple[str, Kind]] = {
    HostStatus.NO_KEY: ("warn", Kind.NO_KEY),
    HostStatus.KEY_REFUSED: ("bad", Kind.KEY_REFUSED),
    HostStatus.PLAIN_HTTP: ("bad", Kind.PLAIN_HTTP),
    HostStatus.DOWN: ("bad", Kind.UNREACHABLE),
    HostStatus.RATE_LIMITED: ("warn", Kind.TOO_MANY_REQUESTS),
}


@dataclass(frozen=True, slots=True)
class ListCounts:
    """What the header counts."""

    running: int = 0
    waiting: int = 0
    needs_you: int = 0
    total: int = 0
    marked: int = 0
    hidden_marks: int = 0
    only_unfinished: bool = False
    loaded: bool = False
    next_look: float | None = None  # seconds from now


def header_line(width: int, appearance: Appearance, place: str, counts: ListCounts, *, demo: bool = False) -> Strip:
    """Return the first line: the program and the host at the left, the counts at the right."""
    style = appearance.palette.style
    dot = f" {appearance.glyphs.dot} "
    left: list[Piece] = [
        (" qr-tui", style("text", raised=True, bold=True)),
        (dot, style("muted", raised=True)),
        (
            (_("DEMO: nothing is billed"), style("warn", raised=True, bold=True))
            if demo
            else (place, style("muted", raised=True))
        ),
    ]
    # in the order in which they are dropped when there is no room
    parts: list[tuple[int, str, str]] = []
    if counts.loaded:
        if counts.only_unfinished:
            parts.append((0, _("unfinished only"), "accent"))
        if counts.marked:
            marked = _("{n} marked").format(n=counts.marked)
            if counts.hidden_marks:
                marked = _("{n} marked ({hidden} hidden)").format(n=counts.marked, hidden=counts.hidden_marks)
            parts.append((1, marked, "accent"))
        parts.append((2, _("{n} running").format(n=counts.running), "text" if counts.running else "muted"))
        if counts.waiting:
            parts.append((3, _("{n} waiting").format(n=counts.waiting), "text"))
        if counts.needs_you:
            parts.append((0, _("{n} needs you").format(n=counts.needs_you), "warn"))
        parts.append((4, _("{n} total").format(n=counts.total), "muted"))
        if counts.next_look is not None:
            when = _("next look {time}").format(time=duration(counts.next_look))
            parts.append((5, when if counts.next_look >= 1 else _("looking"), "muted"))
    room = width - sum(cells(text) for text, _style in left) - 2
    while parts and sum(cells(text) for _at, text, _c in parts) + len(dot) * (len(parts) - 1) > room:
        parts.remove(max(parts))
    right: list[Piece] = []
    for at, (_place, text, colour) in enumerate(parts):
        if at:
            right.append((dot, style("muted", raised=True)))
        right.append((text, style(colour, raised=True)))
    used = sum(cells(text) for text, _style in (*left, *right))
    fill = style("muted", raised=True)
    return line([*left, (" " * max(1, width - used - 1), fill), *right], width, fill)


def footer_line(width: int, appearance: Appearance, keymap: Keymap, scope: str, context: CommandState) -> Strip:
    """Return the last line: the keys that matter most, dim where a command cannot run now."""
    style = appearance.palette.style
    fill = style("muted", raised=True)
    items = []
    bound = {command.id: key for key, command in reversed(list(keymap.bindings(scope)))}
    for command in _footer_commands(scope):
        key = bound.get(command.id)
        if key:
            items.append((command, display(key, ascii_only=appearance.glyphs.ascii_only), _(command.title)))
    while items and 1 + sum(cells(key) + cells(title) + 3 for _c, key, title in items) - 2 > width:
        items.remove(next((item for item in reversed(items) if item[0].footer < _ALWAYS), items[-1]))
    pieces: list[Piece] = [(" ", fill)]
    for command, key, title in items:
        off = bool(command.when(context))
        pieces.append((key, style("muted" if off else "accent", raised=True, bold=not off)))
        pieces.append((f" {title}  ", style("muted" if off else "text", raised=True)))
    return line(pieces, width, fill)


def status_line(width: int, appearance: Appearance, words: Sequence[tuple[str, str]]) -> Strip:
    """Return what is wrong or unusual, the worst first: each (colour, text)."""
    style = appearance.palette.style
    pieces: list[Piece] = []
    for colour, text in words:
        pieces.append((f" {appearance.glyphs.dot} " if pieces else " ", style("muted")))
        pieces.append((text, style(colour)))
    return line(pieces, width, style("text"))


def _footer_commands(scope: str) -> list[Command]:
    found = [command for command in COMMANDS if command.scope in (scope, "app") and command.footer]
    return sorted(found, key=lambda command: command.footer)


def host_status_words(place: str, status: HostStatus, *, connect: str, detail: Detail = "") -> tuple[str, str] | None:
    """Return the status line's colour and words for a host, None when all is well.

    Args:
        place: The host's name.
        status: How it is doing.
        connect: The key of Connect.
        detail: What exactly is wrong: said where the status itself cannot say it.
    """
    if status is HostStatus.SETTING:
        why = inert(translate(detail), limit=200)
        return "bad", _("{host}: nothing can be sent or looked at: {why}").format(host=inert(place, limit=80), why=why)
    if status not in _HOST_FAILURES:
        return None
    colour, kind = _HOST_FAILURES[status]
    words = WORDS[kind]
    title = _("{title}: {detail}").format(title=inert(place, limit=80), detail=_(words.title))
    hint = _("{key} opens Connect").format(key=connect) if status.needs_key else _(words.hint)
    return colour, sentences(title, hint)
