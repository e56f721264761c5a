"""What hosts have asked for: a slower pace of an account, kept so that it outlives the process that was told."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from qr_tui import files

LONGEST: Final = 3600.0  # seconds; what lies further ahead was written by a clock that has been set back since
Pacings = Mapping[tuple[str, str], float]
"""By base URL and account: until when (Unix seconds) calls should wait."""


class SlowHosts:
    """A small file. It only spares a host some calls, so one that cannot be read or written is no trouble."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, now: float) -> dict[tuple[str, str], float]:
        """Return what is still in force at `now` (Unix seconds)."""
        try:
            rows = msgspec.json.decode(self._path.read_bytes(), type=list[tuple[str, str, float]])
        except (OSError, msgspec.DecodeError):
            return {}
        return {(base_url, account): until for base_url, account, until in rows if now < until <= now + LONGEST}

    def add(self, pacings: Pacings, now: float) -> None:
        """Write these down beside what is still in force; the later end counts."""
        known = self.read(now)
        for place, until in pacings.items():
            known[place] = max(until, known.get(place, 0.0))
        rows = [(base_url, account, until) for (base_url, account), until in known.items()]
        with suppress(OSError):
            files.write_private(self._path, msgspec.json.encode(rows))
