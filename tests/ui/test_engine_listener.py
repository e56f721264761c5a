"""The engine listener: what it makes of each event, and how often it repaints."""

from pathlib import Path

from qr_tui.core.events import HostChanged, HostStatus, IdsUnsaved, PollingChanged
from qr_tui.core.task import Status
from tests.support.driving import Run, run
from tests.support.fake_app import make_task

TWO = [make_task(1), make_task(2)]


def test_the_status_line_follows_who_looks_at_the_tasks(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.studio.sink(PollingChanged(here=False))
        await it.settle()
        assert "another qr-tui on this store looks at the tasks" in it.line[-2]
        it.studio.sink(PollingChanged(here=True))
        await it.settle()
        assert "another qr-tui" not in it.screen

    run(tmp_path, TWO, script)


def test_the_status_line_follows_the_hosts(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        url = it.studio.base_url
        it.studio.status = {url: HostStatus.DOWN}
        it.studio.sink(HostChanged(url, HostStatus.DOWN))
        await it.settle()
        assert "cannot be reached" in it.line[-2]

    run(tmp_path, TWO, script)


def test_a_change_of_state_is_shown_on_every_screen_and_in_the_title(tmp_path: Path) -> None:
    titles: list[str] = []

    async def script(it: Run) -> None:
        it.app.notifier.set_title = titles.append  # type: ignore[method-assign,assignment]
        await it.press("enter")
        assert it.on == "DetailsScreen"
        it.studio.change("key000002", status=Status.DONE)
        await it.settle()
        assert "done" in it.screen
        assert titles == ["1 running"]

    run(tmp_path, TWO, script)


def test_catching_up_does_not_wait_for_the_pace_of_repaints(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.studio.put(make_task(3))
        it.app.catch_up()
        assert it.shown[0] == "key000003"

    run(tmp_path, TWO, script)


def test_rule_1_2_an_id_that_is_nowhere_on_disk_stays_on_the_screen_until_it_is(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.studio.unsaved_ids = ("task_7",)
        it.studio.sink(IdsUnsaved(("task_7",)))
        await it.settle()
        assert "write it down: task_7" in it.toasts[-1]
        assert "write it down: task_7" in it.line[-2]
        (toast,) = it.app._notifications
        assert toast.time_left > 3_600
        it.studio.unsaved_ids = ()
        it.studio.sink(IdsUnsaved(()))
        await it.settle()
        assert "task_7" not in it.line[-2]

    run(tmp_path, TWO, script)
