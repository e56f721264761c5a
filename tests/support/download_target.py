"""An engine that fetches one film, as a program that a test kills: ``... download_target HOME URL SIZE RATE``.

Orders a film of SIZE bytes unless it has been ordered in an earlier life, fetches it at RATE bytes a second, and ends
when it is saved. Prints ``ready`` when the engine has started.
"""

import asyncio
import sys
from pathlib import Path

from qr_tui import config, paths
from qr_tui.api.download import Patience
from qr_tui.core.task import Request
from qr_tui.secrets import KeyRing
from qr_tui.services.studio import Studio
from tests.support.kill_target import QUICK


async def live(home: Path, url: str, size: int, rate: int) -> None:
    """Run one life of the engine."""
    settings = config.Settings(
        host=config.HostSettings(base_url=url), downloads=config.Downloads(limit=str(rate), keep_free="0")
    )
    keys = KeyRing(paths.under(home), {"QUICKROUTER_API_KEY": "sk-test-kill-0000"}, base_url=url)
    studio = Studio(paths.under(home), settings, keys, sink=lambda _event: None, pace=QUICK)
    # the test moves the provider's clock on and not ours: no refusal is one that comes of haste
    studio.downloader.patience = Patience(first_retry=0.05, not_yet=())
    await studio.start()
    print("ready", flush=True)  # noqa: T201 -- the test waits for it
    if not studio.tasks():
        prompt = f"a boat [sim:size={size}] [sim:seconds=0]"
        await studio.submit(Request(model="sora-2-pro", prompt=prompt, parameters={"orientation": "portrait"}))
    keys_known = [task.key for task in studio.tasks()]
    await studio.wait(keys_known)
    await studio.fetched(keys_known)
    await studio.close()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
