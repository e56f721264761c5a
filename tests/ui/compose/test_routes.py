"""The form for models of other routes: the same settings, other words underneath."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from qr_tui.core.answers import HostModel
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Request
from qr_tui.core.text.messages import Message
from qr_tui.ui.compose.draft import Draft, from_request
from qr_tui.ui.compose.form import model_options
from qr_tui.ui.compose.paths import PathSuggester
from qr_tui.ui.widgets.field_row import FieldRow
from qr_tui.ui.widgets.text_row import TextRow
from tests.support.fake_app import make_task
from tests.support.forms import shown
from tests.support.wire import body
from tests.ui.compose.test_screen import Bench, choose_model, type_text

CATALOGUE = Catalogue()
LINK = "https://a.example/boat.png"


def fill(bench: Bench, name: str, text: str) -> None:
    row = bench.row(name)
    assert isinstance(row, TextRow)
    row.text = text


@pytest.mark.parametrize(
    ("model", "steps", "expected"),
    [
        (
            "kling-v2-6",
            {"aspect_ratio": 1, "duration": 1, "size": 1, "sound": 1},
            {"aspect_ratio": "9:16", "duration": "10", "mode": "pro", "sound": "on"},
        ),
        (
            "seedance-2-0-260128",
            {"aspect_ratio": 1, "duration": 1, "size": 1, "sound": 1, "no_watermark": 1},
            {"ratio": "9:16", "duration": 6, "resolution": "1080p", "generate_audio": False, "watermark": True},
        ),
        (
            "Hailuo-02",
            {"size": 1, "duration": 1, "no_watermark": 1},
            {"resolution": "1080P", "duration": 10, "aigc_watermark": True, "prompt_optimizer": True},
        ),
        ("veo_3_1-fast", {"aspect_ratio": 1}, {"size": "720x1280", "seconds": "8"}),
    ],
)
def test_what_is_set_is_sent_in_the_words_of_the_route(
    tmp_path: Path, model: str, steps: dict[str, int], expected: dict[str, Any]
) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "a boat")
        await choose_model(pilot, model)
        for name, by in steps.items():
            row = bench.row(name)
            assert isinstance(row, FieldRow)
            row.step(by)
        await pilot.pause()
        await pilot.press("ctrl+g")
        await pilot.app.workers.wait_for_complete()
        (request,) = bench.sent
        sent = body(request)
        assert {name: sent[name] for name in expected} == expected
        assert all(type(sent[name]) is type(value) for name, value in expected.items())

    Bench(tmp_path).run(script)


def test_frames_and_a_seed_go_where_the_route_wants_them(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "a boat")
        await choose_model(pilot, "seedance-1-5")
        fill(bench, "first_frame", LINK)
        fill(bench, "last_frame", f"{LINK}?2")
        fill(bench, "seed", "seven")
        await pilot.pause()
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert "must be a whole number, not seven" in bench.notes
        assert bench.sent == []
        fill(bench, "seed", " 7 ")
        await pilot.pause()
        await pilot.press("ctrl+g")
        await pilot.app.workers.wait_for_complete()
        sent = body(bench.sent[0])
        assert sent["seed"] == 7
        assert [part.get("role") for part in sent["content"]] == [None, "first_frame", "last_frame"]

    Bench(tmp_path).run(script)


def test_a_setting_follows_from_model_to_model_and_what_is_lost_is_said(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await choose_model(pilot, "kling-v2-6")
        for name in ("sound", "aspect_ratio", "size"):
            row = bench.row(name)
            assert isinstance(row, FieldRow)
            row.step(1)
        fill(bench, "negative_prompt", "people")
        await pilot.pause()
        await choose_model(pilot, "seedance-2-0-260128")
        request = bench.screen.request
        assert (request.parameters["ratio"], request.parameters["resolution"]) == ("9:16", "1080p")
        assert request.parameters["generate_audio"] is True
        assert "does not take: not wanted" in " ".join(str(note.message) for note in bench.app._notifications)
        await choose_model(pilot, "kling-v2-6")
        assert bench.screen.request.parameters["negative_prompt"] == "people"  # and it is not forgotten
        # a Sora video is asked for without a watermark where that can be had; that says nothing of another route
        await choose_model(pilot, "sora-2-pro")
        assert bench.screen.request.parameters["watermark"] is True
        await choose_model(pilot, "seedance-2-0-260128")
        assert bench.screen.request.parameters["watermark"] is False

    Bench(tmp_path).run(script)


def test_the_request_page_shows_the_route(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        await type_text(pilot, "a boat")
        await choose_model(pilot, "kling-v2-6")
        await pilot.press("f9")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        page = shown(bench.app).replace("\n", "")
        assert "/kling/v1/videos/text2video" in page
        assert "external_task_id" in page

    Bench(tmp_path).run(script)


def test_a_picture_that_cannot_be_used_is_said_and_nothing_is_sent(tmp_path: Path) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        async def prepared(_request: Request) -> Request:
            raise Trouble(Kind.IMAGE_FILE, Message("{path} is not a picture", {"path": "/boat.txt"}))

        bench.studio.prepared = prepared  # type: ignore[assignment]
        await type_text(pilot, "a boat")
        await choose_model(pilot, "kling-v2-6")
        fill(bench, "last_frame", "/boat.txt")
        await pilot.pause()
        await pilot.press("ctrl+g")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "/boat.txt is not a picture" in bench.notes
        row = bench.row("last_frame")
        assert isinstance(row, TextRow)
        assert row.entry.has_focus
        assert bench.sent == []
        await pilot.press("f9")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "/boat.txt is not a picture" in bench.notes

    Bench(tmp_path).run(script)


def test_a_new_video_from_a_task_of_another_route_says_the_same_again(tmp_path: Path) -> None:
    asked = CATALOGUE.complete(
        Request(
            model="kling-v2-6",
            prompt="old",
            images=(LINK, f"{LINK}?2"),
            parameters={"mode": "pro", "duration": "7", "cfg_scale": "0.5"},
        )
    )
    draft = from_request(asked, CATALOGUE)
    assert (draft.first_frame, draft.last_frame, draft.images) == (LINK, f"{LINK}?2", "")
    again = CATALOGUE.complete(draft.request(CATALOGUE.get("kling-v2-6")))
    assert body(again) == body(asked)
    task = make_task(
        3, model="kling-v2-6", prompt="old", route="kling", parameters=asked.parameters, images=asked.images
    )

    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        assert body(bench.screen.request) == body(asked)
        await choose_model(pilot, "sora-2-pro")
        assert "cfg_scale" not in bench.screen.request.parameters

    Bench(tmp_path, start=task).run(script)


def test_a_draft_of_before_keeps_its_settings() -> None:
    old = Draft(model="sora-2-pro", values={"orientation": "landscape", "duration": 25, "watermark": False})
    parameters = old.request(CATALOGUE.get("sora-2-pro")).parameters
    assert (parameters["orientation"], parameters["duration"], parameters["watermark"]) == ("landscape", 25, False)


def test_the_list_of_models_begins_with_what_works_here() -> None:
    catalogue = Catalogue()
    options = [option[0] for option in model_options(catalogue, "sora-2-pro", ["kling-v2-6"])]
    assert options[:3] == ["sora-2-pro", "kling-v2-6", "doubao-seedance-1-5-pro-251215"]
    assert options[-1] == "kling-v3"
    catalogue.use_host([HostModel("veo3"), HostModel("sora-2"), HostModel("brand-new-video-1")])
    found = model_options(catalogue, "nobody-knows", ["kling-v2-6"])
    assert [option[0] for option in found[:5]] == ["nobody-knows", "kling-v2-6", "veo3", "brand-new-video-1", "sora-2"]
    words = {option[0]: option[2] for option in found}
    assert "not on this host" in words["kling-v2-6"]
    assert "off at its source" in words["sora-2"]


async def _suggested(typed: str) -> str | None:
    return await PathSuggester().get_suggestion(typed)


def test_a_path_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("boat.png", "boat.txt", "note.md"):
        (tmp_path / name).touch()
    (tmp_path / "folder").mkdir()
    home = str(tmp_path)
    for typed, found in (
        (f"{home}/bo", f"{home}/boat.png"),
        (f"{home}/fo", f"{home}/folder/"),
        ("~/bo", "~/boat.png"),
        (f"{home}/no", None),
        (f"{home}/", None),
        ("boat", None),
        ("https://a", None),
        (f"{home}/nowhere/x", None),
    ):
        assert asyncio.run(_suggested(typed)) == found, typed
