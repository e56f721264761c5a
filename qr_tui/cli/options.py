"""Options that several commands share, and checks of their values."""

from collections.abc import Callable
from typing import Any

import click

from qr_tui.i18n import _


def timeout_option() -> Callable[[Any], Any]:
    """Return the decorator that gives a command ``--timeout``."""
    return click.option(
        "--timeout",
        type=float,
        callback=positive_seconds,
        metavar="SECONDS",
        help=_("Wait no longer; exit code 4 when reached."),
    )


def positive_seconds(_ctx: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """Check an option that is a span of time in seconds.

    Raises:
        click.BadParameter: It is not more than 0, or is endless.
    """
    if value is not None and not 0 < value < 1e9:
        raise click.BadParameter(_("it must be more than 0 seconds"))
    return value
