"""Choosing the columns of the list: each change shows at once behind the dialog."""

from collections.abc import Callable, Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical

from qr_tui.i18n import _
from qr_tui.ui.tasks.task_row import OPTIONAL, TITLES, USUAL
from qr_tui.ui.widgets.dialog import Dialog
from qr_tui.ui.widgets.option_lines import Line, OptionLines


class ColumnsScreen(Dialog[None]):
    """Switches columns on and off; status and prompt always stand there.

    Args:
        wanted: The columns that are on.
        shown: Returns which columns have room at this width; asked again after each change.
        show: Shows the columns that are on, after each change.
    """

    CSS = """
    ColumnsScreen #box { width: 52; }
    ColumnsScreen OptionLines { background: $surface; }
    ColumnsScreen OptionLines > .option--cursor { background: $row-cursor; color: $foreground; }
    ColumnsScreen OptionLines > .option--help { color: $text-muted; }
    """

    def __init__(
        self, wanted: Sequence[str], shown: Callable[[], Sequence[str]], show: Callable[[tuple[str, ...]], None]
    ) -> None:
        super().__init__()
        self._wanted = list(wanted)
        self._shown = shown
        self._show_columns = show

    def compose(self) -> ComposeResult:
        """Yield one line a column."""
        with Vertical(id="box"):
            yield OptionLines(self._lines())

    def on_mount(self) -> None:
        """Begin at the first column."""
        self.frame(_("Columns"), _("digit or space on or off · r usual ones · esc done"))
        self.query_one(OptionLines).focus()

    def _lines(self) -> list[Line]:
        shown = self._shown()
        lines = []
        for number, column in enumerate(OPTIONAL, 1):
            on = column in self._wanted
            note = _("no room at this width") if on and column not in shown else ""
            lines.append(Line(column, f"[{'x' if on else ' '}] {_(TITLES[column])}", note, key=str(number)))
        return lines

    def on_key(self, event: events.Key) -> None:
        """Switch, go back to the usual ones, or leave."""
        lines = self.query_one(OptionLines)
        match event.key:
            case "space" if lines.at is not None:
                self._switch(str(lines.at.value))
            case "r":
                self._wanted = list(USUAL)
                self._show_wanted()
            case key if found := next((line for line in lines.lines if line.key == key), None):
                lines.move_to(lines.lines.index(found))
                self._switch(str(found.value))
            case "escape" | "q" | "c":
                self.dismiss(None)
            case _:
                return
        event.stop()

    @on(OptionLines.Chosen)
    def _chosen(self, event: OptionLines.Chosen) -> None:
        event.stop()
        self._switch(str(event.line.value))

    def _switch(self, column: str) -> None:
        if column in self._wanted:
            self._wanted.remove(column)
        else:
            self._wanted.append(column)
        self._show_wanted()

    def _show_wanted(self) -> None:
        wanted = tuple(column for column in OPTIONAL if column in self._wanted)
        self._show_columns(wanted)
        lines = self.query_one(OptionLines)
        lines.show(self._lines(), cursor=lines.at.value if lines.at is not None else None)
