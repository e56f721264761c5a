"""The models, as data: which fields each one takes, what is allowed, what is worth saying before it costs money.

Facts from quickrouter.md §2. The server decides; a value outside the catalogue is a warning, never a wall.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal

import msgspec

from qr_tui.core.task import Parameter, Request
from qr_tui.core.text.messages import N_, Message


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a model besides prompt and images.

    `control` says how a person sets it: ``choice`` among `values`, ``switch`` on or off, ``text`` free.
    `optional` fields are left out of the body while empty.
    """

    name: str
    label: str
    control: Literal["choice", "switch", "text"] = "choice"
    values: tuple[Parameter, ...] = ()
    default: Parameter = None
    on: str = N_("on")  # what a switch is called while it is on
    off: str = N_("off")
    help: str = ""
    help_on: str = ""  # what a switch costs or gives while it is on
    help_off: str = ""
    optional: bool = False

    def takes(self, value: Parameter) -> bool:
        """Tell whether `value` is one that this field is known to take."""
        if self.control == "switch":
            return isinstance(value, bool)
        if self.control == "text":
            return isinstance(value, str)
        return any(type(value) is type(known) and value == known for known in self.values)


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model a person can choose."""

    id: str
    family: str
    fields: tuple[Field, ...] = ()
    max_images: int = 9
    images_help: str = ""
    minutes: str = "2–5"  # how long a video usually takes
    note: str = ""  # worth knowing before paying
    retired: str | None = None  # the day (YYYY-MM-DD) it was switched off at its source

    def field(self, name: str) -> Field | None:
        """Return the field called `name`, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def defaults(self) -> dict[str, Parameter]:
        """Return every parameter that is always sent, at its default."""
        return {field.name: field.default for field in self.fields if not field.optional}


WATERMARK: Final = Field(
    # the provider's `watermark: true` asks for none too, and takes one if it cannot be had otherwise
    name="watermark",
    label=N_("no watermark"),
    control="switch",
    default=True,
    on=N_("if possible"),
    off=N_("always"),
    help_on=N_("takes the video with a watermark if the removal fails: the quick way"),
    help_off=N_("the removal is tried until it works: it can take much longer"),
)
PRIVATE: Final = Field(
    name="private",
    label=N_("private"),
    control="switch",
    default=False,
    help_on=N_("never published, and can never be remixed"),
    help_off=N_("may be published by the provider, and can be remixed later"),
)
ORIENTATION: Final = Field(
    name="orientation",
    label=N_("orientation"),
    values=(N_("portrait"), N_("landscape")),
    default="portrait",
)
CHARACTER: Final = (
    Field(
        name="character_url",
        label=N_("character"),
        control="text",
        optional=True,
        help=N_("link to a video of the character, without real people"),
    ),
    Field(
        name="character_timestamps",
        label=N_("character at"),
        control="text",
        optional=True,
        help=N_("start,end in that video, 1 to 3 seconds apart, like 1,3"),
    ),
)
SORA_RETIRED: Final = "2026-09-24"
SORA_NOTE: Final = N_("Sora was switched off at its source on 2026-09-24; this host may refuse it.")
VEO_NOTE: Final = N_("Veo understands English only: enhance translates the prompt.")


_SMALL: Final = N_("small")
_LARGE: Final = N_("large")


def _sora(model: str, *, sizes: tuple[str, ...], durations: tuple[int, ...]) -> Model:
    return Model(
        id=model,
        family="sora",
        minutes="3–5",
        note=SORA_NOTE,
        retired=SORA_RETIRED,
        images_help=N_("reference images as links, without real people"),
        fields=(
            ORIENTATION,
            Field(
                name="size",
                label=N_("size"),
                values=sizes,
                default=_LARGE,
                help=N_("small is 720p, large is 1080p"),
            ),
            Field(
                name="duration",
                label=N_("duration"),
                values=durations,
                default=durations[-2],
                help=N_("seconds"),
            ),
            WATERMARK,
            PRIVATE,
            *CHARACTER,
        ),
    )


def _veo(model: str, *, images: int, ratio: bool, images_help: str = "") -> Model:
    aspect = Field(name="aspect_ratio", label=N_("aspect ratio"), values=("16:9", "9:16"), default="16:9")
    return Model(
        id=model,
        family="veo",
        minutes="2–4",
        note=VEO_NOTE,
        max_images=images,
        images_help=images_help,
        fields=(
            *((aspect,) if ratio else ()),
            Field(
                name="enhance_prompt",
                label=N_("enhance"),
                control="switch",
                default=True,
                help_on=N_("the prompt is translated to English and enriched"),
                help_off=N_("the prompt is taken word for word: write English"),
            ),
            Field(
                name="enable_upsample",
                label=N_("upsample"),
                control="switch",
                default=False,
                help_on=N_("sharper result, takes longer"),
                help_off=N_("the size the model makes by itself"),
            ),
        ),
    )


def _grok(model: str) -> Model:
    return Model(
        id=model,
        family="grok",
        minutes="1–4",
        fields=(
            Field(name="aspect_ratio", label=N_("aspect ratio"), values=("2:3", "3:2", "1:1"), default="3:2"),
            Field(name="size", label=N_("size"), values=("720P",), default="720P"),
        ),
    )


