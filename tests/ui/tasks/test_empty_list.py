"""A list that shows nothing says why, and which key helps."""

from pathlib import Path

from qr_tui.commands.keymap import Keymap
from qr_tui.core.query import parse
from qr_tui.core.task import Status
from qr_tui.ui.tasks.empty_list import empty_lines
from qr_tui.ui.tasks.list_model import ListModel
from tests.support.driving import Run, run
from tests.support.fake_app import NOW, FakeStudio, make_task


def key(number: int) -> str:
    return make_task(number).key


def test_no_task_yet_says_which_key_makes_one(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert "No videos yet" in it.screen
        assert "Press n to write the first one" in it.screen

    run(tmp_path, [], script)


def test_a_list_not_read_yet_is_not_an_empty_one(tmp_path: Path) -> None:
    studio = FakeStudio()
    studio.hold_load = True

    async def script(it: Run) -> None:
        assert "Reading your tasks" in it.screen
        assert "No videos yet" not in it.screen

    run(tmp_path, [], script, studio=studio)


def test_an_emptied_list_says_how_to_bring_it_back(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("D")
        assert "Nothing is left on the list" in it.screen
        assert "u brings back what was removed" in it.screen
        await it.press("u")
        assert it.shown == [key(1)]

    run(tmp_path, [make_task(1, status=Status.DONE)], script)


def test_each_reason_has_its_own_words() -> None:
    model, keymap = ListModel(), Keymap()
    assert empty_lines(model, keymap, undoable=False) == ["Reading your tasks"]
    model.load([], NOW)
    assert empty_lines(model, keymap, undoable=False)[0] == "No videos yet"
    assert empty_lines(model, keymap, undoable=True)[0] == "Nothing is left on the list"
    model.load([make_task(1, status=Status.DONE)], NOW)
    model.filter_text, model.query = "zebra", parse("zebra")
    assert empty_lines(model, keymap, undoable=True) == ["No task fits zebra", "esc clears the filter"]
