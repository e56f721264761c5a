"""`qr-tui` without a command: opens the app or the demo. Without click, so that the first paint comes sooner."""

import os

from qr_tui.cli import output, run_app
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit, guarded
from qr_tui.i18n import _
from qr_tui.terminal.detect import is_dumb


def main(*, demo: bool) -> int:
    """Open the app or the demo as the whole program; every error has been printed when it returns."""
    context = CliContext()

    def open_it() -> int:
        context.install_language()
        return launch(context, demo=demo)

    return guarded(open_it, context)


def launch(context: CliContext, *, demo: bool) -> int:
    """Open the app or the demo, or say in one line why the app cannot be shown here."""
    if demo:
        from qr_tui.cli import demo as demo_program

        return demo_program.run(context)
    if not run_app.on_terminal():
        output.say(_("qr-tui: the app needs a terminal; for scripts there are: create, list, show, watch (see --help)"))
        return Exit.USAGE
    if is_dumb(os.environ):
        output.say(_("qr-tui: this terminal (TERM=dumb) cannot show the app; see qr-tui --help for commands"))
        return Exit.USAGE
    return run_app.run_app(context)
