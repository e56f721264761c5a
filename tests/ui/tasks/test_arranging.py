"""Order and columns: chosen in a dialog, shown at once, back at the next start."""

from pathlib import Path

from qr_tui import paths
from qr_tui.core.task import Status
from qr_tui.ui.tasks import list_state
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


def test_sort_menu_and_turning_round(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("s")
        assert "oldest first" in it.screen
        await it.press("o")
        assert it.shown[0] == key(1)
        assert it.cursor == key(4)
        await it.press("s", "enter")
        assert it.shown[0] == key(4)
        await it.press("s", "s")
        assert it.shown[0] in (key(3), key(4))
        await it.press("s", "escape")
        assert it.app.tasks.list_model.order == "status"

    run(tmp_path, TASKS, script)


def test_columns_are_chosen_shown_at_once_and_remembered(tmp_path: Path) -> None:
    async def choose(it: Run) -> None:
        assert "MODEL" in it.line[1] and "HOST" not in it.line[1]
        await it.press("c", "down", "space")  # model off
        await it.press("4")  # host on
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
        await it.press("c", "1", "2", "3", "6", "escape")
        assert it.line[1].split() == ["STATE", "PROMPT"]

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
        await it.type("m")
        assert "MODEL▾" in it.line[1]
        await it.press("s")
        await it.type("m")
        assert "MODEL▴" in it.line[1]

    run(tmp_path, TASKS, script)
