"""Models and shapes in few cells."""

import math
import re
from collections.abc import Mapping
from typing import Final

from qr_tui.core.task import Parameter

_MAKERS: Final = re.compile(r"^(?:doubao|minimax)-", re.IGNORECASE)
_DATE: Final = re.compile(r"-\d{6}$")


def short(model: str) -> str:
    """Return what tells a model from its cousins in a few cells: its id without the maker and the date."""
    return _DATE.sub("", _MAKERS.sub("", model)) or model


_ASPECTS: Final = {"portrait": "9:16", "landscape": "16:9"}
_SHAPED_BY: Final = ("orientation", "aspect_ratio", "ratio", "size")
_LASTS: Final = ("duration", "seconds")


def shape(parameters: Mapping[str, Parameter]) -> str:
    """Return how a video is shaped in few cells, like ``9:16 15s``: what was asked for, sides and seconds.

    Whatever route it took: the last step of a dotted name counts, and a size in pixels is a shape.
    """
    by_name = {name.rpartition(".")[2]: str(value) for name, value in parameters.items() if value}
    sides = next(filter(None, (_sides(name, by_name.get(name, "")) for name in _SHAPED_BY)), "")
    seconds = next(filter(None, map(by_name.get, _LASTS)), "")
    return f"{sides} {seconds}s".strip() if seconds else sides


def seconds(parameters: Mapping[str, Parameter]) -> float | None:
    """Return how long a video is to be, None where nothing says it."""
    by_name = {name.rpartition(".")[2]: value for name, value in parameters.items()}
    found = next((by_name[name] for name in _LASTS if by_name.get(name)), None)
    try:
        return None if found is None or isinstance(found, bool) else float(found)
    except ValueError:
        return None


def _sides(name: str, value: str) -> str:
    if name != "size":
        return _ASPECTS.get(value, value)
    width, _x, height = value.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        return ""
    shared = math.gcd(int(width), int(height))
    return f"{int(width) // shared}:{int(height) // shared}"
