"""What the provider says is left, kept over time: its own number, never mixed with what we reckon."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from qr_tui import files
from qr_tui.core.answers import Balance
from qr_tui.services.clock import Clock

EVERY: Final = 600.0  # seconds between two samples of one account
KEPT: Final = 2_000  # samples, all accounts together
FILE: Final = "balance.jsonl"  # in the folder of states


class Sample(msgspec.Struct, frozen=True):
    """What one account had at a moment.

    Attributes:
        at: Unix seconds.
        host: Base URL.
        account: Digest of the key.
        remaining: Credits left; None is no limit.
        used: Credits used so far, by all programs with this key; None where the host does not tell.
    """

    at: float
    host: str
    account: str
    remaining: float | None
    used: float | None = None


class Balances:
    """The samples of all accounts. A file that cannot be read or written is no trouble.

    Args:
        path: The file, one sample a line.
        clock: The time.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    def read(self) -> list[Sample]:
        """Return all samples, the oldest first; a line that cannot be read is left out."""
        try:
            lines = self._path.read_bytes().splitlines()
        except OSError:
            return []
        found = []
        for line in lines:
            with suppress(msgspec.DecodeError, UnicodeDecodeError):
                found.append(msgspec.json.decode(line, type=Sample))
        return found

    def note(self, host: str, account: str, balance: Balance) -> Sample:
        """Keep what the host has just said, in the place of a sample of a moment ago; return it."""
        now = self._clock.now()
        sample = Sample(now, host, account, balance.remaining, balance.used)
        samples = self.read()
        mine = [one for one in samples if (one.host, one.account) == (host, account)]
        if len(mine) > 1 and now - mine[-2].at < EVERY:  # the first of an hour stays, the last one moves on
            samples.remove(mine[-1])
        lines = [msgspec.json.encode(one) for one in [*samples, sample][-KEPT:]]
        with suppress(OSError):
            files.write_private(self._path, b"\n".join(lines) + b"\n")
        return sample

    def last(self, host: str, account: str) -> Sample | None:
        """Return the newest sample of an account."""
        mine = [one for one in self.read() if (one.host, one.account) == (host, account)]
        return mine[-1] if mine else None

    def used_since(self, host: str, account: str, since: float) -> tuple[float, float] | None:
        """Return how much the account has used, and since when (Unix seconds), as near to `since` as samples reach."""
        mine = [one for one in self.read() if (one.host, one.account) == (host, account) and one.used is not None]
        if len(mine) < 2:
            return None
        earlier = [one for one in mine if one.at <= since]
        first = earlier[-1] if earlier else mine[0]
        spent = (mine[-1].used or 0.0) - (first.used or 0.0)
        return None if first is mine[-1] or spent < 0 else (round(spent, 6), first.at)
