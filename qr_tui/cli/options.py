"""Checks of option values that several commands share."""

import click

from qr_tui.i18n import _


def positive_seconds(_ctx: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """Check an option that is a span of time in seconds.

    Raises:
        click.BadParameter: It is not more than 0, or is endless.
    """
    if value is not None and not 0 < value < 1e9:
        raise click.BadParameter(_("it must be more than 0 seconds"))
    return value
