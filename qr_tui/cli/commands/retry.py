"""`qr-tui retry`: make failed videos again, each as a new task."""

from typing import TYPE_CHECKING

import click

from qr_tui.cli import references, sending
from qr_tui.cli.context import CliContext
from qr_tui.cli.main import examples
from qr_tui.cli.options import timeout_option
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.cli.task_words import describe
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status, Task
from qr_tui.i18n import _

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio


@click.command(
    help=_("Make failed videos again: each as a new task, which costs like any other. The failed ones stay."),
    epilog=examples("qr-tui retry hgcpx", "qr-tui retry hgcpx --wait --json"),
)
@click.argument("ids", metavar="ID...", nargs=-1, required=True, shell_complete=references.complete)
@click.option("--wait", is_flag=True, help=_("Wait until the new tasks are final."))
@click.option("--download", is_flag=True, help=_("Wait for the films too, until each is on the disk; implies --wait."))
@timeout_option()
@click.option("--yes", is_flag=True, help=_("Send even if the same was sent within the last ten seconds."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the new tasks as a JSON array."))
@pass_cli_context
def retry(
    context: CliContext,
    ids: tuple[str, ...],
    wait: bool,
    download: bool,
    timeout: float | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Submit each failed task's request once more: all of them, or none."""

    async def submit(studio: "Studio") -> list[Task]:
        named = {reference.strip(): await studio.named(reference.strip()) for reference in ids}
        failed = references.several(named.__getitem__, ids)
        for task in failed:
            if task.status is not Status.FAILED:
                raise Trouble(Kind.NOT_NOW, describe(task))
        confirmed = sending.consider(studio.check_retry(failed), confirmed=yes)
        return await studio.retry_all([task.key for task in failed], confirmed=confirmed)

    return sending.send(context, submit, wait=wait or download, download=download, timeout=timeout, as_json=as_json)
