import pytest

from qr_tui.core.answers import HostModel
from qr_tui.core.catalogue import BUILT_IN, Catalogue
from qr_tui.core.routes import Slot, by_endpoints, by_name, makes_videos, typed
from qr_tui.core.task import Request


@pytest.mark.parametrize(
    ("model", "route"),
    [
        ("doubao-seedance-1-0-pro-250528", "volc-tasks"),
        ("doubao-seedance-2-0-fast-260128", "volc-tasks-2"),
        ("kling-v9", "kling"),
        ("MiniMax-Hailuo-3", "hailuo"),
        ("veo_3_1-4k", "openai-videos"),
        ("veo3.1-fast", "unified"),
        ("sora-2-pro", "unified"),
    ],
)
def test_an_id_suggests_a_route(model: str, route: str) -> None:
    assert by_name(model) == route


@pytest.mark.parametrize("model", BUILT_IN, ids=lambda model: str(model.id))
def test_every_built_in_model_is_on_the_route_its_id_suggests(model: object) -> None:
    assert by_name(model.id) == model.route  # type: ignore[attr-defined]


def test_what_a_host_calls_its_ways_chooses_the_route() -> None:
    assert by_endpoints("veo3.1-fast", ["openAI视频格式"]) == "openai-videos"
    assert by_endpoints("doubao-seedance-2-0-260128", ["豆包视频异步"]) == "volc-tasks-2"  # the same kind, another path
    assert by_endpoints("doubao-seedance-2-0-260128", ["视频统一格式"]) == "unified"
    assert by_endpoints("x", ["something", "海螺视频生成"]) == "hailuo"
    assert by_endpoints("x", ["something"]) is None


def test_a_host_moves_a_model_to_its_route_and_the_fields_follow() -> None:
    catalogue = Catalogue()
    catalogue.use_host([HostModel("kling-v2-6", ("视频统一格式",)), HostModel("doubao-seedance-9", ("豆包视频异步",))])
    moved = catalogue.get("kling-v2-6")
    assert moved.route == "unified"
    assert moved.frames == 0
    assert catalogue.complete(Request(model="kling-v2-6", prompt="x")).parameters["duration"] == 5
    assert catalogue.is_available("kling-v2-6") is True
    assert catalogue.is_available("sora-2-pro") is False
    offered = [model.id for model in catalogue.offered()]
    assert offered[-1] == "doubao-seedance-9"
    fields = [field.name for field in catalogue.get("doubao-seedance-9").fields]
    assert fields == ["ratio", "resolution", "duration", "generate_audio", "watermark", "seed"]
    catalogue.use_host(None)
    assert catalogue.get("kling-v2-6").route == "kling"
    assert catalogue.is_available("kling-v2-6") is None


def test_what_to_use_instead_is_what_the_host_has() -> None:
    catalogue = Catalogue()
    assert catalogue.instead_of("sora-2-pro") == ("doubao-seedance-2-0-260128", "doubao-seedance-1-5-pro-251215")
    catalogue.use_host([HostModel("kling-v2-6"), HostModel("gpt-9")])
    assert catalogue.instead_of("sora-2-pro") == ("kling-v2-6",)


def test_a_list_of_a_host_is_mostly_of_models_for_texts() -> None:
    assert not makes_videos("gpt-9")
    assert makes_videos("x", ["豆包视频异步"])
    assert all(makes_videos(model.id) for model in BUILT_IN)


@pytest.mark.parametrize(
    ("value", "wanted", "found"),
    [
        (5, "string", "5"),
        (True, "string", "true"),
        ("5", "integer", 5),
        ("5.5", "integer", "5.5"),
        ("5.5", "number", 5.5),
        ("a", "number", "a"),
        ("true", "boolean", True),
        ("yes", "boolean", "yes"),
        (None, "string", None),
    ],
)
def test_a_value_is_typed_or_left_for_the_server_to_judge(value: object, wanted: object, found: object) -> None:
    written = typed(value, wanted)  # type: ignore[arg-type]
    assert written == found
    assert type(written) is type(found)


def test_a_switch_means_on_whatever_stands_for_it() -> None:
    turned = Slot("watermark", "boolean", on=False, off=True)
    assert (turned.write(True), turned.write(False)) == (False, True)


def test_one_setting_is_one_thing_for_every_model() -> None:
    catalogue = Catalogue()
    for model, off in (("doubao-seedance-2-0-260128", True), ("MiniMax-Hailuo-02", True)):
        field = catalogue.get(model).setting("no_watermark")
        assert field is not None
        assert field.default is False  # in the route's words: no watermark
        assert field.ours(field.default) is True  # in ours: none wanted
        assert field.theirs(False) is off
    kling = catalogue.get("kling-v2-6").setting("sound")
    assert kling is not None
    assert (kling.values, kling.ours("on"), kling.theirs(True)) == (("on", "off"), True, "on")
    mode = catalogue.get("kling-v2-6").setting("size")
    assert mode is not None
    assert (mode.values, mode.ours("pro"), mode.theirs("1080p"), mode.shown("pro")) == (
        ("std", "pro"), "1080p", "pro", "1080p",
    )  # fmt: skip
