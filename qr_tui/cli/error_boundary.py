"""How a command ends: every failure becomes words a person can use, and an exit code."""

from collections.abc import Callable

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import DeclinedError, Exit, of_trouble
from qr_tui.core.failures import Kind, Trouble
from qr_tui.i18n import _


def guarded(work: Callable[[], int], context: CliContext, *, json: bool = False) -> int:
    """Do `work` and return its exit code; every error has been told by then."""
    try:
        return work()
    except Trouble as trouble:
        return _failed(trouble, json)
    except DeclinedError as declined:
        output.say(str(declined))
        return Exit.INTERRUPTED
    except KeyboardInterrupt:
        output.say(_("interrupted"))
        return Exit.INTERRUPTED
    except EOFError:
        return _failed(Trouble(Kind.USAGE, _("nothing could be read from the standard input")), json)
    except Exception as error:
        return _failed(_internal(context, error), json)


def _failed(trouble: Trouble, json: bool) -> int:
    output.tell(trouble, json=json)
    return of_trouble(trouble)


def _internal(context: CliContext, error: Exception) -> Trouble:
    """Log what should not have happened, key-free, and return the words for it."""
    if isinstance(error, OSError):
        return Trouble(Kind.STORE, f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
    with_log = "; qr-tui.log"
    try:
        from qr_tui import log

        log.setup(context.paths).error("a command failed", exc_info=error)
    except Exception:
        with_log = ""
    return Trouble(Kind.INTERNAL, type(error).__name__ + with_log)
