import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest
from textual.app import App
from textual.pilot import Pilot

from qr_tui.core.task import FileState, Status, Task
from qr_tui.ui.details.copy_choices import CopyChoice, choices
from qr_tui.ui.details.copy_menu import CopyMenu
from qr_tui.ui.details.plain_page import PlainPageScreen, wrapped
from qr_tui.ui.theme.glyphs import UNICODE
from qr_tui.ui.theme.palettes import DARK, theme
from tests.support.fake_app import NOW, make_task

LINK = "https://cdn.example/v/1.mp4?se=1&sig=abc"
HOSTILE = "[/b] [bold \x1b[2J\x1b]52;c;aGk=\x07\u202e"


def done(number: int = 1, **fields: object) -> Task:
    return make_task(number, status=Status.DONE, video_url=LINK, **fields)


def named(tasks: list[Task]) -> dict[str, CopyChoice]:
    return {choice.name: choice for choice in choices(tasks, NOW)}


# -- what can be copied -----------------------------------------------------------------------------------------


def test_every_choice_of_a_finished_task() -> None:
    task = done(file="/videos/01.mp4", file_state=FileState.SAVED)
    found = named([task])
    assert list(found) == ["id", "link", "file", "prompt", "curl", "json"]
    assert found["id"].text == task.id
    assert found["link"].text == LINK
    assert found["file"].text == "/videos/01.mp4"
    assert found["prompt"].text == "prompt number 1"
    assert "$QUICKROUTER_API_KEY" in found["curl"].text
    assert json.loads(found["json"].text)["key"] == task.key


def test_what_is_missing_says_why() -> None:
    found = named([make_task(1, id=None, status=Status.SENDING)])
    assert found["id"].why == "the provider has not given it an id yet"
    assert found["link"].why == "it is not finished"
    assert found["file"].why == "it is not saved here"
    assert (found["id"].text, found["link"].text, found["file"].text) == ("", "", "")
    assert named([make_task(1, id=None, status=Status.FAILED)])["id"].why == "it never got one"


def test_a_file_that_is_not_whole_is_no_path_to_copy() -> None:
    assert named([done(file="/videos/01.mp4.part", file_state=FileState.DOWNLOADING)])["file"].text == ""


def test_a_links_time_is_told() -> None:
    assert named([done(expires_at=NOW + 7200)])["link"].note == "works for 2h"
    assert named([done(expires_at=NOW - 1)])["link"].note == "its time is over"


def test_several_tasks_are_one_a_line_and_how_many_are_missing_is_said() -> None:
    found = named([done(1), make_task(2, id=None), done(3)])
    assert found["id"].text == "sora-2:task_01example000001\nsora-2:task_01example000003"
    assert found["id"].note == "2 of 3"
    assert [task["key"] for task in json.loads(found["json"].text)] == ["key000001", "key000002", "key000003"]


def test_prompts_of_several_lines_stand_apart() -> None:
    assert named([done(1, prompt="a\nb"), done(2, prompt="c")])["prompt"].text == "a\nb\n\nc"


def test_no_task_at_all() -> None:
    assert {choice.why for choice in choices([], NOW)} == {"no task is under the cursor"}


# -- the menu ---------------------------------------------------------------------------------------------------


class Host(App[None]):
    """An app that opens the menu and keeps what it ends with."""

    glyphs = UNICODE

    def __init__(self, tasks: list[Task]) -> None:
        super().__init__()
        self.register_theme(theme(DARK))
        self.theme = DARK.name
        self.tasks = tasks
        self.chosen: list[CopyChoice | None] = []
        self.raw: list[str] = []

    def on_mount(self) -> None:
        self.push_screen(CopyMenu(self.tasks, NOW, write=self.raw.append), self.chosen.append)

    def lines(self) -> list[str]:
        """What the screen shows."""
        rows = self.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in rows]


def run(app: Host, drive: Callable[[Pilot[None]], Awaitable[None]], size: tuple[int, int] = (80, 24)) -> None:
    async def go() -> None:
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            await drive(pilot)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        (["enter"], "id"),
        (["l"], "link"),
        (["p"], "prompt"),
        (["c"], "curl"),
        (["J"], "json"),
        (["down", "enter"], "link"),
        (["down", "down", "down", "enter"], "prompt"),
        (["up", "enter"], "json"),
    ],
)
def test_a_line_is_taken_by_letter_or_cursor(keys: list[str], name: str) -> None:
    app = Host([done()])

    async def drive(pilot: Pilot[None]) -> None:
        await pilot.press(*keys)
        assert [choice and choice.name for choice in app.chosen] == [name]

    run(app, drive)


@pytest.mark.parametrize("key", ["escape", "q"])
def test_leaving_copies_nothing(key: str) -> None:
    app = Host([done()])

    async def drive(pilot: Pilot[None]) -> None:
        await pilot.press(key)
        assert app.chosen == [None]

    run(app, drive)


