"""`qr-tui decide`, `retry` and `remove`: what a person does to tasks that exist."""

from typing import TYPE_CHECKING

import click

from qr_tui.cli import engine_session, output, references, sending, streams
from qr_tui.cli.commands.create import seconds
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import DeclinedError, Exit, NeedsYesError
from qr_tui.cli.main import examples
from qr_tui.cli.narrator import Narrator
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.cli.task_words import describe, name
from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.task import Status, Task
from qr_tui.core.text import inert
from qr_tui.i18n import _, sentences

if TYPE_CHECKING:
    from qr_tui.services.decisions import Adopt, Drop, SendAgain
    from qr_tui.services.studio import Studio

    Decision = Adopt | SendAgain | Drop


@click.command(
    help=_(
        "Settle the unconfirmed task called ID: it was sent and its answer was lost, so it may have been paid or not."
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
@click.option("--timeout", type=float, callback=seconds, metavar="SECONDS", help=_("Wait no longer."))
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
    as_json: bool,
) -> int:
    """Carry out one of three decisions."""
    if (adopt is not None) + send_again + drop > 1:
        raise Trouble(Kind.USAGE, _("choose one of --adopt, --send-again and --drop"))

    async def submit(studio: "Studio") -> list[Task]:
        from qr_tui.services.decisions import Adopt, Drop, SendAgain

        task = references.one(studio.tasks(), reference)
        if task.status is not Status.UNCONFIRMED:
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
        return [await studio.decide(task.key, choice)]

    code = sending.send(context, submit, wait=wait, timeout=timeout, as_json=as_json, dropped_is_fine=True)
    return code


def _ask(task: Task) -> "Decision":
    """Let the person at the terminal choose.

    Raises:
        Trouble: USAGE, nobody is there to ask.
    """
    from qr_tui.services.decisions import Adopt, Drop, SendAgain

    if not streams.can_ask():
        raise Trouble(Kind.USAGE, _("say what became of it: --adopt TASK_ID, --send-again or --drop"))
    words = WORDS[Kind.LOST_ANSWER]
    output.say(f"{name(task)}: {sentences(_(words.title), _(words.meaning))}")
    output.say(inert(task.prompt, limit=400))
    output.say(_("a  adopt: type the id that the provider's own records show"))
    output.say(_("s  send again: it may cost twice"))
    output.say(_("d  drop: stop caring"))
    letter = click.prompt(_("Your choice"), type=click.Choice(["a", "s", "d"]), err=True)
    if letter == "a":
        return Adopt(click.prompt(_("Task id"), err=True))
    return SendAgain() if letter == "s" else Drop()


@click.command(
    help=_("Make failed videos again: each as a new task, which costs like any other. The failed ones stay."),
    epilog=examples("qr-tui retry hgcpx", "qr-tui retry hgcpx --wait --json"),
)
@click.argument("ids", metavar="ID...", nargs=-1, required=True, shell_complete=references.complete)
@click.option("--wait", is_flag=True, help=_("Wait until the new tasks are final."))
@click.option("--timeout", type=float, callback=seconds, metavar="SECONDS", help=_("Wait no longer."))
@click.option("--yes", is_flag=True, help=_("Send even if the same was sent within the last ten seconds."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the new tasks as a JSON array."))
@pass_cli_context
def retry(
    context: CliContext, ids: tuple[str, ...], wait: bool, timeout: float | None, yes: bool, as_json: bool
) -> int:
    """Submit each failed task's request once more."""

    async def submit(studio: "Studio") -> list[Task]:
        failed = references.several(studio.tasks(), ids)
        for task in failed:
            if task.status is not Status.FAILED:
                raise Trouble(Kind.NOT_NOW, describe(task))
        confirmed = all([sending.consider(studio.check(task.request), confirmed=yes) for task in failed])
        return [await studio.retry(task.key, confirmed=confirmed) for task in failed]

    return sending.send(context, submit, wait=wait, timeout=timeout, as_json=as_json)


@click.command(
    help=_(
        "Take tasks off the list. They stay on disk for at least thirty days, and --undo brings them back.\n\n"
        "A video that is being made goes on being made at the provider, but nobody looks at it any more."
    ),
    epilog=examples("qr-tui remove hgcpx k9a02", "qr-tui remove --undo hgcpx"),
)
@click.argument("ids", metavar="ID...", nargs=-1, required=True, shell_complete=references.complete)
@click.option("--undo", is_flag=True, help=_("Bring removed tasks back."))
@click.option("--yes", is_flag=True, help=_("Remove unfinished tasks too, without asking."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the tasks as a JSON array."))
@pass_cli_context
def remove(context: CliContext, ids: tuple[str, ...], undo: bool, yes: bool, as_json: bool) -> int:
    """Hide tasks, or show them again."""
    known = _with_removed(context)
    tasks = references.several([task for task in known if (task.removed_at is not None) == undo], ids)
    unfinished = [task for task in tasks if not task.final]
    if unfinished and not undo and not yes:
        names = ", ".join(name(task) for task in unfinished[:8])
        if not streams.can_ask():
            raise NeedsYesError(
                Kind.NOT_NOW, _("not finished: {names}; to remove all the same add --yes").format(names=names)
            )
        output.say(_("not finished: {names}").format(names=names), "yellow")
        if not click.confirm(_("Remove all the same?"), err=True):
            raise DeclinedError(_("nothing was removed"))

    async def work() -> list[Task]:
        async with engine_session.studio(context, Narrator([]), watch=False) as studio:
            keys = [task.key for task in tasks]
            return await (studio.restore(keys) if undo else studio.remove(keys))

    changed = engine_session.run(work)
    if as_json:
        sending.print_tasks(changed, as_json=True)
    else:
        for task in changed:
            words = _("back on the list: {name}") if undo else _("removed: {name} (qr-tui remove --undo {key})")
            output.line(words.format(name=name(task), key=task.key))
    return Exit.OK


def _with_removed(context: CliContext) -> list[Task]:
    context.insist_on_settings()
    if not context.paths.store.exists():
        return []
    store = context.open_store()
    try:
        return store.tasks(removed=True)
    finally:
        store.close()
