"""`qr-tui copy`: put ids, links, prompts or requests where they can be pasted, and say truthfully where that is."""

import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

import click

from qr_tui import config
from qr_tui.cli import output, references, stored_tasks
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.routes import UNIFIED, Route, built_in
from qr_tui.core.task import Task
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _

WHAT = ("id", "link", "prompt", "curl", "json", "file")


@click.command(
    help=_(
        "Copy the id of each task called ID, one a line, or something else of it; says where the copy went. "
        "Into a pipe it is printed instead."
    ),
    epilog=examples("qr-tui copy hgcpx", "qr-tui copy hgcpx k9a02 --what link", "qr-tui copy hgcpx --what link | cat"),
)
@click.argument("ids", metavar="ID...", nargs=-1, required=True, shell_complete=references.complete)
@click.option("--what", type=click.Choice(WHAT), default="id", show_default=True, help=_("What to copy."))
@click.option("--json", "as_json", is_flag=True, help=_("Print what was copied, and where to, as a JSON object."))
@pass_cli_context
def copy(context: CliContext, ids: tuple[str, ...], what: str, as_json: bool) -> int:
    """Copy by the first route that fits this terminal."""
    import asyncio

    from qr_tui.terminal.clipboard import Clipboard
    from qr_tui.terminal.detect import detect

    stored = stored_tasks.read(context)
    tasks = [stored.whole(task) for task in references.several(stored.named, ids)]
    route_of = config.catalogue(context.settings).route
    text = "\n".join(part(task, what, route_of) for task in tasks)
    if not as_json and not sys.stdout.isatty():  # into a pipe or a file: there it is wanted, not on a clipboard
        output.line(text)
        return Exit.OK
    reachable = _reachable()
    clipboard = Clipboard(detect(tty=reachable), context.paths.clipboard_file, _send if reachable else None)
    copied = asyncio.run(clipboard.copy(text))
    if as_json:
        output.document({"text": text, "routes": list(copied.routes), "claim": copied.claim, "sure": copied.verified})
    output.say(copied.summary(text), "" if copied.routes else "red")
    if copied.hint:
        output.say(copied.hint)
    return Exit.OK if copied.routes else Exit.FAILED


def part(task: Task, what: str, route_of: Callable[[str], Route | None] = built_in) -> str:
    """Return the text to copy; `route_of` returns the route of a name.

    Raises:
        Trouble: NOT_NOW, this task has no such thing yet.
    """
    if what == "curl":
        from qr_tui.core.wire.curl import curl

        return curl(route_of(task.route) or UNIFIED, task.request, task.base_url)
    if what == "json":
        from qr_tui.core.export import task_json

        return output.encode(task_json(task))
    found = {"id": task.id, "link": task.video_url, "prompt": task.prompt, "file": task.file}[what]
    if not found:
        name = task.id or task.key
        raise Trouble(Kind.NOT_NOW, Message(N_("{task} has no {what} yet"), {"task": name, "what": Message(what)}))
    return found


def _reachable() -> bool:
    with contextlib.suppress(OSError):
        _send("")
        return True
    return False


def _send(sequence: str) -> None:
    """Write to the terminal itself, wherever the output goes."""
    with Path("/dev/tty").open("w", encoding="utf-8") as terminal:
        terminal.write(sequence)
