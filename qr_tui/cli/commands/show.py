"""`qr-tui show`: everything known of one task, as it stands on disk, without asking the provider."""

import click

from qr_tui.cli import output, references, stored_tasks
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.i18n import _


@click.command(
    help=_("Print everything known of the task called ID: its id, its local key, or the end of either."),
    epilog=examples("qr-tui show hgcpx", "qr-tui show sora-2:task_01k9 --json"),
)
@click.argument("reference", metavar="ID", shell_complete=references.complete)
@click.option("--json", "as_json", is_flag=True, help=_("Print the task as a JSON object."))
@pass_cli_context
def show(context: CliContext, reference: str, as_json: bool) -> int:
    """Find and print one task."""
    stored = stored_tasks.read(context)
    task = stored.whole(references.one(stored.named(reference.strip()), reference))
    if as_json:
        from qr_tui.core.export import task_json

        output.document(task_json(task))
        return Exit.OK
    from qr_tui.cli.task_tables import show_lines

    for text in show_lines(task):
        output.line(text)
    return Exit.OK
