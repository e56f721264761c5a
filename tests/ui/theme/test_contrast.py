"""Every text on the screens themselves: 4.5 to 1 as the terminal draws it, in both themes, at every depth of colour."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
from textual.screen import ModalScreen

from qr_tui.config import Settings, Ui
from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, FileState, Status
from qr_tui.terminal.detect import Colours
from qr_tui.ui.toasts import say
from qr_tui.ui.widgets.confirm import ConfirmScreen
from tests.support.contrast import LEAST, worst
from tests.support.driving import Run, run
from tests.support.fake_app import NOW, make_task

ENVIRONMENTS: dict[Colours, dict[str, str]] = {
    "truecolor": {"COLORTERM": "truecolor"},
    "256": {"COLORTERM": ""},
    "16": {"COLORTERM": "", "TERM": "xterm"},
}
TASKS = (
    make_task(8, status=Status.QUEUED, id=None, created_at=NOW - 3),
    make_task(7, progress=62.0, created_at=NOW - 130),
    make_task(6, status=Status.FAILED, created_at=NOW - 200, failure=Failure(kind=Kind.REAL_PEOPLE, detail="faces")),
    make_task(5, status=Status.UNCONFIRMED, id=None, created_at=NOW - 300, failure=Failure(kind=Kind.LOST_ANSWER)),
    make_task(4, status=Status.DONE, created_at=NOW - 400, file="/v/boat.mp4", file_state=FileState.SAVED),
    make_task(3, status=Status.DONE, created_at=NOW - 500, file_state=FileState.FAILED),
    make_task(2, status=Status.STOPPED, created_at=NOW - 600),
)
# the screen that is to come, and the keys to it from the list, where escape leads back
SCREENS = {
    "ComposeScreen": ("n",),
    "ComposeScreen, a row": ("n", "tab", "tab"),
    "ComposeScreen, with text": ("n", "a"),
    "RequestScreen": ("n", "f9"),
    "ChooseScreen, of models": ("n", "f2"),
    "DetailsScreen": ("G", "enter"),
    "HelpScreen": ("question_mark",),
    "SettingsScreen": ("comma",),
    "SettingsScreen, a text": ("comma", *("tab",) * 8),
    "PaletteScreen": ("colon",),
    "PaletteScreen, narrowed": ("colon", "c", "o", "down"),
    "CopyMenu": ("j", "j", "j", "j", "Y"),
    "CopyMenu, what is not there": ("Y", "i"),
    "ChooseScreen": ("s",),
    "DecideScreen": ("j", "j", "j", "a"),
    "DecideScreen, another way": ("j", "j", "j", "a", "down"),
    "SaveViewScreen": ("v",),
    "ConnectScreen": ("C",),
}


def faint(it: Run, colours: Colours) -> list[str]:
    """Return the texts on the screen that are too faint, each with its contrast."""
    screen: Any = it.app.screen
    # what stands dimmed behind a dialog is not to be read now
    region = screen.query_one("#box, #page").region if isinstance(screen, ModalScreen) else screen.region
    found = []
    for strip in screen._compositor.render_strips()[region.y : region.bottom]:
        for segment in strip.crop(region.x, region.right):
            if _words(segment.text):
                ratio = worst(segment.style, colours)
                if ratio < LEAST:
                    found.append(f"{ratio:.2f} {segment.text.strip()!r} {segment.style}")
    return found


def _words(text: str) -> bool:
    """Tell whether there is anything in `text` but air, frames and bars."""
    return any(not char.isspace() and not "\u2500" <= char <= "\u259f" for char in text)


# the two that have found the most; the others take their time
QUICK = {("truecolor", "dark"), ("16", "light")}


@pytest.mark.parametrize(
    ("colours", "theme"),
    [
        pytest.param(*each, marks=() if each in QUICK else pytest.mark.slow)
        for each in product(ENVIRONMENTS, ("dark", "light"))
    ],
)
def test_every_text_can_be_read(tmp_path: Path, colours: Colours, theme: Any) -> None:
    seen: dict[str, list[str]] = {}

    async def script(it: Run) -> None:
        assert it.app.colours == colours
        for _row in TASKS:
            seen[f"list, {it.cursor}"] = faint(it, colours)
            await it.press("j")
        await it.press("slash", "b", "a", "d", "colon", "x")
        seen["filter"] = faint(it, colours)
        await it.press("escape", "escape")
        for name, keys in SCREENS.items():
            await it.press("g", *keys)
            await it.until(lambda name=name: it.on == name.partition(",")[0])  # type: ignore[misc]
            await it.settle()
            seen[name] = faint(it, colours)
            while it.on != "TasksScreen":
                await it.press("escape")
        it.app.push_screen(ConfirmScreen("Really?", ["it costs"]))
        await it.settle()
        seen["confirm"] = faint(it, colours)
        await it.press("escape")
        say(it.app, "something to know")
        say(it.app, "something went wrong", warn=True)
        await it.settle()
        assert "something went wrong" in it.screen
        seen["toasts"] = faint(it, colours)

    settings = Settings(ui=Ui(theme=theme))
    run(tmp_path, TASKS, script, size=(120, 40), settings=settings, env=ENVIRONMENTS[colours])
    assert not {name: texts for name, texts in seen.items() if texts}


def test_a_terminal_without_colours_is_sent_none_and_the_cursor_shows(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        styles = [segment.style for strip in it.app.screen._compositor.render_strips() for segment in strip]
        assert all(style is None or (style.color is None and style.bgcolor is None) for style in styles)
        assert any(style is not None and style.reverse for style in styles)

    run(tmp_path, TASKS, script, env={"TERM": "vt220", "COLORTERM": ""})


@pytest.mark.parametrize(
    ("term", "system"),
    [("foot", "truecolor"), ("alacritty", "truecolor"), ("xterm-256color", "256"), ("xterm", "standard")],
)
def test_as_many_colours_are_sent_as_the_palette_is_made_for(tmp_path: Path, term: str, system: str) -> None:
    async def script(it: Run) -> None:
        assert it.app.console.color_system == system

    run(tmp_path, [], script, env={"TERM": term, "COLORTERM": ""})
