"""Several programs on one store: each sees what the others do, and only one of them asks the provider."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cli import until
from tests.support.e2e.desk import Desk, desk_with_simulator

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ELSEWHERE = "another qr-tui on this store looks at the tasks"
SOON = 10.0  # seconds: a fifth of it is what a person waits; the rest is for a machine under load


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_with_simulator(tmp_path) as opened:
        yield opened


def test_a_task_of_a_script_comes_to_the_open_list_and_back(desk: Desk) -> None:
    with desk.open() as terminal:
        terminal.wait_for("No videos yet")
        (identity,) = desk.create("from a script [sim:seconds=600]")
        # with its id: the intent is on the list a moment earlier
        terminal.wait_for(re.compile("[○●] .*from a sc"), timeout=SOON)
        terminal.press("y")
        terminal.wait_clipboard(identity)
        terminal.press("n")
        terminal.wait_for("ctrl+g generate")
        terminal.type("from the app [sim:seconds=600]")
        terminal.press("ctrl+g")
        terminal.wait_for(re.compile("[○●] .*from the"))
        listed = {task["prompt"]: task for task in desk.tasks()}
        assert set(listed) == {"from a script [sim:seconds=600]", "from the app [sim:seconds=600]"}
        assert listed["from the app [sim:seconds=600]"]["id"].startswith("sora-2:task_")
        desk.run("remove", identity, "--yes")
        terminal.wait_gone("from a sc", timeout=SOON)
        terminal.wait_for("from the")


def test_two_apps_show_the_same_and_one_asks(desk: Desk) -> None:
    (identity,) = desk.create("a boat [sim:seconds=600]")
    force = f"tasks/{identity}"
    with desk.open() as first:
        first.wait_for(re.compile("[○●] .*a boat"))
        # the second comes when the first surely looks
        first.wait_for("next look")
        with desk.open(columns=120, rows=30) as second:
            second.wait_for(ELSEWHERE)
            for progress in (37, 62):
                desk.simulator.ask(
                    force, {"status": "processing", "progress": progress / 100, "hold": True}, method="POST"
                )
                for terminal in (first, second):
                    terminal.wait_for(re.compile(rf"{progress}%.*a boat"), timeout=SOON)
            assert ELSEWHERE not in first.text
            # the one that asked goes: the other goes on by itself
            first.press("q")
            assert first.wait_exit() == 0
            second.wait_gone(ELSEWHERE)
            desk.simulator.ask(force, {"status": "completed", "hold": False}, method="POST")
            second.wait_for(re.compile("saved .*a boat"))
            second.press("q")
            assert second.wait_exit() == 0
    assert desk.posts() == {"a boat [sim:seconds=600]": 1}


def test_one_app_of_two_does_not_ask_at_all(desk: Desk) -> None:
    (identity,) = desk.create("a boat [sim:seconds=600]")
    with desk.open() as first:
        first.wait_for("next look")
        with desk.open() as second:
            second.wait_for(ELSEWHERE)
            before = len(looks(desk, identity))
            until(lambda: len(looks(desk, identity)) >= before + 6)
            times = looks(desk, identity)[before:]
            # one asks at most once a second; two would ask twice as often
            assert (times[-1] - times[0]) / (len(times) - 1) >= 0.9


def looks(desk: Desk, identity: str) -> list[float]:
    """Return when the provider was asked about a task."""
    times: list[float] = desk.simulator.ask("stats")["looks"].get(identity, [])
    return times
