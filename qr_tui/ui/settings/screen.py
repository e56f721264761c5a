"""Every setting with its help and default; a change is written at once, the person's own comments stay."""

import asyncio
from typing import Any, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widgets import Input

from qr_tui import config
from qr_tui.config import Settings
from qr_tui.core.environment import API_KEY
from qr_tui.core.failures import Trouble
from qr_tui.i18n import _, listed
from qr_tui.ui.app_services import services
from qr_tui.ui.context import AppContext
from qr_tui.ui.settings.config_text import ConfigText
from qr_tui.ui.settings.form import SettingsForm
from qr_tui.ui.settings.rows import InFile, own_keys, text_of
from qr_tui.ui.widgets.field_row import FieldRow, OpenRow
from qr_tui.ui.widgets.notes import Note, of
from qr_tui.ui.widgets.text_row import TextRow


class SettingsScreen(SettingsForm):
    """The settings of `config.toml` as a form."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f10", "leave", show=False),
        Binding("q", "leave", show=False),
        Binding("ctrl+r", "default", show=False, priority=True),
    ]

    def __init__(self, app_context: AppContext) -> None:
        settings, self._problem = config.load_or_default(app_context.paths.config_file)
        super().__init__(app_context.paths.config_file, settings)
        self._app_context = app_context
        self._text = ConfigText(app_context)
        self._lock = asyncio.Lock()  # held while the file is changed
        self._writing = ""  # the setting that is on its way to the file
        self._warned = False  # whether a person has been told what leaving now would lose

    def on_mount(self) -> None:
        """Line the rows up, say where the file is."""
        self.line_up()
        if self._problem is not None:
            self.tell(of(self._problem))
        elif services(self).file_problem is not None:
            self._front_takes(self._settings)  # mended meanwhile, with another program

    @on(events.DescendantBlur)
    def _left(self, event: events.DescendantBlur) -> None:
        row = self.at(event.widget)
        if isinstance(row, TextRow):
            self._keep(row)

    # changing
    @on(FieldRow.Changed)
    def _chosen(self, event: FieldRow.Changed) -> None:
        self._write(event.row.field, event.row.value)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        row = self.at(event.input)
        if isinstance(row, TextRow):
            self._take(row)

    def _take(self, row: TextRow) -> None:
        """Write what was typed, if it differs and can be the setting's value."""
        if row.text.strip() == text_of(config.value(self._settings, row.field)):
            return
        try:
            value = config.from_text(row.field, row.text)
        except Trouble as trouble:
            self.tell(of(trouble))
            return
        self._write(row.field, value)

    def action_default(self) -> None:
        """Give the setting in hand its default back, by taking it out of the file."""
        row = self.at(self.focused)
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
        (key,) = changes
        row = self.row(key)
        typed = row.text if isinstance(row, TextRow) else ""
        try:
            async with self._lock:  # one after the other: the later choice is the one that stays
                await asyncio.to_thread(config.save, self._path, changes)
                settings = await asyncio.to_thread(config.load, self._path)
        except Trouble as trouble:
            self.tell(of(trouble))
            self._writing = ""
            self._undo(key)
            return
        self._writing = ""
        language = self._settings.ui.language
        self._hold(settings)
        self._front_takes(settings)
        self._wrote(key, typed)
        if settings.ui.language != language:
            await self._speak(key)
        self.tell(Note(_("{title}: {detail}").format(title=key, detail=self._counts(key)), "good"))

    def _counts(self, key: str) -> str:
        """Return from when on a change counts: at once, but for what somebody else has decided."""
        if key == "host.base_url" and config.named_host(self._app_context.env):
            return _("written; QUICKROUTER_BASE_URL goes before it as long as it is set")
        if key == "host.base_url" and self._app_context.env.get(API_KEY):
            return _("written; QUICKROUTER_API_KEY goes to the new host from the next start only")
        if key.startswith("poll.") and self._app_context.demo:
            return _("written; the demo keeps its own pace")
        return _("written")

    def _hold(self, settings: Settings) -> None:
        """Take over what stands in the file; a row that shows what stood there before shows what stands there now."""
        before, self._settings = self._settings, settings
        for row in self.rows():
            old, new = (config.value(one, row.field) for one in (before, settings))
            if isinstance(row, TextRow):
                if row.text.strip() == text_of(old):
                    row.text = text_of(new)
                self._remark(row)
            elif config.setting(row.field).kind != "table" and row.value == old:
                row.value = new

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

    def _front_takes(self, settings: Settings) -> list[Trouble]:
        """Let the app take changed settings; return what is wrong with the keys among them."""
        return services(self).use_settings(settings)

    async def _speak(self, key: str) -> None:
        """Show everything anew, in the language in use; what is typed and not written stays."""
        typed = {row.field: row.text for row in self._unwritten()}
        await self.recompose()
        self.line_up()
        for field, text in typed.items():
            row = self.row(field)
            if isinstance(row, TextRow):
                row.text = text
        self._mark_file()
        row = self.row(key)
        (row.entry if isinstance(row, TextRow) else row).focus()

    @on(OpenRow.Opened)
    def _open(self, event: OpenRow.Opened) -> None:
        key = event.row.field
        self.run_worker(self._keys() if key == "keys" else self._edit(key), group="open", exclusive=True)

    async def _edit(self, key: str) -> None:
        """Open the file in the person's editor; nothing is overwritten by a text with a mistake."""
        self._warned = False
        try:
            async with self._lock:
                settings = await self._text.edit(self.app)
        except Trouble as trouble:
            kept = Note(_("nothing was written; enter opens your text again"), "warn")
            self.tell(of(trouble), *([kept] if self._text.waiting is not None else []))
            self._mark_file()
            return
        if settings is None:
            self.tell(Note(_("config.toml is as it was")))
            self._mark_file()
            return
        self._hold(settings)
        problems = self._front_takes(settings)
        await self._speak(key)
        self.tell(Note(_("config.toml: written"), "good"), *map(of, problems))

    def _mark_file(self) -> None:
        for row in self.query(InFile):
            row.explain("" if self._text.waiting is None else _("! not written"))

    async def _keys(self) -> None:
        from qr_tui.ui.settings.keys import KeysScreen

        await self.app.push_screen_wait(KeysScreen(self._path, self._front_takes))
        settings, self._problem = await asyncio.to_thread(config.load_or_default, self._path)
        self._hold(settings)
        row = self.row("keys")
        if isinstance(row, OpenRow):
            count = len(self._settings.keys)
            row.words = own_keys(count)
            row.values = (count,)
            row.value = count

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        row = self.at(event.input)
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
