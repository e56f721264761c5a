"""A number of a form between two bounds: arrows count, digits type it."""

from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from qr_tui.ui.widgets.field_row import FieldRow


class NumberRow(FieldRow):
    """A whole number between two bounds: arrows count, digits type it."""

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
        self._beyond = False

    @property
    def number(self) -> int:
        """The value."""
        return int(self.value or 0)

    @property
    def help(self) -> str:
        """What it means, with a sign when more was typed than there may be."""
        return f"! {self._help}" if self._beyond else self._help

    def choices(self) -> list[tuple[str, bool]]:
        """Return the number."""
        return [(self._word(self.value), True)]

    def step(self, by: int = 1) -> None:
        """Count up or down, stopping at the bounds."""
        self._set_number(self.number + by)
        self._typed = 0

    def action_digit(self, digit: int) -> None:
        """Type a digit behind those typed before; beyond the bound it stays at the bound and says so."""
        typed = self._typed * 10 + digit
        self._set_number(typed)
        self._typed = min(typed, self.most)

    def on_focus(self) -> None:
        """Begin a new number."""
        self._typed = 0

    def on_blur(self) -> None:
        """It stands within its bounds: nothing more to say."""
        self._warn(False)

    def action_shorten(self) -> None:
        """Take the last digit away."""
        self._typed = self.number // 10
        self._set_number(self._typed)

    def _set_number(self, number: int) -> None:
        self._warn(number > self.most)
        self._set(min(max(number, self.least), self.most))

    def _warn(self, beyond: bool) -> None:
        if beyond != self._beyond:
            self._beyond = beyond
            self.refresh(layout=True)
