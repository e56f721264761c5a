"""What comes from the keyboard: one key at a time, to the screen it was meant for, to none while nothing can be seen.

Over a line keys come in bunches: `n` and the first words of a prompt in one packet. The screen that `n` opens needs a
moment, and without care those words would be commands of the list. So a key is handed out only when the one before it
has been dealt with: it went through every widget that could want it, and the screen that it opened is ready.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, Final

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.widget import Widget

from qr_tui.commands.keymap import plain_key

PATIENCE: Final = 3.0  # seconds; nothing may keep a person's keys longer
Typed = events.Key | events.Paste


class EscapeThen(events.Key):
    """An escape and a key in one go: alt with that key, or, far more often, two keys hit in a hurry."""


class KeyQueue:
    """Keeps what is typed until it can be handed out.

    Args:
        app: The app that is typed into.
        deliver: Handles a key as Textual does.
        binds: Tells whether a command has a key.
        can_see: Tells whether a person sees what a key does.
        unseen: Called with each key that came while nothing could be seen.

    Attributes:
        touched: Whether a person has typed anything yet.
    """

    def __init__(
        self,
        app: App[Any],
        deliver: Callable[[events.Event], Awaitable[None]],
        *,
        binds: Callable[[str], bool],
        can_see: Callable[[], bool],
        unseen: Callable[[str], object],
    ) -> None:
        self._app = app
        self._deliver = deliver
        self._binds = binds
        self._can_see = can_see
        self._unseen = unseen
        self._typed: deque[Typed] = deque()
        self._holds: set[object] = set()
        self.touched = False

    @property
    def all_read(self) -> bool:
        """Whether every key has been handed out and dealt with."""
        return not self._typed and not self._holds

    def hold(self) -> Callable[[], None]:
        """Keep what is typed from now on; return what lets it go again."""
        hold = object()
        self._holds.add(hold)

        def release() -> None:
            if hold in self._holds:
                self._holds.discard(hold)
                patience.cancel()
                self._app.call_later(self._hand_out)

        patience = asyncio.get_running_loop().call_later(PATIENCE, release)
        return release

    def release_all(self) -> None:
        """Hand out again whatever holds the keys: the screen that a command wanted to open is ready."""
        self._holds.clear()
        self._app.call_later(self._hand_out)

    async def take(self, event: Typed) -> None:
        """Take a key or a paste from the terminal."""
        self._typed.extend(self._apart(event) if isinstance(event, EscapeThen) else (event,))
        self.touched = True
        await self._hand_out()

    def _apart(self, event: EscapeThen) -> Iterator[events.Key]:
        """Yield the keys that were meant: alt with a key only where a command has it."""
        if self._binds(event.key):
            yield event.copy()
        else:
            yield events.Key("escape", "\x1b")
            yield events.Key(event.key.removeprefix("alt+"), event.character)

    async def _hand_out(self) -> None:
        """Hand out the next key, or drop it where nobody sees what it would do."""
        app = self._app
        while self._typed and not self._holds:
            event = self._typed.popleft()
            if self._can_see():
                release = self.hold()
                target = app.focused or app.screen
                await self._deliver(event if _takes_text(target) else _plain(event))
                # what a text field takes as a character opens nothing: a whole run of it goes together
                run = _is_character(event) and target is app.focused and _takes_text(target)
                while run and self._typed and _is_character(self._typed[0]):
                    await self._deliver(self._typed.popleft())
                # the second round is for what the key made its target tell: a line that was chosen, a text entered
                self._behind(target, partial(self._behind, target, release))
            elif isinstance(event, events.Key):
                self._unseen(event.key)

    def _behind(self, node: DOMNode | None, then: Callable[[], None]) -> None:
        """Do `then` behind what was handed to `node`: through every queue on the way up to the app."""
        while node is not None and node is not self._app:
            if node.call_later(partial(self._behind, node.parent, then)):
                return
            node = node.parent  # this one has closed: nothing waits in it any more
        self._app.call_later(then)


def _plain(event: Typed) -> Typed:
    """Return what a full-width character stands for: an input method that was left on still works the list."""
    if isinstance(event, events.Key) and event.character and (key := plain_key(event.character)) is not None:
        return events.Key(key, None)
    return event


def _takes_text(widget: Widget) -> bool:
    from textual.widgets import Input, TextArea  # where one has the focus it is here; the first paint needs neither

    return isinstance(widget, Input | TextArea)


def _is_character(event: Typed) -> bool:
    return isinstance(event, events.Key) and event.is_printable
