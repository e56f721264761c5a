"""Every command with its keys; a key is changed by typing it, a clash is refused with both names."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from qr_tui import config
from qr_tui.commands.keymap import Keymap, by_current_id, display, normal
from qr_tui.commands.registry import COMMANDS, RENAMED, command
from qr_tui.config import Settings
from qr_tui.core.failures import Kind, Trouble
from qr_tui.i18n import _, translate
from qr_tui.ui.app_services import services
from qr_tui.ui.widgets.key_line import KeyLine
from qr_tui.ui.widgets.notes import Note, Notes, trouble_note
from qr_tui.ui.widgets.option_lines import Line, OptionLines
from qr_tui.ui.widgets.text_fields import PlainInput

LEAST_HELP = 40  # cells; less would cut most of the words, so they stand below the list


class KeysScreen(ModalScreen[None]):
    """The keymap as a list.

    Args:
        path: `config.toml`.
        use: Called with the new settings after each change.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,f10", "leave", show=False)]
    CSS = """
    KeysScreen {
        #page { background: $background; }
        #title { height: 1; background: $surface; padding: 0 1; text-style: bold; }
        OptionLines { height: 1fr; }
        #search { height: 1; margin: 0 2; border: none; padding: 0; background: $surface; }
        #help { height: auto; max-height: 2; color: $text-muted; padding: 0 2; }
        OptionLines > .option--cursor { background: $row-cursor; color: $foreground; }
        OptionLines > .option--help { color: $text-muted; }
    }
    """

    def __init__(self, path: Path, use: Callable[[Settings], object]) -> None:
        super().__init__()
        self._path = path
        self._use_settings = use
        self._settings, self._problem = config.load_or_default(path)
        self.waiting = ""  # the command whose new key is the next one typed
        self._besides = False  # whether that key comes besides those it has

    def compose(self) -> ComposeResult:
        """Yield the list."""
        with Vertical(id="page"):
            yield Static(_("Keys"), id="title", markup=False)
            yield PlainInput(id="search", placeholder=_("a word or a key"))
            yield OptionLines(self._lines(), least_help=LEAST_HELP)
            yield Static(id="help", markup=False)
            yield Notes(id="notes")
            yield KeyLine(self._keys_on())

    def on_mount(self) -> None:
        """Say at once what is wrong with the file."""
        if self._problem is not None:
            self.query_one(Notes).tell(trouble_note(self._problem))
        self.query_one("#search").display = False
        self.query_one(OptionLines).focus()

    def _keys_on(self) -> list[tuple[str, str]]:
        return [("enter", _("change")), ("a", _("add")), ("d", _("default")), ("/", _("search")), ("esc", _("back"))]

    def _lines(self) -> list[Line]:
        keymap, own_ids = Keymap(self._settings.keys), by_current_id(self._settings.keys)
        ascii_only = services(self).glyphs.ascii_only
        lines = []
        for item in COMMANDS:
            keys = " ".join(display(key, ascii_only=ascii_only) for key in keymap.keys(item.id))
            own = f"{keys} *" if item.id in own_ids else keys
            lines.append(Line(item.id, item.id, _(item.help), own))
        return lines

    @on(OptionLines.Moved)
    def _explain(self) -> None:
        """Say below the list what the command in hand does, where there is no room beside it."""
        lines, words = self.query_one(OptionLines), self.query_one("#help", Static)
        words.display = lines.at is not None and not lines.shows_help
        if lines.at is not None:
            words.update(Content(lines.at.help))

    def on_resize(self) -> None:
        """There is other room now."""
        self.call_after_refresh(self._explain)

    @on(OptionLines.Chosen)
    def _chosen(self, event: OptionLines.Chosen) -> None:
        self._wait_for_key(str(event.line.value), besides=False)

    def _wait_for_key(self, command_id: str, *, besides: bool) -> None:
        """Take the next key that is typed, for this command."""
        self.waiting, self._besides = command_id, besides
        text = _("Type one more key of {command}; esc leaves it as it is.") if besides else ""
        text = text or _("Type the new key of {command}; esc leaves it as it is.")
        self.query_one(Notes).tell(Note(text.format(command=command_id), "warn"))
        self.set_focus(None)  # so that the list does not take the key for itself

    async def on_event(self, event: events.Event) -> None:
        """While a key is awaited, take it before any binding can."""
        if self.waiting and isinstance(event, events.Key):
            event.stop()
            event.prevent_default()
            self._typed(event)
            return
        await super().on_event(event)

    def _typed(self, event: events.Key) -> None:
        command_id, self.waiting = self.waiting, ""
        lines = self.query_one(OptionLines)
        lines.focus()
        if event.key == "escape":
            self.query_one(Notes).tell()
            return
        # a sign without a name of its own is written as itself
        self._change(command_id, normal(event.key) or normal(event.character or "") or event.key)

    def on_key(self, event: events.Key) -> None:
        """``a`` adds a key to a command, ``d`` gives it its default keys back, ``/`` searches."""
        lines = self.query_one(OptionLines)
        search = self.query_one("#search", PlainInput)
        if search.has_focus:
            if event.key in ("escape", "down", "up"):
                event.stop()
                event.prevent_default()
                if event.key == "escape":
                    search.value = ""
                    search.display = False
                lines.focus()
            return
        if event.key == "slash":
            event.stop()
            search.display = True
            search.focus()
            return
        if event.key == "d" and lines.at is not None:
            event.stop()
            self._change(str(lines.at.value), None)
        elif event.key == "a" and lines.at is not None:
            event.stop()
            self._wait_for_key(str(lines.at.value), besides=True)

    @on(Input.Changed)
    def _narrow(self, event: Input.Changed) -> None:
        event.stop()
        self.query_one(OptionLines).narrow(event.value)

    @on(Input.Submitted)
    def _found(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(OptionLines).focus()

    def _change(self, command_id: str, key: str | None) -> None:
        before = Keymap(self._settings.keys)
        has = before.keys(command_id)
        if key is not None and key in has and (self._besides or command_id not in self._settings.keys):
            self.query_one(Notes).tell(Note(_("That is its key already."), "plain"))
            return
        if key is not None and self._besides:
            key = ",".join((*has, key))
        wanted = {name: keys for name, keys in by_current_id(self._settings.keys).items() if name != command_id}
        if key is not None:
            wanted[command_id] = key
        known = [trouble.detail for trouble in before.problems]
        fresh = [trouble for trouble in Keymap(wanted).problems if trouble.detail not in known]
        if fresh:
            self.query_one(Notes).tell(Note(translate(fresh[0].detail), "bad"))
            return
        self.run_worker(self._write(command_id, key), group="write")

    async def _write(self, command_id: str, key: str | None) -> None:
        try:
            old = [name for name, now in RENAMED.items() if now == command_id and name in self._settings.keys]
            values: dict[str, str | None] = {f"keys.{name}": None for name in old}
            await asyncio.to_thread(config.save, self._path, {**values, f"keys.{command_id}": key})
            self._settings = await asyncio.to_thread(config.load, self._path)
        except Trouble as trouble:
            self.query_one(Notes).tell(trouble_note(trouble))
            return
        except OSError as error:
            self.query_one(Notes).tell(trouble_note(Trouble(Kind.CONFIG, error.strerror or str(error))))
            return
        self._use_settings(self._settings)
        lines = self.query_one(OptionLines)
        lines.show(self._lines(), cursor=command_id)
        lines.narrow(self.query_one("#search", PlainInput).value)
        keymap = Keymap(self._settings.keys)
        shown = " ".join(display(one) for one in keymap.keys(command_id))
        text = _("{title}: {keys}").format(title=command(command_id).id, keys=shown)
        notes = [Note(text, "good")]
        for (loser, taken), winner in keymap.gave_way.items():
            if winner == command_id:
                said = _("{key} is taken from {command}").format(key=display(taken), command=loser)
                notes.append(Note(said, "warn"))
        self.query_one(Notes).tell(*notes)

    def action_leave(self) -> None:
        """Back to the settings."""
        self.dismiss(None)
