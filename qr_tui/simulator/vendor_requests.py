"""What a create call asks for on the routes of single vendors, checked as each vendor's page says (routes.md §7).

Written from the pages, and not from the client's own records: a field under a wrong name or of a wrong type is refused.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from qr_tui.core.catalogue import Model
from qr_tui.simulator.create_request import CATALOGUE, ONLY_HERE, CreateRequest, is_link
from qr_tui.simulator.replies import Refused, Reply, error, no_channel
from qr_tui.simulator.scenarios import read as read_scenario

_RATIOS: Final = ("16:9", "4:3", "1:1", "3:4", "9:16", "21:9", "adaptive")
_ROLES: Final = {
    "image_url": ("first_frame", "last_frame", "reference_image"),
    "video_url": ("reference_video",),
    "audio_url": ("reference_audio",),
}
_SENSITIVE: Final = "sensitive content was found in the prompt"


def volc(body: Any, request_id: str, off: tuple[str, ...], prefix: str) -> CreateRequest:  # noqa: ANN401
    """Return the order of ``POST {prefix}/contents/generations/tasks``.

    Raises:
        Refused: 400 with the vendor's codes, 503 for a model that stands on the other prefix, or nowhere.
    """

    def refuse(words: str, code: str = "InvalidParameter") -> Refused:
        return Refused(error(400, words, code=code, kind="BadRequest", request_id=request_id))

    body = _object(body, refuse)
    model = _model(body, "model", "seedance", request_id, off, refuse)
    if prefix != ("/volc/v1" if model.id.startswith("doubao-seedance-1") else "/api/v3"):
        raise Refused(no_channel(model.id, request_id))
    content = body.get("content")
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise refuse("content must be an array", "MissingParameter.content")
    prompt = next((part.get("text") for part in content if part.get("type") == "text"), None)
    _check_prompt(prompt, refuse)
    images, roles = [], []
    for part in content:
        kind = part.get("type")
        if kind == "text":
            continue
        url = part[kind].get("url") if kind in _ROLES and isinstance(part.get(kind), dict) else None
        if not isinstance(url, str) or not (is_link(url) or url.startswith("data:image/")):
            raise refuse(f"content.{kind} must hold a url")
        if part.get("role", "first_frame") not in _ROLES[kind]:
            raise refuse(f"the role of a {kind} cannot be {part.get('role')}")
        images.append(url)
        roles.append(str(part.get("role", "first_frame")))
    if any(role.startswith("reference") for role in roles) and any(role.endswith("frame") for role in roles):
        raise refuse("frames and references exclude each other")
    _one_of(body, "ratio", _RATIOS, refuse)
    _one_of(body, "resolution", ("480p", "720p", "1080p"), refuse)
    _typed(body, "duration", int, refuse)
    _typed(body, "seed", int, refuse)
    _typed(body, "generate_audio", bool, refuse)
    _typed(body, "watermark", bool, refuse)
    if read_scenario(str(prompt)).refused:
        raise refuse(_SENSITIVE, "InputTextSensitiveContentDetected")
    return _order(
        "volc-tasks", model, str(prompt), body, ratio=body.get("ratio"), seconds=body.get("duration"), images=images
    )


def kling(body: Any, request_id: str, off: tuple[str, ...], action: str) -> CreateRequest:  # noqa: ANN401
    """Return the order of ``POST /kling/v1/videos/{action}``.

    Raises:
        Refused: A code that is not 0, under HTTP 200; 503 for a model that nobody serves.
    """

    def refuse(words: str, code: int = 1201) -> Refused:
        return Refused(Reply(body={"code": code, "message": words, "request_id": request_id, "data": None}))

    body = _object(body, refuse)
    model = _model(body, "model_name", "kling", request_id, off, refuse)
    _check_prompt(body.get("prompt"), refuse)
    images = [body[name] for name in ("image", "image_tail") if name in body]
    if bool(images) != (action == "image2video"):
        raise refuse("image is required" if action == "image2video" else "invalid parameter: image")
    for image in images:
        if not isinstance(image, str) or not image or image.startswith("data:"):
            raise refuse("image must be a link or bare base64")
    _one_of(body, "duration", tuple(map(str, range(3, 16))), refuse)
    _one_of(body, "mode", ("std", "pro", "4k"), refuse)
    _one_of(body, "sound", ("on", "off"), refuse)
    _one_of(body, "aspect_ratio", ("16:9", "9:16", "1:1"), refuse)
    if images and "aspect_ratio" in body:
        raise refuse("invalid parameter: aspect_ratio")
    _typed(body, "external_task_id", str, refuse)
    if read_scenario(body["prompt"]).refused:
        raise refuse(_SENSITIVE, 1301)
    return _order(
        "kling",
        model,
        body["prompt"],
        body,
        ratio=body.get("aspect_ratio"),
        seconds=body.get("duration"),
        images=images,
        own_id=body.get("external_task_id", ""),
        action=action,
    )


def hailuo(body: Any, request_id: str, off: tuple[str, ...]) -> CreateRequest:  # noqa: ANN401
    """Return the order of ``POST /minimax/v1/video_generation``.

    Raises:
        Refused: A status code that is not 0, under HTTP 200; 503 for a model that nobody serves.
    """

    def refuse(words: str, code: int = 2013) -> Refused:
        return Refused(Reply(body={"task_id": "", "base_resp": {"status_code": code, "status_msg": words}}))

    body = _object(body, refuse)
    model = _model(body, "model", "hailuo", request_id, off, refuse)
    _check_prompt(body.get("prompt"), refuse)
    images = [body[name] for name in ("first_frame_image", "last_frame_image") if name in body]
    for image in images:
        if not isinstance(image, str) or not (is_link(image) or image.startswith("data:image/")):
            raise refuse("invalid params, first_frame_image must be a link or a data URL")
    if len(images) > model.frames:
        raise refuse("invalid params, last_frame_image is not supported by this model")
    if model.id.endswith("-Fast") and not images:
        raise refuse("invalid params, first_frame_image is required")
    _one_of(body, "resolution", ("512P", "768P", "1080P"), refuse)
    _one_of(body, "duration", (6, 10), refuse)
    if body.get("duration") == 10 and body.get("resolution") == "1080P":
        raise refuse("invalid params, duration 10 is not supported at 1080P")
    _typed(body, "prompt_optimizer", bool, refuse)
    _typed(body, "aigc_watermark", bool, refuse)
    if read_scenario(body["prompt"]).refused:
        raise refuse(_SENSITIVE, 1026)
    return _order("hailuo", model, body["prompt"], body, ratio="16:9", seconds=body.get("duration"), images=images)


def openai(body: Any, request_id: str, off: tuple[str, ...]) -> CreateRequest:  # noqa: ANN401
    """Return the order of ``POST /v1/videos``, JSON or a form; what vendors want besides stands in ``metadata``.

    Raises:
        Refused: 400 naming the field; 503 for a model that nobody serves.
    """

    def refuse(words: str) -> Refused:
        return Refused(error(400, words, code="invalid_request", kind="invalid_request_error", request_id=request_id))

    body = _object(body, refuse)
    model = _model(body, "model", "veo-openai", request_id, off, refuse)
    _check_prompt(body.get("prompt"), refuse)
    _typed(body, "seconds", str, refuse)
    _one_of(body, "size", ("1280x720", "720x1280"), refuse)
    if body.get("watermark") not in (None, "true", "false"):
        raise refuse("watermark must be a string")
    metadata = body.get("metadata", {})
    if not isinstance(metadata, dict):
        raise refuse("metadata must be an object")
    picture = body.get("input_reference", body.get("image"))
    ratio = {"720x1280": "9:16", "1280x720": "16:9"}.get(str(body.get("size")), metadata.get("ratio"))
    if read_scenario(body["prompt"]).refused:
        raise Refused(error(400, _SENSITIVE, code="content_policy_violation", request_id=request_id))
    images = [] if picture is None else [picture]
    return _order("openai-videos", model, body["prompt"], body, ratio=ratio, seconds=body.get("seconds"), images=images)


def _order(
    route: str,
    model: Model,
    prompt: str,
    body: Mapping[str, Any],
    *,
    ratio: object,
    seconds: object,
    images: list[Any],
    own_id: str = "",
    action: str = "",
) -> CreateRequest:
    links = [image for image in images if isinstance(image, str) and is_link(image)]
    plain = {"aspect_ratio": ratio, "duration": int(str(seconds or 5)), "images": links}
    return CreateRequest(
        model=model, prompt=prompt, body=plain, route=route, asked=dict(body), own_id=own_id, action=action
    )


def _object(body: Any, refuse: Callable[[str], Refused]) -> dict[str, Any]:  # noqa: ANN401
    if not isinstance(body, dict):
        raise refuse("the body must be an object")
    return body


def _model(
    body: dict[str, Any],
    field: str,
    family: str,
    request_id: str,
    off: tuple[str, ...],
    refuse: Callable[[str], Refused],
) -> Model:
    name = body.get(field)
    if not isinstance(name, str) or not name:
        raise refuse(f"{field} is required")
    model = CATALOGUE.get(name)
    known = name in CATALOGUE or name in ONLY_HERE
    # vendors' models stand behind the OpenAI path too, with what they want in `metadata`
    if not known or name in off or model.family not in (family, "seedance" if family == "veo-openai" else family):
        raise Refused(no_channel(name, request_id))
    return model


def _check_prompt(prompt: object, refuse: Callable[[str], Refused]) -> None:
    if not isinstance(prompt, str) or not prompt.strip():
        raise refuse("prompt is required")


def _one_of(body: dict[str, Any], name: str, known: tuple[object, ...], refuse: Callable[[str], Refused]) -> None:
    if name in body and not any(type(body[name]) is type(one) and body[name] == one for one in known):
        raise refuse(f"invalid parameter: {name}")


def _typed(body: dict[str, Any], name: str, kind: type, refuse: Callable[[str], Refused]) -> None:
    if name in body and type(body[name]) is not kind:
        raise refuse(f"invalid parameter: {name}")
