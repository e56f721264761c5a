"""The models to choose from and the routes they take: the built-in ones, the user's own, and what a host says it has.

The server decides; a value outside the catalogue is a warning, never a wall.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from qr_tui.core import routes
from qr_tui.core.answers import HostModel
from qr_tui.core.catalogue.built_in import BUILT_IN, INSTEAD, typical_of
from qr_tui.core.catalogue.model import Model
from qr_tui.core.routes import UNIFIED, Route
from qr_tui.core.task import Parameter, Request
from qr_tui.core.text.messages import N_, Message
from qr_tui.core.wire.images import FIRST_FRAME, LAST_FRAME, REFERENCE

# how many times one request may be sent at once, each a task and a video of its own
LEAST_COPIES: Final = 1
MOST_COPIES: Final = 20


class Catalogue:
    """The built-in models and the user's own, by id, in the order they are offered; and the routes they take.

    Args:
        additions: The user's own models, in our words.
        preferred: What the user's videos begin with, by setting; where a model takes it, it is its field's default.
        own_routes: The user's own routes.
    """

    def __init__(
        self,
        additions: Sequence[Model] = (),
        preferred: Mapping[str, Parameter] | None = None,
        own_routes: Iterable[Route] = (),
    ) -> None:
        self._routes = {route.name: route for route in (*routes.BUILT_IN, *own_routes)}
        self._models: dict[str, Model] = {model.id: model for model in BUILT_IN}
        self._models.update({model.id: model for model in additions})
        self._own = {model.id for model in additions}
        self._preferred = preferred or {}
        self._placed: dict[tuple[str, str], Model] = {}
        self._on_host: dict[str, HostModel] | None = None

    def __iter__(self) -> Iterator[Model]:
        return map(self.get, self._models)

    def use_host(self, models: Iterable[HostModel] | None) -> None:
        """Take what the host in use says it has, None for nobody knows: it marks models, and may choose their route."""
        self._on_host = None if models is None else {model.id: model for model in models}
        self._placed.clear()

    def is_available(self, model: str) -> bool | None:
        """Tell whether the host in use has `model`, None where nobody knows."""
        return None if self._on_host is None else model in self._on_host

    def offered(self) -> list[Model]:
        """Return every model to choose from: those described here, and those that only the host names."""
        named = [name for name in self._on_host or {} if name not in self._models]
        return [*self, *map(self.get, named)]

    def instead_of(self, model: str) -> tuple[str, ...]:
        """Return models to use where `model` does not work: what the host has, else what most hosts have."""
        likely = [*INSTEAD, *(one.id for one in self if not one.retired and one.id not in INSTEAD)]
        if self._on_host is not None:
            likely = [name for name in likely if name in self._on_host]
            return tuple(name for name in likely if name != model)[:3]
        return tuple(name for name in likely if name != model)[:2]

    def __contains__(self, model: str) -> bool:
        return model in self._models

    def route(self, name: str) -> Route | None:
        """Return the route of this name, None for one that is gone from the settings; an empty name is the first's."""
        return self._routes.get(name or UNIFIED.name)

    def get(self, model: str, route: str = "") -> Model:
        """Return the model called `model`, in the words of its route.

        Args:
            model: Its id. One that nobody has described has the fields of its route, and is usable all the same.
            route: The name of the route to take instead of its usual one.
        """
        known = self._placed.get((model, route))
        if known is None:
            known = self._placed[model, route] = self._place(model, route)
        return known

    def _place(self, name: str, route_name: str) -> Model:
        model = self._models.get(name) or self._undescribed(name, route_name)
        route = self._routes.get(route_name or self._host_route(name) or model.route, UNIFIED)
        fields = []
        for field in model.fields:
            field = field.placed(route.slot(field.name))
            wished = field.theirs(self._preferred.get(field.setting))
            fields.append(msgspec.structs.replace(field, default=wished) if field.takes(wished) else field)
        frames = min(model.frames, 2 if route.last_frame else 1) if route.takes_frames else 0
        return msgspec.structs.replace(model, fields=tuple(fields), route=route.name, frames=frames)

    def _host_route(self, name: str) -> str | None:
        """Return the route that the host names for a model, unless the person has named one."""
        on_host = (self._on_host or {}).get(name)
        return None if on_host is None or name in self._own else routes.by_endpoints(name, on_host.endpoints)

    def _undescribed(self, name: str, route_name: str) -> Model:
        route = self._routes.get(route_name or self._host_route(name) or routes.by_name(name), UNIFIED)
        typical = typical_of(route.like)
        if typical is None:
            return Model(id=name, family="custom", route=route.name)
        return msgspec.structs.replace(typical, id=name, route=route.name, note="", on_few_hosts=False)

    def complete(self, request: Request) -> Request:
        """Return `request` with its route, and every parameter its model always sends, defaults where it says nothing.

        Parameters are typed as the route has them.
        """
        if self.route(request.route) is None:
            return request  # on a route that is gone nobody knows how anything is written
        model = self.get(request.model, request.route)
        route = self._routes.get(model.route, UNIFIED)
        given = {name: route.typed(name, value) for name, value in request.parameters.items()}
        return msgspec.structs.replace(request, route=model.route, parameters=model.defaults() | given)

    def warnings(self, request: Request) -> list[tuple[str, Message]]:
        """Return field and message for each value that this model is not known to take."""
        model = self.get(request.model, request.route)
        if request.model not in self:
            text = N_("{model} is not in the catalogue; it is sent as it is")
            return [("model", Message(text, {"model": model.id}))]
        found = []
        count, most = len(request.images), max(model.max_images, model.frames)
        if count > most:
            text = N_("{model} is known to take at most {most} images, not {count}")
            found.append(("model", Message(text, {"model": model.id, "most": most, "count": count})))
        if REFERENCE in request.roles and {FIRST_FRAME, LAST_FRAME} & set(request.roles):
            text = N_("{model} is known to take frames or other images, not both")
            found.append(("images", Message(text, {"model": model.id})))
        for name, value in request.parameters.items():
            field = model.field(name)
            if field is None:
                text = N_("{model} is not known to take {name}")
                found.append((name, Message(text, {"model": model.id, "name": name})))
            elif not field.takes(value) and field.control in ("choice", "switch"):
                known = ", ".join(_written(item) for item in field.values)
                text = N_("{model} is known to take {name} {known}, not {value}")
                values = {"model": model.id, "name": name, "known": known, "value": str(value)}
                found.append((name, Message(text, {**values})))
        return found


def _written(value: Parameter) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
