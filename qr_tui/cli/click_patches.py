"""Everything that changes click itself: its messages in the language in use, its lines measured in terminal cells."""

import textwrap
from importlib import import_module
from typing import Any, Final

from qr_tui import i18n
from qr_tui.core.text.display import cells, cut
from qr_tui.core.text.messages import N_
from qr_tui.core.text.wrapping import pieces

# Marked here for the catalogue: click looks them up by the same English.
MESSAGES: Final = (
    N_("Usage:"),
    N_("Options"),
    N_("Commands"),
    N_("Show this message and exit."),
    N_("default: {default}"),
    N_("No such option {name!r}."),
    N_("No such command {name!r}."),
    i18n.ngettext("Did you mean {possibility}?", "(Did you mean one of: {possibilities}?)", 1),
    i18n.ngettext("Got unexpected extra argument ({args})", "Got unexpected extra arguments ({args})", 1),
    N_("Missing argument"),
    N_("Missing option"),
    N_("Missing parameter"),
    N_("Missing command."),
    N_("Invalid value: {message}"),
    N_("Invalid value for {param_hint}: {message}"),
    N_("{value!r} is not a valid {number_type}."),
    N_("{value} is not in the range {range}."),
    N_("Option {name!r} requires an argument."),
    N_("Option {name!r} does not take a value."),
    N_("Error: {message}"),
    N_("Error: invalid input"),
)
_MODULES: Final = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")


def install() -> None:
    """Let click look its messages up in our catalogue and lay out its help pages by cells."""
    for name in _MODULES:
        module = import_module(f"click.{name}")
        for function in ("_", "ngettext"):
            if hasattr(module, function):
                setattr(module, function, getattr(i18n, function))
    _measure_by_cells()


def _measure_by_cells() -> None:
    """Let click's help formatter count cells: it counts characters, and a Chinese one takes two cells."""
    formatting: Any = import_module("click.formatting")
    wrapping: Any = import_module("click._textwrap")
    if not issubclass(wrapping.TextWrapper, _Cells):
        wrapping.TextWrapper = type("TextWrapper", (_Cells, wrapping.TextWrapper), {})
    for module in (formatting, wrapping):
        module.term_len = cells
    wrapping._truncate_visible = lambda text, width: cut(text, width, ellipsis="")


class _Cells(textwrap.TextWrapper):
    """Splits a paragraph where a line may break in it."""

    def _split(self, text: str) -> list[str]:
        return [piece for chunk in super()._split(text) for piece in pieces(chunk)]
