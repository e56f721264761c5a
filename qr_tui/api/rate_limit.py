"""At most so many bytes a second, over all threads that share it."""

import threading
import time
from typing import Final

_BURST: Final = 0.25  # seconds' worth that may come at once


class RateLimit:
    """A token bucket.

    Args:
        rate: Bytes a second; 0 is no limit.
    """

    def __init__(self, rate: int = 0) -> None:
        self.rate = rate
        self._mutex = threading.Lock()
        self._free_at = 0.0

    def take(self, size: int, stop: threading.Event) -> None:
        """Wait until `size` bytes that have arrived may have arrived, or `stop` is set."""
        if not self.rate:
            return
        with self._mutex:
            now = time.monotonic()
            self._free_at = max(self._free_at, now - _BURST) + size / self.rate
            wait = self._free_at - now
        if wait > 0:
            stop.wait(wait)
