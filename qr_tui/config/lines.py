"""The line on which a key of a TOML file stands: best effort, for error messages."""

import re
import tomllib
from typing import Any, Final

_HEADER: Final = re.compile(r"\s*\[\[?([^\[\]]+|\"[^\"]*\"|'[^']*')+\]\]?\s*(?:#.*)?")
_KEY: Final = re.compile(r"\s*((?:[A-Za-z0-9_.\s-]|\"[^\"]*\"|'[^']*')+?)\s*=")


def line_of(text: str, path: tuple[str, ...]) -> int | None:
    """Return the line of the key at `path`, or of the nearest table above it, or None."""
    wanted, best, depth = ".".join(path), None, 0
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if _HEADER.fullmatch(line):
            here = table = _keys(line)
        elif found := _KEY.match(line):
            here = (*table, *_keys(f"{found[1]} = 0"))
        else:
            continue
        # joined, because `veo3.1 = 5` and `"veo3.1" = 5` are one key to us
        name = ".".join(here)
        if name == wanted:
            return number
        if len(name) > depth and wanted.startswith(f"{name}."):
            best, depth = number, len(name)
        elif best is None and name.startswith(f"{wanted}."):
            best = number
    return best


def _keys(line: str) -> tuple[str, ...]:
    """Return the keys that one header or assignment names, outermost first."""
    try:
        value: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    names: list[str] = []
    while isinstance(value, (dict, list)) and value:
        if isinstance(value, list):
            value = value[0]
            continue
        name, value = next(iter(value.items()))
        names.append(name)
    return tuple(names)
