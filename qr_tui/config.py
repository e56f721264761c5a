"""Settings: what a person may choose, read from `config.toml`; an error names the file and the key."""

from typing import Literal

import msgspec

DEFAULT_BASE_URL = "https://api.quickrouter.ai"


class Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the API lives."""

    base_url: str = DEFAULT_BASE_URL
    ca_file: str = ""


class Poll(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often to look."""

    first: float = 10.0
    every: float = 10.0
    late: float = 30.0
    in_flight: int = 4
    per_minute: int = 120


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The person's own limits a day; 0 means none."""

    videos_per_day: int = 0
    credits_per_day: float = 0.0


class Notify(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a finished task makes itself known."""

    mode: Literal["off", "bell", "full"] = "full"


class Ui(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How it looks."""

    theme: Literal["dark", "light"] = "dark"
    language: Literal["auto", "en", "zh_CN"] = "auto"
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything in `config.toml`. `keys` maps command ids to keys, `prices` models to credits a video."""

    host: Host = Host()
    poll: Poll = Poll()
    limits: Limits = Limits()
    notify: Notify = Notify()
    ui: Ui = Ui()
    prices: dict[str, float] = {}
    keys: dict[str, str] = {}
