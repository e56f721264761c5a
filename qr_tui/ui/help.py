"""The keys of the screen below, made from the registry; a command that cannot run now says why."""

from typing import Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip

from qr_tui.commands.keymap import display
from qr_tui.commands.registry import Command
from qr_tui.commands.registry import command as command_called
from qr_tui.core.text.display import cells, fit
from qr_tui.core.text.wrapping import wrap
from qr_tui.i18n import _
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.theme.strips import Piece, line
from qr_tui.ui.widgets.dialog import Dialog
from qr_tui.ui.widgets.lines import Lines

VIEWS = "tasks.view_"
GAP = 2


class HelpScreen(Dialog[None]):
    """A page to read; any of the usual keys closes it.

    Args:
        owner: The screen whose keys are shown.
    """

    CSS = """
    HelpScreen #box { width: 92; height: 96%; overflow: hidden; }
    HelpScreen Lines { background: $surface; }
    """

    def __init__(self, owner: CommandScreen[Any]) -> None:
        super().__init__()
        self._owner = owner

    def compose(self) -> ComposeResult:
        """Yield the lines."""
        with Vertical(id="box"):
            self._lines = Lines(self._owner.qr.appearance.palette.style("text", raised=True), self._draw)
            yield self._lines

    def on_mount(self) -> None:
        """Name the screen."""
        names = {
            "tasks": _("the list"),
            "details": _("details"),
            "compose": _("writing a video"),
            "viewer": _("viewer"),
            "usage": _("usage"),
        }
        title = _("Keys: {screen}").format(screen=names.get(self._owner.scope, self._owner.scope))
        self.frame(title, _("↑↓ scroll · esc back"))

    def on_key(self, event: events.Key) -> None:
        """Scroll or close."""
        event.stop()
        page = self._lines.page - 1
        steps = {"j": 1, "down": 1, "k": -1, "up": -1, "pagedown": page, "space": page, "pageup": -page}
        ends = {"g": -9999, "home": -9999, "G": 9999, "end": 9999}
        if event.key in steps or event.key in ends:
            self._lines.move_by(steps.get(event.key) or ends[event.key])
        elif event.key in ("escape", "q", "enter", "question_mark", "f1", "backspace"):
            self.dismiss(None)

    def _draw(self, width: int) -> list[Strip]:
        """Return the lines for this width."""
        owner, keymap = self._owner, self._owner.keymap
        appearance = owner.qr.appearance
        style = appearance.palette.style
        fill = style("text", raised=True)
        bound: dict[str, list[str]] = {}
        commands: dict[str, Command] = {}
        for key, command in keymap.bindings(owner.scope):
            # nine saved views are one line
            name = VIEWS + "1" if command.id.startswith(VIEWS) else command.id
            bound.setdefault(name, []).append(display(key, ascii_only=appearance.glyphs.ascii_only))
            commands.setdefault(name, command)
        shown = {name: _keys(keys) for name, keys in bound.items()}
        key_wide = max(cells(keys) for keys in shown.values()) + GAP
        title_wide = max(cells(_(command.title)) for command in commands.values()) + GAP
        strips: list[Strip] = []
        scope = owner.scope
        for name, command in commands.items():
            if command.scope != scope:
                scope = command.scope
                strips.append(line([], width, fill))
                strips.append(line([(_("everywhere"), style("muted", raised=True))], width, fill))
            why = command.when(owner)
            room = width - key_wide - title_wide
            said = _(command.help)
            if why:
                said = _("{text} ({note})").format(text=said, note=_(why))
            mark = appearance.glyphs.ellipsis
            heads: list[Piece] = [
                (fit(shown[name], key_wide, ellipsis=mark), style("muted" if why else "accent", raised=True)),
                (fit(_(command.title), title_wide, ellipsis=mark), style("muted" if why else "text", raised=True)),
            ]
            if room < 16:  # too narrow for a column beside them: the words go under them
                strips.append(line(heads, width, fill))
                heads, room = [(" " * (GAP + 1), fill)], width - GAP - 1
            for part in wrap(said, room):
                strips.append(line([*heads, (part, style("muted", raised=True))], width, fill))
                heads = [(" " * (width - room), fill)]
        return [*strips, *self._gave_way(width)]

    def _gave_way(self, width: int) -> list[Strip]:
        """Return which default keys a person has given to other commands, and where those commands still are."""
        keymap, appearance = self._owner.keymap, self._owner.qr.appearance
        style = appearance.palette.style
        found = [
            (display(key, ascii_only=appearance.glyphs.ascii_only), command_called(loser), command_called(winner))
            for (loser, key), winner in keymap.gave_way.items()
            if {loser.partition(".")[0], winner.partition(".")[0]} & {self._owner.scope, "app"}
        ]
        if not found:
            return []
        fill = style("text", raised=True)
        strips = [line([], width, fill), line([(_("by your own keys"), style("muted", raised=True))], width, fill)]
        for key, loser, winner in found:
            said = _("{key} does {winner}, no longer {loser}")
            text = said.format(key=key, winner=_(winner.title), loser=_(loser.title))
            strips += [line([(part, style("text", raised=True))], width, fill) for part in wrap(text, width)]
        return strips


def _keys(keys: list[str]) -> str:
    return "1 – 9" if len(keys) == 9 and keys[0] == "1" else " ".join(keys)
