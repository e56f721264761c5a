"""The group of all commands, and how one command line is run: by click, with its errors in our words."""

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Final

import click

from qr_tui import __version__
from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit, guarded
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.environment import COMPLETION
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import N_
from qr_tui.i18n import _

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PROGRAM: Final = "qr-tui"

# each command and its line in the list of commands; `commands/<name>.py` holds a click command of the same name
COMMANDS: Final[Mapping[str, str]] = {
    "create": N_("send one or more videos to be made"),
    "import": N_("make every line of a file, each once"),
    "list": N_("the tasks, by filter and order"),
    "show": N_("everything known of one task"),
    "watch": N_("follow tasks until they are final"),
    "download": N_("fetch finished films to the disk"),
    "decide": N_("settle a task whose answer was lost"),
    "retry": N_("make a failed video again, as a new task"),
    "remove": N_("take tasks off the list, or bring them back"),
    "copy": N_("copy ids, links, prompts or requests"),
    "export": N_("all tasks as JSON, JSON lines or CSV"),
    "preset": N_("prompts kept under a name, and what they stand for"),
    "usage": N_("what was asked for, what became of it, and what it costs"),
    "models": N_("the models to choose from, and whether this host has them"),
    "keys": N_("the keyboard commands of the app"),
    "config": N_("settings and the API key"),
    "doctor": N_("check this installation and say how to mend it"),
    "simulate": N_("run the provider's API on this machine, for nothing"),
    "completion": N_("the completion script of your shell"),
}

_MODULES: Final = {"import": "import_file"}  # a word of the language cannot be a module's name


class LazyGroup(click.Group):
    """A group that imports a command's file when that command is asked for, so that none pays for another."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order they are worth reading."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called `cmd_name`, imported now, or None."""
        if cmd_name not in COMMANDS:
            return None
        name = _MODULES.get(cmd_name, cmd_name)
        found: click.Command = getattr(import_module(f"qr_tui.cli.commands.{name}"), name)
        return found

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Return the commands and options that begin with what is typed, without importing any command."""
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=_(words)) for name, words in COMMANDS.items() if name.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any of them."""
        with formatter.section(_("Commands")):
            formatter.write_dl([(name, _(words)) for name, words in COMMANDS.items()])


def build() -> click.Group:
    """Return the command group, its words in the language in use."""

    def version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            output.line(f"{PROGRAM} {__version__}")
            ctx.exit()

    @click.group(
        cls=LazyGroup,
        invoke_without_command=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
        help=_(
            "The terminal studio for QuickRouter video generation.\n\n"
            "Without a command it opens the app. The commands below do the same work for scripts, with the same "
            "tasks: words on stderr, results on stdout, one JSON document with --json."
        ),
        epilog=examples(
            "qr-tui",
            "qr-tui --demo",
            "qr-tui create 'a paper boat in the rain' --wait --json",
            after=_(
                "Exit codes: 0 ok, 1 failed, 2 usage, 3 key or permission, 4 still unfinished, "
                "5 outcome unknown (never send again blindly), 6 no balance or over your own limit."
            ),
        ),
    )
    @click.option("--demo", is_flag=True, help=_("Try everything on a simulated provider: no key, nothing is billed."))
    @click.option(
        "--version", is_flag=True, is_eager=True, expose_value=False, callback=version, help=_("Print the version.")
    )
    @pass_cli_context
    @click.pass_context
    def group(ctx: click.Context, context: CliContext, demo: bool) -> int:
        if ctx.invoked_subcommand is not None:
            if demo:
                raise click.UsageError(_("--demo opens the app: it takes no command."))
            return Exit.OK
        from qr_tui.cli.launch import launch

        return launch(context, demo=demo)

    return group


def examples(*lines: str, after: str = "") -> str:
    """Return the end of a help page: command lines as they stand, then perhaps a paragraph."""
    block = "\b\n" + _("Examples:") + "".join(f"\n  {text}" for text in lines)
    return f"{block}\n\n{after}" if after else block


def run(args: Sequence[str], context: CliContext | None = None) -> int:
    """Run one command line and return its exit code; every error has been printed by then."""
    context, json = context or CliContext(), "--json" in args
    return guarded(lambda: _invoke(args, context, json=json), context, json=json)


def _invoke(args: Sequence[str], context: CliContext, *, json: bool) -> int:
    try:
        if context.install_language() != "en":
            from qr_tui.cli import click_patches

            click_patches.install()
        group = build()
        if COMPLETION in os.environ:
            from qr_tui.cli import shell_completion

            shell_completion.register()
            group.main(args=list(args), prog_name=PROGRAM, complete_var=COMPLETION, obj=context)
        with group.make_context(PROGRAM, list(args), obj=context) as ctx:
            result = group.invoke(ctx)
            return int(result) if isinstance(result, int) else Exit.OK
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.UsageError as error:
        return _usage(error, json=json)
    except click.Abort:
        raise KeyboardInterrupt from None


def _usage(error: click.UsageError, *, json: bool) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        output.say(error.format_message())
        return Exit.USAGE
    from qr_tui.core.text.display import inert

    message = inert(error.format_message(), limit=2_000)
    if json:
        from qr_tui.core.export import error_json

        output.document(error_json(Trouble(Kind.USAGE, message)))
    output.say(f"{PROGRAM}: {message}", "red")
    if error.ctx is not None:
        output.say("  " + _("see: {command} --help").format(command=error.ctx.command_path))
    return Exit.USAGE
