"""`make screenshots`: the real app on the simulator with a frozen clock, drawn into screenshots/.

Run twice it draws the same files: ids follow from the simulator's seed, keys are counted, every clock stands still.
"""

import asyncio
import html
import itertools
import os
import re
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import gettempdir
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

from textual.pilot import Pilot

from qr_tui import config, i18n, paths
from qr_tui.cli.demo import KEY, DemoContext
from qr_tui.core.events import Sink
from qr_tui.core.schedule import Pace
from qr_tui.core.task import FileState, Status
from qr_tui.core.text.display import cells
from qr_tui.services.clock import Clock
from qr_tui.services.studio import Studio
from qr_tui.simulator import Options, Simulator
from qr_tui.ui.app import QrTui
from qr_tui.ui.context import AppContext
from qr_tui.ui.details.picture import PictureBox
from qr_tui.ui.viewer.pages import PICTURES as PICTURES_OF_A_FILM
from qr_tui.ui.viewer.screen import ViewerScreen

FOLDER = Path(__file__).parents[3] / "screenshots"
NOW = 1_795_428_000.0  # 2026-11-23 10:00 UTC
PORT = 8787
FONTS = "'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', Menlo, Consolas, monospace"
TEXT = re.compile(r'<text([^>]*?)x="([\d.]+)"([^>]*?)textLength="([\d.]+)"([^>]*)>([^<]*)</text>')
Script = Callable[[Pilot[Any]], Awaitable[None]]


class Picture(NamedTuple):
    """One file: how large the terminal is, what is pressed, and how the app is set."""

    name: str
    size: tuple[int, int]
    script: Script
    theme: str = "dark"
    language: str = "en"


class Standing(Clock):
    """A wall clock that stands still."""

    def now(self) -> float:
        return NOW


def presses(*keys: str) -> Script:
    """Return a script that presses these keys."""

    async def script(pilot: Pilot[Any]) -> None:
        for key in keys:
            await pilot.press(key)
            await settled(pilot)

    return script


async def composing(pilot: Pilot[Any]) -> None:
    """Write a prompt and choose."""
    from textual.widgets import TextArea

    await pilot.press("n")
    await settled(pilot)
    area = pilot.app.screen.query(TextArea).first()
    area.insert(
        "一只纸船在雨中漂流，镜头缓缓拉远，水面映出霓虹灯光\na paper boat drifts through the rain, neon on the water"
    )
    await pilot.press("f3", "f4", "f6")
    await settled(pilot)
    await asyncio.sleep(1.0)  # the draft is saved in a thread


async def saved(pilot: Pilot[Any]) -> None:
    """Wait until every film is on the disk."""
    assert isinstance(pilot.app, QrTui)
    model = pilot.app.tasks.list_model
    while model.count(Status.DONE) == 0 or model.count_files(FileState.SAVED) < model.count(Status.DONE):
        await pilot.pause(0.05)
    await settled(pilot)


def comparing(count: int) -> Script:
    """Return a script that looks at the three takes, `count` of them at once."""

    async def script(pilot: Pilot[Any]) -> None:
        await pilot.press("slash", *"three", "enter")
        await settled(pilot)
        await pilot.press(*(("A",) if count > 1 else ()), "i")
        await settled(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, ViewerScreen)
        while any(len(view.pictures) < PICTURES_OF_A_FILM for view in screen.views[:count]):
            await pilot.pause(0.05)
        await pilot.press("space", "space")
        await settled(pilot)

    return script


async def with_a_picture(pilot: Pilot[Any]) -> None:
    """Rest on a film until its picture stands over the details."""
    await pilot.press("j", "j", "j", "j")
    box = pilot.app.screen.query_one(PictureBox)
    while not box.has_picture:
        await pilot.pause(0.05)


