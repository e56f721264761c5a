"""What is done with all marked tasks: asked where it matters, told of each, and a removal is never lost."""

import asyncio
from pathlib import Path
from typing import Any, cast

import pytest

from qr_tui.commands.keymap import Keymap
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status, Task
from qr_tui.ui.tasks.bulk_actions import BulkActions
from qr_tui.ui.tasks.task_actions import TaskActions
from qr_tui.ui.tasks.undo import UndoStack
from tests.support.driving import Run, run
from tests.support.fake_app import FakeStudio, make_task

TEN = [make_task(number) for number in range(1, 11)]


def key(number: int) -> str:
    return make_task(number).key


def test_stop_tells_of_each_kind(tmp_path: Path) -> None:
    tasks = [*TEN, make_task(11, status=Status.DONE)]

    async def script(it: Run) -> None:
        await it.press("space", "space", "space", "x")
        assert "Stop watching 2 tasks?" in it.screen
        assert it.studio.called("stop") == []
        await it.press("y")
        assert it.studio.called("stop") == [[key(10), key(9)]]
        assert "stopped watching 2" in it.toasts[-1]
        assert "1 not being watched" in it.toasts[-1]
        assert it.screen.count("■ stopped") == 2

    run(tmp_path, tasks, script)


def test_remove_of_what_is_finished_needs_no_question_and_u_undoes_several_levels(tmp_path: Path) -> None:
    done = [make_task(number, status=Status.DONE) for number in range(1, 5)]

    async def script(it: Run) -> None:
        await it.press("D")
        assert key(4) not in it.shown
        assert "removed 1" in it.toasts[-1]
        await it.press("D")
        assert it.shown == [key(2), key(1)]
        await it.press("u")
        assert it.shown == [key(3), key(2), key(1)]
        assert it.cursor == key(3)
        await it.press("u")
        assert it.shown[0] == key(4)
        await it.press("u")
        assert "there is nothing to undo" in it.toasts[-1]

    run(tmp_path, done, script)


def test_remove_of_what_is_unfinished_asks_and_no_is_the_default(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("D")
        assert it.on == "ConfirmScreen"
        assert "not finished" in it.screen
        await it.press("enter")
        assert it.on == "TasksScreen"
        assert it.studio.called("remove") == []
        await it.press("D", "y")
        assert it.studio.called("remove") == [[key(10)]]

    run(tmp_path, TEN, script)


def test_pause_is_said_on_the_status_line(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("p")
        assert "looking is paused: p goes on" in it.screen
        await it.press("p")
        assert "paused" not in it.screen
        assert it.studio.called("pause") == [True, False]

    run(tmp_path, TEN, script)


def test_a_mark_that_a_filter_hides_is_not_acted_on(tmp_path: Path) -> None:
    tasks = [make_task(n, status=Status.DONE, prompt=f"boat {n}" if n > 2 else f"kite {n}") for n in range(1, 5)]

    async def script(it: Run) -> None:
        await it.press("G", "space", "slash")
        await it.type("boat")
        await it.press("enter")
        assert "1 marked (1 hidden)" in it.screen
        at = it.cursor
        await it.press("D")
        assert it.studio.called("remove") == [[at]]
        await it.press("g", "space", "D")
        assert it.studio.called("remove")[1:] == [[key(4)]]

    run(tmp_path, tasks, script)


def test_a_removal_asks_about_all_it_takes(tmp_path: Path) -> None:
    tasks = [make_task(1), *(make_task(n, status=Status.DONE) for n in (2, 3))]

    async def script(it: Run) -> None:
        await it.press("A", "D")
        assert "Take 3 tasks off the list?" in it.screen
        assert "1 of them is not finished." in it.screen

    run(tmp_path, tasks, script)


def test_tags_are_written_for_all_marked_and_found_by_the_filter(tmp_path: Path) -> None:
    tasks = [make_task(1, tags=("sea", "old")), make_task(2, tags=("old",)), make_task(3)]

    async def script(it: Run) -> None:
        await it.press("G", "space", "k", "space", "T")
        assert "Tags of 2 tasks" in it.screen
        await it.press(*["backspace"] * 3)
        await it.type("night")
        await it.press("enter")
        assert it.studio.called("tag") == [([key(2), key(1)], ("night",), ("old",))]
        await it.press("escape", "slash")
        await it.type("tag:sea tag:night !tag:old")
        assert it.shown == [key(1)]

    run(tmp_path, tasks, script)


# the undo stack alone --------------------------------------------------------------------------------------------


class Screen:
    """A screen with tasks and an engine, and no terminal."""

    keymap = Keymap()

    def __init__(self, targets: list[Task]) -> None:
        self.targets = targets
        self.studio = FakeStudio(targets)
        self.said: list[str] = []
        self.app = self.qr = self

    async def engine(self) -> FakeStudio:
        return self.studio

    def catch_up(self) -> None:
        """Nothing is waiting."""

    def notify(self, text: str, **_options: Any) -> None:
        self.said.append(text)


def test_a_removal_that_cannot_be_brought_back_stays_to_be_tried_again() -> None:
    screen = Screen([make_task(1, status=Status.DONE)])
    gone_to: list[str] = []
    changes: list[bool] = []
    undo = UndoStack(cast(Any, screen), on_changed=lambda: changes.append(undo.undoable))
    bulk = BulkActions(cast(Any, screen), TaskActions(cast(Any, screen)), undo, go_to=gone_to.append)

    async def script() -> None:
        await screen.studio.start()
        assert not undo.undoable
        await bulk.do_remove()
        assert screen.said == ["removed 1, u brings back"]
        screen.targets = []
        screen.studio.troubles["restore"] = Trouble(Kind.STORE, "disk full")
        with pytest.raises(Trouble, match="disk full"):
            await undo.do_undo()
        assert undo.undoable
        screen.studio.troubles.clear()
        await undo.do_undo()
        assert not undo.undoable
        assert gone_to == [key(1)]
        assert changes == [True, True, False]

    asyncio.run(script())
