"""A number of a form between two bounds: arrows count, digits type it; one that is out of them is told, not changed."""

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from qr_tui.ui.widgets.field_row import FieldRow

_MOST_TYPED = 999_999  # beyond any bound here, and still short


class NumberRow(FieldRow):
    """A whole number between two bounds: arrows count, digits type it.

    One out of the bounds stays as it was typed, with a mark: what is made of it, and paid, is never another number.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("plus", "step(1)", show=False),
        Binding("minus", "step(-1)", show=False),
        Binding("backspace,delete", "shorten", show=False),
        *(Binding(str(digit), f"digit({digit})", show=False) for digit in range(10)),
    ]

    def __init__(self, name: str, label: str, value: int, *, least: int, most: int, **options: Any) -> None:  # noqa: ANN401 -- what every widget takes
        super().__init__(name, label, (value,), value, **options)
        self.least, self.most = least, most
        self._typed = 0

    @property
    def number(self) -> int:
        """The value."""
        return int(self.value or 0)

    @property
    def help(self) -> str:
        """What it means, with a sign when it is a number that may not be."""
        return self._help if self.least <= self.number <= self.most else f"! {self._help}"

    def choices(self) -> list[tuple[str, bool]]:
        """Return the number."""
        return [(self._word(self.value), True)]

    def step(self, by: int = 1) -> None:
        """Count up or down, stopping at the bounds."""
        self._set(min(max(self.number + by, self.least), self.most))
        self._typed = 0

    def action_digit(self, digit: int) -> None:
        """Type a digit behind those typed before, as far as there is room for it."""
        typed = self._typed * 10 + digit
        if typed <= _MOST_TYPED:
            self._typed = typed
            self._set(typed)

    def on_focus(self) -> None:
        """Begin a new number."""
        self._typed = 0

    def action_shorten(self) -> None:
        """Take the last digit away."""
        self._typed = self.number // 10
        self._set(self._typed)
