"""How the screens look, to the cell: each in both themes, three sizes and two languages. `make snapshots` renews."""

import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from qr_tui import i18n
from qr_tui.config import Settings, Ui
from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, HistoryEntry, Status, Task
from qr_tui.ui.app import QrTui
from tests.support.driving import Run
from tests.support.fake_app import NOW, FakeStudio, make_app_context, make_task

SCREENS = {
    "tasks": ("j", "j"),
    "compose": ("n",),
    "details": ("G", "enter"),
    "help": ("question_mark",),
    "settings": ("comma",),
}
SIZES = {"80x24": (80, 24), "120x36": (120, 36), "60x15": (60, 15)}
VEO = {"aspect_ratio": "16:9", "enhance_prompt": True, "enable_upsample": False}

TASKS: tuple[Task, ...] = (
    make_task(9, status=Status.QUEUED, id=None, created_at=NOW - 3, prompt="an origami crane unfolds itself"),
    make_task(8, status=Status.WAITING, created_at=NOW - 10, prompt="一只纸船在雨中漂流，镜头缓缓拉远"),
    make_task(7, progress=62.0, created_at=NOW - 130, prompt="make animate", provider_status="processing"),
    make_task(6, model="veo3.1-fast", parameters=VEO, progress=None, created_at=NOW - 90, prompt="no progress told"),
    make_task(
        5,
        status=Status.UNCONFIRMED,
        id=None,
        created_at=NOW - 300,
        failure=Failure(kind=Kind.LOST_ANSWER, detail="the connection broke before the answer was complete"),
    ),
    make_task(
        4, status=Status.DONE, created_at=NOW - 1_500, finished_at=NOW - 1_260, prompt="清晨的雾里，一列绿皮火车"
    ),
    make_task(3, status=Status.STOPPED, created_at=NOW - 4_000, prompt="[/b] [bold] \x1b[2J hostile\u202e words"),
    make_task(
        2,
        status=Status.FAILED,
        created_at=NOW - 7_300,
        submitted_at=NOW - 7_299,
        finished_at=NOW - 7_060,
        prompt="two friends laughing in a photo booth",
        failure=Failure(kind=Kind.REAL_PEOPLE, detail="photorealistic people", request_id="20261122example"),
        history=(
            HistoryEntry(NOW - 7_300, Status.QUEUED),
            HistoryEntry(NOW - 7_299, Status.WAITING, "pending"),
            HistoryEntry(NOW - 7_060, Status.FAILED, "failed"),
        ),
        raw='{"id": "sora-2:task_01example000002", "status": "failed"}',
    ),
)


@pytest.fixture(autouse=True)
def noon_in_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are shown in the zone of the person: here always the same one."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()
    i18n.install("en")


@pytest.mark.parametrize(
    ("screen", "theme", "size", "language"), list(product(SCREENS, ("dark", "light"), SIZES, i18n.LANGUAGES))
)
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
