"""Toasts: plain words, as wide as they need, clear of the lines that must stay in sight."""

from pathlib import Path

import pytest

from qr_tui.config import Settings
from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.task import Status
from qr_tui.ui.toasts import say, sentence, tell
from qr_tui.ui.widgets.confirm import ConfirmScreen
from tests.support.driving import Run, run
from tests.support.fake_app import make_task

HOSTILE = "[/b] [bold]x[/] \x1b[2J\x1b]52;c;aGk=\x07\x9b31m \u202eback\r\nnext\tend"


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_toast_is_as_wide_as_its_text_up_to_the_screen(tmp_path: Path, width: int) -> None:
    fits = "word " * ((width - 10) // 5)

    async def script(it: Run) -> None:
        say(it.app, fits.strip())
        await it.settle()
        assert fits.strip() in it.screen
        say(it.app, "long " * 40)
        await it.settle()
        assert max(line.count("long") for line in it.line) >= (width - 12) // 5

    run(tmp_path, [make_task()], script, size=(width, 24))


def test_footer_and_status_line_stay_in_sight(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.app.tasks.show_status([("bad", "host " * 14)])
        for number in range(4):
            say(it.app, f"number {number} " + "x" * 60)
        await it.settle()
        assert it.line[-2].count("host") == 14
        assert "q quit" in it.line[-1]
        assert "number 3" in it.screen

    run(tmp_path, [make_task()], script)


@pytest.mark.parametrize("kind", list(Kind))
def test_trouble_is_title_detail_and_hint(kind: Kind) -> None:
    title, body = sentence(Trouble(kind, HOSTILE))
    assert title == WORDS[kind].title
    assert body.endswith(WORDS[kind].hint)
    assert body.startswith("[/b] [bold]x[/]")
    assert not any(char < " " and char != "\n" for char in body)


def test_hostile_words_are_told_as_words(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        tell(it.app, Trouble(Kind.BAD_REQUEST, HOSTILE))
        say(it.app, HOSTILE, warn=True)
        await it.settle()
        assert it.screen.count("[/b] [bold]x[/]") == 2
        assert not any(char < " " or "\x7f" <= char < "\xa0" for char in it.screen.replace("\n", ""))
        assert "\u202e" not in it.screen

    run(tmp_path, [make_task()], script, size=(120, 30))


def test_what_was_said_goes_when_a_screen_is_opened(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        tell(it.app, Trouble(Kind.UNREACHABLE, "before"))
        await it.settle()
        assert "before" in it.screen
        await it.press("R")
        assert it.on == "ConfirmScreen"
        assert "before" not in it.screen
        assert it.toasts == []
        say(it.app, "while it is open")
        await it.settle()
        assert "while it is open" in it.screen
        await it.press("n")
        assert "while it is open" in it.screen

    run(tmp_path, [make_task(status=Status.FAILED)], script)


def test_what_was_said_before_the_first_key_outlives_a_screen_that_opens_by_itself(tmp_path: Path) -> None:
    problem = Trouble(Kind.CONFIG, "ui.theme: purple is not known")

    async def script(it: Run) -> None:
        it.app.push_screen(ConfirmScreen("Opened by itself?", ["yes"]))
        await it.settle()
        assert "purple" in it.screen
        (note,) = it.app._notifications
        assert note.timeout >= 15
        await it.press("n", "question_mark")
        assert "purple" not in it.screen

    run(tmp_path, [make_task()], script, problems=(problem,))


@pytest.mark.parametrize("size", [(60, 15), (80, 24)])
@pytest.mark.parametrize(("key", "foot"), [("n", 6), ("R", 4), ("C", 4), ("comma", 4)])
def test_no_toast_covers_the_foot_of_a_form_or_dialog(
    tmp_path: Path, size: tuple[int, int], key: str, foot: int
) -> None:
    async def script(it: Run) -> None:
        await it.press(key)
        before = it.line
        tell(it.app, Trouble(Kind.UNREACHABLE, "http://127.0.0.1:9"))
        await it.settle()
        assert "cannot be reached" in it.screen
        assert it.line[-foot:] == before[-foot:]

    run(tmp_path, [make_task(status=Status.FAILED)], script, size=size)


@pytest.mark.parametrize("kind", [Kind.NO_KEY, Kind.KEY_REFUSED])
def test_trouble_with_the_key_names_connect_by_its_key_where_that_works(tmp_path: Path, kind: Kind) -> None:
    async def script(it: Run) -> None:
        tell(it.app, Trouble(kind, "https://x.example"))
        await it.settle()
        assert "F12 opens Connect" in it.toasts[-1]
        await it.press("R")
        tell(it.app, Trouble(kind, "https://x.example"))
        await it.settle()
        assert "F12 in the list opens Connect" in it.toasts[-1]

    settings = Settings(keys={"app.connect": "f12"})
    run(tmp_path, [make_task(status=Status.FAILED)], script, settings=settings)
