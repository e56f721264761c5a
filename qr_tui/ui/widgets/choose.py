"""Choosing one of several from a list, by keyboard: models, orders, settings."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from qr_tui.core.text.display import cells, cut, inert
from qr_tui.i18n import _
from qr_tui.ui.app_services import services
from qr_tui.ui.widgets.option_lines import Line, OptionLines
from qr_tui.ui.widgets.text_fields import PlainInput

FEW = 9  # options that digits can name; beyond, typing narrows the list


class ChooseScreen(ModalScreen[Any]):
    """A dialog that ends with the value chosen, or None.

    Args:
        title: What is chosen.
        options: Value, label and help of each option.
        current: The value that holds now; the cursor starts there.
        keys: The letter or digit that takes each option at once; by default the digits, where there are enough.
        narrow: Whether typing narrows the list; by default only where the options are too many to name by digits.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]
    CSS = """
    ChooseScreen {
        align: center middle;
        #box { width: auto; min-width: 30; max-width: 96%; height: auto; max-height: 96%; background: $surface;
            border: round $accent; border-title-color: $accent; border-subtitle-color: $text-muted; padding: 0 1; }
        #narrow { height: 1; border: none; padding: 0; background: $surface; }
        OptionLines { background: $surface; scrollbar-size-vertical: 1; }
        OptionLines > .option--cursor { background: $row-cursor; color: $foreground; }
        OptionLines > .option--help { color: $text-muted; }
        #none { height: auto; color: $text-muted; }
        &.-ascii #box { border: ascii $accent; }
    }
    """

    def __init__(
        self,
        title: str,
        options: Iterable[tuple[Any, str, str]],
        current: Any = None,  # noqa: ANN401 -- any value
        *,
        keys: Sequence[str] = (),
        narrow: bool | None = None,
    ) -> None:
        super().__init__()
        self._title = title
        found = list(options)
        self.narrows = len(found) > FEW if narrow is None else narrow
        if not keys and not self.narrows:
            keys = [str(number) for number in range(1, len(found) + 1)]
        self._lines: Sequence[Line] = [Line(*option, key=keys[at] if keys else "") for at, option in enumerate(found)]
        self._current = current

    def compose(self) -> ComposeResult:
        """Yield the filter, where there is one, and the list."""
        with Vertical(id="box"):
            if self.narrows:
                yield PlainInput(id="narrow", placeholder=_("type to narrow the list"))
            yield OptionLines(self._lines, self._current)
            yield Static(_("nothing fits"), id="none", markup=False)

    def on_mount(self) -> None:
        """Give the box the width of its longest line."""
        self.set_class(services(self).glyphs.ascii_only, "-ascii")
        box = self.query_one("#box")
        label = max((cells(inert(line.label)) for line in self._lines), default=0)
        note = max((cells(inert(line.help)) for line in self._lines), default=0)
        box.styles.width = max(label + note + 14, cells(self._title) + 8, 34)
        box.border_title = Content(cut(inert(self._title), 60))
        keys = _("↑↓ enter · esc") if not self.has_class("-ascii") else _("up down enter, esc")
        box.border_subtitle = Content(keys)
        self.query_one("#none").display = False
        (self.query_one("#narrow") if self.narrows else self.query_one(OptionLines)).focus()

    def on_key(self, event: events.Key) -> None:
        """Move with the keys that are not text here; the key of a line takes it."""
        lines = self.query_one(OptionLines)
        moves = {"down": "move(1)", "up": "move(-1)", "pagedown": "page(1)", "pageup": "page(-1)"}
        if self.narrows:
            if event.key in moves:
                event.stop()
                self.run_worker(lines.run_action(moves[event.key]))
            return
        chosen = next((line for line in lines.lines if line.key == event.key), None)
        if chosen is not None:
            event.stop()
            self.dismiss(chosen.value)

    @on(PlainInput.Changed)
    def _typed(self, event: PlainInput.Changed) -> None:
        lines = self.query_one(OptionLines)
        lines.narrow(event.value)
        lines.display = bool(lines.lines)
        self.query_one("#none").display = not lines.lines

    @on(PlainInput.Submitted)
    def _submitted(self) -> None:
        self.query_one(OptionLines).action_choose()

    @on(OptionLines.Chosen)
    def _chosen(self, event: OptionLines.Chosen) -> None:
        self.dismiss(event.line.value)

    def action_leave(self) -> None:
        """Close without a choice."""
        self.dismiss(None)
