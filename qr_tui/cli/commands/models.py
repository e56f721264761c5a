"""`qr-tui models`: every model there is to choose from, where it stands, what it takes, and whether the host has it."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.failures import WORDS, Trouble
from qr_tui.core.text.display import cells, cut, fit, inert
from qr_tui.i18n import _, clauses, translate

if TYPE_CHECKING:
    from qr_tui.core.catalogue import Catalogue, Field, Model
    from qr_tui.core.money.prices import Prices


@click.command(
    help=_(
        "List the models to choose from, with their routes and fields, the prices that the settings name, and whether "
        "the host in use has them. The host is asked at most once a day; without a key nothing is asked."
    ),
    epilog=examples("qr-tui models", "qr-tui models seedance", "qr-tui models --json", "qr-tui models --offline"),
)
@click.argument("words", metavar="[WORD]...", nargs=-1)
@click.option("--offline", is_flag=True, help=_("Ask nobody; show what was known last."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the models as a JSON array."))
@pass_cli_context
def models(context: CliContext, words: tuple[str, ...], offline: bool, as_json: bool) -> int:
    """Show the catalogue."""
    from qr_tui import config
    from qr_tui.cli import engine_session
    from qr_tui.services import host_models

    catalogue = config.catalogue(context.settings)
    try:
        known = engine_session.run(
            lambda: host_models.ask(context.paths, context.settings, context.keys, context.base_url, offline=offline)
        )
    except Trouble as trouble:  # the list itself needs no host
        known = None
        title, detail = _(WORDS[trouble.kind].title), inert(translate(trouble.detail), limit=400)
        output.say(_("the host could not be asked: {reason}").format(reason=clauses([title, detail])), "yellow")
    catalogue.use_host(known)
    found = [model for model in catalogue.offered() if all(word.lower() in model.id.lower() for word in words)]
    prices = context.settings.prices
    if as_json:
        output.document([_json(catalogue, model, prices) for model in found])
        return Exit.OK
    for line in _lines(catalogue, found, prices, output.width(sys.stdout)):
        output.line(line)
    return Exit.OK


def _price(prices: "Prices", model: "Model") -> str:
    """Return what the settings say that a video of `model` costs, each case with its seconds; empty for nothing."""
    from qr_tui.core.money.prices import shown

    found = {name: price for name, price in prices.items() if name.partition(":")[0] == model.id}
    cases = [(name.partition(":")[2], shown(price)) for name, price in found.items()]
    return "; ".join(f"{text} ({seconds} s)" if seconds else text for seconds, text in cases)


def _json(catalogue: "Catalogue", model: "Model", prices: "Prices") -> dict[str, Any]:
    plain = prices.get(model.id)
    return {
        "id": model.id,
        "route": model.route,
        "available": catalogue.is_available(model.id),
        "fields": [_field_json(field) for field in model.fields],
        "frames": model.frames,
        "images": model.max_images,
        "price": plain if isinstance(plain, int | float) else _price(prices, model) or None,
        "retired": model.retired,
    }


def _field_json(field: "Field") -> dict[str, Any]:
    return {
        "name": field.name,
        "setting": field.setting,
        "values": list(field.values) or None,
        "default": field.default,
        "optional": field.optional,
    }


def _lines(catalogue: "Catalogue", models: "list[Model]", prices: "Prices", width: int | None) -> Iterator[str]:
    rows = [
        (
            _here(catalogue, model),
            inert(model.id, limit=100),
            model.route,
            _price(prices, model),
            clauses(list(_about(model))),
        )
        for model in models
    ]
    head = (_("HERE"), _("MODEL"), _("ROUTE"), _("PRICE"), _("TAKES"))
    sizes = [max(cells(row[at]) for row in (head, *rows)) for at in range(len(head) - 1)]
    for number, row in enumerate((head, *rows)):
        text = "  ".join([*(fit(part, size) for part, size in zip(row, sizes, strict=False)), row[-1]])
        text = text.rstrip() if width is None else cut(text, width)
        yield text if number else output.paint(text, "dim", sys.stdout)


def _here(catalogue: "Catalogue", model: "Model") -> str:
    available = catalogue.is_available(model.id)
    if available is not None:
        return _("yes") if available else _("no")
    return _("off") if model.retired else "?"


def _about(model: "Model") -> Iterator[str]:
    if model.retired:
        yield _("off at its source since {day}").format(day=model.retired)
    for field in model.fields:
        if field.control == "choice":
            values = "|".join(str(value) for value in field.values)
            yield f"{field.name} {inert(values, limit=200)}"
        else:
            yield field.name
    if model.frames:
        yield _("frames: {n}").format(n=model.frames)
    if model.max_images:
        yield _("images: {n}").format(n=model.max_images)
