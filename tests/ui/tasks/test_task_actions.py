"""What can be done with tasks: for the targets alone, with each refusal named."""

import asyncio
from pathlib import Path

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Failure, Status, Task
from qr_tui.services.checks import Concern
from qr_tui.services.decisions import Adopt
from qr_tui.ui.tasks.task_actions import for_each, outcome_lines, short_name
from tests.support.driving import Run, run
from tests.support.fake_app import make_task

HOSTILE = "[/b] [bold \x1b[2J\x1b]52;c;aGk=\x07 \u202eevil\u200d [red]x"
TEN = [make_task(number) for number in range(1, 11)]


def key(number: int) -> str:
    return make_task(number).key


def test_look_asks_for_the_marked_ones(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("space", "space", "r")
        assert it.studio.called("look") == [[key(10), key(9)]]
        assert "looking at 2 tasks" in it.toasts[-1]

    run(tmp_path, TEN, script)


def test_retry_asks_says_it_costs_and_reports_each(tmp_path: Path) -> None:
    failure = Failure(kind=Kind.PROVIDER_BUSY, detail="heavy load")
    tasks = [make_task(n, status=Status.FAILED, failure=failure) for n in (1, 2)] + [make_task(3)]

    async def script(it: Run) -> None:
        await it.press("A", "R")
        assert "cost again" in it.screen
        it.studio.troubles["retry"] = Trouble(Kind.OVER_LIMIT, f"your limit {HOSTILE}")
        await it.press("ctrl+g")
        assert it.studio.called("retry") == [(key(2), True), (key(1), True)]
        said = it.toasts[-1]
        assert "1 sent again" in said
        assert "1 had not failed" in said
        assert "example000002" in said or "xample000002" in said or "…" in said
        assert "\x1b" not in said

    run(tmp_path, tasks, script)


def test_what_is_made_again_is_no_longer_marked_and_the_same_again_is_said(tmp_path: Path) -> None:
    failure = Failure(kind=Kind.PROVIDER_BUSY, detail="heavy load")
    tasks = [make_task(n, status=Status.FAILED, failure=failure) for n in (1, 2)]

    async def script(it: Run) -> None:
        await it.press("A", "R")
        assert "sent a moment ago" not in it.screen
        await it.press("f5")
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


def test_what_is_refused_does_not_keep_the_others_from_being_done() -> None:
    done: list[str] = []

    async def act(task: Task) -> None:
        if task.key == key(2):
            raise Trouble(Kind.OVER_LIMIT, "your limit")
        done.append(task.key)

    count, refusals = asyncio.run(for_each(TEN[:3], act))
    assert done == [key(1), key(3)]
    assert count == 2
    assert [(task.key, trouble.detail) for task, trouble in refusals] == [(key(2), "your limit")]


def test_only_the_first_refusals_are_named() -> None:
    refusals = [(task, Trouble(Kind.OVER_LIMIT, "your limit")) for task in TEN]
    lines = outcome_lines(["1 sent again"], refusals)
    assert lines[0] == "1 sent again"
    assert lines[1] == f"{short_name(TEN[0])}: your limit"
    assert lines[-1] == "and 5 more"
    assert len(lines) == 7
    assert outcome_lines([], []) == []


def test_rule_1_7_what_ended_as_unknown_is_adopted_and_never_made_again(tmp_path: Path) -> None:
    failure = Failure(kind=Kind.NOT_FOUND, detail="task_not_exist")

    async def script(it: Run) -> None:
        await it.press("R")
        assert it.on == "TasksScreen"
        assert "adopt the right id" in it.toasts[-1]
        await it.press("a")
        assert it.on == "DecideScreen"
        assert "does not know this task" in it.screen
        assert "send again" not in it.screen
        assert "task_right" in it.screen, "the ids that its answers held besides are offered"
        await it.press("enter")
        assert it.studio.called("decide") == [(key(1), Adopt("task_right"))]
        assert it.studio.called("retry") == []

    lost = make_task(1, status=Status.FAILED, failure=failure, id="4711", id_candidates=("4711", "task_right"))
    run(tmp_path, [lost], script)
