"""`qr-tui simulate`: the provider's API on this machine, for trying things and for tests."""

import uuid
from typing import Any

import click

from qr_tui.cli import output
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.core.environment import API_KEY, BASE_URL
from qr_tui.core.failures import Kind, Trouble
from qr_tui.i18n import _


def _use(url: str) -> str:
    """Return the command line that opens the app on the simulator at `url`."""
    return f"{BASE_URL}={url} {API_KEY}=any qr-tui"


@click.command(
    help=_(
        "Run the provider's API on this machine until Ctrl-C: nothing is billed, no key is needed beyond any word.\n\n"
        "Its address is the first line on stdout. Faults come on demand: --fault create:reset:2 cuts the line after "
        "the next two create calls; ON is create, query, models, billing, content, media or any."
    ),
    epilog=examples(
        "qr-tui simulate --port 8787 --speed 30",
        "qr-tui simulate --fault query:429:3,retry_after=2",
        _use("http://127.0.0.1:8787"),
    ),
)
@click.option("--host", default="127.0.0.1", show_default=True, help=_("The address to listen on."))
@click.option("--port", type=click.IntRange(0, 65_535), default=8787, show_default=True, help=_("0 takes a free one."))
@click.option("--seed", type=int, help=_("Chance follows from it; without it, every start has new ids."))
@click.option("--speed", type=float, default=1.0, show_default=True, help=_("How many times faster than real."))
@click.option("--latency", type=float, default=0.0, metavar="SECONDS", help=_("Every answer waits that long."))
@click.option("--fault", "faults", multiple=True, metavar="ON:FAULT[:COUNT]", help=_("Something that goes wrong."))
@click.option("--key", metavar="KEY", help=_("The only made-up key to accept; any is accepted without it."))
@click.option("--balance", type=float, metavar="CREDITS", help=_("Credits at the start."))
@click.option("--looks-per-minute", type=click.IntRange(min=0), default=0, help=_("Queries a minute before a 429."))
@click.option("--model-off", "models_off", multiple=True, metavar="MODEL", help=_("A model that is not available."))
def simulate(
    balance: float | None,
    seed: int | None,
    faults: tuple[str, ...],
    models_off: tuple[str, ...],
    **named: Any,  # noqa: ANN401
) -> int:
    """Serve until told to stop."""
    from qr_tui.simulator import Options, run

    if balance is not None:
        named["balance"] = balance
    named |= {"run": uuid.uuid4().hex} if seed is None else {"seed": seed}
    try:
        options = Options(faults=faults, models_off=models_off, **named)
    except ValueError as error:
        raise Trouble(Kind.USAGE, str(error)) from None
    run(options, ready=announce)
    return Exit.OK


def announce(url: str) -> None:
    """Print the address, and how to use it."""
    output.line(url)
    output.say(_("simulating the provider; stop with Ctrl-C. In another terminal:"))
    output.say("  " + _use(url))
