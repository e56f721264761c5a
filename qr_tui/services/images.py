"""Pictures of this machine that go along with a video: found, judged, and read again when they are sent."""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.routes import ImageLimits, Route
from qr_tui.core.task import Request
from qr_tui.core.text.messages import N_, Detail, Message, Value, listed
from qr_tui.core.wire.images import HEAD, ImageFile, is_link, picture_type

MOST_BYTES: Final = 64 * 1024 * 1024  # of one picture: no route takes more, and it is held in memory while it is sent

LINKS_ONLY: Final = N_("this model takes links only, no pictures of this machine: {path}")
NO_FILE: Final = N_("{path}: {reason}")
NO_PICTURE: Final = N_("{path} is not a picture")
WRONG_TYPE: Final = N_("{path} is {type}; the route takes {known}")
TOO_BIG: Final = N_("{path} has {size} bytes; the route takes {most} at most")
CHANGED: Final = N_("{path} has changed since the video was asked for; choose it again")
SIDES: Final = N_("{path} has {width}×{height} pixels; the route is known to take sides from {least} on")
SIDES_TO: Final = N_("{path} has {width}×{height} pixels; the route is known to take sides from {least} to {most}")


def path_of(text: str) -> Path:
    """Return the path that a person typed, or that a terminal pasted for a file that was dropped on it.

    Terminals put such a path in quotes, give spaces a backslash, or make a ``file://`` link of it.
    """
    text = text.strip()
    if text[:1] in "'\"" and text[-1:] == text[:1] and len(text) > 1:
        text = text[1:-1]
    elif text.startswith("file://"):
        text = unquote(urlsplit(text).path)
    elif "\\" in text:
        text = re.sub(r"\\(.)", r"\1", text)
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError:  # a home that nobody knows
        return Path(text).absolute()


async def with_files(request: Request, route: Route) -> Request:
    """Return `request` with what is known of its pictures of this machine, each path whole.

    Those that it knows already are looked at again.

    Raises:
        Trouble: IMAGE_FILE: a picture cannot be used, or has changed.
    """
    if not route.files or all(map(is_link, request.images)):
        return request
    return await asyncio.to_thread(found_files, request, route)


def found_files(request: Request, route: Route) -> Request:
    """Do what `with_files` does, and read in the thread that calls.

    On a route that takes links only nothing is read: `checks.about_input` says that it cannot be sent.
    """
    if not route.files:
        return request
    found = _found(request, route)
    images = tuple(found[image].path if image in found else image for image in request.images)
    return msgspec.structs.replace(request, images=images, files={file.path: file for file in found.values()})


def _found(request: Request, route: Route) -> dict[str, ImageFile]:
    found: dict[str, ImageFile] = {}
    for image in request.images:
        if is_link(image):
            continue
        path = path_of(image)
        file = inspect(path, route.image_limits)
        known = request.files.get(image)
        if known is not None and known.sha256 != file.sha256:
            raise _trouble(CHANGED, path)
        found[image] = file
    return found


def inspect(path: Path, limits: ImageLimits) -> ImageFile:
    """Return what is kept of the picture at `path`.

    Raises:
        Trouble: IMAGE_FILE: it cannot be read, is no picture, of a type or size that the route does not take.
    """
    data = _read(path)
    kind = picture_type(data[:HEAD])
    if not kind:
        raise _trouble(NO_PICTURE, path)
    if kind not in limits.types:
        raise _trouble(WRONG_TYPE, path, type=kind, known=listed(limits.types))
    most = limits.most_bytes or MOST_BYTES
    if len(data) > most:
        raise _trouble(TOO_BIG, path, size=f"{len(data):,}", most=f"{most:,}")
    width, height = _sides(path)
    digest = hashlib.sha256(data).hexdigest()
    return ImageFile(path=str(path), size=len(data), sha256=digest, type=kind, width=width, height=height)


def _sides(path: Path) -> tuple[int, int]:
    """Return width and height in pixels, zeros where they cannot be told."""
    import imagesize

    try:
        width, height = imagesize.get(str(path))
    except (OSError, ValueError):
        return 0, 0
    return (int(width), int(height)) if min(width, height) > 0 else (0, 0)


def about_sides(file: ImageFile, limits: ImageLimits) -> Message | None:
    """Return what is doubtful about the sides of a picture, None when nothing is: a remark, and no wall."""
    most = limits.most_side or max(file.width, file.height)
    if not file.width or (min(file.width, file.height) >= limits.least_side and max(file.width, file.height) <= most):
        return None
    text = SIDES_TO if limits.most_side else SIDES
    values: dict[str, Value] = {"path": file.path, "width": file.width, "height": file.height}
    return Message(text, values | {"least": limits.least_side, "most": limits.most_side})


async def read_all(request: Request) -> Mapping[str, bytes]:
    """Return the bytes of every picture of this machine in `request`, by its path.

    Raises:
        Trouble: IMAGE_FILE: one is gone, or has changed since it was chosen.
    """
    return await asyncio.to_thread(_read_all, request) if request.files else {}


def _read_all(request: Request) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for file in request.files.values():
        data = _read(Path(file.path))
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise _trouble(CHANGED, Path(file.path))
        found[file.path] = data
    return found


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            data = opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _trouble(NO_FILE, path, reason=reason) from None
    if len(data) > MOST_BYTES:
        raise _trouble(TOO_BIG, path, size=f"> {MOST_BYTES:,}", most=f"{MOST_BYTES:,}")
    return data


def _trouble(text: str, path: Path, **values: Detail) -> Trouble:
    return Trouble(Kind.IMAGE_FILE, Message(text, {"path": str(path), **values}))
