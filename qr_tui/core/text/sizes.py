"""Numbers of bytes as people write them, and as a rate in few cells; `display.size` shows one."""

import re
from typing import Final

from qr_tui.core.text.display import size

_WRITTEN: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}


def parse(text: str) -> int | None:
    """Return how many bytes ``500K``, ``2M``, ``1.5 GiB`` or ``4096`` means, None for anything else.

    The units are those of 1024.
    """
    found = _WRITTEN.fullmatch(text.strip())
    return None if found is None else int(float(found[1]) * _UNITS[found[2].lower()])


def rate(count: float) -> str:
    """Return bytes a second in few cells, like ``8.1M/s`` or ``512K/s``."""
    number, unit = size(int(count)).split(" ")
    if float(number) >= 100:
        number = f"{float(number):.0f}"
    return f"{number}{unit.removesuffix('iB')}/s"
