"""One line of a form: key, label, value, help; changed with arrows or space."""

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from qr_tui.core.task import Parameter
from qr_tui.core.text.display import cells, cut, fit, inert
from qr_tui.core.text.wrapping import wrap
from qr_tui.i18n import _
from qr_tui.ui.widgets.glyph_set import focus_mark, respelled

KEY_CELLS = 4
LEAST_HELP = 30  # cells; with less room beside the value, help goes under it


class Columns(NamedTuple):
    """How wide the labels and values of a form are, in cells, so that its rows stand in line."""

    label: int
    value: int


class FieldRow(Widget, can_focus=True):
    """A setting with a few values, all of them in sight, the chosen one in brackets.

    Args:
        name: The parameter it sets.
        label: What a person calls it.
        values: What it can be. A value from elsewhere (an old task) is offered as well.
        value: What it is.
        unit: Written behind each value.
        words: What to write for a value instead of the value itself.
        key: The key that changes it from anywhere on the screen, as shown.
    """

    DEFAULT_CSS = """
    FieldRow { width: 100%; height: auto; }
    FieldRow:focus { background: $row-cursor; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "step(1)", show=False),
        Binding("left", "step(-1)", show=False),
        Binding("enter", "done", show=False),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    value: reactive[Parameter] = reactive(None, layout=True, init=False)
    columns: reactive[Columns] = reactive(Columns(12, 20), layout=True, init=False)

    class Changed(Message):
        """A person changed the value of `row`."""

        def __init__(self, row: "FieldRow") -> None:
            super().__init__()
            self.row = row

    def __init__(
        self,
        name: str,
        label: str,
        values: tuple[Parameter, ...] = (),
        value: Parameter = None,
        *,
        unit: str = "",
        words: Mapping[Parameter, str] | None = None,
        help: str = "",  # noqa: A002 -- the word the registry and the catalogue use
        key: str = "",
        **options: Any,  # noqa: ANN401 -- what every widget takes
    ) -> None:
        super().__init__(name=name, **options)
        self.field = name
        self.label = label
        self.values = values if value in values or value is None else (*values, value)
        self.unit = unit
        self.words = dict(words or {})
        self.key = key
        self._help = help
        self.set_reactive(FieldRow.value, value)

    # what it says
    @property
    def help(self) -> str:
        """What the value means or costs, one line."""
        return self._help

    def explain(self, help: str) -> None:  # noqa: A002
        """Say something else beside the value."""
        if help != self._help:
            self._help = help
            self.refresh(layout=True)

    def choices(self) -> list[tuple[str, bool]]:
        """Return each value as shown, and whether it is the chosen one."""
        return [(self._word(value), _same(value, self.value)) for value in self.values]

    def _word(self, value: Parameter) -> str:
        word = self.words.get(value) or inert(str(value), limit=80)
        return f"{word} {self.unit}" if self.unit else word

    @property
    def value_cells(self) -> int:
        """How many cells its value takes."""
        return sum(cells(word) + 2 for word, _chosen in self.choices())

    # how it changes
    def step(self, by: int = 1) -> None:
        """Take the next value, round and round, as a person would with the arrows."""
        if not self.values:
            return
        at = next((index for index, value in enumerate(self.values) if _same(value, self.value)), -1)
        self._set(self.values[(at + by) % len(self.values)])

    def _set(self, value: Parameter) -> None:
        if not _same(value, self.value):
            self.value = value
            self.post_message(self.Changed(self))

    def action_step(self, by: int) -> None:
        """Change the value from the keyboard."""
        self.step(by)

    def action_done(self) -> None:
        """Go on to the next one: what is chosen here stands already."""
        self.screen.focus_next()

    # how it looks
    def _lines(self, width: int) -> list[Content]:
        label, value = self.columns
        here = self.has_focus
        head = Content.assemble(
            (focus_mark(self) if here else " ", "$accent bold"),
            " ",
            (fit(self.key, max(KEY_CELLS, cells(self.key) + 1)), "$accent"),
            (fit(self.label, label), "bold" if here else "$text-muted"),
            "  ",
        )
        start = head.cell_length
        room = width - start
        shown = self._value(room)
        beside = width - start - max(value, shown.cell_length) - 2
        if not self.help:
            return [head + shown]
        help_line = respelled(self, self.help)
        if beside >= LEAST_HELP:
            first, *rest = wrap(help_line, beside)
            gap = " " * max(2, value + 2 - shown.cell_length)
            lines = [head + shown + Content.assemble(gap, (first, "$text-muted"))]
            indent = " " * (start + value + 2)
        else:
            lines, rest = [head + shown], wrap(help_line, max(10, width - 7))
            indent = " " * 6
        return [*lines, *(Content.assemble(indent, (line, "$text-muted")) for line in rest)]

    def _value(self, room: int) -> Content:
        choices = self.choices()
        if self.unit and sum(cells(word) + 2 for word, _chosen in choices) > room:  # the unit once says enough
            bare = f" {self.unit}"
            choices = [(word if chosen else word.removesuffix(bare), chosen) for word, chosen in choices]
        if sum(cells(word) + 2 for word, _chosen in choices) > room:
            choices = [choice for choice in choices if choice[1]]
        parts: list[Content | tuple[str, str]] = []
        for word, chosen in choices:
            word = cut(word, max(1, room - 2))
            parts.append((f"[{word}]", "bold $accent") if chosen else (f" {word} ", "$text-muted"))
        return Content.assemble(*parts)

    def render(self) -> Content:
        """Draw the row in the width it has."""
        return Content("\n").join(self._lines(self.size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return how many lines the row takes at `width` cells."""
        return len(self._lines(width))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Take all there is."""
        return container.width


class SwitchRow(FieldRow):
    """On or off, with one honest line on what each costs; `values` are what stands for on, and for off."""

    def __init__(
        self,
        name: str,
        label: str,
        value: Parameter,
        *,
        values: tuple[Parameter, ...] = (True, False),
        help_on: str = "",
        help_off: str = "",
        **options: Any,  # noqa: ANN401 -- what every widget takes
    ) -> None:
        options.setdefault("words", {values[0]: _("on"), values[1]: _("off")})
        super().__init__(name, label, values, value, **options)
        self._help_on = help_on
        self._help_off = help_off

    @property
    def help(self) -> str:
        """What it costs as it stands."""
        return self._help_on if _same(self.value, self.values[0]) else self._help_off


class ActionRow(FieldRow):
    """Something to do: enter does it."""

    class Pressed(Message):
        """A person wants `row` done."""

        def __init__(self, row: "ActionRow") -> None:
            super().__init__()
            self.row = row

    def action_done(self) -> None:
        """Do it."""
        self.step()

    def choices(self) -> list[tuple[str, bool]]:
        """Return nothing: the label says it."""
        return []

    def step(self, by: int = 1) -> None:
        """Do it."""
        self.post_message(self.Pressed(self))


class OpenRow(FieldRow):
    """A value chosen elsewhere: enter asks for it."""

    class Opened(Message):
        """A person wants to choose the value of `row`."""

        def __init__(self, row: "OpenRow") -> None:
            super().__init__()
            self.row = row

    def action_done(self) -> None:
        """Ask for another value."""
        self.step()

    def choices(self) -> list[tuple[str, bool]]:
        """Return what is chosen."""
        return [(self._word(self.value), True)]

    def step(self, by: int = 1) -> None:
        """Ask for another value."""
        self.post_message(self.Opened(self))


def _same(one: Parameter, two: Parameter) -> bool:
    """Tell whether two parameters are the same on the wire: 1 is not true there."""
    return type(one) is type(two) and one == two
