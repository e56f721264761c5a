"""What one model takes: its fields, in our words or in those of a route."""

from typing import Literal

import msgspec

from qr_tui.core.routes import UNIFIED, Slot
from qr_tui.core.task import Parameter
from qr_tui.core.text.messages import N_


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One parameter of a model besides prompt and images.

    A field is written in our words and becomes the route's own with `placed`: from then on `name`, `values` and
    `default` are as they stand in a body, and `setting` is what it was called before.
    `control` says how a person sets it: ``choice`` among `values`, ``switch`` on or off, ``text`` free, ``number`` a
    whole number. `optional` fields are left out of the body while empty.
    """

    name: str
    label: str
    control: Literal["choice", "switch", "text", "number"] = "choice"
    values: tuple[Parameter, ...] = ()  # of a switch: what stands for on, and for off
    default: Parameter = None
    on: str = N_("on")  # what a switch is called while it is on
    off: str = N_("off")
    help: str = ""
    help_on: str = ""  # what a switch costs or gives while it is on
    help_off: str = ""
    optional: bool = False
    setting: str = ""
    words: dict[Parameter, str] = {}  # how a value is shown, where that is not the value itself

    def __post_init__(self) -> None:
        """Say of a switch what stands for on and off, and of a field of its own what it is called everywhere."""
        if self.control == "switch" and not self.values:
            msgspec.structs.force_setattr(self, "values", (True, False))
        if not self.setting:
            msgspec.structs.force_setattr(self, "setting", self.name)

    def takes(self, value: Parameter) -> bool:
        """Tell whether `value` is one that this field is known to take."""
        if self.control == "number":
            return isinstance(value, int) and not isinstance(value, bool)
        if self.control == "text":
            return isinstance(value, str)
        return any(same(value, known) for known in self.values)

    def ours(self, value: Parameter) -> Parameter:
        """Return `value`, as it stands in a body, as it means the same for every model: a switch is true or false."""
        if self.control == "switch":
            return next((place == 0 for place, known in enumerate(self.values) if same(value, known)), value)
        word = self.words.get(value)
        return value if word is None else word

    def theirs(self, value: Parameter) -> Parameter:
        """Return our `value` as this field has it, itself where the field does not know it."""
        if self.control == "switch":
            return self.values[0 if value else 1] if isinstance(value, bool) else value
        if any(same(value, known) for known in self.values):
            return value
        text = str(value)
        return next((known for known in self.values if text in (str(known), self.words.get(known))), value)

    def shown(self, value: Parameter) -> str:
        """Return `value` in our words, in English: those of a switch, or of a value that the route calls otherwise."""
        if self.control == "switch" and self.takes(value):
            return self.on if self.ours(value) else self.off
        return self.words.get(value) or str(value)

    def placed(self, slot: Slot | None) -> "Field":
        """Return this field, which is in our words, with those of a route that keeps it in `slot`."""
        if slot is None:
            return self
        values = tuple(slot.write(value) for value in self.values)
        words: dict[Parameter, str] = {}
        if self.control == "choice":
            pairs = zip(self.values, values, strict=True)
            words = {raw: str(value) for value, raw in pairs if str(raw) != str(value)}
        default = None if self.default is None else slot.write(self.default)
        return msgspec.structs.replace(
            self, name=slot.name, values=values, default=default, words=words, setting=self.name
        )


def same(value: Parameter, other: Parameter) -> bool:
    """Tell whether two values are the same, also in their type: true is not 1, and "15" is not 15."""
    return type(value) is type(other) and value == other


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model a person can choose."""

    id: str
    family: str
    route: str = UNIFIED.name
    fields: tuple[Field, ...] = ()
    frames: int = 0  # pictures that have a place of their own, by the route: the first, and the last
    max_images: int = 9  # other pictures
    images_help: str = ""
    minutes: str = "2–5"  # how long a video usually takes
    note: str = ""  # worth knowing before paying
    retired: str | None = None  # the day (YYYY-MM-DD) it was switched off at its source
    on_few_hosts: bool = False  # offered where a host says that it has it

    def field(self, name: str) -> Field | None:
        """Return the field called `name`, or None."""
        return next((field for field in self.fields if field.name == name), None)

    def setting(self, name: str) -> Field | None:
        """Return the field that this setting goes to, or None: `name` is the same for every model."""
        return next((field for field in self.fields if field.setting == name), None)

    def defaults(self) -> dict[str, Parameter]:
        """Return every parameter that is always sent, at its default."""
        return {field.name: field.default for field in self.fields if not field.optional}
