"""The provider's video routes, as data: the paths of each, and where each setting goes in the body (routes.md §7).

There is no class for a vendor: a route is a record, `core.wire.body` writes every body from it, and one reader reads
every answer. A person adds records, or changes these, in the configuration file.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Final, Literal

import msgspec

from qr_tui.core.task import Parameter

Type = Literal["", "string", "integer", "number", "boolean"]
FileForm = Literal["", "data-url", "base64", "part"]


class Slot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where one setting goes in a body, and how it is written there.

    Attributes:
        name: The name in the body; dots step into objects, like ``metadata.ratio``.
        type: What the value is written as; empty for as it is.
        words: The route's own word for some of our values, like ``1080p`` for ``pro``.
        on: What is written for on.
        off: What is written for off.
    """

    name: str
    type: Type = ""
    words: dict[str, Parameter] = {}
    on: Parameter = True
    off: Parameter = False

    def write(self, value: Parameter) -> Parameter:
        """Return our `value` as this route has it."""
        if isinstance(value, bool):
            return typed(self.on if value else self.off, self.type)
        return typed(self.words.get(str(value), value), self.type)


class ImageLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What pictures a route is known to take: sides in pixels, sizes in bytes; 0 where nothing is known."""

    types: tuple[str, ...] = ("png", "jpeg", "webp")
    most_bytes: Annotated[int, msgspec.Meta(ge=0)] = 0
    least_side: Annotated[int, msgspec.Meta(ge=0)] = 0
    most_side: Annotated[int, msgspec.Meta(ge=0)] = 0


class Route(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way to ask for a video: its paths, and where everything goes.

    Attributes:
        name: What it is called in the settings and in a task.
        like: The built-in route that it is a variant of, itself included: the fields of its models are that one's.
        create: The path of the POST.
        create_with_image: The path where a picture is sent along; empty for the same.
        query: The path of a look; ``{create}`` stands for the path of the POST, ``{id}`` for the provider's id.
        query_many: The path of one look at several tasks, with ``{create}`` and ``{ids}``; empty for none.
        content: The path where the host itself hands out the film, with ``{id}``; empty for none.
        encoding: ``multipart`` sends a form where a picture from this machine goes along, else JSON.
        model: Where the model's id goes.
        prompt: Where the prompt goes.
        parts: The list that prompt and pictures stand in, each an object with a type; empty where they are fields.
        first_frame: Where the first picture goes; with `parts` its role.
        last_frame: Where the last picture goes; with `parts` its role.
        images: The list of other pictures; with `parts` the beginning of their role.
        always_images: Whether that list is sent although it is empty.
        files: How a picture from this machine is sent; empty where only links can be.
        image_limits: What such a picture may be.
        text_only: Names that are left out where a picture is sent: it decides for itself.
        duration: Seconds.
        aspect_ratio: The shape.
        size: The quality.
        sound: Whether there is sound.
        seed: A number that makes chance repeatable.
        watermark: True asks for none, and takes one if it cannot be had otherwise.
        no_watermark: True asks for none.
        own_id: Where an id of our own goes, by which the provider can be asked for a task whose answer was lost.
    """

    name: str
    like: str = ""
    create: str
    create_with_image: str = ""
    query: str = "{create}/{id}"
    query_many: str = ""
    content: str = ""
    encoding: Literal["json", "multipart"] = "json"
    model: str = "model"
    prompt: str = "prompt"
    parts: str = ""
    first_frame: str = ""
    last_frame: str = ""
    images: str = ""
    always_images: bool = False
    files: FileForm = ""
    image_limits: ImageLimits = ImageLimits()
    text_only: tuple[str, ...] = ()
    duration: Slot | None = None
    aspect_ratio: Slot | None = None
    size: Slot | None = None
    sound: Slot | None = None
    seed: Slot | None = None
    watermark: Slot | None = None
    no_watermark: Slot | None = None
    own_id: str = ""

    @property
    def takes_frames(self) -> bool:
        """Whether a first picture has a place of its own."""
        return bool(self.first_frame)

    def slot(self, setting: str) -> Slot | None:
        """Return where the setting of this name goes, None where the route has no place of its own for it."""
        found = getattr(self, setting) if setting in SETTINGS else None
        return found if isinstance(found, Slot) else None

    def typed(self, name: str, value: Parameter) -> Parameter:
        """Return `value`, given for the field `name` of the body, as the route types it."""
        slots = (slot for setting in SETTINGS if (slot := self.slot(setting)) is not None)
        return next((typed(value, slot.type) for slot in slots if slot.name == name), value)

    def create_path(self, *, with_image: bool) -> str:
        """Return the path of the POST."""
        return (self.create_with_image if with_image else "") or self.create

    def query_path(self, *, with_image: bool) -> str:
        """Return the path of a look at what was made so, with ``{id}`` for the id: kept with a task for ever."""
        return self.query.replace("{create}", self.create_path(with_image=with_image))


SETTINGS: Final = ("duration", "aspect_ratio", "size", "sound", "seed", "watermark", "no_watermark")
"""What a person sets in the same words on every route; the names of a record's slots."""


def typed(value: Parameter, wanted: Type) -> Parameter:
    """Return `value` as `wanted`, itself where it cannot be that: the server says what is wrong with it."""
    match wanted:
        case "string" if isinstance(value, bool):
            return "true" if value else "false"
        case "string" if isinstance(value, int | float):
            return str(value)
        case "integer" | "number" if isinstance(value, str):
            try:
                return int(value)
            except ValueError:
                return _float(value) if wanted == "number" else value
        case "boolean" if value in ("true", "false"):
            return value == "true"
    return value


def _float(text: str) -> Parameter:
    try:
        return float(text)
    except ValueError:
        return text


