"""Textual's app with what we change in it: what is typed, what goes to the terminal, how a screen closes."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from rich.console import RenderableType
from textual import events
from textual.app import App
from textual.await_complete import AwaitComplete
from textual.driver import Driver
from textual.filter import LineFilter
from textual.notifications import Notification, Notify, SeverityLevel
from textual.screen import Screen
from textual.widget import AwaitMount

from qr_tui.terminal.detect import Colours, Terminal
from qr_tui.ui import too_small
from qr_tui.ui.textual_fixes import rendering
from qr_tui.ui.textual_fixes.compositor import PreciseCompositor
from qr_tui.ui.textual_fixes.frame import Frame, differences
from qr_tui.ui.textual_fixes.typeahead import KeyQueue, Typed
from qr_tui.ui.theme.glyphs import Glyphs


class FixedApp(App[int], inherit_bindings=False):
    """The one class that overrides Textual's app; Textual's default keys are left out.

    Args:
        terminal: What the terminal can do.
        glyphs: The signs to draw with.
        binds: Tells whether a command has a key.
        unseen: Called with each key that is typed while the terminal is too small to show anything.

    Attributes:
        frame: What stands on the terminal.
        key_queue: What is typed and not yet handed out.
    """

    def __init__(
        self,
        terminal: Terminal,
        glyphs: Glyphs,
        *,
        binds: Callable[[str], bool],
        unseen: Callable[[str], object],
    ) -> None:
        super().__init__()
        self.terminal = terminal
        self.glyphs = glyphs
        self.frame = Frame()
        self._said: dict[str, Notification] = {}  # the last message of each kind
        self.key_queue = KeyQueue(self, super().on_event, binds=binds, can_see=lambda: not self.cramped, unseen=unseen)
        rendering.use_colours(self.console, self.colours)

    # what is typed ---------------------------------------------------------------------------------------------
    async def on_event(self, event: events.Event) -> None:
        """Queue a key or a paste from the terminal; what comes back from a screen unused goes its usual way."""
        if isinstance(event, events.Resize):
            self.frame.forget()  # what a terminal makes of a picture that no longer fits is its own affair
        if isinstance(event, Typed) and not event.is_forwarded:
            await self.key_queue.take(event)
        else:
            await super().on_event(event)

    def hold_keys(self) -> Callable[[], None]:
        """Keep what is typed from now on; return what lets it go again."""
        return self.key_queue.hold()

    # screens ---------------------------------------------------------------------------------------------------
    def push_screen(self, screen: Screen[Any], *arguments: Any, **options: Any) -> Any:  # type: ignore[override]  # noqa: ANN401 -- as Textual has them
        """Open a screen; what is typed waits until it can take it, and no longer.

        What was said before goes: it would stand over the new screen's own words. Only what was said before the first
        key stays, like what is wrong with the configuration, because Connect may open by itself.
        """
        self.key_queue.hold()
        if self.key_queue.touched:
            self.clear_notifications()
        opened = super().push_screen(screen, *arguments, **options)
        screen.call_after_refresh(self.key_queue.release_all)
        return opened

    def pop_screen(self) -> AwaitComplete:
        """Close the screen on top; nothing when the one that asks has closed already, as after a key hit twice.

        What is typed waits until the command that had opened it has taken the answer.
        """
        release = self.key_queue.hold()
        if rendering.asked_by_a_closed_screen(self):
            closed: AwaitComplete = AwaitComplete.nothing()  # type: ignore[no-untyped-call]
        else:
            closed = super().pop_screen()
        self.screen.call_after_refresh(release)
        return closed

    def _get_screen(self, screen: Screen[Any] | str) -> tuple[Screen[Any], AwaitMount]:
        """Let each screen be put together by our compositor, from its first layout on."""
        found = self.get_screen(screen)
        if not isinstance(found._compositor, PreciseCompositor):
            found._compositor = PreciseCompositor()
        return super()._get_screen(found)

    # messages --------------------------------------------------------------------------------------------------
    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,
    ) -> None:
        """Show a message in the place of the last one of its kind: troubles are of one kind by their title."""
        seconds = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        shown = Notification(message, title, severity, seconds, markup=markup)
        before, self._said[title] = self._said.get(title), shown
        if before is not None:
            self._unnotify(before)
        self.post_message(Notify(shown))

    # what goes to the terminal ---------------------------------------------------------------------------------
    @property
    def colours(self) -> Colours:
        """How many colours are drawn with."""
        return "mono" if self.no_color else self.terminal.colours

    @property
    def cramped(self) -> str:
        """What stands on a terminal that is too small for anything else; empty where there is room."""
        if not too_small.too_small(self.size):
            return ""
        return too_small.words(self.size, ascii_only=self.glyphs.ascii_only)

    @property
    def can_suspend(self) -> bool:
        """Whether the terminal can be handed back to a shell and taken again."""
        return self._driver is not None and self._driver.can_suspend

    def get_driver_class(self) -> type[Driver]:
        """Use the driver that tidies up."""
        usual = super().get_driver_class()
        if usual.__name__ != "LinuxDriver":
            return usual
        from qr_tui.ui.textual_fixes.driver import TidyDriver

        return TidyDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Keep everything that is drawn, toasts and frames too, to signs and colours that are wanted there."""
        ours = rendering.line_filters(self.colours, dark=self.current_theme.dark, ascii_only=self.glyphs.ascii_only)
        return [*super().get_line_filters(), *ours]

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Send no more than what changed; on a terminal too small for it, one line in the place of everything."""
        if renderable is not None and self.cramped:
            renderable = too_small.picture(self.size, ascii_only=self.glyphs.ascii_only)
        different = differences(self.frame, renderable)
        if different is None and renderable is not None:
            self.frame.forget()
        super()._display(screen, renderable if different is None else cast(RenderableType, different))

    def do_redraw(self) -> None:
        """Send the whole screen again: another program may have written over it."""
        self.frame.forget()
        self.refresh(layout=True)

    def write(self, sequence: str) -> None:
        """Put a sequence on the terminal, in order with what is drawn.

        Raises:
            RuntimeError: There is no terminal to write to.
        """
        if "\x1b[" in sequence:  # not the title or a copy: it may draw
            self.frame.forget()
        rendering.write(self._driver, sequence)
