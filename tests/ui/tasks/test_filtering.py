"""Filtering: words typed at the foot of the list, unfinished only; back at the next start."""

from pathlib import Path

from qr_tui import paths
from qr_tui.core.task import Status
from qr_tui.ui.tasks import list_state
from tests.support.driving import Run, run
from tests.support.fake_app import NOW, FakeStudio, make_task

TASKS = [
    make_task(1, prompt="a paper boat", status=Status.DONE),
    make_task(2, prompt="a lighthouse", status=Status.FAILED, model="veo3.1-fast"),
    make_task(3, prompt="一只纸船", status=Status.RUNNING),
    make_task(4, prompt="paper planes", status=Status.RUNNING, created_at=NOW - 30),
]


def key(number: int) -> str:
    return make_task(number).key


def test_the_filter_counts_as_it_is_typed_and_enter_keeps_it(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type("paper")
        assert "2 of 4" in it.screen
        assert it.shown == [key(4), key(1)]
        await it.press("enter")
        assert "2 of 4" in it.screen
        await it.press("j")
        assert it.cursor == key(1)
        await it.press("escape")
        assert len(it.shown) == 4
        assert "of 4" not in it.screen
        assert it.cursor == key(1)

    run(tmp_path, TASKS, script)


def test_letters_in_the_filter_are_no_commands(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type("q?D1:")
        assert it.on == "TasksScreen"
        assert it.app.tasks.filtering.bar is not None
        assert it.app.tasks.filtering.bar.input.value == "q?D1:"

    run(tmp_path, TASKS, script)


def test_an_error_points_at_the_word_and_goes_once_it_is_right(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type("boat stat:x")
        bar = it.app.tasks.filtering.bar
        assert bar is not None
        assert "stat" in bar.error
        assert "is not known" in it.screen
        await it.press("enter")
        assert it.app.focused is bar.input
        for _ in range(len(" stat:x")):
            await it.pilot.press("backspace")
        await it.settle()
        assert bar.error == ""
        assert "is not known" not in it.screen
        assert it.shown == [key(1)]

    run(tmp_path, TASKS, script, size=(110, 24))


def test_backspace_in_an_empty_filter_gives_it_up_as_escape_does(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        for way in ("backspace", "escape"):
            await it.press("slash")
            assert it.app.tasks.filtering.bar is not None
            await it.press(way)
            assert it.app.tasks.filtering.bar is None
            assert it.app.focused is None
            await it.press("j", "k")

    run(tmp_path, TASKS, script)


def test_nothing_fits_is_said_with_the_way_back(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type("zebra")
        assert "No task fits zebra" in it.screen
        assert "esc clears the filter" in it.screen
        await it.press("enter", "escape")
        assert len(it.shown) == 4

    run(tmp_path, TASKS, script)


def test_marks_outlive_a_filter_and_is_marked_finds_them(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("j", "space", "slash")
        await it.type("is:marked")
        assert it.shown == [key(3)]

    run(tmp_path, TASKS, script)


def test_many_tasks_are_filtered_without_holding_a_key_up(tmp_path: Path) -> None:
    many = [make_task(number) for number in range(6_000)]

    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type("5999")
        await it.until(lambda: it.shown == [key(5999)])
        assert "1 of 6000" in it.screen

    run(tmp_path, many, script)


def test_the_list_is_remembered(tmp_path: Path) -> None:
    where = paths.under(tmp_path).list_file

    async def first(it: Run) -> None:
        await it.press("s", "o", "slash")
        await it.type("paper")
        await it.press("enter")
        await it.until(lambda: list_state.load(where).filter == "paper")

    async def second(it: Run) -> None:
        assert it.shown == [key(1), key(4)]
        assert "2 of 4" in it.screen
        assert it.app.focused is None
        await it.press("escape")
        await it.until(lambda: list_state.load(where).filter == "")
        assert it.shown == [key(1), key(2), key(3), key(4)]

    run(tmp_path, TASKS, first)
    run(tmp_path, TASKS, second)


def test_a_letter_shows_one_kind_of_tasks_and_escape_all(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("t", "u")
        assert "is:unfinished" in it.screen
        assert len(it.shown) == 2
        await it.press("escape")
        assert "is:unfinished" not in it.screen
        assert len(it.shown) == 4
        await it.press("t")
        for words in ("a  all", "f  failed", "n  needs you", "s  done, not saved", "d  finished"):
            assert words in it.screen
        await it.press("d")
        assert it.app.tasks.list_model.filter_text == "is:finished"
        await it.press("t", "a")
        assert len(it.shown) == 4

    run(tmp_path, TASKS, script)


def test_a_filter_by_marks_follows_them_and_ends_with_the_app(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("space", "space", "slash")
        await it.type("is:marked")
        await it.press("enter")
        assert len(it.shown) == 2
        await it.press("g", "space")
        assert len(it.shown) == 1

    run(tmp_path, TASKS, script)
    assert list_state.load(paths.under(tmp_path).list_file).filter == ""


def test_a_new_video_that_the_filter_hides_is_said(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type("lighthouse")
        await it.press("enter", "n", "x", "ctrl+g")
        await it.until(lambda: it.on == "TasksScreen")
        await it.settle()
        assert "a filter hides it" in it.toasts[-1]
        await it.press("escape")
        assert len(it.shown) == 5

    run(tmp_path, TASKS, script)


def test_the_first_paint_stands_as_the_list_was_left(tmp_path: Path) -> None:
    left = list_state.ListState(sort="oldest", filter="is:unfinished", columns=("age", "id"))

    async def script(it: Run) -> None:
        assert it.line[1].split() == ["STATE", "AGE▾", "ID", "PROMPT"]
        assert it.shown == [key(3), key(4)]

    file = paths.under(tmp_path).list_file
    paths.make(file.parent)
    assert list_state.save(file, left)
    studio = FakeStudio()
    studio.hold_load = True  # the engine has told nothing yet
    run(tmp_path, [], script, studio=studio, preload=lambda: (TASKS, left))
