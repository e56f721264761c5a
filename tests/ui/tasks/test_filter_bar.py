"""The filter in the long run: a field that scrolls, time that passes, a filter that can no longer be read."""

from pathlib import Path

from textual import events

from qr_tui import paths
from qr_tui.core.task import Status
from qr_tui.core.text.display import cells
from qr_tui.ui.tasks import list_state
from tests.support.driving import Run, run
from tests.support.fake_app import NOW, make_task


def line_of(it: Run, words: str) -> int:
    return next(at for at, line in enumerate(it.line) if words in line)


def test_the_pointer_follows_a_filter_longer_than_its_field(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("slash")
        bar = it.app.tasks.filtering.bar
        assert bar is not None
        bar.input.value = "!" + "b" * 70 + " is:nop"
        bar.input.action_end()
        await it.type("e")
        at = line_of(it, "is:nope")
        field, pointer, reason = it.line[at : at + 3]
        assert pointer.rstrip() == " " * field.index("is:nope") + "^" * len("is:nope")
        assert "nope" in reason

    run(tmp_path, [make_task()], script)


def test_a_reason_longer_than_the_line_takes_two_and_the_pointer_stays(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type("status:nope")
        at = line_of(it, "/ status:nope")
        assert "^^^^^^^^^^^" in it.line[at + 1]
        reason = " ".join(" ".join(it.line[at + 2 : at + 4]).split())
        assert reason.startswith("nope is no status; there are queued")
        assert reason.endswith("done failed stopped")
        assert "enter keep  esc show all" in it.line[at + 4]
        await it.press(*["backspace"] * 5)
        assert line_of(it, "/ status") == 13

    run(tmp_path, [make_task()], script, size=(60, 15))


def test_a_reason_longer_than_two_lines_is_cut(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type("status:nope")
        at = line_of(it, "/ status:nope")
        assert it.line[at + 3].rstrip().endswith("…")
        assert "enter keep  esc show all" in it.line[at + 4]

    run(tmp_path, [make_task()], script, size=(40, 10))


def test_a_filter_as_a_chinese_input_method_types_it(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("slash")
        bar = it.app.tasks.filtering.bar
        assert bar is not None
        bar.input.value = "！status：failed\u3000age＜9d"
        await it.settle()
        assert it.shown == [make_task(1).key]
        bar.input.value = ""
        for char in "！id：01example000001\u3000age＜9d":
            it.app.post_message(events.Key(char, char))
        await it.settle()
        assert bar.input.value == "！id：01example000001 age＜9d"
        assert it.shown == [make_task(2).key]
        bar.input.value = "纸船 status：nope"
        await it.settle()
        at = line_of(it, "/ 纸船")
        pointer = it.line[at + 1]
        assert pointer.rstrip() == " " * cells(" / 纸船 ") + "^" * cells("status：nope")

    run(tmp_path, [make_task(1), make_task(2, status=Status.FAILED)], script)


def test_a_filter_that_cannot_be_read_hides_nothing_and_counts_nothing(tmp_path: Path) -> None:
    tasks = [make_task(number, prompt=f"boat {number}") for number in range(1, 8)]

    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type('7 "x')
        assert len(it.shown) == 7
        assert "? of 7" in it.screen
        await it.press("enter")
        assert it.app.focused is not None  # it stays, to be corrected
        await it.press(*["backspace"] * 4)
        assert len(it.shown) == 7
        assert "^" not in it.screen

    run(tmp_path, tasks, script)


def test_rows_come_and_go_with_their_states_while_filtered(tmp_path: Path) -> None:
    tasks = [make_task(number) for number in range(1, 4)]

    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type("status:running")
        await it.press("enter")
        it.studio.change(make_task(2).key, status=Status.DONE)
        await it.until(lambda: make_task(2).key not in it.shown)
        await it.settle()
        assert "2 of 3" in it.screen
        it.studio.put(make_task(4))
        await it.until(lambda: make_task(4).key in it.shown)
        await it.settle()
        assert "3 of 4" in it.screen

    run(tmp_path, tasks, script)


def test_a_filter_by_age_lets_tasks_out_as_time_passes(tmp_path: Path) -> None:
    now = [NOW]

    async def script(it: Run) -> None:
        await it.press("slash")
        await it.type("age<5m")
        await it.press("enter")
        assert len(it.shown) == 1
        now[0] += 600
        it.app.tasks.filtering.refresh_ages()
        await it.settle()
        assert it.shown == []

    run(tmp_path, [make_task(1, created_at=NOW - 100)], script, clock=lambda: now[0])


def test_an_order_by_what_changes_moves_rows_but_not_the_cursor(tmp_path: Path) -> None:
    tasks = [make_task(number, progress=number * 10.0) for number in range(1, 4)]

    async def script(it: Run) -> None:
        await it.press("s", "down", "down", "down", "down", "enter")
        assert it.app.tasks.list_model.order == "progress"
        assert it.shown == [make_task(number).key for number in (3, 2, 1)]
        assert it.cursor == make_task(3).key
        it.studio.change(make_task(1).key, progress=95.0)
        await it.until(lambda: it.shown[0] == make_task(1).key)
        assert it.cursor == make_task(3).key

    run(tmp_path, tasks, script)


def test_a_remembered_filter_that_cannot_be_read_hides_nothing(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert len(it.shown) == 3
        assert "is no status" in it.screen

    assert list_state.save(paths.under(tmp_path).list_file, list_state.ListState(filter="status:nope"))
    run(tmp_path, [make_task(number) for number in range(1, 4)], script)
