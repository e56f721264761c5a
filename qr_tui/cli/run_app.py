"""Runs the app on this terminal."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.core.events import IdsUnsaved
from qr_tui.core.failures import Kind, Trouble

if TYPE_CHECKING:
    from qr_tui.core.events import Sink
    from qr_tui.services.studio import Studio


def on_terminal() -> bool:
    """Tell whether a person sits at both ends: keys come in, a screen goes out."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def run_app(context: CliContext, *, seed: Callable[[], None] | None = None) -> int:
    """Show the app until the person leaves it, and return its exit code; the engine is made after the first paint.

    `seed` makes the demo's tasks: it is called before the engine opens, off the event loop.
    """
    from qr_tui.cli.preload import Preload

    preload = Preload(context.paths)  # before the imports: they take most of the time it needs
    from qr_tui.ui.app import QrTui
    from qr_tui.ui.context import AppContext

    settings, problem = context.lenient_settings
    keys = context.keys

    def prepare() -> None:
        from qr_tui import log

        log.setup(context.paths)
        import qr_tui.services.studio  # noqa: F401 -- httpx is left to the first call: the list comes before it

        if seed is not None:
            seed()

    made: list[Studio] = []

    def make_studio(sink: "Sink") -> "Studio":
        from qr_tui.services.studio import Studio

        made.append(Studio(context.paths, settings, keys, sink=sink, pace=context.pace, problem=problem))
        return made[-1]

    app = QrTui(
        AppContext(
            paths=context.paths,
            settings=settings,
            keys=keys,
            make_studio=make_studio,
            preload=preload,
            prepare=prepare,
            demo=seed is not None,
            problems=(problem,) if problem else (),
        )
    )
    app.run(mouse=False)
    if made and made[-1].unsaved_ids:
        # the screen that showed them is gone
        output.tell(Trouble(Kind.ID_UNSAVED, IdsUnsaved(made[-1].unsaved_ids).detail), json=False)
        return Exit.FAILED
    return app.return_code or Exit.OK