_MEBI: Final = 1024 * 1024

UNIFIED: Final = Route(
    name="unified",
    like="unified",
    create="/v1/video/create",
    query="/v1/video/query?id={id}",
    content="/v1/videos/{id}/content",
    images="images",
    always_images=True,
    duration=Slot("duration", "integer"),
    aspect_ratio=Slot("aspect_ratio"),
    size=Slot("size"),
    watermark=Slot("watermark", "boolean"),
)
_VOLC: Final = Route(
    name="volc-tasks",
    like="volc-tasks",
    create="/volc/v1/contents/generations/tasks",
    query_many="{create}?filter.task_ids={ids}",
    parts="content",
    first_frame="first_frame",
    last_frame="last_frame",
    images="reference",
    files="data-url",
    image_limits=ImageLimits(("png", "jpeg", "webp", "bmp", "tiff", "gif"), 30 * _MEBI, 300, 6000),
    duration=Slot("duration", "integer"),
    aspect_ratio=Slot("ratio", "string"),
    size=Slot("resolution", "string"),
    sound=Slot("generate_audio", "boolean"),
    seed=Slot("seed", "integer"),
    no_watermark=Slot("watermark", "boolean", on=False, off=True),
)
BUILT_IN: Final[tuple[Route, ...]] = (
    UNIFIED,
    _VOLC,
    msgspec.structs.replace(
        _VOLC, name="volc-tasks-2", create="/api/v3/contents/generations/tasks", query_many=""
    ),  # only a sibling lists the many-query there
    Route(
        name="kling",
        like="kling",
        create="/kling/v1/videos/text2video",
        create_with_image="/kling/v1/videos/image2video",
        model="model_name",
        first_frame="image",
        last_frame="image_tail",
        files="base64",
        image_limits=ImageLimits(("png", "jpeg"), 10 * _MEBI, 300),
        text_only=("aspect_ratio",),
        duration=Slot("duration", "string"),
        aspect_ratio=Slot("aspect_ratio", "string"),
        size=Slot("mode", "string", words={"720p": "std", "1080p": "pro"}),
        sound=Slot("sound", "string", on="on", off="off"),
        no_watermark=Slot("watermark_info.enabled", "boolean", on=False, off=True),
        own_id="external_task_id",
    ),
    Route(
        name="hailuo",
        like="hailuo",
        create="/minimax/v1/video_generation",
        query="/minimax/v1/query/video_generation?task_id={id}",
        first_frame="first_frame_image",
        last_frame="last_frame_image",
        files="data-url",
        image_limits=ImageLimits(("png", "jpeg", "webp"), 20 * _MEBI, 300),
        duration=Slot("duration", "integer"),
        size=Slot("resolution", "string", words={"512p": "512P", "768p": "768P", "1080p": "1080P"}),
        no_watermark=Slot("aigc_watermark", "boolean", on=False, off=True),
    ),
    Route(
        name="openai-videos",
        like="openai-videos",
        create="/v1/videos",
        content="/v1/videos/{id}/content",
        encoding="multipart",
        first_frame="input_reference",
        files="part",
        duration=Slot("seconds", "string"),
        aspect_ratio=Slot("size", "string", words={"16:9": "1280x720", "9:16": "720x1280"}),
        watermark=Slot("watermark", "string"),
    ),
)

_BY_NAME: Final[Mapping[str, Route]] = {route.name: route for route in BUILT_IN}


def built_in(name: str) -> Route | None:
    """Return the built-in route of this name, None for none; an empty name is that of the only one there once was."""
    return _BY_NAME.get(name or UNIFIED.name)


# what `GET /v1/models` calls the ways to a model (routes.md §7.2), and our routes for them
_ENDPOINT_TYPES: Final[Mapping[str, str]] = {
    "豆包视频异步": "volc-tasks",
    "文生视频": "kling",
    "图生视频": "kling",
    "omni-video": "kling",
    "海螺视频生成": "hailuo",
    "视频统一格式": "unified",
    "grok视频": "unified",
    "openAI视频格式": "openai-videos",
    "openAI官方视频格式": "openai-videos",
}
_PREFIXES: Final = (
    ("doubao-seedance-1", "volc-tasks"),
    ("doubao-seedance-2", "volc-tasks-2"),
    ("kling-", "kling"),
    ("minimax-hailuo", "hailuo"),
    ("veo_", "openai-videos"),
)
# words in the ids of models that make videos: a host's list names every model it has, most of them for texts
_MAKES_VIDEOS: Final = ("video", "sora", "veo", "seedance", "kling", "hailuo", "wan2", "luma", "ray-v", "vidu")


def by_name(model: str) -> str:
    """Return the route that the id of a model suggests."""
    name = model.lower()
    return next((route for prefix, route in _PREFIXES if name.startswith(prefix)), UNIFIED.name)


def by_endpoints(model: str, endpoints: Iterable[str]) -> str | None:
    """Return the route that a host names for `model`, None where it names none that is known.

    Two records may be of one kind and differ in their paths; then the id of the model decides between them.
    """
    named = [_ENDPOINT_TYPES[kind] for kind in endpoints if kind in _ENDPOINT_TYPES]
    guessed = by_name(model)
    kinds = {route.name: route.like for route in BUILT_IN}
    if any(kinds[guessed] == kinds[name] for name in named):
        return guessed
    return next(iter(named), None)


def makes_videos(model: str, endpoints: Iterable[str] = ()) -> bool:
    """Tell whether a model in a host's list is for videos: by what the host calls its ways, else by its id."""
    name = model.lower()
    return any(kind in _ENDPOINT_TYPES for kind in endpoints) or any(word in name for word in _MAKES_VIDEOS)
