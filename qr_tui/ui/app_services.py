"""What a screen or widget may ask of the app it runs in, so that none of them imports the app itself."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.screen import Screen

    from qr_tui.commands.keymap import Keymap
    from qr_tui.config import FileTrouble, Settings, View
    from qr_tui.core.failures import Trouble
    from qr_tui.core.task import Task
    from qr_tui.core.text.messages import Detail
    from qr_tui.services.films.previews import Previews
    from qr_tui.services.studio import Studio
    from qr_tui.terminal.detect import Terminal
    from qr_tui.ui.context import AppContext
    from qr_tui.ui.theme.appearance import Appearance
    from qr_tui.ui.theme.glyphs import Glyphs

Result = TypeVar("Result")


class AppServices(Protocol):
    """The app, as its screens see it.

    Attributes:
        app_context: Everything from outside: folders, clock, environment.
        settings: The settings in force.
        file_problem: The mistake that stands in `config.toml`, None while there is none.
        keymap: The keys in force.
        terminal: What the terminal can do.
        glyphs: The signs that the terminal has.
        appearance: Signs, colours and names of models, for every line that is drawn.
    """

    app_context: "AppContext"
    settings: "Settings"
    file_problem: "FileTrouble | None"
    keymap: "Keymap"
    terminal: "Terminal"
    glyphs: "Glyphs"
    appearance: "Appearance"

    @property
    def place(self) -> str:
        """The host that new tasks go to, as the header names it."""
        ...

    @property
    def scope(self) -> str:
        """The scope of the commands on the screen on top; empty where a dialog has none."""
        ...

    def begin(self) -> None:
        """Start the engine: called when the list is on the screen."""

    async def engine(self) -> "Studio":
        """Return the engine, waiting for it in the first moments.

        Raises:
            Trouble: It could not be started.
        """
        ...

    def next_look(self) -> float | None:
        """Return when the next look is due, Unix seconds."""

    def standing(self, task: "Task") -> "Detail":
        """Return why a task stands where it does, empty when there is nothing to say beyond its state."""
        ...

    async def whole(self, task: "Task") -> "Task":
        """Return all that is known of a task, or what the list knows of it while its archive cannot be read."""
        ...

    @property
    def shows_pictures(self) -> bool:
        """Whether this terminal can show pictures: it has the colours and the signs for them."""
        ...

    async def draws_pixels(self) -> bool:
        """Tell whether pictures are drawn in real pixels: by the setting, or where the terminal is known to do that."""
        ...

    @property
    def has_previews(self) -> bool:
        """Whether the part that decodes films is installed."""
        ...

    @property
    def previews(self) -> "Previews":
        """What makes pictures of films."""
        ...

    async def ask(self, title: str, lines: Sequence[str], *, yes: str = "", no: str = "", pays: bool = False) -> bool:
        """Ask a question; anything but a plain yes is a no. `pays` leaves the yes to the paying keys."""
        ...

    async def compose_from(self, start: "Task | None") -> None:
        """Write a video, from nothing or as `start` was; the cursor goes to what was sent."""

    def catch_up(self) -> None:
        """Show at once what the engine has reported, so that the cursor can go to a task that is new."""

    def copy_text(self, label: str, text: str) -> None:
        """Copy `text` and say where it went; `label` is what the toast calls it."""

    def keep_view(self, digit: int, view: "View | None") -> None:
        """Know a saved view from now on, or with None that its digit is free; the file has it already."""

    def use_settings(self, settings: "Settings") -> "list[Trouble]":
        """Take changed settings, read from a sound file, at once; return what is wrong with the keys."""
        ...

    def write(self, sequence: str) -> None:
        """Put a sequence on the terminal, in order with what is drawn.

        Raises:
            RuntimeError: There is no terminal to write to.
        """

    def hold_keys(self) -> Callable[[], None]:
        """Keep what is typed from now on; return what lets it go again."""
        ...

    async def push_screen_wait(self, screen: "Screen[Result]") -> Result | None:
        """Open a screen from a worker; return what it ends with."""


def services(node: "MessagePump") -> AppServices:
    """Return the app that a screen or widget runs in."""
    return cast(AppServices, node.app)
