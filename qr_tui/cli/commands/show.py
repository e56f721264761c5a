"""`qr-tui show`: everything known of one task, as it stands on disk, without asking the provider."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from qr_tui.cli import output, references, stored_tasks
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.display import inert, inert_lines
from qr_tui.core.text.messages import N_, Message, Value
from qr_tui.i18n import _


@click.command(
    help=_("Print everything known of the task called ID: its id, its local key, or the end of either."),
    epilog=examples("qr-tui show hgcpx", "qr-tui show sora-2:task_01k9 --json", "qr-tui show hgcpx --field video_url"),
)
@click.argument("reference", metavar="ID", shell_complete=references.complete)
@click.option("--field", metavar="NAME", help=_("Print only this field of its JSON: text as it is, nothing for null."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the task as a JSON object."))
@pass_cli_context
def show(context: CliContext, reference: str, field: str | None, as_json: bool) -> int:
    """Find and print one task, or one field of it."""
    stored = stored_tasks.read(context)
    task = stored.whole(references.one(stored.named(reference.strip()), reference))
    if field is not None or as_json:
        from qr_tui.core.export import task_json

        document = task_json(task)
        if field is None:
            output.document(document)
        else:
            _print_field(document, field, as_json=as_json)
        return Exit.OK
    from qr_tui.cli.task_tables import show_lines

    for text in show_lines(task):
        output.line(text)
    return Exit.OK


def _print_field(document: Mapping[str, Any], name: str, *, as_json: bool) -> None:
    """Print one field.

    Raises:
        Trouble: USAGE, a task has no such field.
    """
    if name not in document:
        values: dict[str, Value] = {"name": inert(name, limit=100), "known": " ".join(document)}
        raise Trouble(Kind.USAGE, Message(N_("a task has no field {name}; there are {known}"), values))
    value = document[name]
    if as_json or not isinstance(value, str | None):
        output.document(value)
    elif value is not None:
        output.line(inert_lines(value) if sys.stdout.isatty() else value)
