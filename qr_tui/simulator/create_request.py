"""What a create call asks for, checked as the vendor's page says, and what it costs."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from qr_tui.core.catalogue import Catalogue, Field, Model
from qr_tui.simulator import scenarios
from qr_tui.simulator.replies import Refused, bad_request, error, no_channel

CATALOGUE: Final = Catalogue()
# every Sora field must be there; the other families fill in what is left out
DEMANDING: Final = frozenset({"sora"})
# credits: Sora by the second, the others by the video
PER_SECOND: Final[Mapping[str, float]] = {"sora-2-pro": 0.06, "sora-2": 0.02, "sora-2-all": 0.02}
PER_VIDEO: Final[Mapping[str, float]] = {
    "veo": 0.4,
    "veo-openai": 0.4,
    "grok": 0.2,
    "seedance": 0.5,
    "kling": 0.35,
    "hailuo": 0.3,
}
# models that this host has and nobody has described
ONLY_HERE: Final = ("doubao-seedance-2-0-fast-260128",)


class CreateRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that may be carried out.

    Attributes:
        model: What makes it.
        prompt: What it shows.
        body: What was asked for, in the words of the first route.
        route: The route it came by.
        asked: The body as it came, on other routes.
        own_id: The client's own id of it.
        action: The last step of the path it came by, where a query has to come by the same.
    """

    model: Model
    prompt: str
    body: dict[str, Any]
    route: str = "unified"
    asked: dict[str, Any] = {}
    own_id: str = ""
    action: str = ""

    @property
    def seconds(self) -> int:
        """How long the video is."""
        return int(self.body.get("duration", 8))

    @property
    def price(self) -> float:
        """What it costs, in credits."""
        rate = PER_SECOND.get(self.model.id)
        return round(rate * self.seconds if rate else PER_VIDEO.get(self.model.family, 0.5), 4)


def read(body: Any, request_id: str, off: tuple[str, ...] = ()) -> CreateRequest:  # noqa: ANN401 -- any JSON may come
    """Return the order in the JSON `body` of a create call.

    Raises:
        Refused: 400 naming the first field that is wrong; 503 for a model nobody serves.
    """

    def refuse(words: str) -> Refused:
        return Refused(bad_request(words, request_id))

    if not isinstance(body, dict):
        raise refuse("the body must be a JSON object")
    name, prompt = body.get("model"), body.get("prompt")
    if not isinstance(name, str) or not name:
        raise refuse("model is required and must be a string")
    if not isinstance(prompt, str) or not prompt.strip():
        raise refuse("prompt is required and must be a string that is not empty")
    if scenarios.read(prompt).refused:
        words = "the prompt violates our content policy"
        raise Refused(error(400, words, code="content_policy_violation", request_id=request_id))
    if name not in CATALOGUE or name in off:
        raise Refused(no_channel(name, request_id))
    model = CATALOGUE.get(name)
    if model.route != "unified":  # a model of another path
        raise Refused(no_channel(name, request_id))
    _check_images(body, model, refuse)
    for field in model.fields:
        if field.name in body:
            _check_value(field, body[field.name], model, refuse)
        elif model.family in DEMANDING and not field.optional:
            raise refuse(f"{field.name} is required")
    if "aspect_ratio" in body and model.field("aspect_ratio") is None:
        raise refuse(f"aspect_ratio is not supported by {model.id}")
    _check_character(body, refuse)
    return CreateRequest(model=model, prompt=prompt, body=body)


def _check_images(body: dict[str, Any], model: Model, refuse: Callable[[str], Refused]) -> None:
    images = body.get("images", None if model.family in DEMANDING else [])
    if not isinstance(images, list):
        raise refuse("images is required and must be an array of links")
    if not all(isinstance(image, str) and is_link(image) for image in images):
        raise refuse("images must be http or https links")
    if len(images) > model.max_images:
        raise refuse(f"{model.id} takes at most {model.max_images} images, got {len(images)}")


def _check_value(field: Field, value: object, model: Model, refuse: Callable[[str], Refused]) -> None:
    if field.control == "switch" and not isinstance(value, bool):
        raise refuse(f"{field.name} must be a boolean")
    if field.control == "text" and not isinstance(value, str):
        raise refuse(f"{field.name} must be a string")
    if field.control == "choice":
        kind = type(field.values[0])
        if type(value) is not kind:  # so that true is not 1 and "15" is not 15
            raise refuse(f"{field.name} must be {'an integer' if kind is int else 'a string'}")
        if value not in field.values:
            known = ", ".join(map(str, field.values))
            raise refuse(f"{field.name} must be one of {known} for {model.id}, got {value}")


def _check_character(body: dict[str, Any], refuse: Callable[[str], Refused]) -> None:
    url, span = body.get("character_url", ""), body.get("character_timestamps", "")
    if not url and not span:
        return
    if not is_link(str(url)):
        raise refuse("character_url must be an http or https link")
    try:
        start, end = (float(part) for part in str(span).split(","))
    except ValueError:
        raise refuse('character_timestamps must be "start,end" in seconds') from None
    if not 1 <= end - start <= 3:
        raise refuse("character_timestamps must be 1 to 3 seconds apart")


def is_link(text: str) -> bool:
    """Tell whether `text` is an http(s) link with a host."""
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
