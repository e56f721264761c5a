"""The whole app over the fake engine, driven by keys."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from qr_tui.core.task import Task
from qr_tui.ui.app import QrTui
from tests.support.fake_app import FakeStudio, make_app_context
from tests.support.forms import shown, until

Script = Callable[["Run"], Awaitable[None]]


class Run:
    """One running app."""

    def __init__(self, app: QrTui, studio: FakeStudio, pilot: Pilot[Any]) -> None:
        self.app = app
        self.studio = studio
        self.pilot = pilot

    async def press(self, *keys: str) -> None:
        """Press keys and let everything settle."""
        await self.pilot.press(*keys)
        await self.settle()

    async def type(self, text: str) -> None:
        """Type text a character at a time."""
        for char in text:
            await self.pilot.press("space" if char == " " else char)
        await self.settle()

    async def settle(self) -> None:
        """Let messages and the workers of commands come to rest, dialogs left open."""
        await self.pilot.pause()
        await self.until(lambda: self.app.key_queue.all_read)
        await self.pilot.pause()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that a worker or a thread brings about."""
        await until(self.pilot, holds)

    @property
    def screen(self) -> str:
        """The screen as text."""
        return shown(self.app)

    @property
    def line(self) -> list[str]:
        """The screen's lines."""
        return self.screen.split("\n")

    @property
    def toasts(self) -> list[str]:
        """What was said, title and text, oldest first."""
        return [f"{note.title} {note.message}".strip() for note in self.app._notifications]

    @property
    def cursor(self) -> str | None:
        """The key of the task under the cursor."""
        return self.app.tasks.list_model.cursor

    @property
    def shown(self) -> list[str]:
        """The keys of the rows."""
        return self.app.tasks.list_model.shown

    @property
    def on(self) -> str:
        """The class of the screen on top."""
        return type(self.app.screen).__name__


def run(
    home: Path, tasks: Sequence[Task], script: Script, *, size: tuple[int, int] = (80, 24), **changes: Any
) -> FakeStudio:
    """Run `script` on the app with these tasks; return the engine as it was left."""
    studio = changes.pop("studio", None) or FakeStudio(tasks)
    app = QrTui(make_app_context(home, studio, **changes))

    async def whole() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            driving = Run(app, studio, pilot)
            await driving.until(lambda: app.tasks.list_model.loaded or studio.hold_load)
            await driving.until(lambda: app._studio is not None or app._failure is not None)
            await driving.settle()
            await script(driving)

    asyncio.run(whole())
    return studio
