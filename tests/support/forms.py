"""A small app to try one form in: the real screens over the fake engine."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from qr_tui.commands.keymap import Keymap
from qr_tui.config import FileTrouble, Settings, View
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.failures import Trouble
from qr_tui.core.task import Request, Task
from qr_tui.core.text.messages import Detail
from qr_tui.services.checks import Concern, about_input
from qr_tui.services.films.previews import Previews
from qr_tui.services.studio import Studio
from qr_tui.terminal.detect import detect
from qr_tui.ui.context import AppContext
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.glyphs import UNICODE
from qr_tui.ui.theme.palettes import DARK, theme
from tests.support.fake_app import FakeStudio, make_app_context


class CheckingStudio(FakeStudio):
    """The fake engine with the real check of what a person gave."""

    def check(self, request: Request, copies: int = 1) -> list[Concern]:
        return [*about_input(request, copies, self.catalogue), *super().check(request, copies)]


class FormApp(App[Any]):
    """Opens one screen and ends with what it ends with; does for the screen what the app would (`AppServices`)."""

    ENABLE_COMMAND_PALETTE = False
    glyphs = UNICODE
    animation_level = "none"
    file_problem: FileTrouble | None = None
    place = "quickrouter"
    scope = ""
    shows_pictures = False
    has_previews = False
    answer = False  # what a question is answered with

    def __init__(self, app_context: AppContext, make: Callable[[], Screen[Any]]) -> None:
        super().__init__()
        self.app_context = app_context
        self.settings = app_context.settings
        self.keymap = Keymap(self.settings.keys)
        self.terminal = detect(app_context.env)
        self.appearance = Appearance(self.glyphs, DARK, Catalogue())
        self.previews = Previews(app_context.paths.cache)
        self._make = make
        self.asked: list[str] = []
        self.written: list[str] = []
        self.result: Any = "still open"
        self.copied: list[tuple[str, str]] = []

    async def draws_pixels(self) -> bool:
        return False

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return {"row-cursor": DARK.cursor, "rail": DARK.rail, "field-focus": DARK.cursor}

    def on_mount(self) -> None:
        self.register_theme(theme(DARK))
        self.theme = DARK.name
        self.push_screen(self._make(), self.end)

    def end(self, result: Any) -> None:
        self.result = result

    def copy_text(self, label: str, text: str) -> None:
        self.copied.append((label, text))

    def begin(self) -> None:
        """There is no engine to start."""

    async def engine(self) -> Studio:
        return self.app_context.make_studio(lambda _event: None)

    def standing(self, task: Task) -> Detail:
        return ""

    async def whole(self, task: Task) -> Task:
        return task

    def next_look(self) -> float | None:
        return None

    async def ask(self, title: str, lines: Sequence[str], *, yes: str = "", no: str = "", pays: bool = False) -> bool:
        self.asked.append(title)
        return self.answer

    async def compose_from(self, start: Task | None) -> None:
        """Nothing is written here but what the screen is for."""

    def catch_up(self) -> None:
        """There is no list."""

    def keep_view(self, digit: int, view: View | None) -> None:
        """There is no list."""

    def use_settings(self, settings: Settings) -> list[Trouble]:
        self.settings = settings
        return []

    def write(self, sequence: str) -> None:
        self.written.append(sequence)

    def hold_keys(self) -> Callable[[], None]:
        return lambda: None


def front_of(home: Path, studio: FakeStudio, **changes: Any) -> AppContext:
    return make_app_context(home, studio, **changes)


def drive(app: FormApp, script: Callable[[Pilot[Any]], Awaitable[None]], *, size: tuple[int, int] = (80, 24)) -> None:
    """Run `script` against `app`."""

    async def run() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            await script(pilot)

    asyncio.run(run())


def shown(app: App[Any]) -> str:
    """Return the screen as text, one line a row, the marks of wide characters' second cells left out."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


async def until(pilot: Pilot[Any], holds: Callable[[], bool]) -> None:
    """Wait until `holds` says so, ten seconds at most."""
    for _ in range(500):
        if holds():
            return
        await pilot.pause(0.02)
    raise AssertionError(f"never came true; the screen shows:\n{shown(pilot.app)}")


async def in_sight(pilot: Pilot[Any], *, least: int = 1) -> None:
    """Wait until what has the focus is on the screen, at least `least` cells of it."""

    def holds() -> bool:
        focused = pilot.app.focused
        assert focused is not None
        region = pilot.app.screen.find_widget(focused).visible_region
        return region.height >= 1 and region.width >= least

    await until(pilot, holds)
