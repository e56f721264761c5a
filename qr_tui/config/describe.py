"""What there is to set: one table that feeds the settings screen, `qr-tui config show` and the docs."""

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, get_args, get_type_hints

import msgspec
from msgspec import inspect

from qr_tui.config.settings import Settings
from qr_tui.core.text.messages import N_

Sort = Literal["text", "choice", "switch", "integer", "number", "table"]

# The one place of each setting's words; type, default and range come from the structs.
HELP: Final[Mapping[str, str]] = {
    "host.base_url": N_("where the API lives, without /v1; QUICKROUTER_BASE_URL goes before it"),
    "host.ca_file": N_("certificates to trust besides the usual ones (PEM), for a company proxy"),
    "host.allow_plain_http": N_("send the key over plain http to another machine too; anyone on the way can read it"),
    "poll.first": N_("seconds from sending to the first look"),
    "poll.every": N_("seconds between looks at a task in its first five minutes"),
    "poll.late": N_("seconds between looks after five minutes"),
    "poll.in_flight": N_("looks under way at the same time"),
    "poll.per_minute": N_("looks a minute at one host, over all tasks"),
    "limits.videos_per_day": N_("videos a day you allow yourself; 0 is no limit"),
    "limits.credits_per_day": N_("credits a day you allow yourself, counted by [prices]; 0 is no limit"),
    "limits.warn_below": N_("credits left at the provider below which you are told, once a day; 0 is never"),
    "downloads.auto": N_("fetch each film by itself when it is finished"),
    "downloads.folder": N_("where films go; empty is the usual folder of videos"),
    "downloads.name": N_("how films are called, like {date}_{prompt}_{id}; a slash makes folders"),
    "downloads.at_once": N_("films fetched at the same time"),
    "downloads.sidecar": N_("keep a file about each film beside it: task, size, checksum"),
    "downloads.max_size": N_("the largest film that is taken, like 4G"),
    "downloads.limit": N_("bytes a second for all films together, like 2M; empty is no limit"),
    "downloads.keep_free": N_("what is to stay free on the disk, like 256M"),
    "open.player": N_("the command that plays a film, with {file} in it; empty takes a player that is here"),
    "preview.show": N_("a picture beside the details: auto not over ssh, always, or never"),
    "preview.pixels": N_("real pixels in the viewer: auto in kitty and Ghostty, always, or never"),
    "notify.mode": N_("how a finished video makes itself known: off, bell, or a notice of the terminal"),
    "ui.theme": N_("colours"),
    "ui.language": N_("language; auto follows the system"),
    "ui.glyphs": N_("signs; ascii for terminals without Unicode, auto decides"),
    "create.model": N_("the model a new video begins with, in the form and in qr-tui create"),
    "parameters": N_("what the fields of a new video begin with, by parameter name, where the model takes it"),
    "prices": N_("credits that one video of a model costs, for your own limit"),
    "keys": N_("keys of commands, by command id; qr-tui keys lists them"),
    "models": N_("models of your own besides the built-in ones"),
    "routes": N_("ways of your own to ask for a video, each like a built-in one"),
    "presets": N_("prompts kept under a name, with holes and variants"),
    "views": N_("saved views by digit: name, filter, sort, reverse"),
}


# What a person calls each of them, in few words.
TITLES: Final[Mapping[str, str]] = {
    "host.base_url": N_("base URL"),
    "host.ca_file": N_("own certificates"),
    "host.allow_plain_http": N_("key over plain http"),
    "poll.first": N_("first look after"),
    "poll.every": N_("then every"),
    "poll.late": N_("later every"),
    "poll.in_flight": N_("looks at a time"),
    "poll.per_minute": N_("looks a minute"),
    "limits.videos_per_day": N_("videos a day"),
    "limits.credits_per_day": N_("credits a day"),
    "limits.warn_below": N_("tell me below"),
    "downloads.auto": N_("fetch by itself"),
    "downloads.folder": N_("folder"),
    "downloads.name": N_("name"),
    "downloads.at_once": N_("films at a time"),
    "downloads.sidecar": N_("file about each"),
    "downloads.max_size": N_("largest film"),
    "downloads.limit": N_("at most a second"),
    "downloads.keep_free": N_("keep free"),
    "open.player": N_("player"),
    "preview.show": N_("picture"),
    "preview.pixels": N_("pixels"),
    "notify.mode": N_("when finished"),
    "ui.theme": N_("theme"),
    "ui.language": N_("language"),
    "ui.glyphs": N_("signs"),
    "create.model": N_("model"),
    "parameters": N_("parameters"),
    "prices": N_("prices"),
    "keys": N_("keys"),
    "models": N_("own models"),
    "routes": N_("own routes"),
    "presets": N_("presets"),
    "views": N_("saved views"),
}


class Setting(NamedTuple):
    """One setting: `key` is its place in the file, `help` and `title` messages for `_`, `low` and `high` its range."""

    key: str
    title: str
    help: str
    kind: Sort
    default: Any
    values: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


def _settings() -> tuple[Setting, ...]:
    found = []
    for section in msgspec.structs.fields(Settings):
        kind = inspect.type_info(section.type)
        if not isinstance(kind, inspect.StructType):
            found.append(Setting(section.name, TITLES[section.name], HELP[section.name], "table", {}))
            continue
        types = get_type_hints(kind.cls)
        for field in kind.fields:
            key = f"{section.name}.{field.name}"
            plain = Setting(key, TITLES[key], HELP[key], "text", field.default)
            found.append(_shaped(plain, field.type, get_args(types[field.name])))
    return tuple(found)


def _shaped(plain: Setting, kind: inspect.Type, choices: tuple[str, ...]) -> Setting:
    """Return the setting with what its type says; `choices` stand in the order they were written."""
    match kind:
        case inspect.BoolType():
            return plain._replace(kind="switch")
        case inspect.IntType(ge=low, le=high):
            return plain._replace(kind="integer", low=low, high=high)
        case inspect.FloatType(ge=low, le=high):
            return plain._replace(kind="number", low=low, high=high)
        case inspect.LiteralType():
            return plain._replace(kind="choice", values=choices)
        case _:
            return plain


DESCRIBE: Final = _settings()
