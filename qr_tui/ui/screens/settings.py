"""Every setting with its help and default; a change is written at once, the person's own comments stay."""

import asyncio
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from qr_tui import config
from qr_tui.config import Settings
from qr_tui.core.failures import Trouble
from qr_tui.core.text import cells, inert, tail
from qr_tui.i18n import _, listed
from qr_tui.ui.front import Front
from qr_tui.ui.widgets import setting_rows as rows
from qr_tui.ui.widgets.field_row import Columns, FieldRow, OpenRow
from qr_tui.ui.widgets.key_line import KeyLine
from qr_tui.ui.widgets.notes import Note, Notes, of
from qr_tui.ui.widgets.setting_rows import Row, text_of
from qr_tui.ui.widgets.text_row import TextRow


class SettingsScreen(ModalScreen[None]):
    """The settings of `config.toml` as a form."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f10", "leave", show=False),
        Binding("q", "leave", show=False),
        Binding("ctrl+r", "default", show=False, priority=True),
    ]
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

    def __init__(self, front: Front) -> None:
        super().__init__()
        self._front = front
        self._path = front.paths.config_file
        self._problem: Trouble | None = None
        self._settings = self._read()
        self._writing = ""  # the setting that is on its way to the file
        self._warned = False  # whether a person has been told what leaving now would lose

    def _read(self) -> Settings:
        settings, self._problem = config.load_or_default(self._path)
        return settings

    # drawing
    def compose(self) -> ComposeResult:
        """Yield one row a setting, by section."""
        with Vertical(id="page"):
            yield Static(id="title", markup=False)
            with VerticalScroll(id="rows", can_focus=False):
                ascii_only = bool(getattr(getattr(self.app, "glyphs", None), "ascii_only", False))
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

    def on_mount(self) -> None:
        """Line the rows up, say where the file is."""
        self._arrange()
        if self._problem is not None:
            self.query_one(Notes).tell(of(self._problem))
        elif getattr(self.app, "file_problem", None) is not None:
            self._front_takes(self._settings)  # mended meanwhile, with another program

    def on_resize(self) -> None:
        """Cut the title to the new width."""
        self._title()

    def _arrange(self) -> None:
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

    def _at(self, widget: Widget | None) -> Row | None:
        return next((row for row in self.rows() if widget in (row, *row.children)), None)

    @on(events.DescendantFocus)
    def _focused(self, event: events.DescendantFocus) -> None:
        row = self._at(event.widget)
        if row is not None:
            self._explain(row)

    @on(events.DescendantBlur)
    def _left(self, event: events.DescendantBlur) -> None:
        row = self._at(event.widget)
        if isinstance(row, TextRow):
            self._keep(row)

    def _explain(self, row: Row) -> None:
        setting = config.setting(row.field)
        parts = [_(setting.help)]
        if setting.low is not None and setting.high is not None:
            parts.append(_("{low} to {high}").format(low=text_of(setting.low), high=text_of(setting.high)))
        if setting.kind != "table":
            parts.append(_("default {value}").format(value=text_of(setting.default) or _("none")))
        self.query_one("#help", Static).update(Content(" · ".join(parts)))

    # changing
    @on(FieldRow.Changed)
    def _chosen(self, event: FieldRow.Changed) -> None:
        self._write(event.row.field, event.row.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        row = self._at(event.input)
        if isinstance(row, TextRow):
            self._take(row)

    def _take(self, row: TextRow) -> None:
        """Write what was typed, if it differs and can be the setting's value."""
        if row.text.strip() == text_of(config.value(self._settings, row.field)):
            return
        try:
            value = config.from_text(row.field, row.text)
        except Trouble as trouble:
            self.query_one(Notes).tell(of(trouble))
            return
        self._write(row.field, value)

    def action_default(self) -> None:
        """Give the setting in hand its default back, by taking it out of the file."""
        row = self._at(self.focused)
        if row is None or config.setting(row.field).kind == "table":
            return
        default = config.setting(row.field).default
        if isinstance(row, TextRow):
            row.text = text_of(default)
        else:
            row.value = default
        self._write(row.field, None)

    def _write(self, key: str, value: object) -> None:
        self._writing = key
        self.run_worker(self._write_now({key: value}), group="write")

    async def _write_now(self, changes: dict[str, Any]) -> None:
        notes = self.query_one(Notes)
        (key,) = changes
        row = self.row(key)
        typed = row.text if isinstance(row, TextRow) else ""
        try:
            await asyncio.to_thread(config.save, self._path, changes)
            settings = await asyncio.to_thread(config.load, self._path)
        except Trouble as trouble:
            notes.tell(of(trouble))
            self._writing = ""
            self._undo(key)
            return
        self._writing = ""
        language = self._settings.ui.language
        self._settings = settings
        self._front_takes(settings)
        self._wrote(key, typed)
        if settings.ui.language != language:
            await self._speak(key)
        self.query_one(Notes).tell(Note(_("{title}: {detail}").format(title=key, detail=self._counts(key)), "good"))

    def _counts(self, key: str) -> str:
        """Return from when on a change counts: at once, but for what somebody else has decided."""
        if key == "host.base_url" and config.named_host(self._front.env):
            return _("written; QUICKROUTER_BASE_URL goes before it as long as it is set")
        if key == "host.base_url" and self._front.env.get("QUICKROUTER_API_KEY"):
            return _("written; QUICKROUTER_API_KEY goes to the new host from the next start only")
        if key.startswith("poll.") and self._front.demo:
            return _("written; the demo keeps its own pace")
        return _("written")

    def _undo(self, key: str) -> None:
        """Show again what holds where a choice was refused; typed text stays, to be corrected."""
        row = next((row for row in self.rows() if row.field == key), None)
        if isinstance(row, TextRow):
            self._remark(row)
        elif row is not None and config.setting(key).kind != "table":
            row.value = config.value(self._settings, key)

    def _wrote(self, key: str, typed: str) -> None:
        """Show a typed value as it was understood, unless the person has typed on."""
        row = self.row(key)
        if isinstance(row, TextRow):
            if row.text == typed:
                row.text = text_of(config.value(self._settings, key))
            self._remark(row)

    def _front_takes(self, settings: Settings) -> None:
        take = getattr(self.app, "use_settings", None)
        if take is not None:
            take(settings)

    async def _speak(self, key: str) -> None:
        """Say everything again, in the language that was chosen; what is typed and not written stays."""
        typed = {row.field: row.text for row in self._unwritten()}
        await self.recompose()
        self._arrange()
        for field, text in typed.items():
            row = self.row(field)
            if isinstance(row, TextRow):
                row.text = text
        row = self.row(key)
        (row.entry if isinstance(row, TextRow) else row).focus()

    @on(OpenRow.Opened)
    def _open_keys(self) -> None:
        self.run_worker(self._keys(), group="keys", exclusive=True)

    async def _keys(self) -> None:
        from qr_tui.ui.screens.keys import KeysScreen

        await self.app.push_screen_wait(KeysScreen(self._path, self._front_takes))
        self._settings = self._read()
        row = self.row("keys")
        if isinstance(row, OpenRow):
            count = len(self._settings.keys)
            row.words = rows.own_keys(count)
            row.values = (count,)
            row.value = count

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        row = self._at(event.input)
        if isinstance(row, TextRow):
            self._warned = False
            self._remark(row)

    def _is_unwritten(self, row: TextRow) -> bool:
        return row.text.strip() != text_of(config.value(self._settings, row.field)) and row.field != self._writing

    def _unwritten(self) -> list[TextRow]:
        return [row for row in self.rows() if isinstance(row, TextRow) and self._is_unwritten(row)]

    def _remark(self, row: TextRow) -> None:
        row.remark = _("! not written") if self._is_unwritten(row) else ""

    def _keep(self, row: TextRow) -> None:
        """Leave what was typed where it is: a key hit by mistake must not send a person's key to another host."""
        if self._is_unwritten(row):
            text = _("{key}: not written; enter writes it").format(key=row.field)
            self.query_one(Notes).tell(Note(text, "warn"))

    def action_leave(self) -> None:
        """Back to the list; what is typed and not written is said first."""
        lost = self._unwritten()
        if lost and not self._warned:
            self._warned = True
            text = _("{keys}: not written; enter in the field writes it, esc again discards it")
            self.query_one(Notes).tell(Note(text.format(keys=listed(row.field for row in lost)), "warn"))
            return
        self.dismiss(None)
