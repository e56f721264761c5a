"""`qr-tui keys`: which key does what in the app, with the person's own choices."""

from typing import Any

import click

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.text.messages import N_
from qr_tui.i18n import _

SCOPES = {
    "tasks": N_("Tasks"),
    "compose": N_("Compose"),
    "details": N_("Details"),
    "viewer": N_("Viewer"),
    "usage": N_("Usage"),
    "app": N_("Everywhere"),
}


@click.command(
    help=_("Print every command of the app with its keys. Change them in config.toml, under [keys], by command id."),
    epilog=examples("qr-tui keys", "qr-tui config set keys.tasks.copy_id 'y,ctrl+y'", "qr-tui keys --json"),
)
@click.option("--json", "as_json", is_flag=True, help=_("Print a JSON array of commands."))
@pass_cli_context
def keys(context: CliContext, as_json: bool) -> int:
    """Print the registry as the keymap has it."""
    from qr_tui.commands.keymap import Keymap, display
    from qr_tui.commands.registry import COMMANDS

    keymap = Keymap(context.settings.keys)
    for trouble in keymap.problems:
        output.tell(trouble.in_file(context.paths.config_file), json=False)
    rows: list[dict[str, Any]] = [
        {
            "id": command.id,
            "scope": command.scope,
            "keys": [display(key) for key in keymap.keys(command.id)],
            "title": command.title,
            "help": command.help,
        }
        for command in COMMANDS
    ]
    if as_json:
        output.document(rows)
        return Exit.OK
    shown = [
        {"keys": " ".join(row["keys"]), "id": row["id"], "help": _(row["help"]), "scope": row["scope"]} for row in rows
    ]
    lines = output.table([{name: row[name] for name in ("keys", "id", "help")} for row in shown])
    scope = ""
    for row, text in zip(shown, lines, strict=True):
        if row["scope"] != scope:
            scope = row["scope"]
            output.line()
            output.line(_(SCOPES[scope]))
        output.line("  " + text)
    return Exit.OK
