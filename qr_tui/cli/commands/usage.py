"""`qr-tui usage`: what was asked for, what became of it, and what it was to cost."""

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.money.usage import BY
from qr_tui.core.text.display import cells, cut, fit, inert
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _

if TYPE_CHECKING:
    from qr_tui.core.money.usage import Row, Usage
    from qr_tui.services.costs.balances import Sample


@click.command(
    help=_(
        "Sum up what was asked for since the first of this month: how many videos, what became of them, and what those "
        "that were sent cost by your own prices. What has no price is unknown, never nothing. Removed tasks count."
    ),
    epilog=examples(
        "qr-tui usage", "qr-tui usage --by model --since 2026-11-01", "qr-tui usage --since 7d --json",
        "qr-tui usage --by month --all",
    ),
)  # fmt: skip
@click.option("--by", type=click.Choice(BY), default="day", show_default=True, help=_("What the rows stand for."))
@click.option("--since", metavar="DAY", help=_("The first day, like 2026-11-01, or how far back, like 7d."))
@click.option("--until", metavar="DAY", help=_("The last day."))
@click.option("--all", "everything", is_flag=True, help=_("From the first task on."))
@click.option("--balance", "ask", is_flag=True, help=_("Ask the host what is left; else the last answer is shown."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the sums as one JSON document."))
@pass_cli_context
def usage(
    context: CliContext, by: str, since: str | None, until: str | None, everything: bool, ask: bool, as_json: bool
) -> int:
    """Sum up, and print."""
    from qr_tui.cli import stored_tasks
    from qr_tui.core.money.usage import summed, told, used
    from qr_tui.store.purged_usage import PurgedUsage, path_of

    first = "" if everything else _day(since or "", "--since") or time.strftime("%Y-%m-01")
    last = _day(until or "", "--until")
    price_of = _price_of(context)
    several = [used(task, price_of) for task in stored_tasks.read(context).all()]
    several += PurgedUsage(path_of(context.paths.store)).read()
    found = summed(several, by, since=first, until=last)
    sample = _balance(context, ask=ask)
    if as_json:
        output.document(told(found, first, _balance_json(sample)))
        return Exit.OK
    for line in _lines(found, output.width(sys.stdout)):
        output.line(line)
    if sample is not None:
        output.line()
        output.line(_balance_words(sample))
    return Exit.OK


def _price_of(context: CliContext) -> Any:  # noqa: ANN401 -- a function of a task
    from qr_tui import config
    from qr_tui.core.money.prices import estimate

    catalogue, prices = config.catalogue(context.settings), context.settings.prices
    return lambda task: estimate(prices, task.request, catalogue) if prices else None


def _day(text: str, option: str) -> str:
    """Return a day as the sums have it, empty for none given.

    Raises:
        Trouble: USAGE, it is no day.
    """
    if not text:
        return ""
    if text.endswith("d") and text[:-1].isdecimal() and len(text) <= 6:
        return (datetime.now().astimezone() - timedelta(days=int(text[:-1]))).strftime("%Y-%m-%d")
    for form in ("%Y-%m-%d", "%Y-%m"):
        try:
            return datetime.strptime(text, form).strftime("%Y-%m-%d")  # noqa: DTZ007 -- a day, and no moment
        except ValueError:
            continue
    raise Trouble(Kind.USAGE, Message(N_("{option}: write a day like 2026-11-01, or 7d"), {"option": option}))


def _balance(context: CliContext, *, ask: bool) -> "Sample | None":
    from qr_tui.services.clock import Clock
    from qr_tui.services.costs.balances import FILE, Balances

    key = context.keys.key_for(context.base_url)
    if key is None:
        return None
    balances = Balances(context.paths.state / FILE, Clock())
    if not ask:
        return balances.last(context.base_url, key.account)
    from qr_tui.api.client import QuickRouter
    from qr_tui.cli import engine_session

    host = context.settings.host

    async def told() -> "Sample | None":
        client = QuickRouter(key.base_url, key, ca_file=host.ca_file, allow_plain_http=host.allow_plain_http)
        try:
            found = await client.balance()
        finally:
            await client.aclose()
        return None if found is None else balances.note(context.base_url, key.account, found)

    sample = engine_session.run(told)
    if sample is None:
        output.say(_("this host does not tell"), "yellow")
    return sample


def _balance_json(sample: "Sample | None") -> dict[str, Any] | None:
    from qr_tui.core.export import when

    if sample is None:
        return None
    return {"at": when(sample.at), "host": sample.host, "remaining": sample.remaining, "used": sample.used}


def _balance_words(sample: "Sample") -> str:
    at = datetime.fromtimestamp(sample.at).astimezone().strftime("%Y-%m-%d %H:%M")
    left = _("unlimited") if sample.remaining is None else f"{sample.remaining:g}"
    return _("balance at the provider: {credits} credits, at {time}").format(credits=left, time=at)


def _lines(found: "Usage", width: int | None) -> Iterator[str]:
    head = (
        _(found.by).upper(), _("ASKED"), _("MADE"), _("FAILED"), _("UNCONFIRMED"), _("STOPPED"), _("ESTIMATE"),
        _("UNKNOWN"),
    )  # fmt: skip
    rows = [head, *(_cells(row, row.name) for row in found.rows), _cells(found.total, _("all"))]
    sizes = [max(cells(row[at]) for row in rows) for at in range(len(head))]
    for number, row in enumerate(rows):
        text = fit(row[0], sizes[0])
        for part, size in zip(row[1:], sizes[1:], strict=True):
            text += "  " + " " * (size - cells(part)) + part
        text = text.rstrip() if width is None else cut(text, width)
        yield text if number else output.paint(text, "dim", sys.stdout)


def _cells(row: "Row", name: str) -> tuple[str, ...]:
    counts = (row.asked, row.made, row.failed, row.unconfirmed, row.stopped)
    cost = "" if row.estimate is None else f"{row.estimate:g}"
    return (inert(name, limit=60) or "-", *map(str, counts), cost, str(row.unknown) if row.unknown else "")
