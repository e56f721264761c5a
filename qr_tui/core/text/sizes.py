"""Numbers of bytes, as people write them and as they read them."""

import re
from typing import Final

_WRITTEN: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SHOWN: Final = ("kB", "MB", "GB", "TB")


def parse(text: str) -> int | None:
    """Return how many bytes ``500K``, ``2M``, ``1.5 GiB`` or ``4096`` means, None for anything else.

    The units are those of 1024.
    """
    found = _WRITTEN.fullmatch(text.strip())
    return None if found is None else int(float(found[1]) * _UNITS[found[2].lower()])


def shown(size: float) -> str:
    """Return a number of bytes in three digits or so, like ``24.1 MB``; units of 1024."""
    return _spelled(size, " ")


def rate(size: float) -> str:
    """Return bytes a second in few cells, like ``8.1M/s``."""
    return f"{_spelled(size, '').removesuffix('B').upper()}/s"


def _spelled(size: float, between: str) -> str:
    if size < 1024:
        return f"{size:.0f}{between}B"
    for unit in _SHOWN:
        size /= 1024
        if size < 999.5 or unit == _SHOWN[-1]:
            break
    return f"{size:.0f}{between}{unit}" if size >= 99.95 else f"{size:.1f}{between}{unit}"
