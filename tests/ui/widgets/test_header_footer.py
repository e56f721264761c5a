"""What stands around the rows: titles over their columns, counts, ages that tick, and an undo that is never lost."""

from pathlib import Path

import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status
from tests.support.driving import Run, run
from tests.support.fake_app import NOW, FakeStudio, make_task


@pytest.mark.parametrize("width", [40, 60, 80, 100, 119, 120, 200])
def test_titles_stand_over_their_columns(tmp_path: Path, width: int) -> None:
    async def script(it: Run) -> None:
        for size in (width, 90, width):
            await it.pilot.resize_terminal(size, 24)
            await it.settle()
            titles, first = it.line[1], it.line[2]
            assert titles.index("PROMPT") == first.index("prompt")
            assert titles.index("STATE") == first.index("62%")
            if "MODEL" in titles:
                assert titles.index("MODEL") == first.index("sora-2-pro")  # never here: one model, so it is above

    run(tmp_path, [make_task(progress=62.0)], script, size=(width, 24))


def test_the_header_counts_down_to_the_next_look(tmp_path: Path) -> None:
    now = [NOW]
    studio = FakeStudio(
        [make_task(1), make_task(2, status=Status.UNCONFIRMED, id=None), make_task(3, status=Status.DONE)]
    )
    studio.due = NOW + 4

    async def script(it: Run) -> None:
        assert it.line[0].rstrip().endswith("1 running · 1 needs you · 3 total · next look 4s")
        now[0] += 2
        it.app.tasks.tick()
        await it.settle()
        assert it.line[0].rstrip().endswith("next look 2s")

    run(tmp_path, [], script, studio=studio, clock=lambda: now[0], size=(100, 24))


def test_ages_tick_by_ten_seconds_and_then_by_minutes(tmp_path: Path) -> None:
    now = [NOW]

    async def script(it: Run) -> None:
        at = it.line[1].index("AGE")

        async def after(seconds: float, *, minute: bool) -> list[str]:
            now[0] += seconds
            it.app.tasks.list.tick(now[0], minute=minute)
            await it.settle()
            return [line[at - 1 : at + 3].strip() for line in it.line[2:4]]

        assert await after(0, minute=False) == ["0s", "5m"]
        assert await after(9, minute=False) == ["0s", "5m"]
        assert await after(1, minute=False) == ["10s", "5m"]
        assert await after(50, minute=False) == ["1m", "5m"]
        assert await after(0, minute=True) == ["1m", "6m"]

    tasks = [make_task(2, created_at=NOW), make_task(1, created_at=NOW - 300)]
    run(tmp_path, tasks, script, clock=lambda: now[0])


def test_an_undo_that_fails_can_be_tried_again(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("D")
        it.studio.troubles["restore"] = Trouble(Kind.STORE, "disk full")
        await it.press("u")
        assert "disk full" in it.toasts[-1]
        await it.press("u")
        assert it.cursor == make_task(2).key
        assert it.toasts[-1].endswith("1 is back")

    run(tmp_path, [make_task(number, status=Status.DONE) for number in (1, 2)], script)


def test_nothing_is_done_blindly_while_the_terminal_is_too_small(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("j", "space")
        for size in ((39, 24), (80, 9), (10, 3)):
            await it.pilot.resize_terminal(*size)
            await it.settle()
            assert it.app.cramped
            await it.press("D", "x", "r", "n", "enter", "A", "colon")
        await it.pilot.resize_terminal(40, 10)
        await it.settle()
        assert it.on == "TasksScreen"
        assert it.cursor == make_task(1).key
        assert list(it.app.tasks.list_model.marks) == [make_task(2).key]
        assert it.studio.calls == []

    run(tmp_path, [make_task(number) for number in (1, 2, 3)], script)


def test_the_pane_follows_when_filter_or_order_puts_the_cursor_elsewhere(tmp_path: Path) -> None:
    tasks = [make_task(number, prompt=prompt) for number, prompt in enumerate(("one", "two", "three"), 1)]

    async def script(it: Run) -> None:
        await it.until(lambda: "task_01example000003" in it.screen)
        await it.press("slash")
        await it.type("two")
        await it.until(lambda: "task_01example000002" in it.screen)
        await it.press("escape")
        await it.type("t")
        it.studio.change(make_task(2).key, status=Status.DONE)
        await it.until(lambda: "task_01example000002" not in it.screen)

    run(tmp_path, tasks, script, size=(140, 30))
