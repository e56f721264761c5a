"""The decorator that gives a click command its `CliContext`; apart from it so that the app starts without click."""

import click

from qr_tui.cli.context import CliContext

pass_cli_context = click.make_pass_decorator(CliContext, ensure=True)
