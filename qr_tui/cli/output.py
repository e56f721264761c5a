"""What a command prints: its result on stdout, as words or one JSON document; everything else on stderr."""

import os
import re
import sys
from typing import Any, Final, TextIO

import msgspec

from qr_tui.cli.streams import silence
from qr_tui.core.failures import WORDS, Trouble, shell_hint
from qr_tui.core.text.unsafe_characters import ACTIVE
from qr_tui.i18n import _, translate
from qr_tui.terminal.detect import is_dumb

# JSON escapes C0 controls by itself; the other active characters begin in UTF-8 with one of the bytes left out here,
# so a text that is empty without these bytes needs no closer look
_QUIET: Final = bytes(byte for byte in range(256) if byte not in b"\x7f\xc2\xd8\xe1\xe2\xef\xf3")
_COLOURS: Final = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "dim": "2", "bold": "1"}


def _escape(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def encode(document: object, *, indent: bool = True) -> str:
    """Return `document` as JSON in which nothing can act on a terminal."""
    data = msgspec.json.encode(document)
    doubtful = bool(data.translate(None, _QUIET))
    text = (msgspec.json.format(data, indent=2) if indent else data).decode()
    return re.sub(f"[{ACTIVE}]", _escape, text) if doubtful else text


def escaped(text: str) -> str:
    """Return exact text, its lines kept, with each character that can act on a terminal as its JSON escape."""
    return re.sub(f"[{ACTIVE}]", _escape, text)


def is_terminal(stream: TextIO) -> bool:
    """Tell whether `stream` is a terminal that can move its cursor."""
    try:
        return stream.isatty() and not is_dumb(os.environ)
    except ValueError:
        return False


def has_colour(stream: TextIO) -> bool:
    """Tell whether `stream` may be given colours."""
    return is_terminal(stream) and not os.environ.get("NO_COLOR")


def paint(text: str, colour: str, stream: TextIO) -> str:
    """Return `text` in one of the few colours we use, plain where `stream` takes none."""
    return f"\x1b[{_COLOURS[colour]}m{text}\x1b[0m" if colour and has_colour(stream) else text


def width(stream: TextIO) -> int | None:
    """Return how many cells a line of `stream` has, None where lines have no end."""
    if not is_terminal(stream):
        return None
    try:
        return int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


def write(text: str, stream: TextIO) -> None:
    """Write one line to `stream`; a reader that has gone ends the writing, never the work."""
    try:
        stream.write(text + "\n")
        stream.flush()
    except BrokenPipeError:
        silence(stream)
        if stream is sys.stdout:
            Reader.gone = True


class Reader:
    """Whether somebody still reads our stdout."""

    gone = False


def line(text: str = "") -> None:
    """Print one line of the result, already inert, on stdout."""
    write(text, sys.stdout)


def document(data: object) -> None:
    """Print the result as one JSON document on stdout."""
    write(encode(data), sys.stdout)


def say(text: str, colour: str = "") -> None:
    """Tell the person something, on stderr; `text` is already inert."""
    write(paint(text, colour, sys.stderr), sys.stderr)


def trouble_lines(trouble: Trouble) -> list[str]:
    """Return what went wrong, what exactly, and what to do, as lines for stderr."""
    from qr_tui.core.text.display import inert

    words = WORDS[trouble.kind]
    title = _(words.title)
    detail = inert(translate(trouble.detail), limit=2_000)
    lines = [_("qr-tui: {title}: {detail}").format(title=title, detail=detail) if detail else f"qr-tui: {title}"]
    if trouble.request_id:
        lines.append("  " + _("request id: {id}").format(id=inert(trouble.request_id, limit=200)))
    lines.append("  " + _(shell_hint(trouble.kind)))
    return lines


def tell(trouble: Trouble, *, json: bool) -> None:
    """Print `trouble`: in words on stderr, and with `json` as the one document on stdout too."""
    if json:
        from qr_tui.core.export import error_json

        document(error_json(trouble))
    first, *rest = trouble_lines(trouble)
    say(first, "red")
    for text in rest:
        say(text)


def table(rows: list[dict[str, Any]]) -> list[str]:
    """Return rows of equal keys as aligned lines, the last column free to be as long as it likes."""
    from qr_tui.core.text.display import cells, fit

    names = list(rows[0]) if rows else []
    widths = {name: max(cells(str(row[name])) for row in rows) for name in names[:-1]}
    return [
        "  ".join(fit(str(row[name]), widths[name]) if name in widths else str(row[name]) for name in names).rstrip()
        for row in rows
    ]
