"""Marks: ranges, all, cleared; they stay with their tasks."""

from pathlib import Path

from tests.support.driving import Run, run
from tests.support.fake_app import make_task

TEN = [make_task(number) for number in range(1, 11)]


def key(number: int) -> str:
    return make_task(number).key


def test_marks_ranges_and_clearing(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("space")
        assert it.line[2].startswith("+")
        assert "1 marked" in it.line[0]
        await it.press("j", "j", "V")
        assert list(it.app.tasks.list_model.marks) == [key(10), key(9), key(8), key(7)]
        await it.press("escape")
        assert not it.app.tasks.list_model.marks
        assert "marked" not in it.line[0]
        await it.press("A")
        assert "10 marked" in it.line[0]

    run(tmp_path, TEN, script)


def test_marks_stay_with_their_tasks_through_updates(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("j", "space")
        it.studio.put(make_task(11), make_task(12))
        await it.settle()
        marked = [line for line in it.line if line.startswith("+")]
        assert len(marked) == 1
        assert " 00009 " in marked[0]

    run(tmp_path, TEN, script)
