"""An engine as the front ends start it, against the simulator over real HTTP, with a short patience."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from qr_tui import config, paths
from qr_tui.api.client import QuickRouter
from qr_tui.api.transport import Timeouts
from qr_tui.core.events import Event
from qr_tui.core.schedule import Pace
from qr_tui.core.task import Request, Task
from qr_tui.secrets import Key, KeyRing
from qr_tui.services.clock import Clock
from qr_tui.services.hosts import Hosts
from qr_tui.services.studio import Studio

KEY = "sk-test-live-0123456789"
QUICK = Pace(
    first=0.02,
    early=0.03,
    early_spread=0.02,
    late=0.05,
    look_backoff=0.05,
    backoff=0.05,
    backoff_cap=0.2,
    per_minute=60_000,
)
SHORT = Timeouts(connect=1.0, read=1.0, create=1.0, write=1.0, pool=1.0, read_whole=2.0, create_whole=2.0)
BOAT = Request(model="sora-2-pro", prompt="a paper boat")


class ShortHosts(Hosts):
    """Hosts with clients that do not wait long."""

    def _make(self, key: Key) -> QuickRouter:
        return QuickRouter(key.base_url, key, timeouts=SHORT)


@contextlib.asynccontextmanager
async def studio(
    home: Path,
    url: str,
    events: list[Event] | None = None,
    *,
    key: str = KEY,
    settings: config.Settings | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Studio]:
    """Start an engine in `home` for the host at `url`, and close it in the end."""
    folders = paths.under(home)
    keys = KeyRing(folders, {"QUICKROUTER_API_KEY": key}, base_url=url)
    settings = settings or config.Settings(host=config.HostSettings(base_url=url))
    sink: Callable[[Event], None] = events.append if events is not None else lambda _event: None
    engine = Studio(folders, settings, keys, sink=sink, pace=QUICK, clock=clock)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


async def until(what: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until `what` is true; fail after `seconds`."""
    async with asyncio.timeout(seconds):
        while not what():  # noqa: ASYNC110 -- what is awaited happens in another thread
            await asyncio.sleep(0.01)


def one(engine: Studio) -> Task:
    """Return the only task."""
    (task,) = engine.tasks()
    return task
