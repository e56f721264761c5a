"""`qr-tui remove`: take tasks off the list, or bring them back."""

from functools import partial

import click

from qr_tui.cli import engine_session, output, references, sending, stored_tasks, streams
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import DeclinedError, Exit, NeedsYesError
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.cli.task_words import name
from qr_tui.cli.watching.narrator import Narrator
from qr_tui.core.failures import Kind
from qr_tui.core.task import Task
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _


@click.command(
    help=_(
        "Take tasks off the list. They stay on disk for at least thirty days, and --undo brings them back.\n\n"
        "A video that is being made goes on being made at the provider, but nobody looks at it any more."
    ),
    epilog=examples("qr-tui remove hgcpx k9a02", "qr-tui remove --undo hgcpx"),
)
@click.argument("ids", metavar="ID...", nargs=-1, required=True, shell_complete=references.complete)
@click.option("--undo", is_flag=True, help=_("Bring removed tasks back."))
@click.option("--yes", is_flag=True, help=_("Remove unfinished tasks too, without asking."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the tasks as a JSON array."))
@pass_cli_context
def remove(context: CliContext, ids: tuple[str, ...], undo: bool, yes: bool, as_json: bool) -> int:
    """Hide tasks, or show them again."""
    tasks = references.several(partial(stored_tasks.read(context).named, removed=undo), ids)
    unfinished = [task for task in tasks if not task.final]
    if unfinished and not undo and not yes:
        names = ", ".join(name(task) for task in unfinished[:8])
        if not streams.can_ask():
            raise NeedsYesError(
                Kind.NOT_NOW, Message(N_("not finished: {names}; to remove all the same add --yes"), {"names": names})
            )
        output.say(_("not finished: {names}").format(names=names), "yellow")
        if not click.confirm(_("Remove all the same?"), err=True):
            raise DeclinedError(_("nothing was removed"))

    async def work() -> list[Task]:
        async with engine_session.studio(context, Narrator([]), watch=False) as studio:
            keys = [task.key for task in tasks]
            return await (studio.restore(keys) if undo else studio.remove(keys))

    changed = engine_session.run(work)
    if as_json:
        sending.print_tasks(changed, as_json=True)
    else:
        for task in changed:
            words = _("back on the list: {name}") if undo else _("removed: {name} (qr-tui remove --undo {key})")
            output.line(words.format(name=name(task), key=task.key))
    return Exit.OK
