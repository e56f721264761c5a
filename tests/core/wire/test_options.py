import pytest

from qr_tui.core.catalogue import Catalogue
from qr_tui.core.routes import UNIFIED
from qr_tui.core.task import Parameter
from qr_tui.core.wire.options import OptionError, parameters

CATALOGUE = Catalogue()


def said(model: str, **options: Parameter) -> dict[str, Parameter]:
    known = CATALOGUE.get(model)
    return parameters(known, CATALOGUE.route(known.route) or UNIFIED, options)


@pytest.mark.parametrize(
    ("model", "options", "found"),
    [
        ("sora-2-pro", {"orientation": "portrait", "duration": 25}, {"orientation": "portrait", "duration": 25}),
        ("sora-2-pro", {"aspect_ratio": "16:9", "size": "1080p"}, {"orientation": "landscape", "size": "large"}),
        ("veo3.1", {"orientation": "portrait"}, {"aspect_ratio": "9:16"}),
        ("grok-video-3", {"orientation": "portrait"}, {"aspect_ratio": "2:3"}),
        ("kling-v2-6", {"duration": 5, "sound": True}, {"duration": "5", "sound": "on"}),
        ("kling-v2-6", {"size": "large"}, {"mode": "pro"}),
        ("kling-v2-6", {"duration": 7}, {"duration": "7"}),  # not known, and still as the route types it
        ("kling-v2-6", {"orientation": "landscape", "size": "720p"}, {"aspect_ratio": "16:9", "mode": "std"}),
        ("doubao-seedance-2-0-260128", {"sound": False, "seed": 7}, {"generate_audio": False, "seed": 7}),
        ("doubao-seedance-2-0-260128", {"orientation": "portrait"}, {"ratio": "9:16"}),
        ("MiniMax-Hailuo-02", {"size": "1080P", "duration": 10}, {"resolution": "1080P", "duration": 10}),
        ("MiniMax-Hailuo-02", {"size": "512p"}, {"resolution": "512P"}),
        ("veo_3_1", {"orientation": "portrait", "duration": 8}, {"size": "720x1280", "seconds": "8"}),
        ("unheard-of", {"duration": 5, "private": True}, {"duration": 5, "private": True}),
        ("sora-2-pro", {"duration": None}, {}),
    ],
)  # fmt: skip
def test_an_option_means_the_same_on_every_route(
    model: str, options: dict[str, Parameter], found: dict[str, Parameter]
) -> None:
    assert said(model, **options) == found


@pytest.mark.parametrize(
    ("model", "found"),
    [
        ("sora-2-pro", {"watermark": False}),
        ("doubao-seedance-2-0-260128", {"watermark": False}),
        ("kling-v2-6", {"watermark_info.enabled": False}),
        ("MiniMax-Hailuo-02", {"aigc_watermark": False}),
        ("veo_3_1", {"watermark": "false"}),
    ],
)
def test_no_watermark_means_none_everywhere(model: str, found: dict[str, Parameter]) -> None:
    assert said(model, watermark=False) == found


def test_a_watermark_where_it_would_be_added_is_a_mistake_that_names_the_way() -> None:
    assert said("sora-2-pro", watermark=True) == {"watermark": True}  # none if possible
    with pytest.raises(OptionError) as caught:
        said("doubao-seedance-2-0-260128", watermark=True)
    assert "--param watermark=true" in str(caught.value)
    with pytest.raises(OptionError) as caught:
        said("kling-v2-6", watermark=True)
    assert "--param watermark_info.enabled=true" in str(caught.value)
