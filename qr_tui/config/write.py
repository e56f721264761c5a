"""Changing `config.toml` without losing the person's comments, order or spelling."""

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from qr_tui.config.read import DOTTED, first, parse, read_text, understand
from qr_tui.config.settings import Settings
from qr_tui.config.trouble import FileTrouble, at
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message, titled


def save(path: Path, changes: Mapping[str, Any]) -> None:
    """Set each ``section.key`` of `changes` in the file at `path`, or take it out where the value is None.

    What follows the first dot is one key: ``keys.tasks.new``, ``prices.veo3.1``, ``views.1`` (a whole table).

    Raises:
        Trouble: USAGE, a value is not allowed; CONFIG, the file cannot be understood or written, or would still hold a
            mistake that is not this change's own. It is untouched then.
    """
    import tomlkit

    from qr_tui.config import certificates
    from qr_tui.config.lines import line_of

    text = read_text(path)
    wanted = parse(path, text)
    document = tomlkit.parse(text)
    for key, value in changes.items():
        section, _dot, name = key.partition(".")
        if not name:
            raise Trouble(
                Kind.USAGE, Message(N_("{key}: name a section and a key, like ui.theme"), {"key": inert(key)})
            )
        if not isinstance(wanted.get(section, {}), dict):
            line = line_of(text, (section,))
            raise FileTrouble(path, Message(N_("this is not a table")), line=line, key=section)
        _put(document, section, name, value, section in DOTTED)
        _put(wanted, section, name, value, False)
    _check(path, text, wanted, changes)
    if ca_file := changes.get("host.ca_file"):
        certificates.check(ca_file)
    written = tomlkit.dumps(document)
    if _filled(parse(path, written)) != _filled(wanted):  # trust nothing that edits a person's file
        raise Trouble(Kind.CONFIG, at(path, None, Message(N_("please change it by hand"))))
    _write(path, written)


def replace(path: Path, text: str, *, before: str) -> Settings:
    """Put a whole text, that a person has edited, into the file at `path` and return the settings in it.

    Raises:
        FileTrouble: Something in the text is wrong, with its line there; the file is untouched.
        Trouble: CONFIG, it cannot be written, or the file is no longer as it was `before` the text was edited.
    """
    settings, trouble = understand(path, text)
    if trouble is not None:
        raise trouble
    if read_text(path) != before:
        raise Trouble(Kind.CONFIG, at(path, None, Message(N_("another program has changed it meanwhile"))))
    _write(path, text)
    return settings


def _write(path: Path, text: str) -> None:
    from qr_tui import files

    try:
        files.write_private(path, text.encode())
    except OSError as error:
        reason = error.strerror or str(error)
        what = Message(N_("cannot be written: {reason}"), {"reason": reason})
        raise Trouble(Kind.CONFIG, at(path, None, what)) from error


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return `data` without its empty sections: a section whose last key went may go or stay."""
    return {name: value for name, value in data.items() if value != {}}


def _put(
    document: MutableMapping[str, Any],
    section: str,
    name: str,
    value: Any,  # noqa: ANN401
    dotted: bool,
) -> None:
    """Set one key where it is already spelled, else at the end of its section."""
    if section not in document:
        if value is None:
            return
        document[section] = {}
    table = document[section]
    first, dot, rest = name.partition(".")
    if dotted and dot and name not in table and isinstance(table.get(first), MutableMapping):
        _put(table, first, rest, value, dotted)
    elif value is None:
        table.pop(name, None)
    else:
        table[name] = value
    if not table and not _says_something(table):
        document.pop(section)


def _says_something(table: MutableMapping[str, Any]) -> bool:
    """Tell whether an empty table of the file holds a comment; one that was just made does not."""
    from tomlkit.items import AbstractTable

    return isinstance(table, AbstractTable) and "#" in f"{table.trivia.comment}{table.as_string()}"


def _check(path: Path, text: str, wanted: Mapping[str, Any], changes: Mapping[str, Any]) -> None:
    """Refuse a change that is not allowed, and any change while something else in the file is wrong."""
    from qr_tui.config.check import mistakes

    found = mistakes(wanted)
    for mistake in found:
        place = ".".join(mistake.path)
        if any(f"{place}.".startswith(f"{key}.") or key.startswith(f"{place}.") for key in changes):
            raise Trouble(Kind.USAGE, titled(mistake.key, mistake.what))
    if found:
        raise first(path, text, found)
