"""What one video costs, by the prices a person has written down; what they do not cover is unknown, and never zero."""

from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec

from qr_tui.core.catalogue import Catalogue, seconds
from qr_tui.core.task import Parameter, Request

Credits = Annotated[float, msgspec.Meta(ge=0)]


class Price(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A price that depends on what is asked for.

    Attributes:
        per_video: Credits a video.
        per_second: Credits a second of it.
        factors: What multiplies the sum, by ``name:value`` of a parameter or a setting, like ``size:1080p`` or
            ``sound:on``.
    """

    per_video: Credits | None = None
    per_second: Credits | None = None
    factors: dict[str, Credits] = {}


Prices = Mapping[str, float | Price]
"""By model, or by model and seconds, like ``sora-2-pro:25``."""


def estimate(prices: Prices, request: Request, catalogue: Catalogue) -> float | None:
    """Return the credits that `request` costs, None where the prices do not say it."""
    lasts = seconds(request.parameters)
    price = prices.get(f"{request.model}:{lasts:g}") if lasts is not None else None
    price = prices.get(request.model) if price is None else price
    if price is None or not isinstance(price, Price):
        return None if price is None else float(price)
    if price.per_second is not None and lasts is None:
        return None
    if price.per_video is None and price.per_second is None:
        return None
    total = (price.per_video or 0.0) + (price.per_second or 0.0) * (lasts or 0.0)
    if price.factors:
        said = _said(request, catalogue)
        for named, factor in price.factors.items():
            total *= factor if named.lower() in said else 1.0
    return round(total, 6)


def total(estimates: Iterable[float | None]) -> float | None:
    """Return the sum, None where one of them is unknown."""
    found = 0.0
    for one in estimates:
        if one is None:
            return None
        found += one
    return round(found, 6)


def shown(price: float | Price) -> str:
    """Return a price in few cells: numbers alone, a second's with an ``s``."""
    if not isinstance(price, Price):
        return f"{price:g}"
    parts = [f"{price.per_video:g}"] if price.per_video is not None else []
    parts += [f"{price.per_second:g}/s"] if price.per_second is not None else []
    parts += [f"{name} ×{factor:g}" for name, factor in price.factors.items()]
    return " + ".join(parts[:2]) + "".join(f", {part}" for part in parts[2:])


def _said(request: Request, catalogue: Catalogue) -> set[str]:
    """Return everything that is asked for as ``name:value``, in the route's words and in ours."""
    model = catalogue.get(request.model, request.route)
    found = set()
    for name, value in request.parameters.items():
        found.add(f"{name}:{_word(value)}".lower())
        field = model.field(name)
        if field is not None:
            found.add(f"{field.setting}:{_word(field.ours(value))}".lower())
            if field.control == "switch" and field.takes(value):
                found.add(f"{field.setting}:{'on' if field.ours(value) else 'off'}".lower())
    return found


def _word(value: Parameter) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
