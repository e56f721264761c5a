"""Every command by name, with its key; typing narrows the list."""

from typing import Any, Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input

from qr_tui.commands.keymap import Keymap, display
from qr_tui.commands.registry import COMMANDS, Command
from qr_tui.core.text.display import cells, fit
from qr_tui.core.text.messages import N_
from qr_tui.i18n import _
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.strips import Piece, line
from qr_tui.ui.toasts import say
from qr_tui.ui.widgets.dialog import Dialog
from qr_tui.ui.widgets.text_fields import OneLine

PAYS: Final = N_("it costs money: only its own key does it")
_PLAIN: Final = frozenset({"down", "up", "top", "bottom", "page_down", "page_up"})


class CommandLines(ScrollView, inherit_bindings=False):
    """The commands that fit; one that cannot run now stays and says why."""

    DEFAULT_CSS = "CommandLines { height: auto; scrollbar-size: 0 0; background: $surface; }"
    can_focus = False

    def __init__(self, appearance: Appearance, keymap: Keymap, owner: CommandScreen[Any]) -> None:
        super().__init__()
        self._appearance = appearance
        self._keymap = keymap
        self._owner = owner
        self._all = [command for command in COMMANDS if command.scope in (owner.scope, "app")]
        # what moves the cursor is known by heart, and the saved views are nine: both after what one looks for
        self._all.sort(key=lambda command: command.name in _PLAIN or command.name.startswith("view_"))
        self._all = [command for command in self._all if command.name != "palette"]
        self._wide = max(cells(_(command.title)) for command in self._all) + 2
        self.commands = list(self._all)
        self.at = 0

    @property
    def current(self) -> Command | None:
        """The command under the cursor."""
        return self.commands[self.at] if self.commands else None

    def narrow(self, text: str) -> None:
        """Show the commands that hold every word of `text`, those whose title begins with it first."""
        words = text.casefold().split()
        found: list[tuple[bool, int, Command]] = []
        for command in self._all:
            title, help_ = _(command.title).casefold(), _(command.help).casefold()
            hay = f"{title} {help_} {command.id}"
            if all(word in hay for word in words):
                found.append((not (words and title.startswith(words[0])), len(found), command))
        self.commands = [command for _first, _at, command in sorted(found, key=lambda item: item[:2])]
        self.at = 0
        self.virtual_size = Size(self.size.width, len(self.commands))
        self.scroll_to(y=0, animate=False, force=True)
        self.refresh(layout=True)

    def move(self, step: int) -> None:
        """Move the cursor and keep it in view."""
        if not self.commands:
            return
        old, self.at = self.at, max(0, min(self.at + step, len(self.commands) - 1))
        top = round(self.scroll_offset.y)
        height = max(1, self.size.height)
        if not top <= self.at < top + height:
            self.scroll_to(y=self.at if self.at < top else self.at - height + 1, animate=False, force=True)
            return
        for row in {old, self.at}:
            self.refresh(Region(0, row - top, self.size.width, 1))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are commands, as far as the screen has room for them."""
        return max(1, min(len(self.commands), self.app.size.height * 6 // 10))

    def on_resize(self) -> None:
        """Know how far the lines go."""
        self.virtual_size = Size(self.size.width, len(self.commands))

    def render_line(self, y: int) -> Strip:
        """Return one command: key, title, help or the reason why not."""
        style = self._appearance.palette.style
        row = y + round(self.scroll_offset.y)
        width = self.size.width
        if row >= len(self.commands):
            text = _("no command is called so") if row == 0 else ""
            return line([(text, style("muted", raised=True))], width, style("text", raised=True))
        command = self.commands[row]
        cursor = row == self.at
        why = PAYS if command.pays else command.when(self._owner)
        keys = self._keymap.keys_on(self._owner.scope, command)
        key = display(keys[0], ascii_only=self._appearance.glyphs.ascii_only) if keys else ""

        sign = self._appearance.glyphs.cursor if cursor else " "
        mark = self._appearance.glyphs.ellipsis
        pieces: list[Piece] = [
            (f"{sign} ", style("accent", cursor=cursor, raised=True)),
            (fit(key, 8, ellipsis=mark), style("muted" if why else "accent", cursor=cursor, raised=True)),
            (
                fit(_(command.title), self._wide, ellipsis=mark),
                style("muted" if why else "text", cursor=cursor, raised=True),
            ),
            (
                fit(_(why) if why else _(command.help), max(0, width - 10 - self._wide), ellipsis=mark),
                style("muted", cursor=cursor, raised=True),
            ),
        ]
        return line(pieces, width, style("text", cursor=cursor, raised=True))


class PaletteScreen(Dialog[str | None]):
    """Ends with the id of the command chosen, or None.

    Args:
        owner: The screen whose commands are offered, with the app's.
        keymap: The keys to show.
        look: How lines are drawn.
    """

    CSS = """
    PaletteScreen #box { width: 88; }
    PaletteScreen Input { background: $surface; &:focus { background: $surface; } }
    """

    def __init__(self, owner: CommandScreen[Any], keymap: Keymap, appearance: Appearance) -> None:
        super().__init__()
        self._lines = CommandLines(appearance, keymap, owner)

    def compose(self) -> ComposeResult:
        """Yield the field and the commands."""
        with Vertical(id="box"):
            field = OneLine(placeholder=_("type a part of a name"))
            field.cursor_blink = False
            yield field
            yield self._lines

    def on_mount(self) -> None:
        """Let the person type."""
        self.frame(_("Commands"), _("↑↓ choose · enter run · esc back"))
        self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """Move in the list while typing."""
        steps = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8}
        if event.key in steps:
            event.stop()
            self._lines.move(steps[event.key])
        elif event.key == "escape":
            event.stop()
            self.dismiss(None)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._lines.narrow(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        command = self._lines.current
        if command is not None and command.pays:
            say(self.app, _(PAYS), warn=True)  # enter never pays
            return
        self.dismiss(command.id if command else None)
