"""Saved views: a name and a digit in the settings, switched to by the digit."""

from pathlib import Path

from qr_tui import config, paths
from qr_tui.core.task import Status
from tests.support.driving import Run, run
from tests.support.fake_app import NOW, make_task

TASKS = [
    make_task(1, prompt="a paper boat", status=Status.DONE),
    make_task(2, prompt="a lighthouse", status=Status.FAILED, model="veo3.1-fast"),
    make_task(3, prompt="一只纸船", status=Status.RUNNING),
    make_task(4, prompt="paper planes", status=Status.RUNNING, created_at=NOW - 30),
]


def key(number: int) -> str:
    return make_task(number).key


def test_a_view_is_saved_in_the_settings_and_switched_by_its_digit(tmp_path: Path) -> None:
    home = paths.under(tmp_path)
    home.config.mkdir(parents=True)
    home.config_file.write_text("# mine\n[ui]\ntheme = 'dark'\n")

    async def script(it: Run) -> None:
        await it.press("7")
        assert "nothing is saved under 7; v saves" in it.toasts[-1].replace("\n", " ")
        await it.press("slash")
        await it.type("status:failed")
        await it.press("enter", "s", "o", "v")
        assert it.on == "SaveViewScreen"
        await it.type("broken")
        await it.press("down", "enter")
        await it.until(lambda: "2" in it.app.settings.views)
        await it.press("escape")
        assert len(it.shown) == 4
        await it.press("s", "n", "2")
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
