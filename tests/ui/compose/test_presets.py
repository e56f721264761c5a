"""Presets in the form: chosen, seen, sent, kept; and nothing of it where nobody asked."""

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from qr_tui import config
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.prompts.preset import Preset
from qr_tui.ui.compose.draft import Draft
from qr_tui.ui.compose.presets import begun, table_of
from qr_tui.ui.widgets.text_row import TextRow
from tests.support.forms import shown
from tests.ui.compose.test_screen import Bench, type_text

TABLE: dict[str, Any] = {
    "prompt": "a {{what}} boat in {the rain|fog}, {dawn|dusk|night}",
    "model": "veo3.1-fast",
    "aspect_ratio": "9:16",
}


def bench(home: Path) -> Bench:
    made = Bench(home)
    made.app.settings = config.Settings(presets={"boat": TABLE})
    made.studio.fake_money.price = 4.0
    return made


async def settle(pilot: Pilot[Any]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def test_a_preset_its_hole_its_prompts_and_their_price(tmp_path: Path) -> None:
    async def script(it: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "my own words")
        await pilot.press("ctrl+t")
        await pilot.pause()
        await pilot.press("1")
        await settle(pilot)
        assert it.screen.prompt.text == TABLE["prompt"]
        assert it.screen.draft.kept is not None
        assert it.screen.draft.kept.prompt == "my own words"
        row = it.row("hole:what")
        assert isinstance(row, TextRow)
        assert "what has no value" in it.notes
        await pilot.press("ctrl+g")
        await settle(pilot)
        assert it.studio.called("submit_all") == []
        row.text = "paper"
        await settle(pilot)
        assert "stands for 6 prompts" in it.notes
        assert "ctrl+g generate ×6 · est. 24 credits" in shown(it.app)
        await pilot.press("f9")
        await settle(pilot)
        assert "a paper boat in fog, night" in shown(it.app)
        await pilot.press("escape", "ctrl+g")
        await pilot.pause()
        await pilot.pause(0.8)
        await pilot.press("ctrl+g")
        await settle(pilot)
        ((requests, copies),) = it.studio.called("submit_all")
        assert copies == 1
        assert [request.prompt for request in requests][::5] == [
            "a paper boat in the rain, dawn",
            "a paper boat in fog, night",
        ]
        assert {request.parameters["aspect_ratio"] for request in requests} == {"9:16"}

    bench(tmp_path).run(script)


def test_without_a_preset_every_letter_is_sent(tmp_path: Path) -> None:
    async def script(it: Bench, pilot: Pilot[Any]) -> None:
        it.screen.prompt.set_text("a {red|blue} {{boat}} __light__")
        await settle(pilot)
        await pilot.press("ctrl+g")
        await settle(pilot)
        assert it.sent[0].prompt == "a {red|blue} {{boat}} __light__"

    bench(tmp_path).run(script)


def test_a_preset_can_be_left_again(tmp_path: Path) -> None:
    async def script(it: Bench, pilot: Pilot[Any]) -> None:
        await pilot.press("ctrl+t")
        await pilot.pause()
        await pilot.press("1")
        await settle(pilot)
        await pilot.press("ctrl+t")
        await pilot.pause()
        await pilot.press("2")
        await settle(pilot)
        assert it.screen.form.row("hole:what") is None
        assert it.screen.request.prompt == TABLE["prompt"]
        assert not it.screen.draft.template

    bench(tmp_path).run(script)


def test_what_stands_in_the_form_is_kept_as_a_preset(tmp_path: Path) -> None:
    async def script(it: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "a boat")
        await pilot.press("f4", "ctrl+o")
        await pilot.pause()
        await type_text(pilot, "mine")
        await pilot.press("enter")
        await settle(pilot)
        kept = config.load(it.app_context.paths.config_file).presets
        assert kept == {"mine": {"prompt": "a boat", "model": "sora-2-pro", "duration": 25}}
        await pilot.press("ctrl+o")
        await pilot.pause()
        await pilot.press("escape")
        await settle(pilot)

    bench(tmp_path).run(script)


def test_without_a_prompt_or_a_preset_it_says_so(tmp_path: Path) -> None:
    async def script(it: Bench, pilot: Pilot[Any]) -> None:
        it.app.settings = config.Settings()
        await pilot.press("ctrl+t", "ctrl+o")
        await settle(pilot)
        said = " ".join(str(note.message) + str(note.title) for note in it.app._notifications)
        assert "no presets yet" in said
        assert "prompt is empty" in said

    bench(tmp_path).run(script)


def test_a_preset_survives_the_form() -> None:
    catalogue = Catalogue()
    preset = Preset(
        prompt="a {{what}}", model="kling-v2-6", vars={"what": "boat"}, parameters={"mode": "pro", "sound": True}
    )
    draft = begun(Draft(), "x", preset, catalogue)
    request = draft.request(catalogue.get("kling-v2-6"))
    assert (request.parameters["mode"], request.parameters["sound"]) == ("pro", "on")
    table = table_of(draft, catalogue.get("kling-v2-6"), ("what",))
    assert table == {
        "prompt": "a {{what}}",
        "model": "kling-v2-6",
        "size": "1080p",
        "sound": True,
        "vars": {"what": "boat"},
    }
