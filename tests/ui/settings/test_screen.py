"""Settings: everything there is to set, written at once, comments kept, errors in words."""

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from qr_tui import config, i18n
from qr_tui.config import Settings
from qr_tui.core.failures import Trouble
from qr_tui.ui.settings.keys import KeysScreen
from qr_tui.ui.settings.screen import SettingsScreen
from qr_tui.ui.widgets.field_row import FieldRow
from qr_tui.ui.widgets.notes import Notes
from qr_tui.ui.widgets.option_lines import OptionLines
from qr_tui.ui.widgets.text_row import TextRow
from tests.support.fake_app import FakeStudio, make_app_context
from tests.support.forms import FormApp, drive, in_sight, shown, until

Script = Callable[["Bench", Pilot[Any]], Awaitable[None]]


class App(FormApp):
    """Remembers which settings it was told to use."""

    used: list[Settings]

    def use_settings(self, settings: Settings) -> list[Trouble]:
        self.used.append(settings)
        return super().use_settings(settings)


class Bench:
    def __init__(self, home: Path, text: str | None = None, **app_context: Any) -> None:
        self.app_context = make_app_context(home, FakeStudio(), **app_context)
        self.path = self.app_context.paths.config_file
        if text is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(text)
        self.app = App(self.app_context, lambda: SettingsScreen(self.app_context))
        self.app.used = []

    @property
    def screen(self) -> SettingsScreen:
        return next(screen for screen in self.app.screen_stack if isinstance(screen, SettingsScreen))

    @property
    def notes(self) -> str:
        return " | ".join(note.text for note in self.app.screen.query_one(Notes).notes)

    @property
    def settings(self) -> Settings:
        return config.load(self.path)

    def focus(self, key: str) -> FieldRow | TextRow:
        row = self.screen.form.row(key)
        (row.entry if isinstance(row, TextRow) else row).focus()
        return row

    def run(self, script: Script, *, size: tuple[int, int] = (80, 24)) -> None:
        async def go(pilot: Pilot[Any]) -> None:
            await script(self, pilot)

        drive(self.app, go, size=size)


async def settle(pilot: Pilot[Any]) -> None:
    """Wait for what is being written; the worker that waits for a dialog goes on waiting."""
    await pilot.pause()
    for worker in [one for one in pilot.app.workers if one.group == "write"]:
        await worker.wait()
    await pilot.pause()


async def open_keys(bench: Bench, pilot: Pilot[Any], command: str) -> None:
    bench.focus("keys")
    await pilot.press("enter")
    await pilot.pause()
    assert isinstance(bench.app.screen, KeysScreen)
    lines = bench.app.screen.query_one(OptionLines)
    lines.move_to(next(index for index, line in enumerate(lines.lines) if line.value == command))


