"""Options that several commands share, and checks of their values."""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from qr_tui.cli.context import CliContext
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Parameter
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message, listed
from qr_tui.i18n import _

if TYPE_CHECKING:
    from qr_tui.core.prompts.preset import Preset


def setting_options(command: Callable[..., int]) -> Callable[..., int]:
    """Decorate a command with the settings of a video; it gets those that were given, as one mapping `given`."""
    options = {
        "orientation": click.option("--orientation", metavar="WORD", help=_("portrait or landscape.")),
        "aspect_ratio": click.option(
            "--aspect-ratio", metavar="W:H", help=_("The shape, like 16:9, where a model has more than two.")
        ),
        "duration": click.option("--duration", type=int, metavar="SECONDS", help=_("Length of the video.")),
        "size": click.option(
            "--size", metavar="WORD", help=_("The quality: small (720p) or large (1080p), or as the model has it.")
        ),
        "sound": click.option(
            "--sound/--silent", default=None, help=_("With sound or without, where the model makes any.")
        ),
        "watermark": click.option(
            "--watermark/--no-watermark",
            default=None,
            help=_(
                "Prefer no watermark but take one if its removal fails; or insist on none, which can take much longer. "
                "On routes that remove none, --no-watermark asks for a video without one."
            ),
        ),
        "private": click.option(
            "--private/--public",
            default=None,
            help=_("Never published and never to be remixed; or published as usual."),
        ),
    }

    @functools.wraps(command)
    def with_settings(*args: Any, **kwargs: Any) -> int:  # noqa: ANN401 -- what click passes
        said = {name: kwargs.pop(name) for name in options}
        given: dict[str, Parameter] = {
            name: clean(value, "--" + name.replace("_", "-")) if isinstance(value, str) else value
            for name, value in said.items()
            if value is not None
        }
        return command(*args, given=given, **kwargs)

    for option in reversed(options.values()):
        with_settings = option(with_settings)
    return with_settings


def preset_of(context: CliContext, name: str | None) -> "Preset | None":
    """Return the preset of the settings called `name`, None for no name.

    Raises:
        Trouble: USAGE, there is none; the detail names those that there are.
    """
    if name is None:
        return None
    from qr_tui.core.prompts.preset import read

    tables = context.settings.presets
    if name not in tables:
        values = {"name": name, "known": listed(sorted(tables)) if tables else "-"}
        raise Trouble(Kind.USAGE, Message(N_("there is no preset {name}; there are {known}"), {**values}))
    return read(tables[name])


def variable(text: str) -> tuple[str, str]:
    """Return name and value of ``name=text``.

    Raises:
        Trouble: USAGE, it is written otherwise.
    """
    name, equals, value = clean(text, "--var").partition("=")
    if not equals or not name.strip():
        raise Trouble(Kind.USAGE, Message(N_("--var {text}: write it as NAME=TEXT"), {"text": inert(text, limit=200)}))
    return name.strip(), value


def clean(text: str, name: str) -> str:
    """Return `text`, the value of the option or argument `name`.

    Raises:
        Trouble: USAGE, it is not UTF-8, and could be neither sent nor kept.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Trouble(Kind.USAGE, Message(N_("{name} is not UTF-8 text"), {"name": name})) from None
    return text


def timeout_option() -> Callable[[Any], Any]:
    """Return the decorator that gives a command ``--timeout``."""
    return click.option(
        "--timeout",
        type=float,
        callback=positive_seconds,
        metavar="SECONDS",
        help=_("Wait no longer; exit code 4 when reached."),
    )


def positive_seconds(_ctx: click.Context, _parameter: click.Parameter, value: float | None) -> float | None:
    """Check an option that is a span of time in seconds.

    Raises:
        click.BadParameter: It is not more than 0, or is endless.
    """
    if value is not None and not 0 < value < 1e9:
        raise click.BadParameter(_("it must be more than 0 seconds"))
    return value
