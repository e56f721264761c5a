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
from qr_tui.config import Setting, Settings
from qr_tui.core.failures import Trouble
from qr_tui.core.task import Parameter
from qr_tui.core.text import cells, cut, inert, tail
from qr_tui.core.words import N_
from qr_tui.i18n import LANGUAGES, _, ngettext
from qr_tui.ui.front import Front
from qr_tui.ui.widgets.field_row import Columns, FieldRow, OpenRow, SwitchRow
from qr_tui.ui.widgets.key_line import KeyLine
from qr_tui.ui.widgets.notes import Note, Notes, of
from qr_tui.ui.widgets.text_row import TextRow

Row = FieldRow | TextRow
# What is in force the moment it is written; the engine reads the rest when it starts.
AT_ONCE = ("ui.", "notify.", "keys")
TITLES = {
    "ui": N_("looks"),
    "notify": N_("notices"),
    "limits": N_("your own limits"),
    "poll": N_("looking at tasks"),
    "host": N_("host"),
    "more": N_("more"),
}


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

    def _read(self) -> Settings:
        settings, self._problem = config.load_or_default(self._path)
        return settings

    # drawing
    def compose(self) -> ComposeResult:
        """Yield one row a setting, by section."""
        with Vertical(id="page"):
            yield Static(id="title", markup=False)
            with VerticalScroll(id="rows", can_focus=False):
                section = ""
                for setting in (*_plain(), *_tables()):
                    name = setting.key.partition(".")[0] if setting.kind != "table" else "more"
                    if name != section:
                        yield Static(_(TITLES[name]), classes=f"section {'' if section else '-first'}", markup=False)
                        section = name
                    yield self._row(setting)
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

    def _row(self, setting: Setting) -> Row:
        value = config.value(self._settings, setting.key)
        match setting.kind:
            case "choice":
                words: dict[Parameter, str] = {}
                if setting.key == "ui.language":
                    ascii_only = getattr(getattr(self.app, "glyphs", None), "ascii_only", False)
                    # a terminal without UTF-8 cannot show the name that a language gives itself
                    words.update((key, name) for key, name in LANGUAGES.items() if name.isascii() or not ascii_only)
                return FieldRow(setting.key, setting.key, setting.values, value, words=words)
            case "switch":
                return SwitchRow(setting.key, setting.key, value)
            case "table" if setting.key == "keys":
                return OpenRow(setting.key, setting.key, (len(value),), len(value), words=_own(len(value)))
            case "table":
                return _InFile(setting.key, setting.key, (len(value),), len(value))
            case _:
                return TextRow(setting.key, setting.key, _text(value))

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
            self._give_up(row)

    def _explain(self, row: Row) -> None:
        setting = config.setting(row.field)
        parts = [_(setting.help)]
        if setting.low is not None and setting.high is not None:
            parts.append(_("{low} to {high}").format(low=_text(setting.low), high=_text(setting.high)))
        if setting.kind != "table":
            parts.append(_("default {value}").format(value=_text(setting.default) or _("none")))
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
        if row.text.strip() == _text(config.value(self._settings, row.field)):
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
            row.text = _text(default)
        else:
            row.value = default
        self._write(row.field, None)

    def _write(self, key: str, value: object) -> None:
        self._writing = key
        self.run_worker(self._write_now({key: value}), group="write")

    async def _write_now(self, changes: dict[str, Any]) -> None:
        notes = self.query_one(Notes)
        self._writing = next(iter(changes))
        try:
            await asyncio.to_thread(config.save, self._path, changes)
            settings = await asyncio.to_thread(config.load, self._path)
        except Trouble as trouble:
            notes.tell(of(trouble))
            self._undo(next(iter(changes)))
            return
        finally:
            self._writing = ""
        language = self._settings.ui.language
        self._settings = settings
        self._front_takes(settings)
        key = next(iter(changes))
        if settings.ui.language != language:
            await self._speak(key)
        if key.startswith(AT_ONCE):
            self.query_one(Notes).tell(Note(_("{key}: written").format(key=key), "good"))
        else:
            text = _("{key}: written; it counts from the next start").format(key=key)
            self.query_one(Notes).tell(Note(text, "good"))

    def _undo(self, key: str) -> None:
        """Show again what holds where a choice was refused; typed text stays, to be corrected."""
        row = next((row for row in self.rows() if row.field == key), None)
        if isinstance(row, FieldRow) and config.setting(key).kind != "table":
            row.value = config.value(self._settings, key)

    def _front_takes(self, settings: Settings) -> None:
        take = getattr(self.app, "use_settings", None)
        if take is not None:
            take(settings)

    async def _speak(self, key: str) -> None:
        """Say everything again, in the language that was chosen."""
        await self.recompose()
        self._arrange()
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
            row.words = _own(count)
            row.values = (count,)
            row.value = count

    def _give_up(self, row: TextRow) -> None:
        """Put back what holds: a key hit by mistake in a field must not send a person's key to another host."""
        holds = _text(config.value(self._settings, row.field))
        if row.text.strip() != holds and row.field != self._writing:
            row.text = holds
            self.query_one(Notes).tell(Note(_("{key}: not written; enter writes").format(key=row.field), "warn"))

    def action_leave(self) -> None:
        """Back to the list."""
        self.dismiss(None)


class _InFile(FieldRow):
    """A table that is edited in the file: how many entries it has."""

    def choices(self) -> list[tuple[str, bool]]:
        count = int(self.value or 0)
        return [(ngettext("{n} in config.toml", "{n} in config.toml", count).format(n=count), False)]

    def step(self, by: int = 1) -> None:
        """Nothing changes here."""


def _plain() -> list[Setting]:
    """Return the settings with a value, what a person changes most first; none of it begins in a text field."""
    order = list(TITLES)
    plain = [setting for setting in config.DESCRIBE if setting.kind != "table"]
    return sorted(plain, key=lambda setting: order.index(setting.key.partition(".")[0]))


def _tables() -> list[Setting]:
    tables = [setting for setting in config.DESCRIBE if setting.kind == "table"]
    return sorted(tables, key=lambda setting: setting.key != "keys")


def _own(count: int) -> dict[Parameter, str]:
    """Return how many keys are a person's own, in words."""
    return {count: ngettext("{n} of your own", "{n} of your own", count).format(n=count)}


def _text(value: object) -> str:
    """Return a value as a person types it."""
    if isinstance(value, float):
        return f"{value:g}"
    return cut(inert(str(value)), 400)
