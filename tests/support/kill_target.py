"""The engine as a program of its own, for tests that kill it: `python -m tests.support.kill_target HOME URL GOAL`.

Submits prompts ``film 0``, ``film 1`` … up to GOAL, each once over all its lives, watches them, and ends when every
task is final or needs a person. Prints ``ready`` when the engine has started.
"""

import asyncio
import sys
from pathlib import Path

from qr_tui import config, paths
from qr_tui.core.schedule import Pace
from qr_tui.core.task import Request
from qr_tui.secrets import KeyRing
from qr_tui.services.studio import Studio

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


async def live(home: Path, url: str, goal: int) -> None:
    """Run one life of the engine."""
    settings = config.Settings(host=config.HostSettings(base_url=url))
    keys = KeyRing(paths.under(home), {"QUICKROUTER_API_KEY": "sk-test-kill-0000"}, base_url=url)
    studio = Studio(paths.under(home), settings, keys, sink=lambda _event: None, pace=QUICK)
    await studio.start()
    print("ready", flush=True)  # noqa: T201 -- the test waits for it
    known = {task.prompt for task in studio.tasks()}
    for number in range(goal):
        if f"film {number}" not in known:
            await studio.submit(Request(model="sora-2-pro", prompt=f"film {number}"))
            await asyncio.sleep(0.01)
    await studio.wait([task.key for task in studio.tasks()])
    await studio.close()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
