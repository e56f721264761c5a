"""The tasks on disk, for commands that read and print them without an engine."""

from qr_tui.cli.context import CliContext
from qr_tui.core.task import Task


def read(context: CliContext) -> list[Task]:
    """Return the tasks on the list, newest first; a home without any is no error.

    Raises:
        Trouble: CONFIG for settings that cannot be read, STORE for tasks that cannot.
    """
    context.require_valid_settings()
    from qr_tui.store.peek import is_blank, peek

    tasks = peek(context.paths.store, context.paths.state)
    if tasks is None and is_blank(context.paths.store, context.paths.state):
        return []
    return _open_and_read(context, removed=False) if tasks is None else tasks


def read_with_removed(context: CliContext) -> list[Task]:
    """Return every task, those taken off the list too; raises as `read`."""
    context.require_valid_settings()
    from qr_tui.store.peek import is_blank

    blank = is_blank(context.paths.store, context.paths.state)
    return [] if blank else _open_and_read(context, removed=True)


def _open_and_read(context: CliContext, *, removed: bool) -> list[Task]:
    store = context.open_store()
    try:
        return store.tasks(removed=removed)
    finally:
        store.close()
