"""Reading `config.toml`: the settings, or an error that names file, line and key."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

import msgspec

from qr_tui.config.settings import Settings
from qr_tui.core import address
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text import inert
from qr_tui.i18n import _

# Sections whose keys hold dots of their own: `tasks.new`, `veo3.1`. TOML reads them as tables unless they are quoted.
DOTTED = ("keys", "prices")


def load(path: Path) -> Settings:
    """Return the settings in the file at `path`; a missing file means the defaults.

    Raises:
        Trouble: CONFIG, it cannot be read; the detail names the file, the line where it is known, and the key.
    """
    text = read_text(path)
    data = parse(path, text)
    try:
        settings = msgspec.convert(data, Settings)
        doubtful = settings != Settings()
    except msgspec.ValidationError:
        doubtful = True
    if doubtful:
        # the table of types and ranges is built only for a file that says something
        from qr_tui.config.check import problems

        for problem in problems(data):
            _refuse(path, text, problem.path, f"{problem.key}: {problem.what}")
    return msgspec.convert(data, Settings)


def load_or_default(path: Path) -> tuple[Settings, Trouble | None]:
    """Return the settings, or the defaults and what is wrong with the file, which stays as it is."""
    try:
        return load(path), None
    except Trouble as trouble:
        return Settings(), trouble


def base_url(settings: Settings, env: Mapping[str, str] | None = None) -> str:
    """Return where new tasks go, in its one spelling: QUICKROUTER_BASE_URL, else the setting.

    Raises:
        Trouble: USAGE, the address cannot be used.
    """
    named = (os.environ if env is None else env).get("QUICKROUTER_BASE_URL", "").strip()
    try:
        return address.normalise(named or settings.host.base_url)
    except Trouble as trouble:
        where = "QUICKROUTER_BASE_URL" if named else "host.base_url"
        raise Trouble(Kind.USAGE, f"{where}: {_(trouble.detail)}") from None


def read_text(path: Path) -> str:
    """Return the text of the file, empty when there is none.

    Raises:
        Trouble: CONFIG, it is no text, or may not be read.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise Trouble(Kind.CONFIG, _say(path, line, _("this is not UTF-8 text"))) from None
    except OSError as error:
        raise Trouble(Kind.CONFIG, _say(path, None, error.strerror or str(error))) from None


def parse(path: Path, text: str) -> dict[str, Any]:
    """Return the content of the file's text, keys with dots of their own put together again.

    Raises:
        Trouble: CONFIG, it is not TOML.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", reason)
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        what = _("not valid TOML: {reason}").format(reason=reason[: found.start()] if found else reason)
        raise Trouble(Kind.CONFIG, _say(path, line, inert(what, limit=300))) from None
    except RecursionError:
        raise Trouble(Kind.CONFIG, _say(path, None, _("too deeply nested"))) from None
    for section in DOTTED:
        if isinstance(data.get(section), dict):
            data[section] = flat(data[section])
    return data


def flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return `table` with the names of inner tables joined by dots."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{name}.")
        else:
            found[before + name] = value
    return found


def _refuse(path: Path, text: str, place: tuple[str, ...], what: str) -> NoReturn:
    from qr_tui.config.lines import line_of

    line = line_of(text, place)
    raise Trouble(Kind.CONFIG, _say(path, line, what))


def _say(path: Path, line: int | None, what: str) -> str:
    if line is None:
        return f"{inert(str(path))}: {what}"
    return _("{file}: line {line}: {what}").format(file=inert(str(path)), line=line, what=what)
