"""`qr-tui decide`: settle a task whose answer was lost."""

from typing import TYPE_CHECKING

import click

from qr_tui.cli import output, references, sending, streams
from qr_tui.cli.context import CliContext
from qr_tui.cli.main import examples
from qr_tui.cli.options import timeout_option
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.cli.task_words import describe, name
from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.status_words import sent_words
from qr_tui.core.task import Status, Task
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _, sentences, translate

if TYPE_CHECKING:
    from qr_tui.services.decisions import Adopt, Drop, SendAgain
    from qr_tui.services.studio import Studio

    Decision = Adopt | SendAgain | Drop


@click.command(
    help=_(
        "Settle the unconfirmed task called ID: it was sent and its answer was lost, so it may have been paid or not."
        "\n\nOne that ended because the provider does not know it can be adopted under its right id."
        "\n\nNothing is ever sent again by itself. Look at the provider's own records, then choose one."
    ),
    epilog=examples(
        "qr-tui decide k9a02 --adopt sora-2:task_01k9",
        "qr-tui decide k9a02 --send-again --wait",
        "qr-tui decide k9a02 --drop",
    ),
)
@click.argument("reference", metavar="ID", shell_complete=references.complete)
@click.option("--adopt", metavar="TASK_ID", help=_("It became this task; the provider is asked whether it knows it."))
@click.option("--send-again", is_flag=True, help=_("Send it once more. It may cost twice."))
@click.option("--drop", is_flag=True, help=_("Stop caring; it stays in the list as stopped."))
@click.option("--wait", is_flag=True, help=_("Then wait until it is final."))
@timeout_option()
@click.option("--yes", is_flag=True, help=_("Send it again whatever else there is to ask about."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the task in a JSON array."))
@pass_cli_context
def decide(
    context: CliContext,
    reference: str,
    adopt: str | None,
    send_again: bool,
    drop: bool,
    wait: bool,
    timeout: float | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Carry out one of three decisions."""
    if (adopt is not None) + send_again + drop > 1:
        raise Trouble(Kind.USAGE, Message(N_("choose one of --adopt, --send-again and --drop")))

    async def submit(studio: "Studio") -> list[Task]:
        from qr_tui.services.decisions import Adopt, Drop, SendAgain

        task = references.one(await studio.named(reference.strip()), reference)
        if task.status is not Status.UNCONFIRMED and not (task.is_unknown and adopt is not None):
            raise Trouble(Kind.NOT_NOW, describe(task))
        choice: Decision
        if adopt is not None:
            choice = Adopt(adopt)
        elif send_again:
            choice = SendAgain()
        elif drop:
            choice = Drop()
        else:
            choice = _ask(task)
        confirmed = isinstance(choice, SendAgain) and sending.consider(studio.check_again(task), confirmed=yes)
        return [await studio.decide(task.key, choice, confirmed=confirmed)]

    return sending.send(context, submit, wait=wait, timeout=timeout, as_json=as_json, dropped_is_fine=True)


def _ask(task: Task) -> "Decision":
    """Let the person at the terminal choose.

    Raises:
        Trouble: USAGE, nobody is there to ask.
    """
    from qr_tui.services.decisions import Adopt, Drop, SendAgain

    if not streams.can_ask():
        raise Trouble(Kind.USAGE, Message(N_("say what became of it: --adopt TASK_ID, --send-again or --drop")))
    words = WORDS[Kind.LOST_ANSWER]
    output.say(f"{name(task)}: {sentences(_(words.title), _(words.meaning))}")
    output.say(inert(translate(sent_words(task)), limit=400))
    output.say(inert(task.prompt, limit=400))
    output.say(_("a  adopt: type the id that the provider's own records show"))
    output.say(_("s  send again: it may cost twice"))
    output.say(_("d  drop: stop caring"))
    letter = click.prompt(_("Your choice"), type=click.Choice(["a", "s", "d"]), err=True)
    if letter == "a":
        return Adopt(click.prompt(_("Task id"), err=True))
    return SendAgain() if letter == "s" else Drop()
