"""Writes the tables of README.md that come from the program itself: ``python -m tests.support.tools.readme``."""

import re
import sys
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec

from qr_tui.cli.commands.keys import SCOPES
from qr_tui.commands.keymap import display
from qr_tui.commands.registry import COMMANDS, Command
from qr_tui.config import DESCRIBE, Setting
from qr_tui.simulator.options import FAULTS

README: Final = Path(__file__).parents[3] / "README.md"


def keys() -> str:
    """Return every command with its default keys, a table for each screen."""
    parts = []
    for scope, title in SCOPES.items():
        rows = ["| keys | command | |", "|---|---|---|"]
        scoped = [command for command in COMMANDS if command.scope == scope]
        rows += [_command_row(list(alike)) for _help, alike in groupby(scoped, lambda command: command.help)]
        parts.append(f"**{title}**\n\n" + "\n".join(rows))
    return "\n\n".join(parts)


def _command_row(alike: list[Command]) -> str:
    first, last = alike[0], alike[-1]
    if len(alike) > 1:
        return f"| {_pressed(first)} … {_pressed(last)} | `{first.id}` … | {first.help} |"
    return f"| {_pressed(first)} | `{first.id}` | {first.help} |"


def _pressed(command: Command) -> str:
    return " ".join(f"`{display(key)}`" for key in command.keys)


def settings() -> str:
    """Return every setting with its default and what it takes."""
    rows = ["| setting | default | takes | |", "|---|---|---|---|"]
    for setting in DESCRIBE:
        rows.append(f"| `{setting.key}` | {_default(setting)} | {_takes(setting)} | {setting.help} |")
    return "\n".join(rows)


def _default(setting: Setting) -> str:
    if setting.default in ("", {}):
        return ""
    text = setting.default if isinstance(setting.default, str) else msgspec.json.encode(setting.default).decode()
    return f"`{text}`"


def _takes(setting: Setting) -> str:
    if setting.values:
        return ", ".join(f"`{value}`" for value in setting.values)
    if setting.low is None and setting.high is None:
        return setting.kind
    if setting.high is None:
        return f"{setting.kind}, {setting.low:g} or more"
    return f"{setting.kind}, {setting.low:g}–{setting.high:g}"


def faults() -> str:
    """Return every fault of the simulator."""
    return ", ".join(f"`{fault}`" for fault in sorted(FAULTS))


def written(text: str) -> str:
    """Return the README `text` with its generated parts as they should be."""
    for name, made in {"keys": f"\n{keys()}\n", "settings": f"\n{settings()}\n", "faults": faults()}.items():
        found = re.search(rf"<!-- {name}\b[^>]*-->(.*?)<!-- end of {name} -->", text, re.DOTALL)
        if found is None:
            raise ValueError(f"README.md: the marks of {name} are missing")
        text = text[: found.start(1)] + made + text[found.end(1) :]
    return text


def main() -> int:
    """Write README.md anew."""
    README.write_text(written(README.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
