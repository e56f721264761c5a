"""`qr-tui` without a command: the app, when there is a terminal to show it on."""

import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.error_boundary import guarded
from qr_tui.cli.exit_codes import Exit
from qr_tui.i18n import _

if TYPE_CHECKING:
    from qr_tui.core.events import Sink
    from qr_tui.services.studio import Studio


def launch(*, demo: bool) -> int:
    """Open the app or the demo as a program of its own; every error has been told when it returns."""
    context = CliContext()

    def open_it() -> int:
        context.speak()
        if not demo:
            return run(context)
        from qr_tui.cli import demo as stage

        return stage.run(context)

    return guarded(open_it, context)


def run(context: CliContext) -> int:
    """Open the app, or say in one line why it cannot be opened here."""
    if not on_terminal():
        output.say(_("qr-tui: the app needs a terminal; for scripts there are: create, list, show, watch (see --help)"))
        return Exit.USAGE
    if is_dumb():
        output.say(_("qr-tui: this terminal (TERM=dumb) cannot show the app; see qr-tui --help for commands"))
        return Exit.USAGE
    return show(context)


def on_terminal() -> bool:
    """Tell whether a person sits at both ends: keys come in, a screen goes out."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def is_dumb() -> bool:
    """Tell whether the terminal cannot move its cursor."""
    return os.environ.get("TERM", "") in ("", "dumb", "unknown")


def show(context: CliContext, *, seed: Callable[[], None] | None = None) -> int:
    """Run the app on this terminal until it is left; the engine is made after the first paint.

    `seed` is the demo's: it is called before the engine opens, off the event loop.
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

    def make_studio(sink: "Sink") -> "Studio":
        from qr_tui.services.studio import Studio

        return Studio(context.paths, settings, keys, sink=sink, pace=context.pace, problem=problem)

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
    return app.return_code or Exit.OK
