"""The two times the engine lives by, in one place so that a test can turn the hands."""

import asyncio
import time


class Clock:
    """Wall time for what a person reads, steady time for what is due.

    Due times are kept in steady time: a wall clock that jumps never makes a task wait for hours or look twice.
    """

    def now(self) -> float:
        """Return the wall time in Unix seconds."""
        return time.time()

    def steady(self) -> float:
        """Return seconds that never go back and are not moved by setting the clock."""
        return time.monotonic()

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Return when `event` is set or `seconds` have passed, whichever is first."""
        try:
            async with asyncio.timeout(max(0.0, seconds)):
                await event.wait()
        except TimeoutError:
            pass