PICTURES = (
    Picture("tasks", (80, 24), presses("j", "j")),
    Picture("wide", (140, 36), with_a_picture),
    Picture("viewer", (100, 30), comparing(1)),
    Picture("compare", (120, 30), comparing(3)),
    Picture("compose", (80, 24), composing),
    Picture("details", (80, 30), presses("G", "enter")),
    Picture("decide", (80, 24), presses("j", "j", "j", "a")),
    Picture("help", (80, 30), presses("question_mark")),
    Picture("light", (80, 24), presses("j", "j"), theme="light"),
    Picture("chinese", (80, 24), presses("j", "j"), language="zh_CN"),
)


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until messages are through."""
    for _ in range(4):
        await pilot.pause(0.05)


@contextmanager
def standing_still() -> Iterator[None]:
    """Let wall time stand, count keys instead of drawing them by lot, and be nowhere near a real account."""
    numbers = itertools.count(1)
    still = SimpleNamespace(time=lambda: NOW, monotonic=time.monotonic)
    with (
        patch("qr_tui.services.clock.time", still),
        patch("qr_tui.core.task.new_key", lambda _now: f"0mwt3g7k{next(numbers):07d}"),
        patch.dict(os.environ, {"TZ": "UTC", "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}),
    ):
        for name in ("TMUX", "SSH_TTY", "SSH_CONNECTION", "DISPLAY", "WAYLAND_DISPLAY", "NO_COLOR"):
            os.environ.pop(name, None)
        time.tzset()
        yield


@contextmanager
def a_home() -> Iterator[Path]:
    """An empty home that has the same name each time: where films are stands in the pictures."""
    home = Path(gettempdir()) / "someone"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    try:
        yield home
    finally:
        shutil.rmtree(home)


def draw(picture: Picture) -> str:
    """Return one picture as SVG."""
    with (
        standing_still(),
        a_home() as home,
        Simulator(Options(port=PORT, seed=7), clock=lambda: NOW) as simulator,
    ):
        os.environ |= {"QUICKROUTER_BASE_URL": simulator.url, "QUICKROUTER_API_KEY": KEY}
        i18n.install(picture.language)
        settings = config.Settings(
            host=config.HostSettings(base_url=simulator.url),
            ui=config.Ui(theme=picture.theme, language=picture.language),  # type: ignore[arg-type]
        )
        stage = DemoContext(paths.under(home), settings, simulator)

        def make(sink: Sink) -> Studio:
            return Studio(
                stage.paths, settings, stage.keys, sink=sink, clock=Standing(), pace=Pace(first=3600, early=3600)
            )

        app_context = AppContext(
            paths=stage.paths,
            settings=settings,
            keys=stage.keys,
            make_studio=make,
            prepare=stage.seed,
            demo=True,
            clock=lambda: NOW,
        )
        app = QrTui(app_context)
        app.next_look = lambda: NOW + 4  # type: ignore[method-assign]  # the countdown does not count

        async def pose() -> str:
            async with app.run_test(size=picture.size, notifications=True) as pilot:
                while app._studio is None:
                    await pilot.pause(0.05)
                await saved(pilot)
                await picture.script(pilot)
                await settled(pilot)
                return app.export_screenshot(title="qr-tui")

        return local(asyncio.run(pose()))


def local(svg: str) -> str:
    """Return the SVG with fonts of the reader's own machine, no address in it, and names that do not change."""
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)
    svg = re.sub(r"font-family:\s*Fira Code[^;]*;", f"font-family: {FONTS};", svg)
    svg = re.sub(r"terminal-\d+", "terminal", svg)
    svg = TEXT.sub(spread, svg)
    return re.sub(r"[ \t]+\n", "\n", svg)


def spread(found: re.Match[str]) -> str:
    """Return a line as one element a word group, each at its own place: not every viewer keeps runs of spaces."""
    before, x, between, length, after, escaped = found.groups()
    text = html.unescape(escaped).replace("\u00a0", " ")
    if not text.strip():
        return ""
    cell = float(length) / len(text)  # Rich counts characters for a line's length, and cells for where it begins
    parts = []
    # wide characters are drawn narrower than two cells where a viewer ignores textLength: then each word stands alone
    groups = r"\S+(?: \S+)*" if cells(text) == len(text) else r"\S+"
    for group in re.finditer(groups, text):
        at = float(x) + cell * cells(text[: group.start()])
        size = cell * cells(group.group())
        words = html.escape(group.group(), quote=False).replace(" ", "&#160;")
        parts.append(f'<text{before}x="{at:g}"{between}textLength="{size:g}"{after}>{words}</text>')
    return "".join(parts)


def main() -> None:
    """Draw every picture."""
    FOLDER.mkdir(exist_ok=True)
    for picture in PICTURES:
        (FOLDER / f"{picture.name}.svg").write_text(draw(picture), encoding="utf-8")
        print(f"screenshots/{picture.name}.svg")  # noqa: T201 -- it is what this program is for


if __name__ == "__main__":
    main()
