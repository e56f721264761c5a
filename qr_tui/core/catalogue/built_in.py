"""The models that are known, as data (quickrouter.md §2, routes.md §7): what each takes, and what is allowed."""

from collections.abc import Mapping
from typing import Final

from qr_tui.core.catalogue.model import Field, Model
from qr_tui.core.task import Parameter
from qr_tui.core.text.messages import N_

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
VEO_ENGLISH: Final = N_("Veo understands English only: write the prompt in English.")
IMAGE_ONLY: Final = N_("This model needs a first frame.")


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


ASPECT: Final = N_("aspect ratio")
NO_WATERMARK: Final = Field(
    name="no_watermark",
    label=N_("no watermark"),
    control="switch",
    default=True,
    on=N_("yes"),
    off=N_("no"),
    help_on=N_("the video comes without a watermark"),
    help_off=N_("the video carries the maker's watermark"),
)
SEED: Final = Field(
    name="seed",
    label=N_("seed"),
    control="number",
    optional=True,
    help=N_("a whole number: the same seed makes a similar video"),
)
SECONDS: Final = N_("seconds")


def _sound(default: bool) -> Field:
    return Field(
        name="sound",
        label=N_("sound"),
        control="switch",
        default=default,
        help_on=N_("the model makes sound too, which can cost more"),
        help_off=N_("a silent video"),
    )


def _choice(name: str, label: str, values: tuple[Parameter, ...], default: Parameter, help_: str = "") -> Field:
    return Field(name=name, label=label, values=values, default=default, help=help_)


_SEEDANCE_SHAPES: Final = ("16:9", "9:16", "1:1", "4:3", "3:4", "21:9", "adaptive")


def _seedance(model: str, *, route: str, durations: range, references: int = 0) -> Model:
    return Model(
        id=model,
        family="seedance",
        route=route,
        minutes="1–5",
        frames=2,
        max_images=references,
        images_help=N_("pictures, films or sounds to go by, and no frames then") if references else "",
        fields=(
            _choice("aspect_ratio", ASPECT, _SEEDANCE_SHAPES, "16:9"),
            _choice("size", N_("size"), ("480p", "720p", "1080p"), "720p"),
            _choice("duration", N_("duration"), tuple(durations), 5, SECONDS),
            _sound(default=True),
            NO_WATERMARK,
            SEED,
        ),
    )


NEGATIVE_PROMPT: Final = Field(
    name="negative_prompt",
    label=N_("not wanted"),
    control="text",
    optional=True,
    help=N_("what the video should not show"),
)


def _kling(
    model: str,
    *,
    durations: tuple[int, ...] = (5, 10),
    sizes: tuple[str, ...] = ("720p", "1080p"),
    sound: bool = False,
    few: bool = False,
) -> Model:
    return Model(
        id=model,
        family="kling",
        route="kling",
        minutes="1–5",
        frames=2,
        max_images=0,
        on_few_hosts=few,
        fields=(
            _choice("aspect_ratio", ASPECT, ("16:9", "9:16", "1:1"), "16:9", N_("a first frame decides it by itself")),
            _choice("size", N_("size"), sizes, "720p"),
            _choice("duration", N_("duration"), durations, 5, SECONDS),
            *((_sound(default=False),) if sound else ()),
            NEGATIVE_PROMPT,
        ),
    )


def _hailuo(model: str, *, sizes: tuple[str, ...], frames: int, note: str = "") -> Model:
    return Model(
        id=model,
        family="hailuo",
        route="hailuo",
        frames=frames,
        max_images=0,
        note=note,
        fields=(
            _choice("size", N_("size"), sizes, "768p", N_("10 seconds are not made at 1080p")),
            _choice("duration", N_("duration"), (6, 10), 6, SECONDS),
            Field(
                name="prompt_optimizer",
                label=N_("enhance"),
                control="switch",
                default=True,
                help_on=N_("the prompt is enriched"),
                help_off=N_("the prompt is taken word for word"),
            ),
            NO_WATERMARK,
        ),
    )


def _openai_veo(model: str) -> Model:
    return Model(
        id=model,
        family="veo-openai",
        route="openai-videos",
        minutes="2–4",
        note=VEO_ENGLISH,
        frames=1,
        max_images=0,
        fields=(
            _choice("aspect_ratio", ASPECT, ("16:9", "9:16"), "16:9"),
            _choice("duration", N_("duration"), (8,), 8, SECONDS),
        ),
    )


FRAMES: Final = N_("up to two images: first and last frame")
ONE_FRAME: Final = N_("one image: the first frame")
ELEMENTS: Final = N_("up to three images: elements of the scene")

BUILT_IN: Final[tuple[Model, ...]] = (
    _sora("sora-2-pro", sizes=(_LARGE,), durations=(15, 25)),
    _sora("sora-2", sizes=(_SMALL, _LARGE), durations=(10, 15)),
    _sora("sora-2-all", sizes=(_SMALL, _LARGE), durations=(10, 15)),
    _seedance("doubao-seedance-1-5-pro-251215", route="volc-tasks", durations=range(4, 13)),
    _seedance("doubao-seedance-2-0-260128", route="volc-tasks-2", durations=range(4, 16), references=9),
    _kling("kling-v2-6", sound=True),
    _kling("kling-v2-5-turbo"),
    _kling("kling-v3", durations=(3, 5, 8, 10, 15), sizes=("720p", "1080p", "4k"), sound=True, few=True),
    _hailuo("MiniMax-Hailuo-2.3", sizes=("768p", "1080p"), frames=1),
    _hailuo("MiniMax-Hailuo-2.3-Fast", sizes=("768p", "1080p"), frames=1, note=IMAGE_ONLY),
    _hailuo("MiniMax-Hailuo-02", sizes=("512p", "768p", "1080p"), frames=2),
    _openai_veo("veo_3_1-fast"),
    _openai_veo("veo_3_1"),
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
# of a model that nobody has described, the fields are those of a model on the same route
_TYPICAL: Final[Mapping[str, str]] = {
    "volc-tasks": "doubao-seedance-2-0-260128",
    "kling": "kling-v2-6",
    "hailuo": "MiniMax-Hailuo-02",
    "openai-videos": "veo_3_1",
}
# what still works when the model that was asked for does not, the likeliest first
INSTEAD: Final = ("doubao-seedance-2-0-260128", "doubao-seedance-1-5-pro-251215", "veo3.1-fast", "kling-v2-6")

DEFAULT_MODEL: Final = "sora-2-pro"


def typical_of(route: str) -> Model | None:
    """Return a model of a built-in route that has all its fields, None where no model is like another there."""
    return next((model for model in BUILT_IN if model.id == _TYPICAL.get(route)), None)
