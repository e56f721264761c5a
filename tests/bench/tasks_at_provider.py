"""Tasks that a simulator really has, to be polled."""

import asyncio

from qr_tui.core.task import Request
from qr_tui.simulator.server import Simulator
from tests.bench.homes import KEY, NEWEST
from tests.support.wire import wire


def running(simulator: Simulator, count: int) -> tuple[str, ...]:
    """Make `count` tasks at the simulator, all of them in progress, and return their ids."""
    from qr_tui.api.client import QuickRouter
    from qr_tui.core.catalogue import Catalogue
    from qr_tui.secrets import Key

    async def make() -> tuple[str, ...]:
        client = QuickRouter(simulator.url, Key(KEY, "memory", simulator.url))
        request = Catalogue().complete(Request(model="sora-2-pro", prompt=NEWEST))
        ids = [(await client.create(wire(request))).id for _ in range(count)]
        await client.aclose()
        return tuple(ids)

    ids = asyncio.run(make())
    hold(simulator, ids, 0.1)
    return ids


def hold(simulator: Simulator, ids: tuple[str, ...], progress: float) -> None:
    """Let these tasks stand at `progress` (0 to 1) until told otherwise."""
    for task_id in ids:
        simulator.force(task_id, status="processing", progress=progress, hold=True)
