"""Reading `config.toml`: the settings, or an error that names file, line and key."""

import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from qr_tui.config.settings import Settings
from qr_tui.config.trouble import FileTrouble, is_about_money
from qr_tui.core import address
from qr_tui.core.environment import BASE_URL
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.money.prices import Price
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Detail, Message, titled

if TYPE_CHECKING:
    from qr_tui.config.check import Mistake

# Sections whose keys hold dots of their own: `tasks.new`, `veo3.1`. TOML reads them as tables unless they are quoted.
DOTTED = ("keys", "prices")


def load(path: Path) -> Settings:
    """Return the settings in the file at `path`; a missing file means the defaults.

    Raises:
        Trouble: CONFIG, it cannot be read; the detail names the file, the line where it is known, and the key.
    """
    settings, trouble = load_or_default(path)
    if trouble is not None:
        raise trouble
    return settings


def load_or_default(path: Path) -> tuple[Settings, FileTrouble | None]:
    """Return the settings that are sound and what is wrong with the file, which stays as it is.

    What is wrong gets its default, and nothing else does: a slip in the colours must not lift a limit on spending.
    """
    try:
        return understand(path, read_text(path))
    except FileTrouble as trouble:
        return Settings(), trouble


def understand(path: Path, text: str) -> tuple[Settings, FileTrouble | None]:
    """Return the settings in the text of the file at `path`, and the first thing that is wrong with it.

    Raises:
        FileTrouble: It is not TOML, so that nothing in it can be known.
    """
    data = parse(path, text)
    try:
        settings = msgspec.convert(data, Settings)
        if settings == Settings():
            return settings, None
    except msgspec.ValidationError:
        pass
    # the table of types and ranges is built only for a file that says something
    from qr_tui.config.check import mend, mistakes

    found = mistakes(data)
    if found:
        mend(data)
    return msgspec.convert(data, Settings), first(path, text, found) if found else None


def base_url(settings: Settings, env: Mapping[str, str] | None = None) -> str:
    """Return where new tasks go, in its one spelling: QUICKROUTER_BASE_URL, else the setting.

    Raises:
        Trouble: USAGE, the address cannot be used.
    """
    named = named_host(env)
    try:
        return address.normalise(named or settings.host.base_url)
    except Trouble as trouble:
        where = BASE_URL if named else "host.base_url"
        raise Trouble(Kind.USAGE, titled(where, trouble.detail)) from None


def named_host(env: Mapping[str, str] | None = None) -> str:
    """Return what QUICKROUTER_BASE_URL says, which goes before the setting; empty when it says nothing."""
    return (os.environ if env is None else env).get(BASE_URL, "").strip()


def read_text(path: Path) -> str:
    """Return the text of the file, empty when there is none.

    Raises:
        FileTrouble: It is no text, or may not be read.
    """
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _unreadable(path, line, Message(N_("this is not UTF-8 text"))) from None
    except OSError as error:
        raise _unreadable(path, None, error.strerror or str(error)) from None


def parse(path: Path, text: str) -> dict[str, Any]:
    """Return the content of the file's text, keys with dots of their own put together again.

    Raises:
        FileTrouble: It is not TOML.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        reason = str(error)
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", reason)
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        reason = inert(reason[: found.start()] if found else reason, limit=280)
        raise _unreadable(path, line, Message(N_("not valid TOML: {reason}"), {"reason": reason})) from None
    except RecursionError:
        raise _unreadable(path, None, Message(N_("too deeply nested"))) from None
    for section in DOTTED:
        if isinstance(data.get(section), dict):
            data[section] = flat(data[section])
    return data


def flat(table: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Return `table` with the names of inner tables joined by dots; a price that is a table stays one."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, dict) and value.keys().isdisjoint(Price.__struct_fields__):
            found |= flat(value, f"{before}{name}.")
        else:
            found[before + name] = value
    return found


def first(path: Path, text: str, found: Sequence["Mistake"]) -> FileTrouble:
    """Return the first of the mistakes `found` in the text of the file as what a person reads."""
    from qr_tui.config.lines import line_of

    mistake = found[0]
    known = not any(is_about_money(one.path) for one in found)
    return FileTrouble(path, mistake.what, line=line_of(text, mistake.path), key=mistake.key, limits_known=known)


def _unreadable(path: Path, line: int | None, what: Detail) -> FileTrouble:
    return FileTrouble(path, what, line=line, limits_known=False)
