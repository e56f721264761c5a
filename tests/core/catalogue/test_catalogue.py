import msgspec
import pytest

from qr_tui.core.catalogue import BUILT_IN, DEFAULT_MODEL, SORA_RETIRED, Catalogue, Model, shape, short
from qr_tui.core.task import Parameter, Request
from tests.support.wire import body

CATALOGUE = Catalogue()


def said(request: Request) -> list[str]:
    return [str(message) for _field, message in CATALOGUE.warnings(request)]


def test_every_model_of_the_specification_is_there_once() -> None:
    ids = [model.id for model in BUILT_IN]
    assert len(ids) == len(set(ids)) == 34
    assert CATALOGUE.get(DEFAULT_MODEL).id == "sora-2-pro" == ids[0]


@pytest.mark.parametrize("model", BUILT_IN, ids=lambda model: str(model.id))
def test_every_model_agrees_with_itself(model: Model) -> None:
    names = [field.name for field in model.fields]
    assert len(names) == len(set(names))
    for field in model.fields:
        assert field.label
        if field.control == "choice":
            assert field.default in field.values
        if field.control == "switch":
            assert isinstance(field.default, bool)
            assert field.help_on
            assert field.help_off
        assert model.field(field.name) is field
    assert model.field("nothing") is None
    # its own defaults draw no remark
    assert said(CATALOGUE.complete(Request(model=model.id, prompt="x"))) == []
    assert (model.retired == SORA_RETIRED) == (model.family == "sora")


def test_the_seeds_defaults_are_all_sent() -> None:
    sent = body(CATALOGUE.complete(Request(model="sora-2-pro", prompt="x")))
    assert sent == {
        "images": [],
        "model": "sora-2-pro",
        "orientation": "portrait",
        "prompt": "x",
        "size": "large",
        "duration": 15,
        "watermark": True,
        "private": False,
    }


@pytest.mark.parametrize(
    ("model", "defaults"),
    [
        ("sora-2", {"orientation": "portrait", "size": "large", "duration": 10, "watermark": True, "private": False}),
        ("veo3.1-fast", {"aspect_ratio": "16:9", "enhance_prompt": True, "enable_upsample": False}),
        ("veo2", {"enhance_prompt": True, "enable_upsample": False}),
        ("grok-video-3", {"aspect_ratio": "3:2", "size": "720P"}),
        ("unheard-of", {}),
    ],
)
def test_defaults(model: str, defaults: dict[str, Parameter]) -> None:
    assert CATALOGUE.get(model).defaults() == defaults


@pytest.mark.parametrize(
    ("model", "images"),
    [("veo2-fast-frames", 2), ("veo3-pro-frames", 1), ("veo3.1-components", 3), ("veo3-frames", 2)],
)
def test_image_limits(model: str, images: int) -> None:
    assert CATALOGUE.get(model).max_images == images
    links = tuple(f"https://a.example/{number}.png" for number in range(images + 1))
    assert said(Request(model=model, prompt="x", images=links[:-1])) == []
    assert f"at most {images} images, not {images + 1}" in said(Request(model=model, prompt="x", images=links))[0]


def test_a_choice_is_kept_over_a_default() -> None:
    request = CATALOGUE.complete(Request(model="sora-2-pro", prompt="x", parameters={"duration": 25, "seed": 1}))
    assert request.parameters["duration"] == 25
    assert request.parameters["seed"] == 1


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"duration": 30}, "is known to take duration 15, 25, not 30"),
        ({"duration": "15"}, "is known to take duration 15, 25, not 15"),
        ({"watermark": "no"}, "is known to take watermark true, false, not no"),
        ({"watermark": 1}, "is known to take watermark true, false, not 1"),
        ({"enhance_prompt": True}, "is not known to take enhance_prompt"),
    ],
)
def test_a_value_outside_the_catalogue_draws_a_remark_never_an_error(
    parameters: dict[str, Parameter], words: str
) -> None:
    (remark,) = said(Request(model="sora-2-pro", prompt="x", parameters=parameters))
    assert words in remark


def test_an_unknown_model_can_be_used() -> None:
    assert "unheard-of" not in CATALOGUE
    (remark,) = said(Request(model="unheard-of", prompt="x", parameters={"anything": 1}))
    assert "not in the catalogue" in remark


def test_ones_own_models_come_after_and_may_replace() -> None:
    own = Model(id="mine", family="custom")
    changed = msgspec.structs.replace(CATALOGUE.get("veo2"), max_images=9)
    catalogue = Catalogue([own, changed])
    assert "mine" in catalogue
    assert [model.id for model in catalogue][-1] == "mine"
    assert catalogue.get("veo2").max_images == 9
    assert len(list(catalogue)) == len(BUILT_IN) + 1


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        ({"orientation": "portrait", "duration": 15}, "9:16 15s"),
        ({"aspect_ratio": "16:9"}, "16:9"),
        ({}, ""),
        ({"orientation": None, "aspect_ratio": "3:2"}, "3:2"),
    ],
)
def test_shape(parameters: dict[str, Parameter], shown: str) -> None:
    assert shape(parameters) == shown


def test_what_a_person_prefers_is_the_default_where_the_model_takes_it() -> None:
    own = Catalogue(preferred={"duration": 25, "orientation": "landscape", "size": "huge", "watermark": 0})
    pro, two = own.get("sora-2-pro").defaults(), own.get("sora-2").defaults()
    assert (pro["duration"], pro["orientation"]) == (25, "landscape")
    assert (pro["size"], pro["watermark"]) == ("large", True)
    assert two["duration"] == 10, "25 seconds are not among what sora-2 takes"
    assert own.complete(Request(model="sora-2-pro", prompt="x")).parameters["duration"] == 25


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("doubao-seedance-2-0-260128", "seedance-2-0"),
        ("MiniMax-Hailuo-2.3-Fast", "Hailuo-2.3-Fast"),
        ("kling-v2-6", "kling-v2-6"),
        ("doubao-", "doubao-"),
    ],
)
def test_a_short_name_tells_cousins_apart(model: str, found: str) -> None:
    assert short(model) == found


def test_a_shape_is_read_on_every_route() -> None:
    assert shape({"size": "720x1280", "seconds": "8"}) == "9:16 8s"
    assert shape({"ratio": "21:9", "duration": 5}) == "21:9 5s"
    assert shape({"metadata.ratio": "1:1", "duration": "5"}) == "1:1 5s"
    assert shape({"size": "large", "resolution": "720p"}) == ""
    assert shape({"size": "0x0"}) == ""
