"""The home screen, by keys: nothing moves under the cursor, nothing is acted on by mistake."""

from pathlib import Path
from typing import Any

import pytest

from qr_tui.core.events import HostChanged, HostStatus, PollingChanged
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Failure, Status
from tests.support.driving import Run, run
from tests.support.fake_app import FakeStudio, make_task, with_fields

HOSTILE = "[/b] [bold \x1b[2J\x1b]52;c;aGk=\x07 \u202eevil\u200d [red]x"
TEN = [make_task(number) for number in range(1, 11)]


def key(number: int) -> str:
    return make_task(number).key


def test_the_list_shows_header_titles_rows_and_keys(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert it.line[0].startswith(" qr-tui · quickrouter · sora-2-pro")
        assert "10 running · 10 total" in it.line[0]
        assert it.line[1].split() == ["STATE", "AGE", "SHAPE", "ID", "PROMPT"]
        assert it.line[2].startswith(" ▌ ● ")
        assert " 00010 " in it.line[2]
        assert it.line[-1].startswith(" n new  y copy id  enter details")
        assert "? help  q quit" in it.line[-1]

    run(tmp_path, TEN, script)


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
        assert " 00000 " in it.line[-2]

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
        assert " 00011 " in it.line[2]
        assert it.line[3].startswith(" ▌")

    run(tmp_path, TEN, script)


def test_progress_alone_waits_its_second_and_a_state_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qr_tui.ui.engine_listener.REPAINT_EVERY", 3600.0)  # however slow this machine is

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
        assert "SHAPE" in it.line[1]
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


# commands ------------------------------------------------------------------------------------------------------------


def test_a_command_that_cannot_run_says_why(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("R")
        assert it.toasts == ["only a failed task can be tried again"]
        assert it.studio.called("retry") == []

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
