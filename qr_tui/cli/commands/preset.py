"""`qr-tui preset`: the prompts that are kept under a name, and what they stand for."""

from typing import Any

import click

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.cli.options import preset_of
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.failures import Trouble
from qr_tui.core.prompts.preset import Preset, read
from qr_tui.core.text.display import inert
from qr_tui.i18n import _


@click.command(
    help=_(
        "List the presets of the settings, or show NAME: its prompt, its holes, and how many prompts it stands for. "
        "They are written in config.toml, under [presets.NAME]; qr-tui create --preset NAME sends one."
    ),
    epilog=examples("qr-tui preset", "qr-tui preset --json"),
)
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help=_("Print JSON: an array, or with NAME one object."))
@pass_cli_context
def preset(context: CliContext, name: str | None, as_json: bool) -> int:
    """Show all, or one."""
    if (known := preset_of(context, name)) is not None and name is not None:
        document = _json(context, name, known)
        if as_json:
            output.document(document)
            return Exit.OK
        output.line(output.escaped(known.prompt))
        for label, value in document.items():
            if label not in ("name", "prompt") and value not in (None, [], {}, ""):
                output.line(f"{label}: {inert(output.encode(value), limit=400)}")
        return Exit.OK
    found = {one: read(table) for one, table in context.settings.presets.items()}
    if as_json:
        output.document([_json(context, one, known) for one, known in found.items()])
        return Exit.OK
    for one, known in found.items():
        output.line(f"{one}  {inert(known.prompt, limit=200)}")
    if not found:
        output.say(_("there are no presets; write one in {file}").format(file=context.paths.config_file))
    return Exit.OK


def _json(context: CliContext, name: str, known: Preset) -> dict[str, Any]:
    from qr_tui.core.prompts.expansion import ExpansionError, Template
    from qr_tui.services.prompts import lists_in

    count: int | None = None
    holes: list[str] = []
    try:
        template = Template(known.prompt, lists_in(context.paths.config_file.parent / "lists"))
        count, holes = template.count, list(template.holes)
    except (ExpansionError, Trouble):
        pass  # what is wrong is said when it is sent
    return {
        "name": name,
        "prompt": known.prompt,
        "model": known.model or None,
        "images": list(known.images),
        "tags": list(known.tags),
        "vars": known.vars,
        "holes": holes,
        "prompts": count,
        "parameters": known.parameters,
    }
