"""One setting by its key: what it is now, and what a typed text makes of it."""

from typing import Any

from qr_tui.config.check import span, unknown
from qr_tui.config.describe import DESCRIBE, Setting
from qr_tui.config.settings import Settings
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message, clauses, titled


def setting(key: str) -> Setting:
    """Return the row of `DESCRIBE` for `key`; a key inside a table, like ``prices.veo3.1``, gets its table's.

    Raises:
        Trouble: USAGE, there is none; the detail names the nearest.
    """
    rows = {row.key: row for row in DESCRIBE}
    section = key.partition(".")[0]
    if key in rows:
        return rows[key]
    if section in rows and rows[section].kind == "table":
        return rows[section]
    name = inert(key, limit=200)
    raise Trouble(Kind.USAGE, titled(name, unknown(key, rows)))


def value(settings: Settings, key: str) -> Any:  # noqa: ANN401
    """Return what the setting called `key` is now.

    Raises:
        Trouble: USAGE, there is no such setting.
    """
    row = setting(key)
    if row.kind == "table":
        table = getattr(settings, row.key)
        return table if key == row.key else table.get(key.removeprefix(f"{row.key}."))
    section, _dot, name = key.partition(".")
    return getattr(getattr(settings, section), name)


def is_limit(key: str) -> bool:
    """Tell whether the setting called `key` is a limit of the person's own: it is never removed without a yes."""
    return key in ("limits.videos_per_day", "limits.credits_per_day")


def from_text(key: str, text: str) -> Any:  # noqa: ANN401
    """Return the value that `text`, typed by a person, means for the setting called `key`, ready for `save`.

    Raises:
        Trouble: USAGE, there is no such setting, or the text cannot be its value; ranges are `save`'s to check.
    """
    row = setting(key)
    kind = {"prices": "number", "keys": "text", "parameters": "parameter"}.get(row.key, row.kind)
    if key == row.key and row.kind == "table":
        kind = "table"
    text = text.strip()
    try:
        match kind:
            case "integer":
                return int(text)
            case "number":
                # a whole number stays as it was typed: 100, not 100.0
                return int(text) if text.lstrip("+-").isdecimal() else float(text)
            case "switch":
                return {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}[text.lower()]
            case "parameter":
                return _parameter(text)
            case "table":
                raise Trouble(Kind.USAGE, Message(N_("{key}: please edit config.toml for this"), {"key": inert(key)}))
    except (ValueError, KeyError):
        wanted = {"integer": N_("an integer"), "number": N_("a number"), "switch": N_("true or false")}[kind]
        what = clauses(
            filter(None, (Message(N_("expected {wanted}"), {"wanted": Message(wanted)}), span(row.low, row.high)))
        )
        raise Trouble(Kind.USAGE, titled(inert(key), what)) from None
    return text


def _parameter(text: str) -> Any:  # noqa: ANN401
    """Return what a parameter's value means: true, false and numbers are themselves, anything else is text."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return int(text)
    except ValueError:
        return text
