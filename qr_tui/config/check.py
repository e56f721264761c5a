"""What is wrong with a configuration, key by key, in words."""

import datetime
import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import inspect

from qr_tui.config.settings import Settings
from qr_tui.core import address, query, routes
from qr_tui.core.catalogue import BUILT_IN
from qr_tui.core.failures import Trouble
from qr_tui.core.filenames import NameTemplate, TemplateError
from qr_tui.core.prompts import preset
from qr_tui.core.sorting import ORDERS
from qr_tui.core.text import sizes
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Detail, Message, listed

KeyPath = tuple[str, ...]


class Mistake(NamedTuple):
    """One thing that is wrong: the place of the key, and what."""

    path: KeyPath
    what: Detail

    @property
    def key(self) -> str:
        """The place as a person writes it."""
        return inert(".".join(self.path), limit=200)


_GOT: Final = (
    (bool, N_("true or false")),
    (int, N_("an integer")),
    (float, N_("a number")),
    (str, N_("a string")),
    (dict, N_("a table")),
    (list, N_("a list")),
    ((datetime.date, datetime.time), N_("a date")),
)


def mistakes(data: Mapping[str, Any]) -> list[Mistake]:
    """Return everything that is wrong with the content of a configuration file; empty when it is sound."""
    found = list(_wrong(_TOP, data, ()))
    if found:
        return found
    try:
        return list(_nonsense(msgspec.convert(data, Settings)))
    except msgspec.ValidationError as error:
        return [Mistake((), str(error))]


def mend(data: dict[str, Any]) -> None:
    """Take out of `data` what is wrong in it: each offending key, of a model or a view the whole entry.

    Half a model or half a view would be another one than the person wrote.
    """
    while found := mistakes(data):
        for mistake in found:
            _drop(data, mistake.path[:2] if mistake.path[:1] in _WHOLE else mistake.path)


def _drop(data: dict[str, Any], path: KeyPath) -> None:
    """Take out the key at `path`, or what is nearest above it; all there is when that is nothing."""
    table: Any = data
    for at, name in enumerate(path):
        inner = table.get(name)
        if at == len(path) - 1 or not isinstance(inner, dict) or path[at + 1] not in inner:
            table.pop(name, None)
            return
        table = inner
    data.clear()


def unknown(name: str, known: Iterable[str]) -> Message:
    """Return the words for a name that does not exist, with the nearest one that does."""
    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if near:
        return Message(N_("not known; did you mean {near}?"), {"near": near[0]})
    return Message(N_("not known; there are {known}"), {"known": listed(names)})


def _wrong(kind: inspect.Type, value: Any, path: KeyPath) -> Iterator[Mistake]:  # noqa: ANN401
    """Yield what `value` violates of its type."""
    match kind:
        case inspect.StructType(fields=fields) if isinstance(value, dict):
            by_name = {field.name: field for field in fields}
            for name, item in value.items():
                if name in by_name:
                    yield from _wrong(by_name[name].type, item, (*path, name))
                else:
                    yield Mistake((*path, name), unknown(name, by_name))
            for name in by_name:
                if by_name[name].required and name not in value:
                    yield Mistake((*path, name), Message(N_("is missing")))
        case inspect.DictType(value_type=inner) if isinstance(value, dict):
            for name, item in value.items():
                yield from _wrong(inner, item, (*path, name))
        case inspect.VarTupleType(item_type=inner) if isinstance(value, list):
            for item in value:
                yield from _wrong(inner, item, path)
        case inspect.UnionType(types=kinds):
            if all(any(_wrong(one, value, path)) for one in kinds):
                yield next(_wrong(kinds[0], value, path))
        case inspect.LiteralType(values=values):
            if value not in values:
                yield Mistake(path, Message(N_("must be one of {known}"), {"known": listed(values)}))
        case inspect.FloatType(ge=low, le=high) | inspect.IntType(ge=low, le=high):
            yield from _number(kind, value, path, low, high)
        case inspect.StrType() if isinstance(value, str):
            return
        case inspect.BoolType() if isinstance(value, bool):
            return
        case _:
            yield Mistake(path, _expected(kind, value))


def _number(
    kind: inspect.Type,
    value: Any,  # noqa: ANN401
    path: KeyPath,
    low: float | None,
    high: float | None,
) -> Iterator[Mistake]:
    takes = int if isinstance(kind, inspect.IntType) else (int, float)
    if isinstance(value, bool) or not isinstance(value, takes):
        yield Mistake(path, _expected(kind, value))
    elif abs(value) > 1e15 or math.isnan(value):
        yield Mistake(path, Message(N_("is no number anyone could mean")))
    elif (low is not None and value < low) or (high is not None and value > high):
        yield Mistake(path, Message(N_("must be {span}"), {"span": span(low, high)}))


