"""`qr-tui list`: the tasks as they stand on disk, without asking the provider."""

import sys
import time

import click

from qr_tui.cli import output, references, stored_tasks
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.sorting import DEFAULT_ORDER, ORDERS, sort
from qr_tui.i18n import _


@click.command(
    help=_(
        "Print the tasks, newest first; FILTER keeps those that fit.\n\n"
        "Words match prompt and id; status:failed model:veo age<2d tag:x is:unfinished say more, and ! negates."
    ),
    epilog=examples(
        "qr-tui list", "qr-tui list is:unfinished", "qr-tui list 'status:failed age<2d' --json", "qr-tui list boat"
    ),
)
@click.argument("filter_words", metavar="[FILTER]...", nargs=-1)
@click.option("--sort", "order", type=click.Choice(tuple(ORDERS)), default=DEFAULT_ORDER, help=_("The order."))
@click.option("--reverse", is_flag=True, help=_("The other way round."))
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help=_("Print at most N."))
@click.option("--json", "as_json", is_flag=True, help=_("Print a JSON array of tasks."))
@pass_cli_context
def list(  # noqa: A001 -- a command's function bears its name
    context: CliContext, filter_words: tuple[str, ...], order: str, reverse: bool, limit: int | None, as_json: bool
) -> int:
    """Read, choose, print."""
    stored = stored_tasks.read(context)
    if limit is not None and not filter_words and order == DEFAULT_ORDER and not reverse:
        tasks = stored.newest(limit)
    else:
        tasks = references.filtered(stored.everything(), filter_words)
        if order != DEFAULT_ORDER or reverse:  # they are read in that order
            tasks = sort(tasks, order, reverse)
        tasks = tasks[:limit]
    if as_json:
        from qr_tui.core.export import task_json

        output.document([task_json(stored.whole(task)) for task in tasks])
        return Exit.OK
    if not tasks:
        output.say(_("no tasks") if not filter_words else _("no task fits"))
        return Exit.OK
    from qr_tui.cli.task_tables import list_lines

    for text in list_lines(tasks, now=time.time(), width=output.width(sys.stdout)):
        output.line(text)
        if output.Reader.gone:
            break
    return Exit.OK