def test_every_setting_of_the_table_is_there_and_explained(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        def explained(words: str) -> bool:
            return words in " ".join(shown(bench.app).split())

        assert {row.field for row in bench.screen.form.rows()} == {setting.key for setting in config.DESCRIBE}
        for setting in config.DESCRIBE:
            bench.focus(setting.key)
            await until(pilot, partial(explained, setting.help.split(";")[0][:40]))
            await in_sight(pilot)

    for size in ((80, 24), (60, 15), (40, 10)):
        Bench(tmp_path / str(size[0])).run(script, size=size)


def test_a_choice_is_written_at_once_and_comments_stay(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.focus("ui.theme")
        await pilot.press("space")
        await settle(pilot)
        assert bench.settings.ui.theme == "light"
        assert "# mine" in bench.path.read_text()
        assert "ui.theme: written" in bench.notes
        assert bench.app.used[-1].ui.theme == "light"

    Bench(tmp_path, '[ui]\n# mine\nglyphs = "ascii"\n').run(script)


def test_a_number_is_written_by_enter(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.focus("poll.every")
        await pilot.press("ctrl+u", "1", "5", "enter", "tab")
        await settle(pilot)
        assert bench.settings.poll.every == 15
        assert bench.notes == "poll.every: written"
        assert bench.app.used[-1].poll.every == 15
        row = bench.screen.form.row("poll.every")
        assert isinstance(row, TextRow)
        assert row.text == "15"

    Bench(tmp_path).run(script)


def test_a_key_hit_by_mistake_changes_no_host(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        row = bench.focus("host.base_url")
        assert isinstance(row, TextRow)
        await pilot.press("x", "tab")
        await settle(pilot)
        assert "host.base_url: not written; enter writes it" in bench.notes
        assert row.text == "x"
        assert bench.settings == Settings()
        assert bench.app.used == []

    Bench(tmp_path).run(script)


@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
def test_what_is_typed_stays_and_is_marked_until_it_is_written(tmp_path: Path, size: tuple[int, int]) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        row = bench.focus("limits.videos_per_day")
        assert isinstance(row, TextRow)
        await pilot.press("ctrl+u", "5", "0")
        await pilot.press("tab")
        await settle(pilot)
        assert row.text == "50"
        assert "! not written" in shown(bench.app)
        bench.focus("limits.videos_per_day")
        await pilot.press("enter")
        await settle(pilot)
        assert bench.settings.limits.videos_per_day == 50
        assert "not written" not in shown(bench.app)
        await pilot.press("escape")
        await pilot.pause()
        assert bench.app.result is None

    Bench(tmp_path).run(script, size=size)


def test_leaving_says_first_what_is_not_written(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.focus("poll.every")
        await pilot.press("5", "tab", "1", "escape")
        await pilot.pause()
        assert "poll.every, poll.late: not written" in bench.notes
        assert "esc again discards" in bench.notes
        await pilot.press("2", "escape")
        await pilot.pause()
        assert bench.app.result == "still open"
        await pilot.press("escape")
        await pilot.pause()
        assert bench.app.result is None
        assert not bench.path.exists()

    Bench(tmp_path).run(script)


def test_what_another_program_wrote_is_shown_and_not_called_unwritten(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        config.save(bench.path, {"limits.videos_per_day": 7, "notify.mode": "bell"})
        bench.focus("ui.theme")
        await pilot.press("space")
        await settle(pilot)
        limit, mode = bench.screen.form.row("limits.videos_per_day"), bench.screen.form.row("notify.mode")
        assert isinstance(limit, TextRow)
        assert (limit.text, limit.remark) == ("7", "")
        assert isinstance(mode, FieldRow)
        assert mode.value == "bell"

    Bench(tmp_path).run(script)


def test_what_is_typed_outlives_a_change_of_language(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.focus("poll.every")
        await pilot.press("5")
        bench.focus("ui.language")
        await pilot.press("right")
        await settle(pilot)
        row = bench.screen.form.row("poll.every")
        assert isinstance(row, TextRow)
        assert row.text == "5"
        assert row.remark == "! not written"

    Bench(tmp_path).run(script)
    i18n.install("en")


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({}, "host.base_url: written"),
        ({"QUICKROUTER_BASE_URL": "https://x.example"}, "QUICKROUTER_BASE_URL goes before it"),
        ({"QUICKROUTER_API_KEY": "sk-x"}, "QUICKROUTER_API_KEY goes to the new host from the next start only"),
    ],
)
def test_what_counts_later_or_never_says_so(tmp_path: Path, env: dict[str, str], words: str) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        row = bench.focus("host.base_url")
        assert isinstance(row, TextRow)
        row.text = "https://relay.example"
        await pilot.press("enter")
        await settle(pilot)
        assert words in bench.notes

    Bench(tmp_path, env=env).run(script)


def test_q_leaves_from_where_it_begins(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await pilot.press("q")
        await pilot.pause()
        assert bench.app.result is None

    Bench(tmp_path).run(script)


@pytest.mark.parametrize(
    ("key", "typed", "words"),
    [
        ("poll.every", "soon", "a number"),
        ("poll.in_flight", "99", "poll.in_flight"),
        ("poll.in_flight", "1.5", "an integer"),
        ("host.base_url", "ftp://x", "host.base_url"),
        ("host.ca_file", "/nowhere/ca.pem", "No such file"),
    ],
)
def test_a_value_that_cannot_be_is_refused_in_words(tmp_path: Path, key: str, typed: str, words: str) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        row = bench.focus(key)
        assert isinstance(row, TextRow)
        row.text = typed
        await pilot.press("enter")
        await settle(pilot)
        assert words in bench.notes
        assert row.text == typed
        assert bench.settings == Settings()

    Bench(tmp_path).run(script)


def test_the_default_comes_back_by_a_key(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        for key in ("poll.every", "ui.theme"):
            bench.focus(key)
            await pilot.press("ctrl+r")
            await settle(pilot)
        assert bench.settings == Settings()
        row = bench.screen.form.row("poll.every")
        assert isinstance(row, TextRow)
        assert row.text == "10"

    Bench(tmp_path, '[poll]\nevery = 20\n[ui]\ntheme = "light"\n').run(script)


def test_a_damaged_file_is_said_and_never_overwritten(tmp_path: Path) -> None:
    text = "[poll\nevery = ="

    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        assert "config.toml" in bench.notes
        bench.focus("ui.theme")
        await pilot.press("space")
        await settle(pilot)
        assert "config.toml" in bench.notes
        row = bench.screen.form.row("ui.theme")
        assert isinstance(row, FieldRow)
        assert row.value == "dark"

    bench = Bench(tmp_path, text)
    bench.run(script)
    assert bench.path.read_text() == text


def test_a_mistake_elsewhere_stops_every_change_and_keeps_what_was_typed(tmp_path: Path) -> None:
    text = "[limits]\nvideos_per_day = -5\n"

    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        row = bench.focus("poll.every")
        assert isinstance(row, TextRow)
        row.text = "20"
        await pilot.press("enter")
        await settle(pilot)
        assert "line 2: limits.videos_per_day" in bench.notes
        assert row.text == "20"
        await open_keys(bench, pilot, "tasks.new")
        await pilot.press("enter", "ctrl+n")
        await settle(pilot)
        assert "line 2: limits.videos_per_day" in bench.notes
        assert bench.path.read_text() == text
        await pilot.press("escape")
        row = bench.focus("limits.videos_per_day")
        assert isinstance(row, TextRow)
        row.text = "5"
        await pilot.press("enter")
        await settle(pilot)
        assert bench.settings.limits.videos_per_day == 5

    bench = Bench(tmp_path, text)
    bench.run(script)


def test_the_language_changes_under_the_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        before = bench.screen.form.row("ui.language")
        before.focus()
        await pilot.press("right")
        await settle(pilot)
        after = bench.screen.form.row("ui.language")
        assert after is not before
        assert after.has_focus
        assert isinstance(after, FieldRow)
        assert after.value == "en"
        assert "written" in bench.notes

    Bench(tmp_path).run(script)
    i18n.install("en")


def test_a_key_is_changed_by_typing_it(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await open_keys(bench, pilot, "tasks.new")
        await pilot.press("enter", "ctrl+n")
        await settle(pilot)
        assert bench.settings.keys == {"tasks.new": "ctrl+n"}
        assert bench.app.used[-1].keys == {"tasks.new": "ctrl+n"}
        assert "tasks.new: ctrl+n" in bench.notes
        await pilot.press("d")
        await settle(pilot)
        assert bench.settings.keys == {}
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert isinstance(bench.app.screen, KeysScreen)
        assert bench.settings.keys == {}
        await pilot.press("q")
        await settle(pilot)
        assert not isinstance(bench.app.screen, KeysScreen)

    Bench(tmp_path).run(script)


def test_a_key_can_be_added_besides_those_there_are(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await open_keys(bench, pilot, "tasks.new")
        await pilot.press("a", "n")
        await settle(pilot)
        assert "its key already" in bench.notes
        await pilot.press("a", "ctrl+n")
        await settle(pilot)
        assert bench.settings.keys == {"tasks.new": "n,ctrl+n"}
        await pilot.press("a", "q")
        await settle(pilot)
        assert "app.quit" in bench.notes, "a clash with what one is lost without is refused with both names"
        await pilot.press("a", "y")
        await settle(pilot)
        assert "y is taken from tasks.copy_id" in bench.notes
        await pilot.press("enter", "f7")
        await settle(pilot)
        assert bench.settings.keys == {"tasks.new": "f7"}

    Bench(tmp_path).run(script)


@pytest.mark.parametrize(("width", "beside"), [(120, True), (80, False), (40, False)])
def test_keys_stand_in_a_column_and_no_help_is_cut_short(tmp_path: Path, width: int, beside: bool) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await open_keys(bench, pilot, "tasks.new")
        await until(pilot, lambda: "write a new video" in shown(bench.app))
        rows = shown(bench.app).split("\n")
        (new,) = [row for row in rows if " tasks.new " in row]
        (copy,) = [row for row in rows if " tasks.copy_id " in row]
        assert new.index(" n ") == copy.index(" y ")
        assert ("write a new video" in new) is beside
        await pilot.press("down")
        await pilot.pause()
        assert "write a new video" in shown(bench.app) or not beside

    Bench(tmp_path).run(script, size=(width, 24))


@pytest.mark.parametrize(
    ("key", "words"),
    [("q", ("tasks.new", "app.quit")), ("question_mark", ("tasks.new", "app.help")), ("ctrl+s", ("ctrl+s",))],
)
def test_a_clash_or_a_swallowed_key_is_refused(tmp_path: Path, key: str, words: tuple[str, ...]) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await open_keys(bench, pilot, "tasks.new")
        await pilot.press("enter", key)
        await settle(pilot)
        for word in words:
            assert word in bench.notes
        assert bench.settings.keys == {}

    Bench(tmp_path).run(script)


def test_keys_that_mean_something_in_the_list_can_be_chosen_too(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await open_keys(bench, pilot, "app.connect")
        await pilot.press("enter", "f11")
        await settle(pilot)
        await open_again(bench, pilot, "tasks.down")
        await pilot.press("enter", "d")
        await settle(pilot)
        assert bench.settings.keys == {"app.connect": "f11", "tasks.down": "d"}

    async def open_again(bench: Bench, pilot: Pilot[Any], command: str) -> None:
        lines = bench.app.screen.query_one(OptionLines)
        lines.move_to(next(index for index, line in enumerate(lines.lines) if line.value == command))

    Bench(tmp_path).run(script)


@pytest.mark.parametrize(
    "keys", [("backspace", "backspace", "enter"), ("ctrl+r",), ("home", "0", "delete", "delete", "enter")]
)
def test_rule_1_10_removing_a_limit_asks(tmp_path: Path, keys: tuple[str, ...]) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        for answer, limit in ((False, 20), (True, 0)):
            bench.app.answer = answer
            bench.focus("limits.videos_per_day")
            await pilot.pause()
            await pilot.press("end", *keys)
            await pilot.pause()
            await settle(pilot)
            assert bench.settings.limits.videos_per_day == limit
        assert bench.app.asked == ["Remove this limit?"] * 2

    Bench(tmp_path, "[limits]\nvideos_per_day = 20\n").run(script)


def test_keys_are_searched_by_words_and_by_key(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await open_keys(bench, pilot, "tasks.new")
        lines = bench.app.screen.query_one(OptionLines)
        everything = len(lines.lines)
        await pilot.press("slash", *"undo")
        await pilot.pause()
        assert lines.lines[0].value == "tasks.undo"
        await pilot.press("enter", "enter", "f11")
        await settle(pilot)
        assert bench.settings.keys == {"tasks.undo": "f11"}
        await pilot.press("slash", "escape")
        await pilot.pause()
        assert len(lines.lines) == everything
        await pilot.press("escape")
        await pilot.pause()
        assert not isinstance(bench.app.screen, KeysScreen)

    Bench(tmp_path).run(script)


def test_the_model_of_new_videos_is_chosen_from_the_list(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.focus("create.model")
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press(*"veo3.1-fast", "enter")
        await settle(pilot)
        assert bench.settings.create.model == "veo3.1-fast"
        assert "create.model: written" in bench.notes

    Bench(tmp_path).run(script)


def test_settings_have_names_in_words_beside_their_ids(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.focus("poll.first")
        await settle(pilot)
        assert "first look after" in shown(bench.app)
        assert "poll.first" in shown(bench.app)

    for width in (60, 80, 200):
        Bench(tmp_path / str(width)).run(script, size=(width, 24))
