"""When a link dies, read from its own parameters (quickrouter.md §6)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from qr_tui.api.json_body import number

_SANE: Final = (946_684_800.0, 7_258_118_400.0)  # years 2000 to 2200, in Unix seconds
_SIGNED_FOR: Final = re.compile(r"x-(\w+)-expires")  # amz, goog, oss, tos: seconds after the date of signing
_BASIC_DATE: Final = "%Y%m%dT%H%M%SZ"


def moment(value: object) -> float | None:
    """Return a time as Unix seconds: seconds (10 digits), milliseconds (13), or ISO 8601; None for anything else."""
    seconds = number(value)
    if seconds is None:
        return _iso(value) if isinstance(value, str) else None
    while seconds > _SANE[1] and seconds < 1e17:
        seconds /= 1000
    return _sane(seconds)


def of_link(url: str) -> float | None:
    """Return when a signed link expires (Unix seconds), None when it does not say so."""
    try:
        pairs = parse_qsl(urlsplit(url).query, max_num_fields=100)
    except ValueError:
        return None
    fields = {name.lower(): value for name, value in pairs}
    for name in ("se", "expires_at", "expires"):
        if name in fields and (found := moment(fields[name])) is not None:
            return found
    for name, value in fields.items():
        if scheme := _SIGNED_FOR.fullmatch(name):
            return _after(fields.get(f"x-{scheme.group(1)}-date", ""), value)
    return None


def _after(signed: str, span: str) -> float | None:
    seconds = number(span)
    try:
        start = datetime.strptime(signed, _BASIC_DATE).replace(tzinfo=UTC)
        return None if seconds is None else _sane((start + timedelta(seconds=seconds)).timestamp())
    except (ValueError, OverflowError):
        return None


def _iso(value: str) -> float | None:
    try:
        time = datetime.fromisoformat(value.strip())
        return _sane((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        return None


def _sane(seconds: float) -> float | None:
    return seconds if _SANE[0] <= seconds <= _SANE[1] else None
