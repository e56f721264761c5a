"""The wiring: copying, new videos, keys of one's own, looks, starting and ending."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from qr_tui import config, paths
from qr_tui.config import Settings, Ui
from qr_tui.core.events import HostStatus, Notice, TaskFinished, TasksLoaded
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status
from tests.support.driving import Run, run
from tests.support.fake_app import FakeStudio, make_task

HOSTILE = "[/b] [bold \x1b[2J\x1b]52;c;aGk=\x07"


def test_y_copies_exactly_the_id_and_says_where_it_went(tmp_path: Path) -> None:
    file = paths.under(tmp_path).clipboard_file

    async def script(it: Run) -> None:
        await it.press("y")
        await it.until(lambda: bool(it.toasts))
        assert "sora-2:task_01example000001" in file.read_text()
        assert "sora-2:task_01example000001" in it.toasts[-1]

    run(tmp_path, [make_task(1)], script)


def test_y_copies_all_marked_ids_one_a_line(tmp_path: Path) -> None:
    copied: list[tuple[str, str]] = []

    async def script(it: Run) -> None:
        it.app.copy_text = lambda label, text: copied.append((label, text))  # type: ignore[method-assign]
        await it.press("A", "y")

    run(tmp_path, [make_task(1), make_task(2), make_task(3, id=None)], script)
    assert copied == [("id, 2 of 3", "sora-2:task_01example000002\nsora-2:task_01example000001")]


def test_the_copy_menu_copies_what_is_chosen(tmp_path: Path) -> None:
    copied: list[str] = []

    async def script(it: Run) -> None:
        it.app.copy_text = lambda label, text: copied.append(text)  # type: ignore[method-assign]
        await it.press("Y")
        assert it.on == "CopyMenu"
        await it.press("p")
        assert it.on == "TasksScreen"

    run(tmp_path, [make_task(1)], script)
    assert copied == ["prompt number 1"]


def test_a_new_video_is_written_sent_and_found_under_the_cursor(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("j", "j", "n")
        await it.until(lambda: it.on == "ComposeScreen")
        await it.type("boat")
        await it.press("ctrl+g")
        await it.until(lambda: it.on == "TasksScreen")
        ((request, copies, _sure, parent),) = it.studio.called("submit")
        assert (request.prompt, copies, parent) == ("boat", 1, None)
        await it.settle()
        current = it.app.tasks.list_model.current
        assert current is not None
        assert current.prompt == "boat"
        assert any(line.startswith(" ▌") and "boat" in line for line in it.line)

    run(tmp_path, [make_task(number) for number in range(30)], script)


def test_e_starts_from_the_task_under_the_cursor(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("e")
        await it.until(lambda: it.on == "ComposeScreen")
        assert "prompt number 1" in it.screen
        await it.press("escape")
        assert it.on == "TasksScreen"

    run(tmp_path, [make_task(1)], script)


def test_a_key_of_one_s_own_works_and_is_shown(tmp_path: Path) -> None:
    settings = Settings(keys={"tasks.look": "l", "tasks.new": "a"})

    async def script(it: Run) -> None:
        assert it.line[-1].startswith(" a new")
        await it.press("l")
        assert it.studio.called("look") == [["key000001"]]
        await it.press("r", "n")
        assert it.on == "TasksScreen"
        assert len(it.studio.called("look")) == 1

    run(tmp_path, [make_task(1)], script, settings=settings)


def test_a_clash_of_keys_is_told_naming_both(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        (said,) = [toast for toast in it.toasts if "tasks.new" in toast]
        assert "app.quit" in said
        assert said.startswith("A key of your own is not used")
        assert it.line[-1].startswith(" n new")

    run(tmp_path, [], script, settings=Settings(keys={"tasks.new": "q"}))


def test_keys_of_ones_own_from_0_1_open_without_an_error_and_help_says_what_gave_way(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert it.toasts == []
        await it.press("f")
        assert it.on == "ChooseScreen"
        await it.press("escape", "u")
        assert it.on == "DecideScreen"
        await it.press("escape", "question_mark", "G")
        assert "u does decide, no longer undo" in it.screen

    keys = {"tasks.decide": "u", "tasks.toggle_finished": "f"}
    lost = make_task(1, status=Status.UNCONFIRMED, id=None)
    run(tmp_path, [lost], script, settings=Settings(keys=keys))


def test_problems_from_before_the_app_are_told_inert(tmp_path: Path) -> None:
    problem = Trouble(Kind.CONFIG, f"config.toml: line 4: {HOSTILE}")

    async def script(it: Run) -> None:
        (said,) = it.toasts
        assert "config.toml: line 4" in said
        assert "[/b] [bold" in it.screen
        assert "\x1b" not in it.screen

    run(tmp_path, [], script, problems=(problem,))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[ui]\ntheme = "pink"\n', "a mistake in config.toml (line 2)"),
        ("[limits]\nvideos_per_day = -5\n", "a mistake in config.toml (line 2): your limits are not in force"),
    ],
)
def test_a_mistake_in_the_file_stands_in_the_status_line_until_it_is_mended(
    tmp_path: Path, text: str, words: str
) -> None:
    file = paths.under(tmp_path).config_file
    file.parent.mkdir(parents=True)
    file.write_text(text)
    settings, problem = config.load_or_default(file)
    assert problem is not None

    async def script(it: Run) -> None:
        assert it.line[-2].strip() == words
        await it.press("comma", "escape")
        assert it.line[-2].strip() == words
        file.write_text("[ui]\n")
        await it.press("comma", "escape")
        assert "a mistake in" not in it.screen

    run(tmp_path, [make_task(number) for number in range(30)], script, settings=settings, problems=(problem,))


def test_no_key_opens_connect_and_the_demo_does_not(tmp_path: Path) -> None:
    def keyless() -> FakeStudio:
        studio = FakeStudio()
        studio.status = {studio.base_url: HostStatus.NO_KEY}
        return studio

    async def asks(it: Run) -> None:
        await it.until(lambda: it.on == "ConnectScreen")

    async def quiet(it: Run) -> None:
        assert it.on == "TasksScreen"
        assert "DEMO: nothing is billed" in it.line[0]

    run(tmp_path, [], asks, studio=keyless())
    run(tmp_path, [], quiet, studio=keyless(), demo=True)


def test_ctrl_c_says_how_to_quit_and_q_quits_after_closing_the_engine(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("ctrl+c")
        assert it.toasts == ["q quits"]
        await it.press("ctrl+q")
        assert it.app._exit is False
        await it.pilot.press("q")
        await it.until(lambda: it.studio.closed)

    run(tmp_path, [], script)


def test_an_engine_that_will_not_close_does_not_hold_the_app(tmp_path: Path) -> None:
    class Stubborn(FakeStudio):
        async def close(self) -> None:
            raise Trouble(Kind.STORE, "disk full")

    async def script(it: Run) -> None:
        await it.pilot.press("q")
        await it.until(lambda: it.app._exit)

    run(tmp_path, [], script, studio=Stubborn())


def test_notices_are_told_and_finished_tasks_are_given_to_the_notifier(tmp_path: Path) -> None:
    finished: list[Any] = []

    async def script(it: Run) -> None:
        it.app.notifier.notify = finished.extend  # type: ignore[method-assign,assignment]
        it.studio.sink(Notice(Kind.STORE, "tasks.json was damaged"))
        it.studio.sink(TaskFinished(make_task(1, status=Status.DONE)))
        await it.settle()
        assert "tasks.json was damaged" in it.toasts[-1]
        assert [task.key for task in finished] == ["key000001"]

    run(tmp_path, [make_task(1)], script)


def test_a_reload_keeps_the_cursor(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("j")
        it.studio.sink(TasksLoaded(tuple(make_task(number) for number in range(8))))
        await it.settle()
        assert it.cursor == "key000001"
        assert len(it.shown) == 8

    run(tmp_path, [make_task(1), make_task(2)], script)


def test_theme_and_keys_change_while_it_runs(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        settings = msgspec.structs.replace(
            it.app.settings, ui=Ui(theme="light", glyphs="ascii"), keys={"tasks.new": "a"}
        )
        assert it.app.use_settings(settings) == []
        assert it.studio.called("use_settings") == [settings]
        await it.settle()
        assert it.app.theme == "qr-light"
        assert it.line[2].startswith(" > * ")
        assert it.line[-1].startswith(" a new")
        await it.press("a")
        await it.until(lambda: it.on == "ComposeScreen")

    run(tmp_path, [make_task(1)], script)


def test_ascii_where_the_locale_knows_no_more(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        assert it.screen.replace("\n", "").isascii()
        for keys in (("question_mark",), ("escape", "colon"), ("escape", "enter")):
            await it.press(*keys)
            assert it.screen.replace("\n", "").isascii(), keys

    run(tmp_path, [make_task(1, progress=40.0), make_task(2)], script, env={"LANG": "C"})


def test_settings_and_connect_open_and_close(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("comma")
        assert it.on == "SettingsScreen"
        await it.press("escape")
        await it.press("C")
        await it.until(lambda: it.on == "ConnectScreen")
        await it.press("escape")
        assert it.on == "TasksScreen"

    run(tmp_path, [], script)


def test_a_command_that_breaks_is_told_and_the_app_lives(tmp_path: Path) -> None:
    class Broken(FakeStudio):
        async def look(self, keys: Any) -> None:
            raise RuntimeError("boom")

    async def script(it: Run) -> None:
        await it.press("r")
        assert "qr-tui made a mistake" in it.toasts[-1]
        assert "boom" in it.toasts[-1]
        await it.press("j")

    run(tmp_path, [], script, studio=Broken([make_task(1)]))


@pytest.mark.parametrize(
    ("target", "said"), [({}, "neither a file nor a link"), ({"video_url": "https://x/y"}, "no desktop")]
)
def test_open_says_why_it_cannot(tmp_path: Path, target: dict[str, Any], said: str) -> None:
    async def script(it: Run) -> None:
        await it.press("o")
        await it.until(lambda: bool(it.toasts))
        assert said in it.toasts[-1]

    run(tmp_path, [make_task(1, status=Status.DONE, **target)], script, env={"SSH_CONNECTION": "1 2 3 4"})
