"""Every body that this program writes, held against the bodies of the vendors' pages."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.catalogue import BUILT_IN, Catalogue
from qr_tui.core.routes import BUILT_IN as ROUTES
from qr_tui.core.routes import UNIFIED, Slot
from qr_tui.core.task import Parameter, Request
from qr_tui.core.wire.body import described, embedded, with_roles, write
from qr_tui.core.wire.images import ImageFile

EXAMPLES = Path(__file__).parents[2] / "api" / "examples" / "routes"
CATALOGUE = Catalogue()
BOAT = "a paper boat in the rain"
LINK = "https://img.example.com/first.png"
FILE = ImageFile(path="/pictures/last.png", size=8, sha256="0" * 64, type="png")
PNG = b"\x89PNG\r\n\x1a\n"


def example(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    found.pop("_note", None)
    return found


def request(model: str, prompt: str = BOAT, **asked: Any) -> Request:
    return CATALOGUE.complete(Request(model=model, prompt=prompt, **asked))


def body(asked: Request, *, own_id: str = "") -> dict[str, Any]:
    route = CATALOGUE.route(asked.route)
    assert route is not None
    return write(route, asked, own_id=own_id, embed=lambda file, form: embedded(PNG, file, form)).body


BOTH: dict[str, Any] = {"images": (LINK, FILE.path), "files": {FILE.path: FILE}}


@pytest.mark.parametrize(
    ("name", "asked", "besides"),
    [
        ("volc-tasks/create-request", request("doubao-seedance-2-0-260128", parameters={"seed": 7}), {}),
        (
            "volc-tasks/create-request.first-last",
            request(
                "doubao-seedance-1-5-pro-251215", parameters={"ratio": "adaptive", "generate_audio": False}, **BOTH
            ),
            {},
        ),
        (
            "volc-tasks/create-request.references",
            request(
                "doubao-seedance-2-0-260128",
                images=tuple(f"https://img.example.com/{name}" for name in ("person.png", "walk.mp4", "voice.mp3")),
                parameters={"ratio": "21:9", "duration": 11},
            ),
            {"resolution": "720p"},
        ),
        ("kling/create-request", request("kling-v3", parameters={"negative_prompt": "blur"}), {}),
        (
            "kling/create-request.image2video",
            request("kling-v2-6", parameters={"mode": "pro", "sound": "on", "duration": "10"}, **BOTH),
            {},
        ),
        ("hailuo/create-request", request("MiniMax-Hailuo-2.3", f"{BOAT} [推进]"), {}),
        (
            "hailuo/create-request.image",
            request("MiniMax-Hailuo-2.3", images=(LINK,), parameters={"duration": 10}),
            {"aigc_watermark": False},
        ),
        (
            "hailuo/create-request.first-last",
            request("MiniMax-Hailuo-02", parameters={"resolution": "1080P"}, **BOTH),
            {"aigc_watermark": False},
        ),
        ("openai-videos/create-request", request("veo_3_1-fast"), {}),
    ],
)  # fmt: skip
def test_the_body_is_the_one_of_the_vendors_page(name: str, asked: Request, besides: dict[str, Any]) -> None:
    own_id = "qr-0123456789abcdef"  # in the body where the route has a place for it, and nowhere else
    assert body(asked, own_id=own_id) == example(name) | besides


def test_a_picture_is_the_part_of_a_form_where_the_route_wants_a_file() -> None:
    asked = request("veo_3_1", images=(FILE.path,), files={FILE.path: FILE}, parameters={"size": "720x1280"})
    asked = msgspec.structs.replace(asked, parameters=asked.parameters | {"watermark": "false"})
    route = CATALOGUE.route(asked.route)
    assert route is not None
    wire = write(route, asked)
    assert wire.is_form
    assert wire.files == {"input_reference": FILE}
    fields = example("openai-videos/create-request.multipart-fields")
    del fields["input_reference"]
    assert wire.body == fields


def test_paths_follow_the_picture_and_a_look_follows_the_path() -> None:
    paths = {route.name: [route.create_path(with_image=flag) for flag in (False, True)] for route in ROUTES}
    assert paths == {
        "unified": ["/v1/video/create"] * 2,
        "volc-tasks": ["/volc/v1/contents/generations/tasks"] * 2,
        "volc-tasks-2": ["/api/v3/contents/generations/tasks"] * 2,
        "kling": ["/kling/v1/videos/text2video", "/kling/v1/videos/image2video"],
        "hailuo": ["/minimax/v1/video_generation"] * 2,
        "openai-videos": ["/v1/videos"] * 2,
    }
    looks = {route.name: route.query_path(with_image=True) for route in ROUTES}
    assert looks == {
        "unified": "/v1/video/query?id={id}",
        "volc-tasks": "/volc/v1/contents/generations/tasks/{id}",
        "volc-tasks-2": "/api/v3/contents/generations/tasks/{id}",
        "kling": "/kling/v1/videos/image2video/{id}",
        "hailuo": "/minimax/v1/query/video_generation?task_id={id}",
        "openai-videos": "/v1/videos/{id}",
    }


def test_a_dotted_name_steps_into_an_object() -> None:
    route = msgspec.structs.replace(UNIFIED, name="mine", aspect_ratio=Slot("metadata.ratio"), own_id="options.id")
    asked = Request(model="m", prompt="p", parameters={"metadata.ratio": "16:9", "metadata.seed": 7})
    assert write(route, asked, own_id="abc").body["metadata"] == {"ratio": "16:9", "seed": 7}
    assert write(route, asked, own_id="abc").body["options"] == {"id": "abc"}


def test_no_parameter_takes_the_place_of_prompt_model_or_pictures() -> None:
    for route in ROUTES:
        places = (route.model, route.prompt, route.parts or "prompt", route.first_frame or "images")
        asked = Request(model="m", prompt="p", parameters=dict.fromkeys(places, "other"), images=(LINK,))
        assert "other" not in json.dumps(write(route, asked).body) or route.parts


def test_roles_that_were_said_win_and_places_say_the_rest() -> None:
    volc = CATALOGUE.route("volc-tasks")
    assert volc is not None
    two = Request(model="m", prompt="p", images=("a", "b"))
    three = Request(model="m", prompt="p", images=("a", "b", "c"))
    said = Request(model="m", prompt="p", images=("a", "b"), roles=("last_frame", "reference"))
    assert [role for _image, role in with_roles(volc, two)] == ["first_frame", "last_frame"]
    assert [role for _image, role in with_roles(volc, three)] == ["reference"] * 3
    assert [role for _image, role in with_roles(volc, said)] == ["last_frame", "reference"]
    assert [role for _image, role in with_roles(UNIFIED, two)] == ["reference"] * 2


def test_what_is_shown_of_a_picture_is_short() -> None:
    assert described(FILE, "base64") == "<base64 of /pictures/last.png: png, 8 bytes>"


@pytest.mark.parametrize("model", BUILT_IN, ids=lambda model: str(model.id))
def test_every_model_writes_a_body_with_its_defaults(model: Any) -> None:
    asked = request(model.id)
    sent = body(asked)
    placed = CATALOGUE.get(model.id)
    for field in placed.fields:
        if not field.optional:
            assert field.takes(asked.parameters[field.name]), field.name
    assert BOAT in json.dumps(sent, ensure_ascii=False)
    assert model.id in sent.values()


@given(
    st.dictionaries(st.text(min_size=1, max_size=8), st.none() | st.booleans() | st.integers() | st.text(max_size=8))
)
def test_whatever_the_parameters_are_the_prompt_arrives(parameters: dict[str, Parameter]) -> None:
    for route in ROUTES:
        sent = write(route, Request(model="m", prompt=BOAT, parameters=parameters)).body
        assert BOAT in json.dumps(sent)
        json.dumps(sent)
