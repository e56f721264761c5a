"""A preset: a prompt kept under a name, with what goes with it."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from qr_tui.core.task import Parameter
from qr_tui.core.text.messages import N_, Message

_OWN: Final = ("prompt", "model", "images", "tags", "vars")


class PresetError(ValueError):
    """A preset that cannot be meant; `key` is what is wrong in it."""

    def __init__(self, key: str, message: Message) -> None:
        super().__init__(str(message))
        self.key = key
        self.message = message


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """What stands under one name in the settings.

    Attributes:
        prompt: With holes, variants and lists.
        model: Its model; empty for the usual one.
        images: Links and paths.
        tags: Words.
        vars: What stands in a hole where nobody says otherwise.
        parameters: Settings and fields of the model.
    """

    prompt: str
    model: str = ""
    images: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    vars: dict[str, str] = {}
    parameters: dict[str, Parameter] = {}


def read(table: Mapping[str, Any]) -> Preset:
    """Return the preset that a table of the settings holds.

    Raises:
        PresetError: It has no prompt, or something else of the wrong type.
    """
    found = {name: table[name] for name in _OWN if name in table}
    for name, value in table.items():
        if name not in _OWN and not (value is None or isinstance(value, str | int | float | bool)):
            raise PresetError(name, Message(N_("must be a text, a number, true or false")))
    if not str(table.get("prompt") or "").strip():
        raise PresetError("prompt", Message(N_("is missing")))
    parameters = {name: value for name, value in table.items() if name not in _OWN}
    try:
        return msgspec.convert({**found, "parameters": parameters}, Preset)
    except msgspec.ValidationError as error:
        raise PresetError("", Message("{why}", {"why": str(error)})) from None