def test_a_line_that_has_nothing_stays_and_says_why() -> None:
    app = Host([make_task(1)])

    async def drive(pilot: Pilot[None]) -> None:
        text = "\n".join(app.lines())
        assert "it is not finished" in text
        await pilot.press("f")
        await pilot.pause()
        assert app.chosen == []
        assert "file path: it is not saved here" in "\n".join(app.lines())
        await pilot.press("enter", "s")
        assert app.chosen == []
        assert isinstance(app.screen, CopyMenu)

    run(app, drive)


def test_the_cursor_starts_on_the_first_line_that_can_be_copied() -> None:
    app = Host([make_task(1, id=None)])

    async def drive(pilot: Pilot[None]) -> None:
        await pilot.press("enter")
        assert [choice and choice.name for choice in app.chosen] == ["prompt"]

    run(app, drive)


def test_hostile_text_is_inert_in_the_menu_and_exact_in_the_choice() -> None:
    app = Host([done(prompt=HOSTILE)])

    async def drive(pilot: Pilot[None]) -> None:
        text = "\n".join(app.lines())
        assert "[/b] [bold" in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        await pilot.press("p")
        assert app.chosen[0] is not None
        assert app.chosen[0].text == HOSTILE

    run(app, drive)


@pytest.mark.parametrize("size", [(40, 10), (80, 24), (200, 60)])
def test_every_line_and_the_keys_are_seen(size: tuple[int, int]) -> None:
    app = Host([done()])

    async def drive(_pilot: Pilot[None]) -> None:
        text = "\n".join(app.lines())
        for word in ("i id", "l link", "f file path", "p prompt", "c curl", "J JSON", "s show alone"):
            assert word in text

    run(app, drive, size)


# -- the bare page ----------------------------------------------------------------------------------------------


def test_s_shows_the_text_alone_and_any_key_returns() -> None:
    app = Host([done()])

    async def drive(pilot: Pilot[None]) -> None:
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(app.screen, PlainPageScreen)
        assert app.lines()[:2] == ["sora-2:task_01example000001", ""]
        assert set(app.lines()[1:]) == {""}
        await pilot.press("y")
        await pilot.pause()
        assert isinstance(app.screen, CopyMenu)
        await pilot.press("enter")
        assert app.chosen[0] is not None

    run(app, drive)


def test_no_toast_stands_on_the_bare_page() -> None:
    app = Host([done()])

    async def drive(pilot: Pilot[None]) -> None:
        app.notify("copied something", markup=False)
        await pilot.pause()
        assert "copied something" in "\n".join(app.lines())
        await pilot.press("s")
        await pilot.pause()
        app.notify("copied another", markup=False)
        await pilot.pause()
        assert isinstance(app.screen, PlainPageScreen)
        assert set(app.lines()[1:]) == {""}

    run(app, drive)


def test_a_long_line_is_left_to_the_terminals_own_wrapping() -> None:
    link = "https://cdn.example/" + "x" * 100 + "\nsecond"
    app = Host([])

    async def drive(pilot: Pilot[None]) -> None:
        app.push_screen(PlainPageScreen(link, app.raw.append))
        await pilot.pause()
        await pilot.pause()
        assert app.lines()[0] == link[:40]
        assert app.lines()[2:4] == ["x" * 40, "second"]
        assert app.raw[-1].endswith(link.replace("\n", "\r\n"))

    run(app, drive, (40, 10))


def test_pages_turn_and_then_any_key_returns() -> None:
    app = Host([])

    async def drive(pilot: Pilot[None]) -> None:
        app.push_screen(PlainPageScreen("\n".join(f"line {number}" for number in range(25)), app.raw.append))
        await pilot.pause()
        for key, first in (
            ("pagedown", "line 10"),
            ("space", "line 20"),
            ("pageup", "line 10"),
            ("k", "line 0"),
        ):
            await pilot.press(key)
            await pilot.pause()
            assert app.lines()[0] == first
        await pilot.press("down", "down", "down")  # there is no fourth page
        await pilot.pause()
        assert isinstance(app.screen, CopyMenu)

    run(app, drive, (40, 10))


def test_hostile_text_is_inert_on_the_bare_page() -> None:
    app = Host([])

    async def drive(pilot: Pilot[None]) -> None:
        app.push_screen(PlainPageScreen(HOSTILE, app.raw.append))
        await pilot.pause()
        await pilot.pause()
        page = app.raw[-1].removeprefix("\x1b[0m\x1b[?7h\x1b[H\x1b[2J")
        assert page.isprintable()
        assert app.lines()[0] == page

    run(app, drive)


def test_a_resize_wraps_anew_and_stays_at_the_line() -> None:
    app = Host([])

    async def drive(pilot: Pilot[None]) -> None:
        app.push_screen(PlainPageScreen("\n".join(f"{number} " + "x" * 50 for number in range(20))))
        await pilot.pause()
        await pilot.press("pagedown")
        assert app.lines()[0].startswith("5 ")
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        assert app.lines()[0].startswith("5 ")
        assert app.lines()[1].startswith("6 ")

    run(app, drive, (40, 10))


def test_wrapping_cuts_by_cells() -> None:
    assert wrapped("一只纸船", 3) == ["一", "只", "纸", "船"]
    assert wrapped("ab一", 3) == ["ab", "一"]
    assert wrapped("", 3) == [""]
