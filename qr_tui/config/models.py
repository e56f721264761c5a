"""The person's own models and routes, made into entries of the catalogue."""

from typing import Any

import msgspec

from qr_tui.config.settings import FieldAddition, ModelAddition, RouteAddition, Settings
from qr_tui.core import routes
from qr_tui.core.catalogue import BUILT_IN, Catalogue, Field, Model, typical_of
from qr_tui.core.routes import Route, Slot


def catalogue(settings: Settings) -> Catalogue:
    """Return the models, the person's own among them, with the defaults that the person has chosen."""
    own = _own_routes(settings)
    return Catalogue(_additions(settings, own), settings.parameters, own)


def _additions(settings: Settings, own: list[Route]) -> list[Model]:
    like = {route.name: route.like for route in (*routes.BUILT_IN, *own)}
    return [_model(name, addition, like) for name, addition in settings.models.items()]


def _own_routes(settings: Settings) -> list[Route]:
    built_in = {route.name: route for route in routes.BUILT_IN}
    return [_route(name, addition, built_in[addition.like]) for name, addition in settings.routes.items()]


def _route(name: str, addition: RouteAddition, base: Route) -> Route:
    changed: dict[str, Any] = {}
    for column in addition.__struct_fields__:
        value = getattr(addition, column)
        if column == "like" or value is None:
            continue
        if column in routes.SETTINGS and isinstance(value, str):
            known = base.slot(column)
            # another name alone keeps the type; words for single values belong to the field of before
            value = msgspec.structs.replace(known or Slot(value), name=value, words={}) if value else None
        changed[column] = value
    if "create" in changed and "create_with_image" not in changed:
        changed["create_with_image"] = ""  # a path of before would lead elsewhere
    return msgspec.structs.replace(base, **changed, name=name, like=base.like)


def _model(name: str, addition: ModelAddition, like: dict[str, str]) -> Model:
    base = next((one for one in BUILT_IN if addition.family in (one.id, one.family)), None)
    if base is None:
        route = addition.route or routes.by_name(name)
        base = typical_of(like.get(route, "")) if addition.route else None
        base = base or Model(id=name, family="custom", route=route)
    own = {field.name: _field(field) for field in addition.fields}
    kept = [own.pop(field.name, field) for field in base.fields]
    return Model(
        id=name,
        family=base.family,
        route=addition.route or base.route,
        fields=(*kept, *own.values()),
        frames=base.frames if addition.frames is None else addition.frames,
        max_images=base.max_images if addition.max_images is None else addition.max_images,
        images_help=base.images_help,
        minutes=addition.minutes or base.minutes,
        note=addition.note,
    )


def _field(addition: FieldAddition) -> Field:
    return Field(
        name=addition.name,
        label=addition.label or addition.name,
        control=addition.control,
        values=addition.values,
        default=addition.default,
        help=addition.help,
        optional=addition.optional,
    )