FRAMES: Final = N_("up to two images: first and last frame")
ONE_FRAME: Final = N_("one image: the first frame")
ELEMENTS: Final = N_("up to three images: elements of the scene")

BUILT_IN: Final[tuple[Model, ...]] = (
    _sora("sora-2-pro", sizes=(_LARGE,), durations=(15, 25)),
    _sora("sora-2", sizes=(_SMALL, _LARGE), durations=(10, 15)),
    _sora("sora-2-all", sizes=(_SMALL, _LARGE), durations=(10, 15)),
    _veo("veo3.1-fast", images=0, ratio=True),
    _veo("veo3.1", images=0, ratio=True),
    _veo("veo3.1-pro", images=0, ratio=True),
    _veo("veo3.1-4k", images=0, ratio=True),
    _veo("veo3.1-pro-4k", images=0, ratio=True),
    _veo("veo3.1-components", images=3, ratio=True, images_help=ELEMENTS),
    _veo("veo3", images=0, ratio=True),
    _veo("veo3-fast", images=0, ratio=True),
    _veo("veo3-fast-frames", images=2, ratio=True, images_help=FRAMES),
    _veo("veo3-frames", images=2, ratio=True, images_help=FRAMES),
    _veo("veo3-pro", images=0, ratio=True),
    _veo("veo3-pro-frames", images=1, ratio=True, images_help=ONE_FRAME),
    _veo("veo2", images=0, ratio=False),
    _veo("veo2-fast", images=0, ratio=False),
    _veo("veo2-fast-frames", images=2, ratio=False, images_help=FRAMES),
    _veo("veo2-fast-components", images=3, ratio=False, images_help=ELEMENTS),
    _veo("veo2-pro", images=0, ratio=False),
    _veo("veo2-pro-components", images=3, ratio=False, images_help=ELEMENTS),
    _grok("grok-video-3"),
    _grok("grok-video-3-10s"),
    _grok("grok-video-3-15s"),
)

DEFAULT_MODEL: Final = "sora-2-pro"
# how many times one request may be sent at once, each a task and a video of its own
LEAST_COPIES: Final = 1
MOST_COPIES: Final = 20


class Catalogue:
    """The built-in models and the user's own, by id, in the order they are offered.

    Args:
        additions: The user's own models.
        preferred: What the user's videos begin with, by parameter; where a model takes it, it is its field's default.
    """

    def __init__(self, additions: Iterable[Model] = (), preferred: Mapping[str, Parameter] | None = None) -> None:
        self._models: dict[str, Model] = {model.id: model for model in BUILT_IN}
        self._models.update({model.id: model for model in additions})
        if preferred:
            self._models = {name: _preferring(model, preferred) for name, model in self._models.items()}

    def __iter__(self) -> Iterator[Model]:
        return iter(self._models.values())

    def __contains__(self, model: str) -> bool:
        return model in self._models

    def get(self, model: str) -> Model:
        """Return the model called `model`; an unknown one has no fields and is still usable."""
        return self._models.get(model) or Model(id=model, family="custom")

    def complete(self, request: Request) -> Request:
        """Return `request` with every parameter its model always sends, defaults where it says nothing."""
        parameters = self.get(request.model).defaults() | request.parameters
        return msgspec.structs.replace(request, parameters=parameters)

    def warnings(self, request: Request) -> list[tuple[str, Message]]:
        """Return field and message for each value that this model is not known to take."""
        model = self.get(request.model)
        if request.model not in self:
            text = N_("{model} is not in the catalogue; it is sent as it is")
            return [("model", Message(text, {"model": model.id}))]
        found = []
        count = len(request.images)
        if count > model.max_images:
            text = N_("{model} is known to take at most {most} images, not {count}")
            found.append(("model", Message(text, {"model": model.id, "most": model.max_images, "count": count})))
        for name, value in request.parameters.items():
            field = model.field(name)
            if field is None:
                text = N_("{model} is not known to take {name}")
                found.append((name, Message(text, {"model": model.id, "name": name})))
            elif (field.control == "choice" and value not in field.values) or (
                field.control == "switch" and not isinstance(value, bool)
            ):
                allowed = field.values if field.control == "choice" else (True, False)
                known = ", ".join(str(item).lower() if isinstance(item, bool) else str(item) for item in allowed)
                text = N_("{model} is known to take {name} {known}, not {value}")
                values = {"model": model.id, "name": name, "known": known, "value": str(value)}
                found.append((name, Message(text, {**values})))
        return found


def _preferring(model: Model, preferred: Mapping[str, Parameter]) -> Model:
    fields = tuple(
        msgspec.structs.replace(field, default=preferred[field.name])
        if field.name in preferred and field.takes(preferred[field.name])
        else field
        for field in model.fields
    )
    return msgspec.structs.replace(model, fields=fields)


_ASPECTS: Final = {"portrait": "9:16", "landscape": "16:9"}


def shape(parameters: Mapping[str, Parameter]) -> str:
    """Return how a video is shaped in few cells, like ``9:16 15s``: what was asked for, sides and seconds."""
    sides = str(parameters.get("orientation") or parameters.get("aspect_ratio") or "")
    sides = _ASPECTS.get(sides, sides)
    seconds = parameters.get("duration")
    return f"{sides} {seconds}s".strip() if seconds else sides
