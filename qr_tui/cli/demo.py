"""`qr-tui --demo`: everything, for nothing. A simulated provider, a throw-away home, and a few tasks at every stage."""

import asyncio
import os
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from qr_tui import paths
from qr_tui.cli import output, run_app, sending
from qr_tui.cli.context import CliContext
from qr_tui.core.environment import API_KEY, BASE_URL, HOME
from qr_tui.core.schedule import Pace
from qr_tui.core.task import Request, Task
from qr_tui.i18n import _
from qr_tui.paths import Paths
from qr_tui.terminal.detect import is_dumb

if TYPE_CHECKING:
    from qr_tui.config import Settings
    from qr_tui.services.studio import Studio
    from qr_tui.simulator import Simulator

KEY: Final = "sk-demo-nothing-is-billed"
SPEED: Final = 28.0  # a Sora video takes 6 to 11 seconds
PACE: Final = Pace(first=0.5, early=0.7, early_spread=0.3, late=1.0, look_backoff=1.0, backoff=2.0, per_minute=600)
QUICK: Final = Pace(
    first=0.0, early=0.05, early_spread=0.0, late=0.05, look_backoff=0.1, backoff=0.1, per_minute=60_000
)
_TOOK: Final = 240.0  # seconds that a finished video is said to have taken
_QUEUE: Final = 20.0  # seconds that the waiting one still waits
_PATIENCE: Final = 5.0  # seconds for a call to a simulator in this very process
_MOMENT: Final = 0.01


class Scene(NamedTuple):
    """One task that is there from the start: what was asked, how long ago, and where it stands now."""

    request: Request
    ago: float  # seconds
    stage: Literal[
        "pending", "processing", "completed", "failed", "lost"
    ]  # ``lost`` loses the answer to its create call
    progress: float | None = None
    reason: str = ""
    copies: int = 1


def _sora(prompt: str, seconds: int = 15, orientation: str = "portrait", **more: bool) -> Request:
    return Request(
        model="sora-2-pro", prompt=prompt, parameters={"orientation": orientation, "duration": seconds, **more}
    )


# the oldest first, in the order in which they are sent
SCENES: Final = (
    Scene(
        _sora("two friends laughing in a photo booth, 1990s film grain", 25, private=True),
        7_300,
        "failed",
        None,
        "real_people",
    ),
    Scene(
        Request(
            model="veo3.1-fast",
            prompt="a paper boat sails down a rain gutter, macro",
            parameters={"aspect_ratio": "16:9"},
        ),
        3_900,
        "completed",
    ),
    Scene(_sora("a white boat on a calm sea, three takes"), 2_100, "completed", copies=3),
    Scene(_sora("清晨的雾里，一列绿皮火车慢慢驶过稻田", orientation="landscape"), 1_500, "completed"),
    Scene(_sora("a lighthouse keeper's cat watches the storm come in", 25, "landscape"), 310, "lost"),
    Scene(_sora("make animate"), 130, "processing", 0.35),
    Scene(_sora("一只纸船在雨中漂流，镜头缓缓拉远，水面映出霓虹灯光", 25, "landscape"), 40, "processing", 0.04),
    Scene(_sora("an origami crane unfolds itself and flies off the desk"), 10, "pending"),
)
WORDY: Final = (_sora("a paper boat in the rain"), _sora("一只纸船在雨中漂流", orientation="landscape"))


def run(context: CliContext) -> int:
    """Show the app on a simulated provider; without a terminal do the same job in words."""
    from qr_tui import config
    from qr_tui.simulator import Options, Simulator

    own = context.lenient_settings[0]
    with (
        tempfile.TemporaryDirectory(prefix="qr-tui-demo-", ignore_cleanup_errors=True) as home,
        Simulator(Options(speed=SPEED)) as simulator,
    ):
        # whatever the environment says of a real host or key, and wherever it keeps real tasks: not in the demo
        os.environ |= {BASE_URL: simulator.url, API_KEY: KEY, HOME: home}
        settings = config.Settings(
            host=config.HostSettings(base_url=simulator.url), ui=own.ui, keys=own.keys, notify=own.notify
        )
        demo = DemoContext(paths.under(Path(home)), settings, simulator)
        if run_app.on_terminal() and not is_dumb(os.environ):
            return run_app.run_app(demo, seed=demo.seed)
        return in_words(demo)


class DemoContext(CliContext):
    """The context of the demo: folders and settings of its own, and the simulated provider."""

    def __init__(self, folders: Paths, settings: "Settings", simulator: "Simulator") -> None:
        super().__init__(folders, settings, PACE)
        self._simulator = simulator

    def seed(self) -> None:
        """Have the tasks made by the real engine at the simulated provider, before the app's own engine opens."""
        asyncio.run(self._seed())

    async def _seed(self) -> None:
        from qr_tui.services.clock import Clock
        from qr_tui.services.studio import Studio

        class Past(Clock):
            """A clock that stands so many seconds ago."""

            ago = 0.0

            def now(self) -> float:
                return super().now() - self.ago

        clock = Past()
        studio = Studio(self.paths, self.settings, self.keys, sink=lambda _event: None, clock=clock, pace=QUICK)
        studio.downloader.enabled = False  # the app's own engine fetches the films, for the person to see
        await studio.start()
        try:
            unfinished: list[str] = []
            for scene in SCENES:
                clock.ago = scene.ago
                tasks = await self._send(studio, scene)
                if scene.stage in ("completed", "failed"):
                    clock.ago = max(0.0, scene.ago - _TOOK)
                    await self._look(studio, [task.key for task in tasks])
                else:
                    unfinished += [task.key for task in tasks if task.id]
            clock.ago = 0.0
            await self._look(studio, unfinished)
        finally:
            await studio.close()

    async def _send(self, studio: "Studio", scene: Scene) -> list[Task]:
        if scene.stage == "lost":
            self._simulator.fault("create:reset")
        made = await studio.submit(scene.request, copies=scene.copies, confirmed=True)
        await studio.sent([task.key for task in made], timeout=_PATIENCE)
        tasks = [studio.get(task.key) or task for task in made]
        for task in tasks:
            if not task.id or scene.stage == "lost":
                continue
            held = scene.stage == "pending"
            self._simulator.force(
                task.id, status=scene.stage, progress=scene.progress, reason=scene.reason, hold=held or None
            )
            if held:
                self._release_later(task.id)
        return tasks

    async def _look(self, studio: "Studio", keys: list[str]) -> None:
        """Look at these and return once what was seen is known."""
        before = {key: task.raw for key in keys if (task := studio.get(key))}
        await studio.look(keys)
        for _attempt in range(int(_PATIENCE / _MOMENT)):
            if all((task := studio.get(key)) is None or task.raw != before[key] for key in keys):
                return
            await asyncio.sleep(_MOMENT)

    def _release_later(self, task_id: str) -> None:
        """Let a waiting task go on after a while, as a queue does."""
        timer = threading.Timer(_QUEUE, lambda: self._simulator.force(task_id, hold=False))
        timer.daemon = True
        timer.start()


def in_words(demo: DemoContext) -> int:
    """Do without a screen what the app shows: two videos, their progress, their ids, states and files."""
    output.say(_("DEMO: nothing is billed. Two videos are made at a simulated provider on this machine."))

    async def submit(studio: "Studio") -> list[Task]:
        return [task for request in WORDY for task in await studio.submit(request, confirmed=True)]

    return sending.send(demo, submit, wait=True, download=True, timeout=_PATIENCE * 12, as_json=False)
