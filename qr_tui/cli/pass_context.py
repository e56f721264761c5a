"""How a click command is given `Here`. Apart from it, so that the app opens without click."""

import click

from qr_tui.cli.context import Here

pass_here = click.make_pass_decorator(Here, ensure=True)
