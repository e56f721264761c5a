"""Compose: what a person sets is what is sent, and nothing written is ever lost."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual import events
from textual.pilot import Pilot

from qr_tui import i18n
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Request, Task
from qr_tui.core.text.display import cells
from qr_tui.services.checks import Concern
from qr_tui.ui.compose.draft import Draft, DraftFile
from qr_tui.ui.compose.request import RequestScreen
from qr_tui.ui.compose.screen import ComposeScreen
from qr_tui.ui.theme.glyphs import ASCII
from qr_tui.ui.widgets.choose import ChooseScreen
from qr_tui.ui.widgets.field_row import FieldRow
from qr_tui.ui.widgets.notes import Notes
from qr_tui.ui.widgets.text_row import TextRow
from tests.support.fake_app import make_task
from tests.support.forms import CheckingStudio, FormApp, drive, front_of, in_sight, shown, until
from tests.support.wire import body

# The body of the vendor's own page: keys, types, values.
VENDOR = {
    "images": [],
    "model": "sora-2-pro",
    "orientation": "portrait",
    "prompt": "make animate",
    "size": "large",
    "duration": 15,
    "watermark": False,
    "private": True,
}
HOSTILE = "[/b] [bold \x1b[2J\x1b]52;c;eA==\x07 \u202egnp.exe\u200d [red]x"

Script = Callable[["Bench", Pilot[Any]], Awaitable[None]]


class Bench:
    """A compose screen over a fake engine, in a home of its own."""

    def __init__(self, home: Path, *, start: Task | None = None, tasks: tuple[Task, ...] = ()) -> None:
        self.studio = CheckingStudio(tasks)
        self.app_context = front_of(home, self.studio)
        self.file = DraftFile(self.app_context.paths.draft_file)
        self.start = start
        self.app = FormApp(self.app_context, self.make)

    def make(self) -> ComposeScreen:
        return ComposeScreen(self.studio, self.app_context, start=self.start)

    @property
    def screen(self) -> ComposeScreen:
        screen = next(item for item in self.app.screen_stack if isinstance(item, ComposeScreen))
        return screen

    @property
    def notes(self) -> str:
        return " | ".join(note.text for note in self.screen.query_one(Notes).notes)

    @property
    def sent(self) -> list[Request]:
        return [call[0] for call in self.studio.called("submit")]

    def row(self, name: str) -> FieldRow | TextRow:
        row = self.screen.form.row(name)
        assert row is not None, name
        return row

    def run(self, script: Script, *, size: tuple[int, int] = (80, 24)) -> None:
        async def go(pilot: Pilot[Any]) -> None:
            await script(self, pilot)

        drive(self.app, go, size=size)


async def type_text(pilot: Pilot[Any], text: str) -> None:
    await pilot.press(*("enter" if char == "\n" else "space" if char == " " else char for char in text))


async def choose_model(pilot: Pilot[Any], name: str) -> None:
    await pilot.press("f2")
    await pilot.pause()
    assert isinstance(pilot.app.screen, ChooseScreen)
    await type_text(pilot, name)
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def test_the_body_is_the_vendors_example(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "make animate")
        await pilot.press("f6", "f7", "ctrl+g")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert [json.loads(json.dumps(body(request))) for request in bench.sent] == [VENDOR]
        assert list(body(bench.sent[0])) == list(VENDOR)
        assert type(body(bench.sent[0])["duration"]) is int
        assert [task.prompt for task in bench.app.result] == ["make animate"]

    Bench(tmp_path).run(script)


def test_the_f_keys_work_while_the_prompt_has_the_focus(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "x")
        await pilot.press("f3", "f4", "f6", "f7")
        parameters = bench.screen.request.parameters
        assert parameters == {
            "orientation": "landscape",
            "duration": 25,
            "size": "large",
            "watermark": False,
            "private": True,
        }
        assert bench.screen.prompt.has_focus
        assert "it can take much longer" in " ".join(shown(bench.app).split())
        await pilot.press("f3", "f4", "f6", "f7")
        assert bench.screen.request.parameters["duration"] == 15

    Bench(tmp_path).run(script)


def test_every_control_is_reached_by_tab_and_seen_when_it_has_the_focus(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        seen = []
        for _ in range(30):
            focused = bench.app.focused
            assert focused is not None
            owner = focused if isinstance(focused, FieldRow) else focused.parent
            if isinstance(owner, FieldRow | TextRow):
                seen.append(owner.field)
            await in_sight(pilot, least=10)
            await pilot.press("tab")
            if bench.screen.prompt.has_focus:
                break
        assert seen == [
            "model",
            "orientation",
            "duration",
            "size",
            "watermark",
            "private",
            "images",
            "copies",
            "character_url",
            "character_timestamps",
        ]

    for size in ((80, 24), (60, 15), (40, 10), (200, 60)):
        Bench(tmp_path / str(size[0])).run(script, size=size)


@pytest.mark.parametrize("key", ["space", "right", "left"])
def test_a_focused_switch_turns(tmp_path: Path, key: str) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.row("watermark").focus()
        await pilot.press(key)
        assert bench.screen.request.parameters["watermark"] is False

    Bench(tmp_path).run(script)


def test_copies_are_counted_within_bounds_and_typed_as_they_are(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        row = bench.row("copies")
        row.focus()
        for keys, value in (
            (("right", "right"), 3),
            (("1", "2"), 12),
            (("9",), 129),
            (("backspace",), 12),
            (("left", "3", "0"), 30),
            (("left",), 20),
            (("left", "9"), 9),
            (("backspace",), 0),
            (("left",), 1),
            (("2", "0", "right", "plus"), 20),
            (("0",), 0),
            (("right",), 1),
            (("2", "0"), 20),
        ):
            await pilot.press(*keys)
            assert isinstance(row, FieldRow)
            assert row.value == value, keys
        assert bench.screen.draft.copies == 20

    Bench(tmp_path).run(script)


def test_more_copies_than_there_may_be_are_told(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.row("copies").focus()
        await pilot.press("3")
        assert "! 1 to 20" not in shown(bench.app)
        await pilot.press("0")
        assert "[30]" in shown(bench.app)
        assert "! 1 to 20" in shown(bench.app)
        await pilot.press("left")
        assert "[20]" in shown(bench.app)
        assert "! 1 to 20" not in shown(bench.app)
        await pilot.press("9", "9", "tab")
        await pilot.pause()
        assert bench.screen.draft.copies == 99
        assert "! 1 to 20" in shown(bench.app)
        bench.screen.prompt.set_text("a boat")
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert "Copies go from 1 to 20, not 99." in bench.notes
        assert bench.row("copies").has_focus
        assert bench.sent == []

    Bench(tmp_path).run(script)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("model", ["sora-2-pro", "sora-2", "veo3.1", "veo2-pro-components", "grok-video-3-10s"])
def test_rows_stand_in_line_and_no_hint_is_cut_at_80_by_24(tmp_path: Path, language: str, model: str) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        form = bench.screen.form
        await until(pilot, lambda: len({row.columns for row in form.rows()}) == 1)
        await pilot.pause()
        page = "".join(shown(bench.app).split())
        (columns,) = {row.columns for row in form.rows()}
        for row in form.rows():
            assert cells(row.label) <= columns.label, row.label
            hint = str(row.entry.placeholder) if isinstance(row, TextRow) else row.help
            assert "".join(hint.split()) in page, hint

    i18n.install(language)
    try:
        bench = Bench(tmp_path)
        bench.file.save(Draft(prompt="x", model=model))
        bench.run(script)
    finally:
        i18n.install("en")


def test_the_screen_alone_tells_the_way_to_send(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        page = shown(bench.app)
        for words in ("ctrl+g generate", "esc back", "F2", "F3", "F4", "F6", "F7", "F8", "F9", "tab next"):
            assert words in page, words
        assert "Describe the video" in page
        assert "2026-09-24" in page

    Bench(tmp_path).run(script)


def test_fields_follow_the_model_and_values_come_back(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "x")
        await pilot.press("f3", "f4", "f6")
        await choose_model(pilot, "veo3.1-fast")
        assert {row.field for row in bench.screen.form.rows()} == {
            "model",
            "aspect_ratio",
            "enhance_prompt",
            "enable_upsample",
            "images",
            "copies",
        }
        await pilot.press("f3")
        assert bench.screen.request.parameters == {
            "aspect_ratio": "9:16",
            "enhance_prompt": True,
            "enable_upsample": False,
        }
        await pilot.press("f4")
        await pilot.pause()
        assert "this model has no duration" in shown(bench.app)
        await choose_model(pilot, "sora-2-all")
        assert bench.screen.request.parameters["duration"] == 10  # 25 is not for this one
        await choose_model(pilot, "sora-2-pro")
        assert bench.screen.request.parameters == {
            "orientation": "landscape",
            "duration": 25,
            "size": "large",
            "watermark": False,
            "private": False,
        }

    Bench(tmp_path).run(script)


def test_character_fields_are_sent_only_when_given(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        row = bench.row("character_timestamps")
        assert isinstance(row, TextRow)
        row.entry.focus()
        await type_text(pilot, "1,3")
        assert bench.screen.request.parameters["character_timestamps"] == "1,3"
        assert "character_url" not in bench.screen.request.parameters

    Bench(tmp_path).run(script)


def test_an_empty_prompt_is_refused_in_words(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.row("private").focus()
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert "prompt is empty" in bench.notes
        assert bench.screen.prompt.has_focus
        assert bench.sent == []
        await type_text(pilot, "x")
        assert "prompt is empty" not in bench.notes

    Bench(tmp_path).run(script)


def test_a_prompt_that_is_too_long_is_told_before_it_is_refused(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.screen.prompt.set_text("x" * 100_000)
        await pilot.pause()
        assert "· 100,000 characters" in shown(bench.app)
        assert "at most" not in shown(bench.app)
        await pilot.press("y")
        await pilot.pause()
        assert "! 100,001 characters, 100,000 at most" in shown(bench.app)
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert "100,001 characters; 100,000 are the most" in bench.notes
        assert bench.sent == []

    Bench(tmp_path).run(script)


def test_a_bad_image_is_named_by_its_line(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "a boat")
        row = bench.row("images")
        assert isinstance(row, TextRow)
        row.text = "https://a.example/1.png\n\nfile:///etc/passwd"
        await pilot.pause()
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert "line 3" in bench.notes
        assert '"file:///etc/passwd" is on this machine, and this model takes links only' in bench.notes
        assert row.entry.has_focus
        assert bench.sent == []
        assert bench.screen.draft.prompt == "a boat"
        row.text = "https://a.example/1.png\nhttp://b.example/2.png"
        await pilot.pause()
        await pilot.press("ctrl+g")
        await pilot.app.workers.wait_for_complete()
        assert bench.sent[0].images == ("https://a.example/1.png", "http://b.example/2.png")

    Bench(tmp_path).run(script)


@pytest.mark.parametrize("kind", [Kind.OVER_LIMIT, Kind.STORE, Kind.NO_KEY])
def test_a_failed_submit_keeps_every_word(tmp_path: Path, kind: Kind) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.studio.troubles["submit"] = Trouble(kind, "why [/b] exactly")
        await type_text(pilot, "line one\n第二行")
        await pilot.press("f4", "ctrl+g")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert bench.app.result == "still open"
        assert "why [/b] exactly" in bench.notes
        assert bench.screen.prompt.text == "line one\n第二行"
        assert bench.screen.request.parameters["duration"] == 25
        await pilot.press("ctrl+g")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert len(bench.app.result) == 1

    Bench(tmp_path).run(script)


def test_a_stop_goes_to_its_field(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.studio.concerns = [Concern(Kind.USAGE, "stop", "not so many", "copies")]
        await type_text(pilot, "x")
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert "not so many" in bench.notes
        assert bench.row("copies").has_focus
        assert bench.sent == []

    Bench(tmp_path).run(script)


def test_without_a_key_it_says_so_with_the_host_and_the_way_to_connect(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        told = "There is no key for this host: https://api.quickrouter.ai. C in the list opens Connect"
        assert told in bench.notes
        await pilot.press("x", "ctrl+g")
        await pilot.pause()
        assert bench.notes == told

    bench = Bench(tmp_path)
    bench.studio.concerns = [Concern(Kind.NO_KEY, "stop", "https://api.quickrouter.ai")]
    bench.run(script)


def test_what_needs_a_yes_is_asked_and_no_sends_nothing(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await until(pilot, lambda: "line 2 of config.toml" in bench.notes)
        await type_text(pilot, "x")
        for answer, sent in (("n", 0), ("ctrl+g", 1)):
            await pilot.press("ctrl+g")
            await pilot.pause()
            await until(pilot, lambda: "was sent a moment ago" in shown(bench.app))
            assert "line 2 of config.toml" in shown(bench.app)
            assert not isinstance(bench.app.screen, ComposeScreen)
            await pilot.press(answer)
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert len(bench.sent) == sent

    bench = Bench(tmp_path)
    bench.studio.concerns = [
        Concern(Kind.DUPLICATE, "ask"),
        Concern(Kind.CONFIG, "ask", "line 2 of config.toml cannot be read"),
    ]
    bench.run(script)


def ask_about(copies: int) -> str:
    return "video will be made" if copies == 1 else f"{copies} videos will be made"


@pytest.mark.parametrize("key", ["y", "Y", "enter", "space", "n", "escape"])
@pytest.mark.parametrize(
    ("restored", "typed", "concern"),
    [(20, (), False), (2, (), False), (1, ("4",), False), (1, (), True)],
    ids=["20-restored", "2-restored", "4-typed", "same-again"],
)
def test_rule_1_9_only_a_paying_key_says_yes_in_the_form(
    tmp_path: Path, restored: int, typed: tuple[str, ...], concern: bool, key: str
) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        copies = int("".join(typed) or restored)
        if typed:
            bench.row("copies").focus()
            await pilot.press(*typed)
        for answer, sent in ((key, 0), ("ctrl+g", 1)):
            if bench.app.screen is bench.screen:
                await pilot.press("ctrl+g")
            await until(pilot, lambda: ask_about(copies) in shown(bench.app))
            await pilot.press(answer)
            await pilot.pause()
            assert len(bench.sent) == sent
        assert bench.studio.called("submit")[0][1] == copies

    bench = Bench(tmp_path)
    bench.file.path.parent.mkdir(parents=True, exist_ok=True)
    bench.file.save(Draft(prompt="a boat", copies=restored))
    bench.studio.concerns = [Concern(Kind.DUPLICATE, "ask")] if concern else []
    bench.run(script)


def test_rule_1_9_restored_copies_are_said_until_they_are_set_here(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        assert "The restored draft asks for 20 copies; ctrl+g asks before it makes them." in bench.notes
        assert "ctrl+g generate ×20 · est. 80 credits" in shown(bench.app)
        await pilot.press("f4")
        await pilot.pause()
        assert "asks for 20 copies" in bench.notes
        bench.row("copies").focus()
        await pilot.press("2")
        await pilot.pause()
        assert "restored" not in bench.notes
        assert "ctrl+g generate ×2 · est. 8 credits" in shown(bench.app)
        await pilot.press("ctrl+g")
        await until(pilot, lambda: len(bench.sent) == 1)

    bench = Bench(tmp_path)
    bench.studio.fake_money.price = 4.0
    bench.file.path.parent.mkdir(parents=True, exist_ok=True)
    bench.file.save(Draft(prompt="a boat", copies=20))
    bench.run(script)


def test_two_presses_send_once(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "x")
        await pilot.press("ctrl+g", "ctrl+g", "f5")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert len(bench.sent) == 1

    Bench(tmp_path).run(script)


def test_there_is_no_way_back_while_it_is_being_sent(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        go, begun = asyncio.Event(), asyncio.Event()
        submit = bench.studio.submit

        async def slow(request: Request, **options: Any) -> list[Task]:
            begun.set()
            await go.wait()
            return await submit(request, **options)

        bench.studio.submit = slow  # type: ignore[method-assign]
        await type_text(pilot, "x")
        await pilot.press("ctrl+g")
        await begun.wait()
        await pilot.press("f10")
        await pilot.pause()
        assert bench.app.result == "still open"
        go.set()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert len(bench.app.result) == 1
        assert bench.file.load().draft.prompt == ""

    Bench(tmp_path).run(script)


def test_what_is_worth_knowing_of_a_model_stands_there(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await choose_model(pilot, "veo3.1-fast")
        assert "Veo understands English only" in bench.notes
        assert "Sora" not in bench.notes

    Bench(tmp_path).run(script)


def test_without_unicode_only_ascii_is_drawn(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.row("watermark").focus()
        await pilot.pause()
        assert shown(bench.app).isascii()
        await pilot.press("f2")
        await pilot.pause()
        assert isinstance(bench.app.screen, ChooseScreen)

    bench = Bench(tmp_path)
    bench.app.glyphs = ASCII
    bench.run(script)


def test_after_sending_the_prompt_goes_and_the_settings_stay(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "x")
        await pilot.press("f4", "f6", "ctrl+g")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert len(bench.app.result) == 1

    Bench(tmp_path).run(script)
    draft = Bench(tmp_path).file.load().draft
    assert draft.prompt == ""
    assert draft.values == {"duration": 25, "watermark": False}


def test_the_draft_is_back_after_leaving_and_after_a_kill(tmp_path: Path) -> None:
    async def leave(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "half 一半")
        await pilot.press("f3")
        await pilot.press("f10")
        await pilot.pause()
        assert bench.app.result is None

    async def back(bench: Bench, pilot: Pilot[Any]) -> None:
        assert bench.screen.prompt.text == "half 一半"
        assert bench.screen.request.parameters["orientation"] == "landscape"
        assert "draft restored" in shown(bench.app)
        await type_text(pilot, "!")
        # written by itself, nothing pressed
        await until(pilot, lambda: bench.file.load().draft.prompt == "half 一半!")

    Bench(tmp_path).run(leave)
    Bench(tmp_path).run(back)


def test_an_unfocused_end_of_the_app_saves_too(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "not yet saved")

    bench = Bench(tmp_path)
    bench.run(script)
    assert bench.file.load().draft.prompt == "not yet saved"


def test_a_damaged_draft_is_said_and_put_aside(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        assert "draft.damaged-1.json" in bench.notes
        assert bench.screen.prompt.text == ""
        await type_text(pilot, "x")
        assert bench.screen.prompt.text == "x"

    bench = Bench(tmp_path)
    bench.file.path.parent.mkdir(parents=True)
    bench.file.path.write_bytes(b"{broken")
    bench.run(script)
    assert (bench.file.path.parent / "draft.damaged-1.json").read_bytes() == b"{broken"


def test_a_draft_that_cannot_be_saved_is_said(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "x")
        bench.screen.save_now()
        await pilot.pause()
        assert "draft NOT saved" in shown(bench.app)

    bench = Bench(tmp_path)
    bench.file.path.parent.parent.mkdir(parents=True, exist_ok=True)
    bench.file.path.parent.write_text("in the way")
    bench.run(script)


def test_new_from_a_task_keeps_the_earlier_draft_one_key_away(tmp_path: Path) -> None:
    task = make_task(
        7,
        prompt="old prompt",
        images=("https://a.example/x.png",),
        parameters={"duration": 20, "orientation": "landscape", "style": "anime"},
    )

    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        assert bench.screen.prompt.text == "old prompt"
        assert "ctrl+r" in bench.notes
        sent = body(bench.screen.request)
        assert sent["duration"] == 20  # outside the catalogue, as it was asked for then
        assert sent["style"] == "anime"
        assert sent["images"] == ["https://a.example/x.png"]
        await pilot.press("ctrl+r")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert bench.screen.prompt.text == "mine"
        assert "style" not in body(bench.screen.request)
        await pilot.press("ctrl+r")
        await pilot.app.workers.wait_for_complete()
        await pilot.press("ctrl+g")
        await pilot.app.workers.wait_for_complete()
        request, _copies, _sure, parent = bench.studio.called("submit")[0]
        assert parent == task.key
        assert request.prompt == "old prompt"

    bench = Bench(tmp_path, start=task, tasks=(task,))
    bench.file.save(Draft(prompt="mine"))
    bench.run(script)
    kept = bench.file.load().draft.kept
    assert kept is not None
    assert kept.prompt == "mine"


def test_hostile_text_is_shown_inert_and_sent_without_controls(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.screen.prompt.post_message(events.Paste(HOSTILE))
        await pilot.pause()
        await pilot.press("f9")
        await pilot.pause()
        assert isinstance(bench.app.screen, RequestScreen)
        pages = [shown(bench.app)]
        await pilot.press("q")
        await pilot.pause()
        pages.append(shown(bench.app))
        for page in pages:
            assert "[/b] [bold" in page
            assert not any(ord(char) < 32 and char != "\n" for char in page)
            assert not set(page) & set("\x7f\x9b\u202e\u200d\u200b")
        text = bench.screen.prompt.text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "gnp.exe\u200d" in text  # a joiner is writing; it is hidden only on the screen

    Bench(tmp_path).run(script)


def test_a_hostile_draft_or_task_is_inert_too(tmp_path: Path) -> None:
    task = make_task(1, prompt=HOSTILE, model="x[/b]\x1b[2J", parameters={"a\x1b": "b\x07[/]"})

    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await pilot.press("f2")
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert not any(ord(char) < 32 and char != "\n" for char in shown(bench.app))

    Bench(tmp_path, start=task, tasks=(task,)).run(script)


def test_ten_thousand_pasted_lines(tmp_path: Path) -> None:
    text = "\n".join(f"line {number} 一只纸船" for number in range(10_000))

    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        bench.screen.prompt.post_message(events.Paste(text))
        await pilot.pause()
        assert bench.screen.prompt.document.line_count == 10_000
        assert f"{len(text):,} characters" in shown(bench.app)
        await type_text(pilot, "!")
        assert bench.screen.prompt.text == text + "!"
        await pilot.press("ctrl+z")
        await pilot.press("ctrl+z")
        assert bench.screen.prompt.text == ""

    Bench(tmp_path).run(script)


def test_chinese_stands_in_cells(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "一只纸船在雨中漂流")
        await pilot.pause()
        assert "一只纸船在雨中漂流" in shown(bench.app)
        assert "9 characters" in shown(bench.app)
        assert bench.screen.prompt.cursor_screen_offset.x == 2 + 18

    Bench(tmp_path).run(script)


def test_the_request_page_copies_json_and_curl_without_the_key(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "it's")
        await pilot.press("f9")
        await pilot.pause()
        await pilot.press("y", "c")
        await pilot.pause()
        (first, text), (second, curl) = bench.app.copied
        assert (first, second) == ("JSON", "curl")
        assert msgspec.json.decode(text) == body(bench.screen.request)
        assert "$QUICKROUTER_API_KEY" in curl
        assert "$QUICKROUTER_API_KEY" in shown(bench.app).replace("\n", "")
        await pilot.press("f9")
        await pilot.pause()
        assert isinstance(bench.app.screen, ComposeScreen)

    Bench(tmp_path).run(script, size=(100, 40))


def test_the_editor_round_trip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from contextlib import nullcontext

    program = tmp_path / "ed"
    program.write_text('#!/bin/sh\nprintf "from the editor\\n第二行\\n" > "$1"\n')
    program.chmod(0o755)

    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "before")
        await pilot.press("ctrl+e")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "cannot be handed over" in bench.notes  # a headless driver cannot step aside
        assert bench.screen.prompt.text == "before"
        monkeypatch.setattr(bench.app, "suspend", nullcontext)
        await pilot.press("ctrl+e")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert bench.screen.prompt.text == "from the editor\n第二行"
        program.unlink()
        await pilot.press("ctrl+e")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "cannot be started" in bench.notes
        assert bench.screen.prompt.text == "from the editor\n第二行"

    bench = Bench(tmp_path)
    bench.app_context = front_of(tmp_path, bench.studio, env={"EDITOR": str(program)})
    bench.run(script)


def test_what_stands_here_can_be_what_every_new_video_begins_with(tmp_path: Path) -> None:
    from qr_tui import config

    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await pilot.press("f3", "f4", "f12")
        await pilot.app.workers.wait_for_complete()
        kept = config.load(bench.app_context.paths.config_file)
        assert kept.create.model == "sora-2-pro"
        assert (kept.parameters["orientation"], kept.parameters["duration"]) == ("landscape", 25)
        assert config.catalogue(kept).get("sora-2-pro").defaults()["duration"] == 25
        assert bench.app.settings.parameters == kept.parameters

    Bench(tmp_path).run(script)


def test_a_video_from_nothing_begins_with_the_model_of_the_settings(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        assert bench.screen.request.model == "veo3.1"

    bench = Bench(tmp_path)
    bench.app = FormApp(bench.app_context, lambda: ComposeScreen(bench.studio, bench.app_context, model="veo3.1"))
    bench.run(script)
