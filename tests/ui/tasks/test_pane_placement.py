"""The details pane: there from 120 columns, on the task under the cursor."""

from pathlib import Path

from tests.support.driving import Run, run
from tests.support.fake_app import make_task

TEN = [make_task(number) for number in range(1, 11)]


def test_the_pane_follows_the_cursor_from_120_columns(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert "prompt number 10" in it.screen
        await it.press("j", "j")
        await it.until(lambda: "key000008" in it.screen)
        assert "REQUEST" in it.screen
        await it.pilot.resize_terminal(119, 40)
        await it.settle()
        assert "REQUEST" not in it.screen

    run(tmp_path, TEN, script, size=(120, 40))
