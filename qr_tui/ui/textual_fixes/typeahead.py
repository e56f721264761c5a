"""What comes from the keyboard: one key at a time, to the screen it was meant for, to none while nothing can be seen.

Over a line keys come in bunches: `n` and the first words of a prompt in one packet. The screen that `n` opens needs a
moment, and without care those words would be commands of the list. So a key is handed out only when the one before it
has been dealt with: it went through every widget that could want it, and the screen that it opened is ready.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

from textual import events
from textual.await_complete import AwaitComplete
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget

from qr_tui.commands.keymap import Keymap
from qr_tui.ui.textual_fixes.rendering import Drawing

PATIENCE: Final = 3.0  # seconds; nothing may keep a person's keys longer
Typed = events.Key | events.Paste


class EscapeThen(events.Key):
    """An escape and a key in one go: alt with that key, or, far more often, two keys hit in a hurry."""


class Reading(Drawing):
    """The part of the app that hands out what is typed."""

    keymap: Keymap

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[Typed] = deque()
        self._holds: set[object] = set()
        self._touched = False  # whether a person has typed anything yet

    async def do_quit(self) -> None:
        """Leave."""

    @property
    def all_read(self) -> bool:
        """Whether every key has been handed out and dealt with."""
        return not self._typed and not self._holds

    def hold_keys(self) -> Callable[[], None]:
        """Keep what is typed from now on; return what lets it go again."""
        hold = object()
        self._holds.add(hold)

        def release() -> None:
            if hold in self._holds:
                self._holds.discard(hold)
                patience.cancel()
                self.call_later(self._hand_out)

        patience = asyncio.get_running_loop().call_later(PATIENCE, release)
        return release

    async def on_event(self, event: events.Event) -> None:
        """Take a key or a paste from the terminal; what comes back from a screen unused goes its usual way."""
        if isinstance(event, Typed) and not event.is_forwarded:
            self._typed.extend(self._apart(event) if isinstance(event, EscapeThen) else (event,))
            self._touched = True
            await self._hand_out()
        else:
            await super().on_event(event)

    def push_screen(self, screen: Screen[Any], *arguments: Any, **options: Any) -> Any:  # type: ignore[override]  # noqa: ANN401 -- as Textual has them
        """Open a screen; what is typed waits until it can take it, and no longer.

        What was said before goes: it would stand over the new screen's own words. Only what was said before the first
        key stays, like what is wrong with the configuration, because Connect may open by itself.
        """
        self.hold_keys()
        if self._touched:
            self.clear_notifications()
        opened = super().push_screen(screen, *arguments, **options)
        screen.call_after_refresh(self._is_ready)
        return opened

    def pop_screen(self) -> AwaitComplete:
        """Close a screen; what is typed waits until the command that had opened it has taken the answer."""
        release = self.hold_keys()
        closed = super().pop_screen()
        self.screen.call_after_refresh(release)
        return closed

    def _is_ready(self) -> None:
        """The screen that a command wanted to open is ready, whatever the command waits for now."""
        self._holds.clear()
        self.call_later(self._hand_out)

    def _apart(self, event: EscapeThen) -> Iterator[events.Key]:
        """Yield the keys that were meant: alt with a key only where a command has it."""
        if self.keymap.binds(event.key):
            yield event.copy()
        else:
            yield events.Key("escape", "\x1b")
            yield events.Key(event.key.removeprefix("alt+"), event.character)

    async def _hand_out(self) -> None:
        """Hand out the next key, or drop it where nobody sees what it would do."""
        while self._typed and not self._holds:
            event = self._typed.popleft()
            if not self.cramped:
                release = self.hold_keys()
                target = self.focused or self.screen
                await super().on_event(event)
                # what a text field takes as a character opens nothing: a whole run of it goes together
                run = _is_character(event) and target is self.focused and _takes_text(target)
                while run and self._typed and _is_character(self._typed[0]):
                    await super().on_event(self._typed.popleft())
                # the second round is for what the key made its target tell: a line that was chosen, a text entered
                self._behind(target, partial(self._behind, target, release))
            elif isinstance(event, events.Key) and event.key in self.keymap.keys("app.quit"):
                self.run_worker(self.do_quit(), group="commands")

    def _behind(self, node: MessagePump | None, then: Callable[[], None]) -> None:
        """Do `then` behind what was handed to `node`: through every queue on the way up to the app."""
        while node is not None and node is not self:
            if node.call_later(partial(self._behind, node._parent, then)):
                return
            node = node._parent  # this one has closed: nothing waits in it any more
        self.call_later(then)


def _takes_text(widget: Widget) -> bool:
    from textual.widgets import Input, TextArea  # where one has the focus it is here; the first paint needs neither

    return isinstance(widget, Input | TextArea)


def _is_character(event: Typed) -> bool:
    return isinstance(event, events.Key) and event.is_printable
