"""`qr-tui completion`: the script that teaches a shell our commands, options and task ids."""

import click

from qr_tui.cli import output
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import PROGRAM, build, examples
from qr_tui.core.environment import COMPLETION
from qr_tui.i18n import _

SHELLS = ("bash", "zsh", "fish")


@click.command(
    help=_("Print the completion script for SHELL. Task ids complete too, with their prompts as help."),
    epilog=examples(
        'eval "$(qr-tui completion bash)"      # in ~/.bashrc',
        'eval "$(qr-tui completion zsh)"       # in ~/.zshrc',
        "qr-tui completion fish > ~/.config/fish/completions/qr-tui.fish",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> int:
    """Print click's own script for this shell."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    output.line(kind(build(), {}, PROGRAM, COMPLETION).source())
    return Exit.OK
