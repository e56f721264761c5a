"""Every setting, its type, its default and its range; nothing here reads a file."""

from typing import Annotated, Literal

import msgspec

from qr_tui.core.address import DEFAULT_BASE_URL
from qr_tui.core.catalogue import DEFAULT_MODEL
from qr_tui.core.filenames import DEFAULT_TEMPLATE
from qr_tui.core.money.prices import Credits, Price
from qr_tui.core.routes import ImageLimits, Slot
from qr_tui.core.schedule import Pace
from qr_tui.core.sorting import DEFAULT_ORDER
from qr_tui.core.task import Parameter

# Shorter than a second is no pace but an attack, longer than an hour is no watching.
Interval = Annotated[float, msgspec.Meta(ge=1, le=3600)]


class HostSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the API lives."""

    base_url: str = DEFAULT_BASE_URL
    ca_file: str = ""
    allow_plain_http: bool = False


class Poll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often to look."""

    first: Interval = 10.0
    every: Interval = 10.0
    late: Interval = 30.0
    in_flight: Annotated[int, msgspec.Meta(ge=1, le=32)] = 4
    per_minute: Annotated[int, msgspec.Meta(ge=1, le=600)] = 120


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person's own limits a day; 0 means none."""

    videos_per_day: Annotated[int, msgspec.Meta(ge=0)] = 0
    credits_per_day: Annotated[float, msgspec.Meta(ge=0)] = 0.0
    warn_below: Annotated[float, msgspec.Meta(ge=0)] = 0.0


class Downloads(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How films come to the disk. Sizes are written as ``500K``, ``2M``, ``4G``; an empty `limit` is none."""

    auto: bool = True
    folder: str = ""
    name: str = DEFAULT_TEMPLATE
    at_once: Annotated[int, msgspec.Meta(ge=1, le=8)] = 2
    sidecar: bool = True
    max_size: str = "4G"
    limit: str = ""
    keep_free: str = "256M"


class Notify(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a finished task makes itself known."""

    mode: Literal["off", "bell", "full"] = "full"


class Open(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What opens films."""

    player: str = ""


class Preview(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where pictures of films are shown by themselves."""

    show: Literal["auto", "always", "never"] = "auto"
    pixels: Literal["auto", "always", "never"] = "auto"


class Ui(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it looks."""

    theme: Literal["dark", "light"] = "dark"
    language: Literal["auto", "en", "zh_CN"] = "auto"
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"


class Create(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a new video begins with."""

    model: str = DEFAULT_MODEL


class FieldAddition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One field of a model of the person's own; `label` is its name unless said otherwise."""

    name: str
    label: str = ""
    control: Literal["choice", "switch", "text"] = "choice"
    values: tuple[Parameter, ...] = ()
    default: Parameter = None
    help: str = ""
    optional: bool = False


class RouteAddition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A route of the person's own: that of `like`, with the columns that differ (`core.routes.Route` explains each).

    Where a setting goes is a name, or a table with a name and more; an empty name says that it has no place there.
    """

    like: str
    create: str | None = None
    create_with_image: str | None = None
    query: str | None = None
    query_many: str | None = None
    content: str | None = None
    encoding: Literal["json", "multipart"] | None = None
    model: str | None = None
    prompt: str | None = None
    parts: str | None = None
    first_frame: str | None = None
    last_frame: str | None = None
    images: str | None = None
    always_images: bool | None = None
    files: Literal["", "data-url", "base64", "part"] | None = None
    image_limits: ImageLimits | None = None
    text_only: tuple[str, ...] | None = None
    duration: str | Slot | None = None
    aspect_ratio: str | Slot | None = None
    size: str | Slot | None = None
    sound: str | Slot | None = None
    seed: str | Slot | None = None
    watermark: str | Slot | None = None
    no_watermark: str | Slot | None = None
    own_id: str | None = None


class ModelAddition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A model of the person's own: `family` names a built-in model or family to take the fields of.

    `route` names the route it takes; without one it is that of its family.
    """

    family: str = ""
    route: str = ""
    frames: Annotated[int, msgspec.Meta(ge=0, le=2)] | None = None
    fields: tuple[FieldAddition, ...] = ()
    max_images: Annotated[int, msgspec.Meta(ge=0)] | None = None
    minutes: str = ""
    note: str = ""


PresetValue = Parameter | tuple[str, ...] | dict[str, str]
"""What may stand in a preset: fields of a model, and lists and values of holes beside them."""


class View(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A saved view: a filter and an order under a name, reached by its digit."""

    name: str
    filter: str = ""
    sort: str = DEFAULT_ORDER
    reverse: bool = False


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in `config.toml`.

    `parameters` maps parameter names to what a new video begins with, `keys` command ids to keys, `prices` models to
    credits a video, `models` ids to additions to the catalogue, `routes` names to ways to ask for a video, `presets`
    names to prompts with what goes with them (`core.prompts.preset`), `views` digits to saved views.
    """

    host: HostSettings = HostSettings()
    poll: Poll = Poll()
    limits: Limits = Limits()
    downloads: Downloads = Downloads()
    open: Open = Open()
    preview: Preview = Preview()
    notify: Notify = Notify()
    ui: Ui = Ui()
    create: Create = Create()
    parameters: dict[str, Parameter] = {}
    prices: dict[str, Credits | Price] = {}
    keys: dict[str, str] = {}
    models: dict[str, ModelAddition] = {}
    routes: dict[str, RouteAddition] = {}
    presets: dict[str, dict[str, PresetValue]] = {}
    views: dict[str, View] = {}


def pace(settings: Settings) -> Pace:
    """Return the pace of polling that the settings ask for."""
    poll = settings.poll
    return Pace(
        first=poll.first,
        early=poll.every,
        early_spread=poll.every / 2,
        late=max(poll.late, poll.every),
        in_flight=poll.in_flight,
        per_minute=poll.per_minute,
    )
