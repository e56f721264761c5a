"""One of several processes on one store: `python -m tests.support.several_processes HOME URL ROLE FIELD COUNT`.

ROLE is ``engine`` or ``script``. Sets FIELD of each of the first COUNT tasks of the store, one change at a time. An
engine also polls if it may, prints ``polling TIME`` and ``resting TIME`` (steady seconds of this machine) and lives
until it is killed. The environment's ``PATIENCE`` is for how many seconds it waits for a silent one that polls.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

from qr_tui import config, paths
from qr_tui.core.events import Event, PollingChanged
from qr_tui.secrets import KeyRing
from qr_tui.services.studio import Studio
from qr_tui.store.changes import Change
from qr_tui.store.tasks import TaskStore
from tests.support.live_engine import KEY, QUICK


def say(*words: object) -> None:
    print(*words, flush=True)  # noqa: T201 -- the test reads it


def script(home: Path, field: str, count: int) -> None:
    store = TaskStore(paths.under(home).store)
    store.open()
    for number, task in enumerate(store.tasks()[:count]):
        assert store.apply([Change(task.key, {field: f"{field} {number}"})])
    store.close()
    say("finished")


async def engine(home: Path, url: str, field: str, count: int) -> None:
    def sink(event: Event) -> None:
        if isinstance(event, PollingChanged):
            say("polling" if event.here else "resting", time.monotonic())

    folders = paths.under(home)
    keys = KeyRing(folders, {"QUICKROUTER_API_KEY": KEY}, base_url=url)
    settings = config.Settings(host=config.HostSettings(base_url=url))
    studio = Studio(folders, settings, keys, sink=sink, pace=QUICK, patience=float(os.environ.get("PATIENCE", "15")))
    await studio.start()
    for number, task in enumerate(studio.tasks()[:count]):
        assert await studio._index.apply([Change(task.key, {field: f"{field} {number}"})])
    say("finished")
    await asyncio.Event().wait()


if __name__ == "__main__":
    folder, host, role, name, many = sys.argv[1:]
    if role == "script":
        script(Path(folder), name, int(many))
    else:
        asyncio.run(engine(Path(folder), host, name, int(many)))
