"""How a click command is given `CliContext`. Apart from it, so that the app opens without click."""

import click

from qr_tui.cli.context import CliContext

pass_cli_context = click.make_pass_decorator(CliContext, ensure=True)
