"""How a command ends: an exit code that a script can act on, and every error printed in words."""

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from typing import Final

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _


class Exit(IntEnum):
    """The exit codes of every command."""

    OK = 0
    FAILED = 1
    USAGE = 2
    KEY = 3
    UNFINISHED = 4
    UNKNOWN = 5
    MONEY = 6
    INTERRUPTED = 130


_BY_KIND: Final[Mapping[Kind, Exit]] = {
    Kind.USAGE: Exit.USAGE,
    Kind.DUPLICATE: Exit.USAGE,
    Kind.NO_PRICE: Exit.USAGE,
    Kind.PLAIN_HTTP: Exit.USAGE,
    Kind.UNKNOWN_TASK: Exit.USAGE,
    Kind.AMBIGUOUS: Exit.USAGE,
    Kind.NOT_NOW: Exit.USAGE,
    Kind.CONFIG: Exit.USAGE,
    Kind.KEYS: Exit.USAGE,
    Kind.PORT_IN_USE: Exit.USAGE,
    Kind.KEY_REFUSED: Exit.KEY,
    Kind.FORBIDDEN: Exit.KEY,
    Kind.NO_KEY: Exit.KEY,
    Kind.DEADLINE: Exit.UNFINISHED,
    Kind.UNREACHABLE: Exit.UNFINISHED,
    Kind.LOST_ANSWER: Exit.UNKNOWN,
    Kind.NO_BALANCE: Exit.MONEY,
    Kind.OVER_LIMIT: Exit.MONEY,
}

# Of several tasks the one that needs the most care decides: an unknown outcome must never be sent again blindly.
_WORST_FIRST: Final = (Exit.UNKNOWN, Exit.MONEY, Exit.KEY, Exit.FAILED, Exit.UNFINISHED, Exit.OK)


class DeclinedError(Exception):
    """A person answered no; its text says what was not done. The exit code is that of ctrl+c."""


class NeedsYesError(Trouble):
    """A question nobody was there to answer: the command line lacks its ``--yes``, whatever it was about."""


def of_trouble(trouble: Trouble) -> Exit:
    """Return the exit code of a command that ended in `trouble`."""
    return Exit.USAGE if isinstance(trouble, NeedsYesError) else of_kind(trouble.kind)


def of_kind(kind: Kind) -> Exit:
    """Return the exit code of a failure of this kind."""
    return _BY_KIND.get(kind, Exit.FAILED)


def of_task(task: Task, *, waited: bool = True) -> Exit:
    """Return the exit code for where `task` stands; with `waited` one that is still on its way is a miss."""
    match task.status:
        case Status.DONE:
            return Exit.OK
        case Status.FAILED:
            return of_kind(task.failure.kind) if task.failure else Exit.FAILED
        case Status.STOPPED:
            return Exit.FAILED
        case Status.UNCONFIRMED | Status.SENDING:
            return Exit.UNKNOWN
        case Status.WAITING | Status.RUNNING:
            return Exit.UNFINISHED if waited else Exit.OK
        case _:
            return Exit.UNFINISHED


def of_tasks(tasks: Iterable[Task], *, waited: bool = True) -> Exit:
    """Return the exit code of several tasks: that of the one that needs the most care."""
    return worst(of_task(task, waited=waited) for task in tasks)


def of_files(tasks: Iterable[Task]) -> Exit:
    """Return the exit code for the films of the tasks that are done: whether each is on the disk."""
    codes = set()
    for task in tasks:
        if task.is_fetched:
            codes.add(Exit.UNFINISHED)
        elif task.file_state is FileState.FAILED and task.file_failure is not None:
            code = of_kind(task.file_failure.kind)
            codes.add(code if code is Exit.KEY else Exit.FAILED)
        elif task.file_state is FileState.MISSING:
            codes.add(Exit.FAILED)
    return worst(codes)


def worst(codes: Iterable[Exit]) -> Exit:
    """Return the code of these that needs the most care; OK for none."""
    found = set(codes)
    return next((code for code in _WORST_FIRST if code in found), Exit.OK)


def guarded(work: Callable[[], int], context: CliContext, *, json: bool = False) -> int:
    """Do `work` and return its exit code; every error has been printed by then."""
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
        return _failed(Trouble(Kind.USAGE, Message(N_("nothing could be read from the standard input"))), json)
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
