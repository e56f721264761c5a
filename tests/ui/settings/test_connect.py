"""Connect: host and key are tested, kept where a person says, and the key shows nowhere."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from textual import events
from textual.pilot import Pilot

from qr_tui import config, secrets
from qr_tui.core.answers import Balance, HostModel
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import Message
from qr_tui.secrets import Key, KeyRing
from qr_tui.services.decisions import KeyTest
from qr_tui.ui.context import AppContext
from qr_tui.ui.settings.connect import ConnectScreen
from qr_tui.ui.widgets.notes import Notes
from tests.support.fake_app import FakeStudio, make_app_context
from tests.support.forms import FormApp, drive, in_sight, shown

KEY = "sk-test-0123456789abcdef"

Script = Callable[["Bench", Pilot[Any]], Awaitable[None]]


class Keys:
    """Stands for the key ring: which key is in use."""

    def __init__(self, key: Key | None = None) -> None:
        self.key = key

    def key_for(self, base_url: str, account: str = "") -> Key | None:
        return self.key


class Studio(FakeStudio):
    def __init__(self) -> None:
        super().__init__()
        self.given: list[tuple[str, str, str]] = []
        self.answer = KeyTest(models=(HostModel("sora-2-pro"), HostModel("veo3.1")), balance=Balance(remaining=12.5))

    async def test_key(self, base_url: str, key: str) -> KeyTest:
        await super().test_key(base_url, key)
        self.given.append(("test", base_url, key))
        return self.answer

    async def use_key(self, base_url: str, key: str, *, keep: Any) -> None:
        await super().use_key(base_url, key, keep=keep)
        self.given.append((keep, base_url, key))


class Bench:
    def __init__(self, home: Path, *, key: Key | None = None) -> None:
        self.studio = Studio()
        app_context = make_app_context(home, self.studio)
        changed = {field: getattr(app_context, field) for field in app_context.__slots__} | {
            "keys": cast(KeyRing, Keys(key))
        }
        self.app_context = AppContext(**changed)
        self.app = FormApp(self.app_context, lambda: ConnectScreen(self.studio, self.app_context))

    @property
    def screen(self) -> ConnectScreen:
        assert isinstance(self.app.screen, ConnectScreen)
        return self.app.screen

    @property
    def notes(self) -> str:
        return " | ".join(note.text for note in self.screen.query_one(Notes).notes)

    def run(self, script: Script, *, size: tuple[int, int] = (80, 24)) -> None:
        async def go(pilot: Pilot[Any]) -> None:
            await settle(pilot)
            await script(self, pilot)

        drive(self.app, go, size=size)


async def settle(pilot: Pilot[Any]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "keyring_works", lambda: (False, Message("this system has no keyring")))


async def paste_key(pilot: Pilot[Any], text: str = KEY) -> None:
    focused = pilot.app.focused
    assert focused is not None
    focused.post_message(events.Paste(text))
    await pilot.pause()


def test_a_good_key_is_tested_and_saved(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await paste_key(pilot, f"  {KEY}\n")
        await pilot.press("f2")
        await settle(pilot)
        assert "2 models" in bench.notes
        assert "12.50 credits left" in bench.notes
        assert "sora-2-pro is among them" in bench.notes
        assert KEY not in shown(bench.app)
        await pilot.press("f3")
        await settle(pilot)
        assert bench.app.result is True
        host = "https://api.quickrouter.ai"
        assert bench.studio.given == [("test", host, KEY), ("file", host, KEY)]

    bench = Bench(tmp_path)
    bench.run(script)
    assert not bench.app_context.paths.config_file.exists()


def test_the_way_by_tab_and_enter_alone(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await paste_key(pilot)
        await pilot.press("tab", "right", "tab", "enter")
        await settle(pilot)
        assert "The key works" in bench.notes
        await pilot.press("tab", "enter")
        await settle(pilot)
        assert bench.app.result is True
        assert bench.studio.given[-1][0] == "memory"

    Bench(tmp_path).run(script)


def test_another_host_is_remembered(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.screen.base_url.text = "https://relay.example.com/v1/"
        await paste_key(pilot)
        await pilot.press("ctrl+g", "f5")  # those pay, and are nothing here
        await settle(pilot)
        assert bench.app.result == "still open"
        await pilot.press("f3")
        await settle(pilot)
        assert bench.app.result is True
        assert bench.studio.given == [("file", "https://relay.example.com", KEY)]

    bench = Bench(tmp_path)
    bench.run(script)
    assert config.load(bench.app_context.paths.config_file).host.base_url == "https://relay.example.com"
    assert KEY not in bench.app_context.paths.config_file.read_text()


@pytest.mark.parametrize(
    ("kind", "title"),
    [
        (Kind.KEY_REFUSED, "The key was refused"),
        (Kind.UNREACHABLE, "cannot be reached"),
        (Kind.TLS, "certificate"),
        (Kind.WRONG_ADDRESS, "Nothing answers"),
    ],
)
def test_what_is_wrong_is_said_in_the_dialog(tmp_path: Path, kind: Kind, title: str) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.studio.troubles["test_key"] = Trouble(kind, "detail [/b] \x1b[2J")
        await paste_key(pilot)
        await pilot.press("f2")
        await settle(pilot)
        assert title in bench.notes
        assert "detail [/b]" in " ".join(shown(bench.app).split())
        assert "\x1b" not in shown(bench.app)
        assert bench.screen.key.text == KEY
        await pilot.press("f2")
        await settle(pilot)
        assert "The key works" in bench.notes

    Bench(tmp_path).run(script)


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_is_said_here_that_holds_for_the_list_only(tmp_path: Path, kind: Kind) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.studio.troubles["test_key"] = Trouble(kind, "http://127.0.0.1:9")
        await paste_key(pilot)
        await pilot.press("f2")
        await settle(pilot)
        assert ": http://127.0.0.1:9" in bench.notes
        assert "by itself" not in bench.notes
        assert "in Connect" not in bench.notes
        if kind is Kind.UNREACHABLE:
            assert bench.notes.endswith("http://127.0.0.1:9. Check the base URL and the network.")

    Bench(tmp_path).run(script)


@pytest.mark.parametrize(
    ("url", "key", "words"),
    [
        ("ftp://x.example", KEY, "https://"),
        ("", KEY, "base URL is empty"),
        ("https://u:p@x.example", KEY, "user name"),
        ("https://x.example", "", "key is empty"),
        ("https://x.example", "two words", "plain letters"),
    ],
)
def test_bad_input_asks_nobody_and_loses_nothing(tmp_path: Path, url: str, key: str, words: str) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.screen.base_url.text = url
        bench.screen.key.text = key
        for press in ("f2", "f3"):
            await pilot.press(press)
            await settle(pilot)
            assert words in bench.notes
            assert not key or key not in bench.notes
        assert bench.studio.given == []
        assert bench.screen.key.text == key
        field = bench.screen.key if url == "https://x.example" else bench.screen.base_url
        assert field.entry.has_focus

    Bench(tmp_path).run(script)


def test_a_failed_save_keeps_the_dialog(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.studio.troubles["use_key"] = Trouble(Kind.CONFIG, "keys.toml: read-only")
        await paste_key(pilot)
        await pilot.press("f3")
        await settle(pilot)
        assert "keys.toml: read-only" in bench.notes
        assert bench.screen.key.text == KEY

    Bench(tmp_path).run(script)


def test_plain_http_warns_except_on_this_machine(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.screen.base_url.text = "http://relay.example.com"
        await pilot.pause()
        assert "Plain http" in bench.notes
        await paste_key(pilot)
        await pilot.press("f2")
        await settle(pilot)
        assert "Plain http" in bench.notes
        bench.screen.base_url.text = "http://127.0.0.1:8787"
        await pilot.pause()
        assert "Plain http" not in bench.notes

    Bench(tmp_path).run(script)


def test_a_host_without_the_usual_model_says_what_it_has(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.studio.answer = KeyTest(models=(HostModel("veo3.1"), HostModel("x[/b]")), balance=Balance(remaining=None))
        await paste_key(pilot)
        await pilot.press("f2")
        await settle(pilot)
        assert "sora-2-pro is not among them; on offer: veo3.1, x[/b]" in bench.notes
        assert "no limit" in bench.notes
        bench.studio.answer = KeyTest(models=(), balance=None)
        await pilot.press("f2")
        await settle(pilot)
        assert "0 models" in bench.notes
        assert "credits" not in bench.notes

    Bench(tmp_path).run(script)


def test_the_keyring_is_offered_only_where_it_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def without(bench: Bench, pilot: Pilot[Any]) -> None:
        assert "this system has no keyring" in " ".join(shown(bench.app).split("│")).replace("  ", "")
        assert "keyring" not in bench.screen.keep.values

    async def with_it(bench: Bench, pilot: Pilot[Any]) -> None:
        await paste_key(pilot)
        await pilot.press("tab", "right", "f3")
        await settle(pilot)
        assert bench.studio.given[-1][0] == "keyring"

    Bench(tmp_path).run(without, size=(100, 24))
    monkeypatch.setattr(secrets, "keyring_works", lambda: (True, ""))
    Bench(tmp_path).run(with_it)


@pytest.mark.parametrize(
    ("source", "words"),
    [("environment", "QUICKROUTER_API_KEY"), ("file", "key file"), ("memory", "this session"), (None, "--demo")],
)
def test_it_says_which_key_is_in_use_without_the_key(tmp_path: Path, source: Any, words: str) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        assert words in shown(bench.app)
        assert KEY not in shown(bench.app)

    key = Key(KEY, source, "https://api.quickrouter.ai") if source else None
    Bench(tmp_path, key=key).run(script)


def test_leaving_changes_nothing(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await paste_key(pilot)
        await pilot.press("f10")
        await pilot.pause()
        assert bench.app.result is False
        assert bench.studio.given == []

    Bench(tmp_path).run(script)


@pytest.mark.parametrize("size", [(40, 10), (60, 15), (200, 60)])
def test_what_has_the_focus_is_seen_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        for _ in range(6):
            await pilot.pause()
            await in_sight(pilot)
            await pilot.press("tab")

    Bench(tmp_path).run(script, size=size)


def test_a_key_that_was_just_refused_is_kept_only_after_a_question(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.studio.troubles["test_key"] = Trouble(Kind.KEY_REFUSED)
        await paste_key(pilot)
        await pilot.press("f2")
        await settle(pilot)
        await pilot.press("f3")
        await settle(pilot)
        assert bench.app.asked == ["Keep this key all the same?"]
        assert bench.app.result == "still open"
        bench.app.answer = True
        await pilot.press("f3")
        await settle(pilot)
        assert bench.app.result is True

    Bench(tmp_path).run(script)


def test_without_a_typed_key_the_one_in_use_is_tested(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await pilot.press("f2")
        await settle(pilot)
        assert "The key works" in bench.notes
        assert bench.studio.given == [("test", "https://api.quickrouter.ai", KEY)]
        await pilot.press("f3")
        await settle(pilot)
        assert "the key is empty" in bench.notes

    Bench(tmp_path, key=Key(KEY, "file", "https://api.quickrouter.ai")).run(script)
