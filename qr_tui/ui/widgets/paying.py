"""What spends money: the keys that do it, what stands beside them, and from when on they count in a question."""

from collections.abc import Callable, Collection
from typing import Final

from textual import events
from textual.widget import Widget

from qr_tui.commands.keymap import display
from qr_tui.commands.registry import PAYING
from qr_tui.i18n import _
from qr_tui.ui.app_services import services

# seconds without a paying key after a question was painted, before one counts; longer than the usual wait of a terminal
# before a key that is held begins to repeat
QUIET: Final = 0.7


class PayingKeys:
    """The keys that pay in a dialog: those of the paying command, and none that was typed before one could read.

    A key that is held down, or that a slow line delivers late, was not meant for the question that it meets. So a
    paying key counts only when none has come for `QUIET` seconds since the question was painted.

    Args:
        keys: Textual's names, the one to show first.
        clock: Returns steady seconds, of the clock that events are stamped by.
    """

    def __init__(self, keys: Collection[str], clock: Callable[[], float]) -> None:
        self._keys = tuple(keys)
        self._clock = clock
        self._quiet_since: float | None = None

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    @property
    def shown(self) -> str:
        """The key to name, as a person reads it."""
        return display(self._keys[0])

    def painted(self) -> None:
        """Know that what the keys would pay for is on the screen now."""
        self._quiet_since = self._clock()

    def hidden(self) -> None:
        """Know that nothing to pay for is on the screen."""
        self._quiet_since = None

    def counts(self, event: events.Key) -> bool:
        """Tell whether this paying key counts; one that does not begins the wait anew."""
        typed = min(self._clock(), event.time)
        if self._quiet_since is None:
            return False
        if typed - self._quiet_since >= QUIET:
            return True
        self._quiet_since = max(typed, self._quiet_since)
        return False


def paying_keys(widget: Widget) -> PayingKeys:
    """Return the paying keys that are in force where `widget` is."""
    app = services(widget)
    return PayingKeys(app.keymap.keys(PAYING.id), app.app_context.steady)


def paying_label(title: str, videos: int, cost: float | None) -> str:
    """Return what stands beside a paying key: what it does, how many videos that makes, what they may cost."""
    label = title if videos == 1 else _("{title} ×{n}").format(title=title, n=videos)
    if cost is None:
        return label
    return _("{label} · est. {credits} credits").format(label=label, credits=f"{cost:g}")
