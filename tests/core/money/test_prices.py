"""What a price says, and what it does not: unknown is never zero."""

import pytest

from qr_tui.core.catalogue import Catalogue
from qr_tui.core.money.prices import Price, Prices, estimate, shown, total
from qr_tui.core.task import Parameter, Request

CATALOGUE = Catalogue()
KLING = Price(per_second=0.07, factors={"mode:pro": 2, "sound:on": 1.5})


def cost(prices: Prices, model: str, **parameters: Parameter) -> float | None:
    request = CATALOGUE.complete(Request(model=model, prompt="x", parameters=parameters))
    return estimate(prices, request, CATALOGUE)


@pytest.mark.parametrize(
    ("prices", "model", "parameters", "found"),
    [
        ({}, "sora-2-pro", {}, None),
        ({"sora-2-pro": 4}, "sora-2-pro", {"duration": 25}, 4.0),
        ({"sora-2-pro": 4, "sora-2-pro:25": 9}, "sora-2-pro", {"duration": 25}, 9.0),
        ({"sora-2-pro:25": 9}, "sora-2-pro", {}, None),  # what is not covered is unknown
        ({"veo3.1": 0}, "veo3.1", {}, 0.0),  # a price of nothing was said
        ({"kling-v2-6": KLING}, "kling-v2-6", {}, 0.35),
        ({"kling-v2-6": KLING}, "kling-v2-6", {"duration": "10"}, 0.7),
        ({"kling-v2-6": KLING}, "kling-v2-6", {"mode": "pro", "sound": "on"}, 1.05),
        ({"kling-v2-6": Price(per_video=1, factors={"size:1080p": 3})}, "kling-v2-6", {"mode": "pro"}, 3.0),
        ({"x": Price(per_second=1)}, "x", {}, None),
        ({"x": Price(factors={"a:b": 2})}, "x", {"a": "b"}, None),
        (
            {"doubao-seedance-2-0-260128": Price(per_second=0.1, factors={"sound:on": 2, "resolution:1080p": 2})},
            "doubao-seedance-2-0-260128",
            {"resolution": "1080p"},
            2.0,
        ),
    ],
)
def test_an_estimate(prices: Prices, model: str, parameters: dict[str, Parameter], found: float | None) -> None:
    assert cost(prices, model, **parameters) == found


def test_a_sum_with_something_unknown_is_unknown() -> None:
    assert total([1.0, 2.0]) == 3.0
    assert total([1.0, None]) is None
    assert total([]) == 0.0


def test_a_price_in_few_cells() -> None:
    assert shown(0.5) == "0.5"
    assert shown(Price(per_video=1, per_second=0.1)) == "1 + 0.1/s"
    assert shown(KLING) == "0.07/s + mode:pro ×2, sound:on ×1.5"
