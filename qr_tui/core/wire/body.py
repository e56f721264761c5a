"""The one writer of requests: a request and a route make the path, the body, and the files that go along."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from qr_tui.core.routes import FileForm, Route
from qr_tui.core.task import Request
from qr_tui.core.wire.images import FIRST_FRAME, LAST_FRAME, REFERENCE, ImageFile, medium

# keys in the order of the vendor's own page, so that what is shown can be held against it
_ORDER: Final = ("images", "model", "orientation", "prompt", "size", "duration", "watermark", "private")

Embed = Callable[[ImageFile, FileForm], str]
"""Returns what stands in a JSON body for a picture of this machine."""


class Wire(msgspec.Struct, frozen=True):
    """A request as it leaves.

    Attributes:
        path: Of the POST, from the host's root.
        body: The JSON object; with `is_form` the text fields.
        files: Parts of a form that are files, by the name of the part.
        is_form: Whether it is a form and no JSON.
    """

    path: str
    body: dict[str, Any]
    files: dict[str, ImageFile] = {}
    is_form: bool = False


def described(file: ImageFile, form: FileForm) -> str:
    """Return a few words that stand for a picture where its bytes would fill the screen."""
    return f"<{form} of {file.path}: {file.type}, {file.size} bytes>"


def write(route: Route, request: Request, *, own_id: str = "", embed: Embed = described) -> Wire:
    """Return `request` as it leaves on `route`.

    Args:
        route: The route.
        request: What is asked for; its parameters are the route's own names.
        own_id: Our id of it, where the route has a place for one.
        embed: What stands for a picture of this machine in a JSON body; by default a few words about it.
    """
    body: dict[str, Any] = {}
    files: dict[str, ImageFile] = {}
    placed = list(with_roles(route, request))
    _put(body, route.model, request.model)
    if route.parts:
        body[route.parts] = [{"type": "text", "text": request.prompt}]
    else:
        _put(body, route.prompt, request.prompt)
    if route.always_images:
        body[route.images] = []
    for image, role in placed:
        file = request.files.get(image)
        if file is not None and route.files == "part":
            files[_place(route, role)] = file
            continue
        text = image if file is None else embed(file, route.files)
        if route.parts:
            body[route.parts].append(_part(route, role, text, medium(image)))
        elif role == REFERENCE:
            body.setdefault(route.images, []).append(text)
        else:
            _put(body, _place(route, role), text)
    taken = {route.model, route.prompt, route.parts, route.images, route.first_frame, route.last_frame}
    for name, value in request.parameters.items():
        if name not in taken and not (placed and name in route.text_only):  # nothing takes the place of the prompt
            _put(body, name, value)
    if own_id and route.own_id:
        _put(body, route.own_id, own_id)
    if route.always_images:
        body = {name: body[name] for name in _ORDER if name in body} | body
    path = route.create_path(with_image=bool(placed))
    if files:
        return Wire(path, {name: _text(value) for name, value in body.items()}, files, is_form=True)
    return Wire(path, body)


def with_roles(route: Route, request: Request) -> Iterator[tuple[str, str]]:
    """Yield each picture with what it is for on `route`, by its place among the others where nobody said it."""
    said = request.roles or ("",) * len(request.images)
    frames = [FIRST_FRAME, LAST_FRAME] if route.last_frame else [FIRST_FRAME]
    count = len(request.images)
    by_place = count <= len(frames) or not route.images
    for place, (image, role) in enumerate(zip(request.images, said, strict=False)):
        if not route.takes_frames:
            yield image, REFERENCE
        elif role:
            yield image, role
        else:
            yield image, frames[min(place, len(frames) - 1)] if by_place else REFERENCE


def embedded(data: bytes, file: ImageFile, form: FileForm) -> str:
    """Return the bytes of a picture as they stand in a JSON body."""
    text = b64encode(data).decode()
    return f"data:{file.media_type};base64,{text}" if form == "data-url" else text


def _place(route: Route, role: str) -> str:
    return {FIRST_FRAME: route.first_frame, LAST_FRAME: route.last_frame}.get(role) or route.images or route.first_frame


def _part(route: Route, role: str, url: str, kind: str) -> dict[str, Any]:
    name = f"{kind}_url"
    word = f"{route.images}_{kind}" if role == REFERENCE else _place(route, role)
    return {"type": name, name: {"url": url}, "role": word}


def _put(body: dict[str, Any], name: str, value: object) -> None:
    """Set `name` in `body`; its dots step into objects, which are made where they are missing."""
    *outer, last = name.split(".")
    for step in outer:
        inner = body.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        body = inner
    body[last] = value


def _text(value: object) -> str:
    """Return `value` as the text field of a form."""
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
