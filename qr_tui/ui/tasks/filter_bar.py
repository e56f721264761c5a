"""The filter, typed at the foot of the list: a live count, and an error that points at the word."""

from collections.abc import Callable
from typing import Protocol

from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.strip import Strip
from textual.widgets import Input

from qr_tui.core.text.display import cells
from qr_tui.i18n import _
from qr_tui.ui.tasks.list_model import ListModel
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.strips import line
from qr_tui.ui.widgets.bar import Bar
from qr_tui.ui.widgets.paragraph import Paragraph
from qr_tui.ui.widgets.text_fields import OneLine

_SIGN = " / "


class FilterOwner(Protocol):
    """Who is told what a person does in the bar."""

    def apply_filter(self, text: str) -> None:
        """Show only what fits."""

    def keep_filter(self) -> None:
        """Go back to the list, the filter stays."""

    def clear_filter(self) -> None:
        """Show all tasks again and close the bar."""


class FilterInput(OneLine):
    """The text field: escape, or backspace in an empty one, clears the filter."""

    def __init__(self, value: str, owner: FilterOwner) -> None:
        hint = _("words status:failed model:veo age<2d is:marked !not")
        super().__init__(value, placeholder=hint)
        self.cursor_blink = False
        self._owner = owner

    def on_key(self, event: events.Key) -> None:
        """Clear the filter."""
        if event.key == "escape" or (event.key == "backspace" and not self.value):
            event.stop()
            event.prevent_default()
            self._owner.clear_filter()


class FilterBar(Vertical):
    """The filter in force or being typed.

    Args:
        text: What stands there at first.
        owner: Told what a person types and presses.
        list_model: Counted: how many of all tasks fit.
        appearance: Returns how to draw now.
    """

    DEFAULT_CSS = """
    FilterBar { height: auto; max-height: 4; background: $background; }
    FilterBar Horizontal { height: 1; }
    FilterBar .sign { width: 3; }
    FilterBar Input {
        width: 2fr; height: 1; padding: 0; border: none; background: $background; color: $foreground;
        &:focus { border: none; background: $surface; background-tint: $foreground 0%; }
    }
    FilterBar .reason { padding: 0 1 0 3; color: $error; }
    FilterBar .count { width: 1fr; min-width: 24; }
    """

    def __init__(
        self, text: str, owner: FilterOwner, list_model: ListModel, appearance: Callable[[], Appearance]
    ) -> None:
        super().__init__()
        self._owner = owner
        self._model = list_model
        self._appearance = appearance
        self._error: tuple[str, int, int] | None = None
        self.input = FilterInput(text, owner)

    def compose(self) -> ComposeResult:
        """Sign, field, count; under it the error."""
        with Horizontal():
            yield Bar(self._sign_line, classes="sign")
            yield self.input
            self.counter = Bar(self._count_line, classes="count")
            yield self.counter
        self.pointer = Bar(self._pointer_line)
        self.reason = Paragraph(most=2, classes="reason")
        self.pointer.display = self.reason.display = False
        yield self.pointer
        yield self.reason

    def show_error(self, message: str, start: int, end: int) -> None:
        """Point at the characters from `start` to `end` of the text and say what is wrong with them."""
        self._error = (message, start, end)
        self.pointer.display = self.reason.display = True
        self.pointer.renew()
        self.reason.text = message
        self.counter.renew()

    def clear_error(self) -> None:
        """The text can be read."""
        self._error = None
        self.pointer.display = self.reason.display = False

    def refresh_count(self) -> None:
        """Show how much of the list fits."""
        self.counter.renew()

    @property
    def error(self) -> str:
        """What is wrong with the text, empty when nothing is."""
        return self._error[0] if self._error else ""

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._owner.apply_filter(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._error:
            self._owner.keep_filter()

    def _style(self, colour: str) -> Style:
        return self._appearance().palette.style(colour)

    def _sign_line(self, width: int) -> Strip:
        return line([(_SIGN, self._style("accent"))], width, self._style("text"))

    def _count_line(self, width: int) -> Strip:
        shown = "?" if self._error else len(self._model.shown)
        text = _("{n} of {total}").format(n=shown, total=len(self._model.tasks))
        style = self._style("muted")
        return line([(" " * max(1, width - cells(text) - 1), style), (text, style)], width, style)

    def _pointer_line(self, width: int) -> Strip:
        style = self._style("bad")
        if self._error is None:
            return line([], width, style)
        _message, start, end = self._error
        text = self.input.value
        # a filter longer than its field is scrolled inside it
        at = cells(text[:start]) - round(self.input.scroll_offset.x)
        under = cells(text[start:end])
        first, last = max(0, at), max(1, min(at + under, self.input.size.width))
        return line([(" " * (len(_SIGN) + first) + "^" * max(1, last - first), style)], width, style)
