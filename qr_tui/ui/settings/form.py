"""How the settings screen looks: a title, one row a setting by section, what the row in hand means, notes and keys."""

from pathlib import Path

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from qr_tui import config
from qr_tui.config import Settings
from qr_tui.config.check import span
from qr_tui.core.text import cells, inert, tail
from qr_tui.i18n import _, translate
from qr_tui.ui.app_services import services
from qr_tui.ui.settings import rows
from qr_tui.ui.settings.rows import InFile, Row, text_of
from qr_tui.ui.widgets.field_row import Columns, FieldRow
from qr_tui.ui.widgets.key_line import KeyLine
from qr_tui.ui.widgets.notes import Note, Notes
from qr_tui.ui.widgets.text_row import TextRow


class SettingsForm(ModalScreen[None]):
    """The page; what happens on it is the settings screen's.

    Args:
        path: `config.toml`.
        settings: What the rows begin with.
    """

    CSS = """
    SettingsScreen {
        #page { background: $background; }
        #title { height: 1; background: $surface; padding: 0 1; }
        #rows { scrollbar-size-vertical: 1; }
        .section { height: 1; color: $text-muted; text-style: bold; padding: 0 2; margin: 1 0 0 0; }
        .section.-first { margin: 0; }
        #help { height: 2; padding: 0 2; color: $text-muted; }
        &.-short .section { margin: 0; }
    }
    """
    VERTICAL_BREAKPOINTS = [(0, "-short"), (28, "-tall")]  # noqa: RUF012 -- as Textual has it

    def __init__(self, path: Path, settings: Settings) -> None:
        super().__init__()
        self._path = path
        self._settings = settings

    def compose(self) -> ComposeResult:
        """Yield one row a setting, by section."""
        with Vertical(id="page"):
            yield Static(id="title", markup=False)
            with _Rows(id="rows", can_focus=False):
                ascii_only = services(self).glyphs.ascii_only
                before = ""
                for section, setting in rows.in_order():
                    if section != before:
                        first = "" if before else "-first"
                        yield Static(_(rows.TITLES[section]), classes=f"section {first}", markup=False)
                        before = section
                    yield rows.make(setting, self._settings, ascii_only=ascii_only)
            yield Static(id="help", markup=False)
            yield Notes(id="notes")
            yield KeyLine(
                [
                    ("tab", _("next")),
                    ("space", _("change")),
                    ("enter", _("write")),
                    ("esc", _("back")),
                    ("ctrl+r", _("default")),
                ]
            )

    def on_resize(self) -> None:
        """Cut the title to the new width."""
        self._title()

    def line_up(self) -> None:
        """Line the rows up."""
        rows = list(self.rows())
        label = max(cells(row.label) for row in rows)
        for row in rows:
            row.columns = Columns(label, 0)
        self._title()

    def _title(self) -> None:
        name = _("settings")
        room = max(self.app.size.width - cells(name) - 6, 8)
        path = tail(inert(str(self._path)), room)
        self.query_one("#title", Static).update(Content.assemble((name, "bold"), "  ", (path, "$text-muted")))

    def rows(self) -> list[Row]:
        """Return the rows in order."""
        return [row for row in self.query_one("#rows").children if isinstance(row, FieldRow | TextRow)]

    def row(self, key: str) -> Row:
        """Return the row of the setting called `key`."""
        return next(row for row in self.rows() if row.field == key)

    def at(self, widget: Widget | None) -> Row | None:
        """Return the row that `widget` is, or is part of."""
        return next((row for row in self.rows() if widget in (row, *row.children)), None)

    def tell(self, *notes: Note) -> None:
        """Say something under the rows."""
        self.query_one(Notes).tell(*notes)

    @on(events.DescendantFocus)
    def _focused(self) -> None:
        row = self.at(self.focused)  # two rows may tell in another order than they were reached
        if row is not None:
            self._explain(row)
            self.query_one(_Rows).follow()

    def _explain(self, row: Row) -> None:
        setting = config.setting(row.field)
        parts = [_(setting.help)]
        parts += filter(None, [translate(span(setting.low, setting.high))])
        if setting.kind != "table":
            parts.append(_("default {value}").format(value=text_of(setting.default) or _("none")))
        if isinstance(row, InFile):
            parts.append(_("enter opens config.toml in $EDITOR"))
        self.query_one("#help", Static).update(Content(" · ".join(parts)))


class _Rows(VerticalScroll):
    """The rows; the one in hand stays in sight when notes take room from them."""

    def on_resize(self) -> None:
        """Follow the focus once the new size is drawn."""
        self.follow()

    def follow(self) -> None:
        """Bring what has the focus into sight, behind any scrolling for what had it before."""
        self.call_after_refresh(self._show_focused)

    def _show_focused(self) -> None:
        if self.screen.focused is not None:
            self.screen.focused.scroll_visible(animate=False)
