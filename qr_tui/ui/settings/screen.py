"""Every setting with its help and default; a change is written at once, the person's own comments stay."""

import asyncio
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from qr_tui import config
from qr_tui.config import Settings
from qr_tui.config.check import span
from qr_tui.core.environment import API_KEY
from qr_tui.core.failures import Trouble
from qr_tui.core.text.display import cells, inert, inert_lines, tail
from qr_tui.i18n import _, listed, translate
from qr_tui.ui.app_services import services
from qr_tui.ui.context import AppContext
from qr_tui.ui.settings.config_text import ConfigText
from qr_tui.ui.settings.form import SettingsForm
from qr_tui.ui.settings.rows import InFile, Row, own_keys, text_of
from qr_tui.ui.widgets.field_row import FieldRow, OpenRow
from qr_tui.ui.widgets.key_line import KeyLine
from qr_tui.ui.widgets.notes import Note, Notes, trouble_note
from qr_tui.ui.widgets.text_row import TextRow


class SettingsScreen(ModalScreen[None]):
    """The settings of `config.toml` as a form.

    Args:
        app_context: Where the file is, and the environment for the editor.
    """

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
        &.-wide #help { dock: right; width: 42%; height: 100%; padding: 2 3; border-left: vkey $rail; }
        &.-short .section { margin: 0; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-normal"), (110, "-wide")]  # noqa: RUF012 -- as Textual has it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (28, "-tall")]  # noqa: RUF012

    def __init__(self, app_context: AppContext) -> None:
        super().__init__()
        self._path = app_context.paths.config_file
        self._settings, self._problem = config.load_or_default(self._path)
        self._app_context = app_context
        self._text = ConfigText(app_context)
        self._lock = asyncio.Lock()  # held while the file is changed
        self._writing = ""  # the setting that is on its way to the file
        self._warned = False  # whether a person has been told what leaving now would lose

    def compose(self) -> ComposeResult:
        """Yield title, rows, what the row in hand means, notes and keys; again after a change of language."""
        self.form = SettingsForm(self._settings)
        with Vertical(id="page"):
            yield Static(id="title", markup=False)
            yield self.form
            yield Static(id="help", markup=False)
            yield Notes(id="notes")
            yield KeyLine(
                [
                    ("tab", _("next")),
                    ("space", _("change")),
                    ("enter", _("done")),
                    ("esc", _("back")),
                    ("ctrl+r", _("default")),
                ]
            )

    def on_mount(self) -> None:
        """Line the rows up, say where the file is."""
        self.form.line_up()
        self._show_title()
        if self._problem is not None:
            self.tell(trouble_note(self._problem))
        elif services(self).file_problem is not None:
            self._use_in_app(self._settings)  # corrected meanwhile, with another program

    def on_resize(self) -> None:
        """Cut the title to the new width, and use what room there is for words on the row in hand."""
        self._show_title()
        self.call_after_refresh(self._focused)

    def _show_title(self) -> None:
        name = _("Settings")
        room = max(self.app.size.width - cells(name) - 6, 8)
        path = tail(inert(str(self._path)), room)
        self.query_one("#title", Static).update(Content.assemble((name, "bold"), "  ", (path, "$text-muted")))

    def tell(self, *notes: Note) -> None:
        """Say something under the rows."""
        self.query_one(Notes).tell(*notes)

    @on(events.DescendantFocus)
    def _focused(self) -> None:
        row = self.form.row_of(self.focused)  # two rows may tell in another order than they were reached
        if row is not None:
            self._explain(row)
            self.form.follow_focus()

    def _explain(self, row: Row) -> None:
        setting = config.setting(row.field)
        parts = [setting.key, _(setting.help)]
        parts += filter(None, [translate(span(setting.low, setting.high))])
        if setting.kind != "table":
            parts.append(_("default {value}").format(value=text_of(setting.default) or _("none")))
        if isinstance(row, InFile):
            parts.append(_("enter opens config.toml in $EDITOR"))
        words = Content(" · ".join(parts))
        if self.has_class("-wide"):  # there is half a screen beside the rows
            command = f"qr-tui config set {setting.key} …"
            head = Content.assemble((_(setting.title), "bold"), "\n\n", "\n".join(parts), "\n\n", (command, "$accent"))
            words = head + Content.assemble("\n\n\n", (self._path.name, "bold"), "\n\n", self._file_text())
        self.query_one("#help", Static).update(words)

    def _file_text(self) -> str:
        """Return the beginning of the file as it stands."""
        try:
            text = config.read_text(self._path)
        except Trouble:
            return ""
        return inert_lines(text, limit=4_000) or _("nothing is set: everything is at its default")

    @on(events.DescendantBlur)
    def _left(self, event: events.DescendantBlur) -> None:
        row = self.form.row_of(event.widget)
        if isinstance(row, TextRow):
            self._warn_unwritten(row)

    # changing
    @on(FieldRow.Changed)
    def _chosen(self, event: FieldRow.Changed) -> None:
        self._write(event.row.field, event.row.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        row = self.form.row_of(event.input)
        if isinstance(row, TextRow):
            self._write_typed(row)

    def _write_typed(self, row: TextRow) -> None:
        """Write what was typed, if it differs and can be the setting's value, and go on to the next row."""
        if row.text.strip() == text_of(config.value(self._settings, row.field)):
            self.focus_next()
            return
        if config.is_limit(row.field) and not row.text.strip():
            self._remove_limit(row.field, None)  # emptied: that takes it out
            return
        try:
            value = config.from_text(row.field, row.text)
        except Trouble as trouble:
            self.tell(trouble_note(trouble))
            return
        if config.is_limit(row.field) and not value:
            self._remove_limit(row.field, value)
            return
        self._write(row.field, value, goes_on=True)

    def _remove_limit(self, key: str, value: object) -> None:
        """Write `value`, which is no limit any more (None takes it out of the file), if the person says so."""
        self.run_worker(self._ask_and_remove(key, value), group="ask", exclusive=True)

    async def _ask_and_remove(self, key: str, value: object) -> None:
        before = config.value(self._settings, key)
        if before:
            lines = [
                _("{key} is {value} now.").format(key=key, value=text_of(before)),
                _("Without it nothing limits what a day may cost."),
            ]
            if not await services(self).ask(_("Remove this limit?"), lines, yes=_("remove"), no=_("keep it")):
                row = self.form.row(key)
                if isinstance(row, TextRow):
                    row.text = text_of(before)
                return
        self._write(key, value)

    def action_default(self) -> None:
        """Give the setting in hand its default back, by taking it out of the file."""
        row = self.form.row_of(self.focused)
        if row is None or config.setting(row.field).kind == "table":
            return
        if config.is_limit(row.field):
            self._remove_limit(row.field, None)
            return
        default = config.setting(row.field).default
        if isinstance(row, TextRow):
            row.text = text_of(default)
        else:
            row.value = default
        self._write(row.field, None)

    def _write(self, key: str, value: object, *, goes_on: bool = False) -> None:
        self._writing = key
        self.run_worker(self._write_now({key: value}, goes_on=goes_on), group="write")

    async def _write_now(self, changes: dict[str, Any], *, goes_on: bool) -> None:
        """Write to the file, take it over, and with `goes_on` leave the row, if the person has not done so."""
        (key,) = changes
        row = self.form.row(key)
        typed = row.text if isinstance(row, TextRow) else ""
        try:
            async with self._lock:  # one after the other: the later choice is the one that stays
                await asyncio.to_thread(config.save, self._path, changes)
                settings = await asyncio.to_thread(config.load, self._path)
        except Trouble as trouble:
            self.tell(trouble_note(trouble))
            self._writing = ""
            self._undo(key)
            return
        self._writing = ""
        language = self._settings.ui.language
        self._show_settings(settings)
        self._use_in_app(settings)
        self._show_written(key, typed)
        if settings.ui.language != language:
            await self._show_language(key)
        if goes_on and self.form.row_of(self.focused) is self.form.row(key):
            self.focus_next()
        self._focused()
        self.tell(Note(_("{title}: {detail}").format(title=key, detail=self._when_in_force(key)), "good"))

    def _when_in_force(self, key: str) -> str:
        """Say that a change is written, and why it is not in force at once where something else goes before it."""
        if key == "host.base_url" and config.named_host(self._app_context.env):
            return _("written; QUICKROUTER_BASE_URL goes before it as long as it is set")
        if key == "host.base_url" and self._app_context.env.get(API_KEY):
            return _("written; QUICKROUTER_API_KEY goes to the new host from the next start only")
        if key.startswith("poll.") and self._app_context.demo:
            return _("written; the demo keeps its own pace")
        return _("written")

    def _show_settings(self, settings: Settings) -> None:
        """Take over what stands in the file; a row that shows what stood there before shows what stands there now."""
        before, self._settings = self._settings, settings
        for row in self.form.rows():
            old, new = (config.value(one, row.field) for one in (before, settings))
            if isinstance(row, TextRow):
                if row.text.strip() == text_of(old):
                    row.text = text_of(new)
                self._remark(row)
            elif config.setting(row.field).kind != "table" and row.value == old:
                row.value = new

    def _undo(self, key: str) -> None:
        """Show again what holds where a choice was refused; typed text stays, to be corrected."""
        row = next((row for row in self.form.rows() if row.field == key), None)
        if isinstance(row, TextRow):
            self._remark(row)
        elif row is not None and config.setting(key).kind != "table":
            row.value = config.value(self._settings, key)

    def _show_written(self, key: str, typed: str) -> None:
        """Show a typed value as it was understood, unless the person has typed on."""
        row = self.form.row(key)
        if isinstance(row, TextRow):
            if row.text == typed:
                row.text = text_of(config.value(self._settings, key))
            self._remark(row)

    def _use_in_app(self, settings: Settings) -> list[Trouble]:
        """Let the app take changed settings; return what is wrong with the keys among them."""
        return services(self).use_settings(settings)

    async def _show_language(self, key: str) -> None:
        """Show everything in the language now in use; what is typed and not written stays."""
        typed = {row.field: row.text for row in self._unwritten()}
        await self.recompose()
        self.form.line_up()
        self._show_title()
        for field, text in typed.items():
            row = self.form.row(field)
            if isinstance(row, TextRow):
                row.text = text
        self._mark_file()
        row = self.form.row(key)
        (row.entry if isinstance(row, TextRow) else row).focus()

    @on(OpenRow.Opened)
    def _open(self, event: OpenRow.Opened) -> None:
        key = event.row.field
        opened = {"keys": self._open_keys, "create.model": self._choose_model}.get(key)
        self.run_worker(opened() if opened else self._edit(key), group="open", exclusive=True)

    async def _choose_model(self) -> None:
        from qr_tui.ui.compose.form import model_options
        from qr_tui.ui.widgets.choose import ChooseScreen

        current = self._settings.create.model
        options = model_options(config.catalogue(self._settings), current)
        chosen = await self.app.push_screen_wait(ChooseScreen(_("Model"), options, current))
        if chosen is not None and chosen != current:
            row = self.form.row("create.model")
            if isinstance(row, OpenRow):
                row.values, row.value = (chosen,), chosen
            self._write("create.model", chosen)

    async def _edit(self, key: str) -> None:
        """Open the file in the person's editor; nothing is overwritten by a text with a mistake."""
        self._warned = False
        try:
            async with self._lock:
                settings = await self._text.edit(self.app)
        except Trouble as trouble:
            kept = Note(_("nothing was written; enter opens your text again"), "warn")
            self.tell(trouble_note(trouble), *([kept] if self._text.waiting is not None else []))
            self._mark_file()
            return
        if settings is None:
            self.tell(Note(_("config.toml is as it was")))
            self._mark_file()
            return
        self._show_settings(settings)
        problems = self._use_in_app(settings)
        await self._show_language(key)
        self.tell(Note(_("config.toml: written"), "good"), *map(trouble_note, problems))

    def _mark_file(self) -> None:
        for row in self.query(InFile):
            row.explain("" if self._text.waiting is None else _("! not written"))

    async def _open_keys(self) -> None:
        from qr_tui.ui.settings.keys import KeysScreen

        await self.app.push_screen_wait(KeysScreen(self._path, self._use_in_app))
        settings, self._problem = await asyncio.to_thread(config.load_or_default, self._path)
        self._show_settings(settings)
        row = self.form.row("keys")
        if isinstance(row, OpenRow):
            count = len(self._settings.keys)
            row.words = own_keys(count)
            row.values = (count,)
            row.value = count

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        row = self.form.row_of(event.input)
        if isinstance(row, TextRow):
            self._warned = False
            self._remark(row)

    def _is_unwritten(self, row: TextRow) -> bool:
        return row.text.strip() != text_of(config.value(self._settings, row.field)) and row.field != self._writing

    def _unwritten(self) -> list[TextRow]:
        return [row for row in self.form.text_rows() if self._is_unwritten(row)]

    def _remark(self, row: TextRow) -> None:
        row.remark = _("! not written") if self._is_unwritten(row) else ""

    def _warn_unwritten(self, row: TextRow) -> None:
        """Leave what was typed where it is: a key hit by mistake must not send a person's key to another host."""
        if self._is_unwritten(row):
            text = _("{key}: not written; enter writes it").format(key=row.field)
            self.tell(Note(text, "warn"))

    def action_leave(self) -> None:
        """Back to the list; what is typed and not written is said first."""
        lost = [row.field for row in self._unwritten()]
        if self._text.waiting is not None:
            lost.append(self._path.name)
        if lost and not self._warned:
            self._warned = True
            text = _("{keys}: not written; enter there goes on with it, esc again discards it")
            self.tell(Note(text.format(keys=listed(lost)), "warn"))
            return
        self.dismiss(None)
