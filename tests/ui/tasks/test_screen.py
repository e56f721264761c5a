"""The home screen, by keys: nothing moves under the cursor, nothing is acted on by mistake."""

from pathlib import Path
from typing import Any

import pytest

from qr_tui.core.events import HostChanged, HostStatus, PollingChanged
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Failure, Status
from qr_tui.services.checks import Concern
from tests.support.driving import Run, run
from tests.support.fake_app import FakeStudio, make_task, with_fields

HOSTILE = "[/b] [bold \x1b[2J\x1b]52;c;aGk=\x07 \u202eevil\u200d [red]x"
TEN = [make_task(number) for number in range(1, 11)]


def key(number: int) -> str:
    return make_task(number).key


def test_the_list_shows_header_titles_rows_and_keys(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert it.line[0].startswith(" qr-tui · quickrouter")
        assert "10 running · 10 total" in it.line[0]
        assert it.line[1].split() == ["STATUS", "PROGRESS", "AGE", "MODEL", "FORMAT", "ID", "PROMPT"]
        assert it.line[2].startswith(" ▌ ● running")
        assert "…00010" in it.line[2]
        assert it.line[-1].startswith(" n new  y copy id  enter details")
        assert "? help  q quit" in it.line[-1]

    run(tmp_path, TEN, script)


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


def test_keys_move_the_cursor(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        for keys, row in ((["j"], 1), (["down"], 2), (["k"], 1), (["G"], 9), (["j"], 9), (["g"], 0), (["up"], 0)):
            await it.press(*keys)
            assert it.app.tasks.list_model.index == row, keys
            assert it.line[2 + row].startswith(" ▌"), keys

    run(tmp_path, TEN, script)


def test_pages_scroll_and_the_cursor_stays_in_view(tmp_path: Path) -> None:
    many = [make_task(number) for number in range(1, 101)]

    async def script(it: Run) -> None:
        await it.press("pagedown", "pagedown")
        row = it.app.tasks.list_model.index
        assert row == 2 * (it.app.tasks.list.page - 1)
        assert sum(line.startswith(" ▌") for line in it.line) == 1
        await it.press("G")
        assert it.line[-2].startswith(" ▌")
        await it.press("pageup", "g")
        assert it.line[2].startswith(" ▌")

    run(tmp_path, many, script)


def test_five_thousand_rows_are_no_burden(tmp_path: Path) -> None:
    many = [make_task(number) for number in range(5_000)]

    async def script(it: Run) -> None:
        await it.press("G")
        assert it.cursor == key(0)
        assert "…00000" in it.line[-2]

    run(tmp_path, many, script)


def test_updates_in_the_middle_move_nothing(tmp_path: Path) -> None:
    many = [make_task(number) for number in range(1, 101)]

    async def script(it: Run) -> None:
        await it.press("pagedown", "pagedown", "j", "j")
        before, at = it.line[2:-1], it.cursor
        assert at is not None
        for number in (101, 102, 103):
            it.studio.put(make_task(number))
        await it.settle()
        assert it.cursor == at
        assert it.line[2:-1] == before
        it.studio.change(at, progress=50.0)
        await it.until(lambda: "50%" in it.screen)
        changed = [row for row, (old, new) in enumerate(zip(before, it.line[2:-1], strict=True)) if old != new]
        assert len(changed) == 1

    run(tmp_path, many, script)


def test_at_the_top_a_new_task_is_seen_and_the_cursor_stays_with_its_own(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.studio.put(make_task(11))
        await it.settle()
        assert it.shown[0] == key(11)
        assert it.cursor == key(10)
        assert "…00011" in it.line[2]
        assert it.line[3].startswith(" ▌")

    run(tmp_path, TEN, script)


def test_progress_alone_waits_its_second_and_a_state_does_not(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        drawn: list[int] = []
        update = it.app.tasks.list.update

        def counted(*given: Any) -> None:
            drawn.append(1)
            update(*given)

        it.app.tasks.list.update = counted  # type: ignore[method-assign,assignment]
        it.studio.change(key(5), progress=1.0)
        await it.settle()
        for percent in range(2, 60):
            it.studio.change(key(5), progress=float(percent))
            await it.pilot.pause()
        assert len(drawn) <= 2
        it.studio.change(key(6), status=Status.DONE)
        await it.settle()
        assert "✓ done" in it.screen
        await it.until(lambda: "59%" in it.screen)

    run(tmp_path, TEN, script)


def test_nothing_is_drawn_when_nothing_changed(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        regions: list[object] = []
        task_list = it.app.tasks.list
        task_list.refresh = lambda *args, **kwargs: regions.append(args)  # type: ignore[method-assign,assignment]
        task_list.update([with_fields(it.studio._tasks[key(4)])])
        task_list.tick(it.app.app_context.clock(), minute=True)
        assert regions == []
        task_list.update([make_task(4, progress=40.0)])
        ((region,),) = regions  # type: ignore[misc]
        assert region.height == 1  # type: ignore[has-type]
        assert region.width < 30  # type: ignore[has-type]

    run(tmp_path, TEN, script)


def test_resize_keeps_cursor_and_columns_follow(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("j", "j", "j")
        at = it.cursor
        await it.pilot.resize_terminal(60, 15)
        await it.settle()
        assert it.cursor == at
        assert "MODEL" not in it.line[1]
        assert sum(line.startswith(" ▌") for line in it.line) == 1
        await it.pilot.resize_terminal(200, 60)
        await it.settle()
        assert "FORMAT" in it.line[1]
        assert it.cursor == at
        await it.pilot.resize_terminal(39, 9)
        await it.settle()
        assert it.app.cramped == "40×10 needed, is 39×9"
        await it.pilot.resize_terminal(80, 24)
        await it.settle()
        assert it.cursor == at
        assert it.line[5].startswith(" ▌")

    run(tmp_path, TEN, script)


def test_quitting_is_possible_on_a_terminal_too_small(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.pilot.resize_terminal(20, 5)
        await it.settle()
        await it.pilot.press("q")
        await it.until(lambda: it.studio.closed)

    run(tmp_path, TEN, script)


def test_the_pane_follows_the_cursor_from_120_columns(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert "prompt number 10" in it.screen
        await it.press("j", "j")
        await it.until(lambda: "sora-2:task_01example000008" in it.screen)
        assert "REQUEST" in it.screen
        await it.pilot.resize_terminal(119, 40)
        await it.settle()
        assert "REQUEST" not in it.screen

    run(tmp_path, TEN, script, size=(120, 40))


# marks ---------------------------------------------------------------------------------------------------------------


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
        assert "…00009" in marked[0]

    run(tmp_path, TEN, script)


# commands ------------------------------------------------------------------------------------------------------------


def test_a_command_that_cannot_run_says_why(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("R")
        assert it.toasts == ["only a failed task can be tried again"]
        assert it.studio.called("retry") == []

    run(tmp_path, TEN, script)


def test_look_asks_for_the_marked_ones(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("space", "space", "r")
        assert it.studio.called("look") == [[key(10), key(9)]]
        assert "looking at 2 tasks" in it.toasts[-1]

    run(tmp_path, TEN, script)


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
        assert "nothing to decide here, and no removal to undo" in it.toasts[-1]

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


def test_retry_asks_says_it_costs_and_reports_each(tmp_path: Path) -> None:
    failure = Failure(kind=Kind.PROVIDER_BUSY, detail="heavy load")
    tasks = [make_task(n, status=Status.FAILED, failure=failure) for n in (1, 2)] + [make_task(3)]

    async def script(it: Run) -> None:
        await it.press("A", "R")
        assert "cost again" in it.screen
        it.studio.troubles["retry"] = Trouble(Kind.OVER_LIMIT, f"your limit {HOSTILE}")
        await it.press("y")
        assert it.studio.called("retry") == [(key(2), True), (key(1), True)]
        said = it.toasts[-1]
        assert "1 sent again" in said
        assert "1 had not failed" in said
        assert "example000002" in said or "xample000002" in said or "…" in said
        assert "\x1b" not in said

    run(tmp_path, tasks, script)


def test_pause_is_said_on_the_status_line(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("p")
        assert "looking is paused: p goes on" in it.screen
        await it.press("p")
        assert "paused" not in it.screen
        assert it.studio.called("pause") == [True, False]

    run(tmp_path, TEN, script)


# what is wrong -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (HostStatus.DOWN, "cannot be reached"),
        (HostStatus.RATE_LIMITED, "Too many requests"),
        (HostStatus.KEY_REFUSED, "The key was refused"),
    ],
)
def test_a_host_in_trouble_is_said_and_the_list_works(tmp_path: Path, status: HostStatus, words: str) -> None:
    async def script(it: Run) -> None:
        url = it.studio.base_url
        it.studio.status = {url: status}
        it.studio.sink(HostChanged(url, status))
        await it.settle()
        assert words in it.line[-2]
        await it.press("j")
        assert it.cursor == key(9)
        it.studio.status = {url: HostStatus.OK}
        it.studio.sink(HostChanged(url, HostStatus.OK))
        await it.settle()
        assert words not in it.screen

    run(tmp_path, TEN, script)


def test_another_poller_is_said(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.studio.sink(PollingChanged(here=False))
        await it.settle()
        assert "another qr-tui on this store looks at the tasks" in it.screen

    run(tmp_path, TEN, script)


def test_an_engine_that_cannot_start_is_said_and_the_app_lives(tmp_path: Path) -> None:
    class Broken(FakeStudio):
        async def start(self, *, watch: bool = True) -> None:
            raise Trouble(Kind.STORE, "tasks.json is from a newer version")

    async def script(it: Run) -> None:
        assert "tasks.json is from a newer version" in it.screen
        await it.press("question_mark")
        assert it.on == "HelpScreen"

    studio = Broken()
    studio.hold_load = True
    run(tmp_path, [], script, studio=studio)


def test_hostile_text_reaches_nothing(tmp_path: Path) -> None:
    tasks = [
        make_task(1, prompt=HOSTILE, id=HOSTILE, model=HOSTILE, provider_status=HOSTILE, raw=HOSTILE),
        make_task(2, prompt=HOSTILE, status=Status.FAILED, failure=Failure(kind=Kind.POLICY, detail=HOSTILE)),
    ]

    async def script(it: Run) -> None:
        for keys in ((), ("y",), ("r",), ("enter", "w"), ("escape", "j", "enter"), ("escape", "R")):
            await it.press(*keys)
            assert not any(char in it.screen for char in "\x1b\x07\u202e\u200d"), keys
        assert "[/b] [bold" in it.screen or it.on == "ConfirmScreen"

    run(tmp_path, tasks, script, size=(160, 50))


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


def test_what_is_made_again_is_no_longer_marked_and_the_same_again_is_said(tmp_path: Path) -> None:
    failure = Failure(kind=Kind.PROVIDER_BUSY, detail="heavy load")
    tasks = [make_task(n, status=Status.FAILED, failure=failure) for n in (1, 2)]

    async def script(it: Run) -> None:
        await it.press("A", "R")
        assert "sent a moment ago" not in it.screen
        await it.press("y")
        assert it.app.tasks.list_model.marks == {}
        it.studio.concerns = [Concern(Kind.DUPLICATE, "ask")]
        await it.press("G", "R")
        assert "sent a moment ago" in it.screen
        await it.press("n")
        assert len(it.studio.called("retry")) == 2

    run(tmp_path, tasks, script)


def test_one_task_commands_take_the_task_under_the_cursor_whatever_is_marked(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("A", "j", "j", "e")
        await it.until(lambda: it.on == "ComposeScreen")
        assert "prompt number 8" in it.screen

    run(tmp_path, TEN, script)


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


def test_an_emptied_list_says_how_to_bring_it_back(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("D")
        assert "Nothing is left on the list" in it.screen
        assert "u brings back what was removed" in it.screen
        await it.press("u")
        assert it.shown == [key(1)]

    run(tmp_path, [make_task(1, status=Status.DONE)], script)
