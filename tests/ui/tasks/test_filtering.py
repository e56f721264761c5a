"""Finding tasks: filter, order, unfinished only, saved views; all of it back at the next start."""

from pathlib import Path

from qr_tui import config, paths
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


def test_sort_menu_and_turning_round(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("s")
        assert "oldest first" in it.screen
        await it.press("2")
        assert it.shown[0] == key(1)
        assert it.cursor == key(4)
        await it.press("s", "enter")
        assert it.shown[0] == key(4)
        await it.press("s", "3")
        assert it.shown[0] in (key(3), key(4))
        await it.press("s", "escape")
        assert it.app.tasks.list_model.order == "status"

    run(tmp_path, TASKS, script)


def test_unfinished_only_and_all(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("t")
        assert it.shown == [key(4), key(3)]
        assert it.toasts[-1] == "unfinished tasks only"
        await it.press("t")
        assert len(it.shown) == 4

    run(tmp_path, TASKS, script)


def test_nothing_unfinished_is_said(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("t")
        assert "Nothing is unfinished" in it.screen
        assert "t shows all tasks" in it.screen

    run(tmp_path, [TASKS[0]], script)


def test_a_view_is_saved_in_the_settings_and_switched_by_its_digit(tmp_path: Path) -> None:
    home = paths.under(tmp_path)
    home.config.mkdir(parents=True)
    home.config_file.write_text("# mine\n[ui]\ntheme = 'dark'\n")

    async def script(it: Run) -> None:
        await it.press("7")
        assert "nothing is saved under 7; v saves" in it.toasts[-1].replace("\n", " ")
        await it.press("slash")
        await it.type("status:failed")
        await it.press("enter", "s", "2", "v")
        assert it.on == "SaveViewScreen"
        await it.type("broken")
        await it.press("down", "enter")
        await it.until(lambda: "2" in it.app.settings.views)
        await it.press("escape")
        assert len(it.shown) == 4
        await it.press("s", "1", "2")
        await it.settle()
        assert it.shown == [key(2)]
        assert it.app.tasks.list_model.order == "oldest"
        assert "status:failed" in it.screen

    run(tmp_path, TASKS, script)
    assert config.load(home.config_file).views["2"] == config.View(
        name="broken", filter="status:failed", sort="oldest", reverse=False
    )
    assert home.config_file.read_text().startswith("# mine")


def test_an_empty_name_frees_the_digit_in_file_and_memory(tmp_path: Path) -> None:
    home = paths.under(tmp_path)
    home.config.mkdir(parents=True)
    home.config_file.write_text("# mine\n[views.1]\nname = 'one'\nfilter = 'x'\n\n[views.3]\nname = 'three'\n")

    async def script(it: Run) -> None:
        await it.press("v", "backspace", "enter")
        assert it.on == "SaveViewScreen"  # 2 is free already: there is nothing to do
        assert "> 2  free" in it.screen
        await it.press("up")
        assert "one, empty name: freed" in it.screen
        await it.type("3")
        assert "> 1  one, will be replaced" in it.screen  # a digit is a part of the name
        await it.press("backspace", "enter")
        await it.until(lambda: "1" not in it.app.settings.views)
        await it.settle()
        assert it.on == "TasksScreen"
        assert "digit 1 is free" in it.toasts[-1]
        await it.press("1")
        assert "nothing is saved under 1" in it.toasts[-1].replace("\n", " ")
        assert list(it.app.settings.views) == ["3"]

    run(tmp_path, TASKS, script, settings=config.load(home.config_file))
    assert list(config.load(home.config_file).views) == ["3"]
    assert home.config_file.read_text().startswith("# mine")


def test_the_digit_and_the_name_are_in_sight_on_a_low_terminal(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("v")
        for digit in "123456789":
            assert f"> {digit}  free" in it.screen
            assert "all tasks" in it.screen
            assert "↑↓ digit · enter save · esc" in it.screen
            await it.press("down")

    run(tmp_path, TASKS, script, size=(40, 10))


def test_a_view_that_cannot_be_written_stays_as_it_was_typed(tmp_path: Path) -> None:
    file = paths.under(tmp_path).config_file
    file.parent.mkdir(parents=True)
    text = "[poll]\nfrist = 3\n"
    file.write_text(text)

    async def script(it: Run) -> None:
        await it.press("v")
        await it.type("broken")
        await it.press("down", "enter")
        await it.until(lambda: "line 2" in it.screen)
        assert it.on == "SaveViewScreen"
        assert "poll.frist" in it.screen
        assert file.read_text() == text
        file.write_text("[poll]\n")
        await it.press("enter")
        await it.until(lambda: it.on == "TasksScreen")
        assert config.load(file).views["2"].name == "broken"
        assert it.app.settings.views["2"].name == "broken"

    run(tmp_path, TASKS, script)


def test_the_list_is_remembered(tmp_path: Path) -> None:
    where = paths.under(tmp_path).list_file

    async def first(it: Run) -> None:
        await it.press("s", "2", "slash")
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


def test_columns_are_chosen_shown_at_once_and_remembered(tmp_path: Path) -> None:
    async def choose(it: Run) -> None:
        assert "MODEL" in it.line[1] and "HOST" not in it.line[1]
        await it.press("c", "j", "j", "space")  # model off
        await it.press("j", "j", "space")  # host on
        await it.press("escape")
        assert "MODEL" not in it.line[1] and "HOST" in it.line[1]
        assert "api.quickr…" in it.line[2]

    async def later(it: Run) -> None:
        await it.until(lambda: "HOST" in it.line[1])
        assert "MODEL" not in it.line[1]
        await it.press("c", "r", "c")
        assert "MODEL" in it.line[1] and "HOST" not in it.line[1]

    run(tmp_path, TASKS, choose)
    run(tmp_path, TASKS, later)
    assert list_state.load(paths.under(tmp_path).list_file) == list_state.ListState()


def test_status_and_prompt_stay_when_every_other_column_is_off(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("c", *["space", "j"] * 4, "j", "j", "space", "escape")
        assert it.line[1].split() == ["STATUS", "PROMPT"]

    run(tmp_path, TASKS, script)
    assert list_state.load(paths.under(tmp_path).list_file).columns == ()


def test_a_column_without_room_says_so(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("c")
        rows = {line.split("]")[1].split()[0]: line for line in it.line if "[x]" in line}
        assert "no room at this width" in rows["MODEL"]
        assert "no room" not in rows["AGE"]

    run(tmp_path, TASKS, script, size=(60, 15))


def test_the_order_in_force_stands_in_the_titles(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert "▾" not in it.line[1]
        await it.press("s")
        await it.type("4")
        assert "MODEL▾" in it.line[1]
        await it.press("s")
        await it.type("4")
        assert "MODEL▴" in it.line[1]

    run(tmp_path, TASKS, script)


def test_that_only_unfinished_ones_are_shown_is_seen_and_escape_ends_it(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("t")
        assert "unfinished only" in it.line[0]
        await it.press("escape")
        assert "unfinished only" not in it.line[0]
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
    left = list_state.ListState(sort="oldest", only_unfinished=True, columns=("age", "id"))

    async def script(it: Run) -> None:
        assert it.line[1].split() == ["STATUS", "AGE▾", "ID", "PROMPT"]
        assert it.shown == [key(3), key(4)]

    file = paths.under(tmp_path).list_file
    paths.make(file.parent)
    assert list_state.save(file, left)
    studio = FakeStudio()
    studio.hold_load = True  # the engine has told nothing yet
    run(tmp_path, [], script, studio=studio, preload=lambda: (TASKS, left))
