"""The words at the edges of a screen: header, footer, and the line that says what is wrong. Pure, to strips."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.strip import Strip

from qr_tui.commands.keymap import Keymap, display
from qr_tui.commands.registry import COMMANDS, Command, CommandState
from qr_tui.core.events import HostStatus
from qr_tui.core.failures import WORDS, Kind
from qr_tui.core.text import sizes
from qr_tui.core.text.display import cells, inert
from qr_tui.core.text.messages import Detail
from qr_tui.i18n import _, ngettext, sentences, span, translate
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
    loaded: bool = False
    next_look: float | None = None  # seconds from now
    downloads: int = 0
    download_rate: float = 0.0  # bytes a second, of all of them
    not_saved: int = 0


def header_line(
    width: int, appearance: Appearance, place: str, counts: ListCounts, *, model: str = "", demo: bool = False
) -> Strip:
    """Return the first line: the program, the host and the model that all rows share at the left, counts at the right.

    What has no room goes, the least useful first.
    """
    style = appearance.palette.style
    dot = f" {appearance.glyphs.dot} "
    left: list[Piece] = [(" qr-tui", style("text", raised=True, bold=True)), (dot, style("muted", raised=True))]
    if demo:
        left.append((_("DEMO: nothing is billed"), style("warn", raised=True, bold=True)))
    else:
        left.append((place, style("muted", raised=True)))
    parts = _counted(counts, appearance.glyphs.downloading)
    used = sum(cells(text) for text, _style in left) + 2
    named = cells(dot + model) if model else 0
    while parts and used + named + _size(parts, dot) > width:
        last = max(parts)
        if named and last[0] <= _BEFORE_MODEL:
            named = 0
        elif last[3]:
            parts[parts.index(last)] = (last[0], last[3], last[2], "")
        else:
            parts.remove(last)
    if named and used + named <= width:
        left.append((dot + model, style("muted", raised=True)))
    right: list[Piece] = []
    for at, (_place, text, colour, _short) in enumerate(parts):
        if at:
            right.append((dot, style("muted", raised=True)))
        right.append((text, style(colour, raised=True)))
    used = sum(cells(text) for text, _style in (*left, *right))
    fill = style("muted", raised=True)
    return line([*left, (" " * max(1, width - used - 1), fill), *right], width, fill)


_Part = tuple[int, str, str, str]  # when it is dropped (the highest first), words, colour, shorter words
_BEFORE_MODEL: Final = 2  # what stays longer than the model


def _counted(counts: ListCounts, downloading: str) -> list[_Part]:
    """Return the parts at the right, in their order."""
    if not counts.loaded:
        return []
    parts: list[_Part] = []
    if counts.marked:
        marked = _("{n} marked").format(n=counts.marked)
        if counts.hidden_marks:
            marked = _("{n} marked ({hidden} hidden)").format(n=counts.marked, hidden=counts.hidden_marks)
        parts.append((1, marked, "accent", ""))
    running = _("{n} running").format(n=counts.running)
    parts.append((2, running, "text" if counts.running else "muted", ""))
    if counts.waiting:
        parts.append((3, _("{n} waiting").format(n=counts.waiting), "text", ""))
    if counts.needs_you:
        needs = ngettext("{n} needs you", "{n} need you", counts.needs_you)
        parts.append((0, needs.format(n=counts.needs_you), "warn", ""))
    if counts.downloads:
        short = f"{downloading} {counts.downloads}"
        rate = f" {sizes.rate(counts.download_rate)}" if counts.download_rate else ""
        parts.append((3, short + rate, "accent", short))
    if counts.not_saved:
        parts.append((3, _("{n} not saved").format(n=counts.not_saved), "warn", ""))
    parts.append((4, _("{n} total").format(n=counts.total), "muted", str(counts.total)))
    if counts.next_look is not None:
        when = _("next look {time}").format(time=span(counts.next_look))
        parts.append((5, when if counts.next_look >= 1 else _("looking"), "muted", ""))
    return parts


def _size(parts: Sequence[_Part], separator: str) -> int:
    return sum(cells(part[1]) for part in parts) + cells(separator) * (len(parts) - 1)


def footer_line(width: int, appearance: Appearance, keymap: Keymap, scope: str, context: CommandState) -> Strip:
    """Return the last line: the keys of what can be done now, the most useful first, as many as there is room for."""
    bound = {command.id: key for key, command in reversed(list(keymap.bindings(scope)))}
    items = [
        (command.footer >= _ALWAYS, bound[command.id], _(command.title))
        for command in _footer_commands(scope)
        if command.id in bound and not command.when(context)
    ]
    return keys_line(width, appearance, items)


def keys_line(width: int, appearance: Appearance, items: Sequence[tuple[bool, str, str]]) -> Strip:
    """Return keys and what they do.

    Args:
        width: Cells of the line.
        appearance: How it is drawn.
        items: Whether it stays where there is little room, the key, and what it does; the first ones first.
    """
    style = appearance.palette.style
    fill = style("muted", raised=True)
    shown = [(kept, display(key, ascii_only=appearance.glyphs.ascii_only), title) for kept, key, title in items]
    while shown and 1 + sum(cells(key) + cells(title) + 3 for _kept, key, title in shown) - 2 > width:
        shown.remove(next((item for item in reversed(shown) if not item[0]), shown[-1]))
    pieces: list[Piece] = [(" ", fill)]
    for _kept, key, title in shown:
        pieces.append((key, style("accent", raised=True, bold=True)))
        pieces.append((f" {title}  ", style("text", raised=True)))
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
