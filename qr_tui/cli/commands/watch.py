"""`qr-tui watch`: follow tasks until they are final, here or in a process of its own."""

import click

from qr_tui.cli import references
from qr_tui.cli.context import CliContext
from qr_tui.cli.main import examples
from qr_tui.cli.options import timeout_option
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.cli.watching import background
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _


@click.command(
    help=_(
        "Follow tasks until all are final or need you: those named, those that fit a filter, or every unfinished one."
        "\n\nWith --detach a process of its own does it, for every unfinished task, and outlives this terminal."
    ),
    epilog=examples(
        "qr-tui watch",
        "qr-tui watch hgcpx k9a02 --timeout 600",
        "qr-tui watch model:veo --json",
        "qr-tui watch --detach",
        "qr-tui watch --status",
    ),
)
@click.argument("words", metavar="[ID|FILTER]...", nargs=-1, shell_complete=references.complete)
@timeout_option()
@click.option("--detach", is_flag=True, help=_("Watch every unfinished task in the background; one process a store."))
@click.option("--status", is_flag=True, help=_("Say whether a background process is watching."))
@click.option("--stop", is_flag=True, help=_("End the background process; no task is lost."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the tasks as a JSON array at the end."))
@pass_cli_context
def watch(
    context: CliContext,
    words: tuple[str, ...],
    timeout: float | None,
    detach: bool,
    status: bool,
    stop: bool,
    as_json: bool,
) -> int:
    """Watch here, or see to the process that watches in the background."""
    if background.is_me():
        return background.main(context, timeout=timeout)
    if detach + status + stop > 1:
        raise Trouble(Kind.USAGE, Message(N_("choose one of --detach, --status and --stop")))
    if words and (detach or status or stop):
        raise Trouble(Kind.USAGE, Message(N_("the background process watches every unfinished task: name none")))
    if status:
        return background.status(context, as_json=as_json)
    if stop:
        return background.stop(context, as_json=as_json)
    if detach:
        return background.start(context, timeout=timeout, as_json=as_json)
    from qr_tui.cli.watching.follow import follow

    return follow(context, words, timeout=timeout, as_json=as_json)
