"""What can be undone in the list, the newest first: removals, stops, changes of tags, drops."""

from collections.abc import Awaitable, Callable

from qr_tui.core.failures import Trouble
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.toasts import say

Undo = Callable[[], Awaitable[str]]  # takes one thing back and returns what to say of it


class UndoStack:
    """Handler of the command that undoes.

    Args:
        screen: Where the command is given.
        on_changed: Called whenever there is something else to undo, or nothing any more.
    """

    def __init__(self, screen: CommandScreen[None], *, on_changed: Callable[[], None]) -> None:
        self._screen = screen
        self._on_changed = on_changed
        self._undos: list[Undo] = []

    @property
    def undoable(self) -> bool:
        """Whether there is anything to undo."""
        return bool(self._undos)

    def add(self, undo: Undo) -> None:
        """Remember how to take back what was just done."""
        self._undos.append(undo)
        self._on_changed()

    async def do_undo(self) -> None:
        """Take back what was done last; what cannot be taken back now can be tried again."""
        if not self._undos:
            return
        undo = self._undos.pop()
        try:
            said = await undo()
        except Trouble:
            self._undos.append(undo)
            raise
        finally:
            self._on_changed()
        say(self._screen.app, said)
