"""The rows of the settings screen, one a setting, by section."""

from collections.abc import Iterator

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from qr_tui.config import Settings
from qr_tui.core.text.display import cells
from qr_tui.i18n import _
from qr_tui.ui.app_services import services
from qr_tui.ui.settings import rows
from qr_tui.ui.settings.rows import Row
from qr_tui.ui.widgets.field_row import Columns, FieldRow
from qr_tui.ui.widgets.text_row import TextRow


class SettingsForm(VerticalScroll, can_focus=False):
    """The rows; the one in hand stays in sight when notes take room from them.

    Args:
        settings: What the rows begin with.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(id="rows")
        self._settings = settings

    def compose(self) -> ComposeResult:
        """Yield one row a setting, by section."""
        before = ""
        for section, setting in rows.in_order():
            if section != before:
                first = "" if before else "-first"
                yield Static(_(rows.TITLES[section]), classes=f"section {first}", markup=False)
                before = section
            yield rows.make(setting, self._settings, ascii_only=services(self).glyphs.ascii_only)

    def line_up(self) -> None:
        """Give all rows one column of labels."""
        label = max(cells(row.label) for row in self.rows())
        for row in self.rows():
            row.columns = Columns(label, 0)

    def rows(self) -> list[Row]:
        """Return the rows in order."""
        return [row for row in self.children if isinstance(row, FieldRow | TextRow)]

    def text_rows(self) -> Iterator[TextRow]:
        """Yield the rows that are typed in."""
        return (row for row in self.rows() if isinstance(row, TextRow))

    def row(self, key: str) -> Row:
        """Return the row of the setting called `key`."""
        return next(row for row in self.rows() if row.field == key)

    def row_of(self, widget: Widget | None) -> Row | None:
        """Return the row that `widget` is, or is part of."""
        return next((row for row in self.rows() if widget in (row, *row.children)), None)

    def on_resize(self) -> None:
        """Follow the focus once the new size is drawn."""
        self.follow_focus()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the focus: a scroll that was asked for before it moved may come after, and take it out of sight."""
        super().watch_scroll_y(old_value, new_value)
        self.follow_focus()

    def follow_focus(self) -> None:
        """Bring what has the focus into sight, behind any scrolling for what had it before."""
        self.call_after_refresh(self._show_focused)

    def _show_focused(self) -> None:
        if self.screen.focused is not None:
            self.screen.focused.scroll_visible(animate=False)