def span(low: float | None, high: float | None) -> Detail:
    """Return the numbers that are allowed, in words; empty when all are."""
    if low is None:
        return ""
    if high is None:
        return Message(N_("{low} or more"), {"low": low})
    return Message(N_("{low} to {high}"), {"low": low, "high": high})


def _expected(kind: inspect.Type, value: Any) -> Message:  # noqa: ANN401
    match kind:
        case inspect.StructType() | inspect.DictType():
            wanted = N_("a table")
        case inspect.VarTupleType():
            wanted = N_("a list")
        case inspect.BoolType():
            wanted = N_("true or false")
        case inspect.IntType():
            wanted = N_("an integer")
        case inspect.FloatType():
            wanted = N_("a number")
        case _:
            wanted = N_("a string")
    got = next((name for types, name in _GOT if isinstance(value, types)), N_("something else"))
    return Message(N_("expected {wanted}, got {got}"), {"wanted": Message(wanted), "got": Message(got)})


def _nonsense(settings: Settings) -> Iterator[Mistake]:
    """Yield what has the right type and still cannot be."""
    try:
        address.normalise(settings.host.base_url)
    except Trouble as trouble:
        yield Mistake(("host", "base_url"), trouble.detail)
    yield from _about_downloads(settings)
    known = {name for model in BUILT_IN for name in (model.id, model.family)}
    for name, model in settings.models.items():
        if model.family and model.family not in known:
            yield Mistake(("models", name, "family"), unknown(model.family, sorted(known)))
        if model.route and model.route not in (known_routes := _route_names(settings)):
            yield Mistake(("models", name, "route"), unknown(model.route, known_routes))
        for field in model.fields:
            if field.control == "choice" and field.default not in field.values:
                yield Mistake(
                    ("models", name, "fields"),
                    Message(N_("the default of {field} must be one of its values"), {"field": inert(field.name)}),
                )
    yield from _about_routes(settings)
    for name, table in settings.presets.items():
        if not re.fullmatch(r"[\w-]+", name):
            yield Mistake(("presets", name), Message(N_("a name has letters, digits, - and _ only")))
        try:
            preset.read(table)
        except preset.PresetError as error:
            yield Mistake(("presets", name, *filter(None, (error.key,))), error.message)
    for digit, view in settings.views.items():
        if digit not in tuple("123456789"):
            yield Mistake(("views", digit), Message(N_("a view stands under a digit from 1 to 9")))
        if view.sort not in ORDERS:
            yield Mistake(("views", digit, "sort"), Message(N_("must be one of {known}"), {"known": listed(ORDERS)}))
        try:
            query.parse(view.filter)
        except query.QueryError as error:
            yield Mistake(("views", digit, "filter"), error.message)


def _about_downloads(settings: Settings) -> Iterator[Mistake]:
    downloads = settings.downloads
    try:
        NameTemplate(downloads.name)
    except TemplateError as error:
        yield Mistake(("downloads", "name"), error.message)
    if not downloads.name.strip():
        yield Mistake(("downloads", "name"), Message(N_("must not be empty")))
    if downloads.folder and not Path(downloads.folder).expanduser().is_absolute():
        yield Mistake(("downloads", "folder"), Message(N_("must be a whole path, from / or ~ on")))
    for name in ("max_size", "limit", "keep_free"):
        value = getattr(downloads, name)
        if (value.strip() or name != "limit") and sizes.parse(value) is None:
            yield Mistake(("downloads", name), Message(N_("write a size like 500K, 2M or 4G")))


def _route_names(settings: Settings) -> list[str]:
    return [*(route.name for route in routes.BUILT_IN), *settings.routes]


def _about_routes(settings: Settings) -> Iterator[Mistake]:
    built_in = [route.name for route in routes.BUILT_IN]
    for name, route in settings.routes.items():
        place = ("routes", name)
        if route.like not in built_in:
            yield Mistake((*place, "like"), unknown(route.like, built_in))
        for column in ("create", "create_with_image", "query", "query_many", "content"):
            path = getattr(route, column)
            if path and not path.removeprefix("{create}").startswith(("/", "?") if "{create}" in path else "/"):
                yield Mistake((*place, column), Message(N_("a path begins with /")))
            for hole, columns in (("{id}", ("query", "content")), ("{ids}", ("query_many",))):
                if path and column in columns and hole not in path:
                    yield Mistake((*place, column), Message(N_("{hole} is missing in it"), {"hole": hole}))
            if path and not (path.isascii() and path.isprintable() and " " not in path):
                yield Mistake((*place, column), Message(N_("a path has no spaces and no letters beyond ASCII")))
        for column in ("create", "query", "model", "prompt"):
            if getattr(route, column) == "":
                yield Mistake((*place, column), Message(N_("must not be empty")))


_WHOLE: Final = (("models",), ("views",), ("routes",), ("presets",))
_TOP: Final = inspect.type_info(Settings)
