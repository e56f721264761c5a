"""What screens ask for is what the app gives; the app of the tests gives it too."""

from pathlib import Path

from qr_tui.core.task import Status
from qr_tui.ui.app import QrTui
from qr_tui.ui.app_services import AppServices, services
from qr_tui.ui.widgets.confirm import ConfirmScreen
from tests.support.driving import Run, run
from tests.support.fake_app import FakeStudio, make_app_context, make_task
from tests.support.forms import FormApp


def test_both_apps_give_all_that_screens_may_ask_for(tmp_path: Path) -> None:
    app_context = make_app_context(tmp_path, FakeStudio())
    apps: list[AppServices] = [  # the types are what is tested here, by mypy
        QrTui(app_context),
        FormApp(app_context, lambda: ConfirmScreen("Sure?", [])),
    ]
    asked = [name for name in (*AppServices.__annotations__, *vars(AppServices)) if not name.startswith("_")]
    assert "keymap" in asked
    assert "engine" in asked
    for app in apps:
        assert [name for name in asked if not hasattr(type(app), name) and name not in vars(app)] == []


def test_a_widget_reaches_the_app_it_runs_in(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert services(it.app.tasks.footer) is it.app
        assert services(it.app) is it.app
        assert it.app.scope == "tasks"
        await it.press("R")
        assert it.app.scope == ""  # a question has no commands

    run(tmp_path, [make_task(status=Status.FAILED)], script)
