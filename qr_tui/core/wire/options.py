"""What a person asks for in the same words on every route, in the words of one."""

from collections.abc import Mapping
from typing import Final

from qr_tui.core.catalogue import Model
from qr_tui.core.routes import Route
from qr_tui.core.task import Parameter
from qr_tui.core.text.messages import N_, Message

_SHAPES: Final[Mapping[str, tuple[str, ...]]] = {
    "portrait": ("9:16", "2:3", "3:4"),
    "landscape": ("16:9", "3:2", "4:3"),
}
_SIZES: Final = {"small": "720p", "large": "1080p"}

ADDS_WATERMARK: Final = N_("on the route {route} this would add a watermark; if you want one: --param {name}={value}")


class OptionError(ValueError):
    """An option that does not mean on this route what it says."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


def parameters(model: Model, route: Route, options: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Return `options` as the parameters that `model` takes on `route`.

    Args:
        model: In the words of the route.
        route: The route.
        options: By setting: `orientation`, `watermark` (False for none wanted, as everywhere), those of
            `core.routes.SETTINGS`, and any other by the name it has in the body. What is None was not given.

    Raises:
        OptionError: A watermark is asked for where that would add one.
    """
    found: dict[str, Parameter] = {}
    for option, value in options.items():
        if value is None:
            continue
        if option == "watermark":
            name, written = _watermark(route, value)
        else:
            name, written = _written(model, route, option, value)
        found[name] = written
    return found


def _watermark(route: Route, value: Parameter) -> tuple[str, Parameter]:
    adds = route.no_watermark
    if adds is None:
        slot = route.watermark
        return ("watermark", value) if slot is None else (slot.name, slot.write(value))
    if value:
        with_one = str(adds.write(False)).lower()
        values = {"route": route.name, "name": adds.name, "value": with_one}
        raise OptionError(Message(ADDS_WATERMARK, {**values}))
    return adds.name, adds.write(True)


def _written(model: Model, route: Route, option: str, value: Parameter) -> tuple[str, Parameter]:
    for setting, candidate in _meanings(option, value):
        field = model.setting(setting)
        if field is not None and field.takes(field.theirs(candidate)):
            return field.name, field.theirs(candidate)
    field, slot = model.setting(option), route.slot(option)
    if field is not None:
        return field.name, field.theirs(value) if slot is None else slot.write(value)
    return (option, value) if slot is None else (slot.name, slot.write(value))


def _meanings(option: str, value: Parameter) -> list[tuple[str, Parameter]]:
    """Return what an option may mean, its own words first: a shape is an orientation here, and sides there."""
    found: list[tuple[str, Parameter]] = [(option, value)]
    text = str(value)
    if option == "orientation":
        found += [("aspect_ratio", sides) for sides in _SHAPES.get(text, ())]
    elif option == "aspect_ratio":
        found += [("orientation", name) for name, sides in _SHAPES.items() if text == sides[0]]
    elif option == "size":
        found += [("size", other) for one in _SIZES.items() for text_, other in (one, one[::-1]) if text == text_]
        found += [("size", text.lower()), ("size", text.upper())]
    return found
