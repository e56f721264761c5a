"""What the app is given by whoever starts it: folders, settings, keys, and the way to an engine."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qr_tui.config import Settings
from qr_tui.core.events import Sink
from qr_tui.core.failures import Trouble
from qr_tui.paths import Paths
from qr_tui.secrets import KeyRing

if TYPE_CHECKING:
    from qr_tui.core.task import Task
    from qr_tui.services.studio import Studio
    from qr_tui.ui.tasks.list_state import ListState


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class AppContext:
    """Everything the app needs from outside; nothing here touches disk or network until the first paint is out.

    Attributes:
        make_studio: Makes the engine; called once, on the event loop, after the first paint.
        glance: Returns the tasks and how the list was left, for the first paint, if both have been read already; never
            waits.
        prepare: Imports what `make_studio` needs (the HTTP client, the store); called before it, in a thread.
        clock: Unix seconds; tests freeze it.
        steady: Seconds that never go back, of the clock that events are stamped by; tests turn it.
        problems: What went wrong before the app stood, told once as toasts (a bad config file).
        env: The environment as the terminal, the clipboard and the editor should see it.
    """

    paths: Paths
    settings: Settings
    keys: KeyRing
    make_studio: "Callable[[Sink], Studio]"
    preload: "Callable[[], tuple[Sequence[Task], ListState] | None]" = _nothing
    prepare: Callable[[], object] = _nothing
    demo: bool = False
    clock: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    problems: tuple[Trouble, ...] = ()
    env: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
