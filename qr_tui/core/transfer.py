"""A film on its way to the disk, as far as it has come."""

import msgspec


class Transfer(msgspec.Struct, frozen=True):
    """How far one download is.

    Attributes:
        key: Of its task.
        received: Bytes that are on the disk.
        total: Bytes of the whole film, None where nobody said.
        rate: Bytes a second, lately; None where that is not known.
    """

    key: str
    received: int
    total: int | None = None
    rate: float | None = None

    @property
    def percent(self) -> float | None:
        """How much is there, 0–100; None where the whole is not known."""
        return min(100.0, 100 * self.received / self.total) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None where that cannot be told."""
        if not self.total or not self.rate:
            return None
        return max(0.0, (self.total - self.received) / self.rate)
