"""How the app looks, to the cell: its five screens, and every other state once. `make snapshots` renews them."""

import io
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.timer import Timer

from qr_tui import i18n, secrets
from qr_tui.config import Settings, Ui
from qr_tui.core.text.messages import Message
from qr_tui.ui.app import QrTui
from tests.support.app_states import STATES, TASKS, AppState
from tests.support.driving import Run
from tests.support.fake_app import NOW, FakeStudio, make_app_context
from tests.support.forms import CheckingStudio

SCREENS = {
    "tasks": ("j", "j"),
    "compose": ("n",),
    "details": ("G", "enter"),
    "help": ("question_mark",),
    "settings": ("comma",),
}
SIZES = {"80x24": (80, 24), "120x36": (120, 36), "60x15": (60, 15)}
THEMES = ("dark", "light")
# Every screen in each size, theme and language, and each pair of those three somewhere.
LOOKS = (
    ("tasks", "dark", "80x24", "en"),
    ("tasks", "light", "120x36", "zh_CN"),
    ("tasks", "dark", "60x15", "zh_CN"),
    ("compose", "light", "80x24", "zh_CN"),
    ("compose", "dark", "120x36", "en"),
    ("compose", "light", "60x15", "en"),
    ("details", "dark", "80x24", "zh_CN"),
    ("details", "light", "120x36", "en"),
    ("details", "dark", "60x15", "en"),
    ("help", "light", "80x24", "en"),
    ("help", "dark", "120x36", "zh_CN"),
    ("help", "light", "60x15", "zh_CN"),
    ("settings", "dark", "80x24", "en"),
    ("settings", "light", "120x36", "zh_CN"),
    ("settings", "light", "60x15", "en"),
)
LONGEST_TIMER = 0.5  # seconds; what takes less is a part of drawing
HOUR = 3_600.0
WITH_LANGUAGE = [
    (name, language)
    for name, state in STATES.items()
    for language in i18n.LANGUAGES
    if language == "en" or state.chinese
]


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connect asks the system for its keyring: here there is none anywhere."""
    monkeypatch.setattr(secrets, "keyring_works", lambda: (False, Message("this system has no keyring")))


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing changes by itself: no toast goes and no draft is saved, however slow the machine is."""
    set_timer = MessagePump.set_timer

    def held(self: MessagePump, delay: float, *given: Any, **options: Any) -> Timer:
        return set_timer(self, delay if delay < LONGEST_TIMER else HOUR, *given, **options)

    monkeypatch.setattr(MessagePump, "set_timer", held)


def test_the_looks_cover_every_pair() -> None:
    values = (tuple(SCREENS), THEMES, tuple(SIZES), tuple(i18n.LANGUAGES))
    for one, two in combinations(range(4), 2):
        assert {(look[one], look[two]) for look in LOOKS} == {(a, b) for a in values[one] for b in values[two]}


@pytest.mark.parametrize(("screen", "theme", "size", "language"), LOOKS)
def test_looks_as_it_did(
    snap_compare: Callable[..., bool], tmp_path: Path, screen: str, theme: Any, size: str, language: Any
) -> None:
    i18n.install(language)
    studio = FakeStudio(TASKS)
    studio.due = NOW + 4
    home = Path("/home/someone") if screen == "settings" else tmp_path  # settings shows where they are written
    app = QrTui(make_app_context(home, studio, settings=Settings(ui=Ui(theme=theme, language=language))))

    async def pose(pilot: Pilot[Any]) -> None:
        run = Run(app, studio, pilot)
        await run.until(lambda: app._studio is not None and app.tasks.list_model.loaded)
        await run.settle()
        for key in SCREENS[screen]:
            await run.press(key)
        await run.until(lambda: type(app.screen).__name__.lower().startswith(screen))
        await run.settle()

    assert snap_compare(app, terminal_size=SIZES[size], run_before=pose)


@pytest.mark.parametrize(("name", "language"), WITH_LANGUAGE)
def test_state_looks_as_it_did(
    snap_compare: Callable[..., bool], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, language: Any
) -> None:
    i18n.install(language)
    monkeypatch.chdir(tmp_path)
    state = STATES[name]
    studio = CheckingStudio(state.tasks)
    studio.due = NOW + 4
    state.arrange(studio)
    app = make_app(state, studio, language, monkeypatch)

    async def pose(pilot: Pilot[Any]) -> None:
        run = Run(app, studio, pilot)
        await run.until(lambda: app._studio is not None and (app.tasks.list_model.loaded or studio.hold_load))
        await run.settle()
        if state.prompt:
            await run.press("n")
            await run.type(state.prompt)
        await run.press(*state.keys)
        if state.then is not None:
            await state.then(run)
        if language == "en":
            await run.until(lambda: state.shows in run.screen)
        await run.settle()

    assert snap_compare(app, terminal_size=state.size, run_before=pose)


def make_app(state: AppState, studio: FakeStudio, language: Any, monkeypatch: pytest.MonkeyPatch) -> QrTui:
    """Return the app that comes into `state`; its home is named the same wherever the test runs."""
    context = dict(state.context)
    settings: Settings = context.pop("settings", Settings())
    settings = msgspec.structs.replace(settings, ui=msgspec.structs.replace(settings.ui, language=language))
    with monkeypatch.context() as patch:
        if state.no_color:
            patch.setenv("NO_COLOR", "1")  # Textual reads it itself, when the app is made
        app = QrTui(make_app_context(Path("home"), studio, settings=settings, **context))
    screens = app.export_screenshot

    def picture(**options: Any) -> str:
        """Draw what a terminal too small for the screens is shown in their place: it is drawn over them."""
        if not app.cramped:
            return screens(**options)
        console = Console(width=app.size.width, height=app.size.height, file=io.StringIO(), record=True)
        console.print(app.cramped, highlight=False)
        return console.export_svg(title=app.title)

    monkeypatch.setattr(app, "export_screenshot", picture)
    return app
