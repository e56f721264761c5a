"""`qr-tui create`: send videos to be made, and wait for them when asked to."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.main import examples
from qr_tui.cli.options import timeout_option
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core import tags as tagging
from qr_tui.core.catalogue import LEAST_COPIES
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Parameter, Request
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _, translate

if TYPE_CHECKING:
    from qr_tui.core.catalogue import Catalogue

_MOST_PROMPT_BYTES: Final = 4_000_000


@click.command(
    help=_(
        "Send PROMPT to be made into a video, and print its task.\n\n"
        "The intent is written to disk before anything is sent, and it is sent at most once: when the answer is lost "
        "the task is unconfirmed and the exit code 5. A PROMPT of - is read from the standard input."
    ),
    epilog=examples(
        "qr-tui create 'a paper boat in the rain'",
        "qr-tui create - --model veo3.1-fast --param aspect_ratio=9:16 < prompt.txt",
        "qr-tui create 'make animate' --duration 15 --image https://example.com/a.png --wait --json",
        "qr-tui create 'make animate' --dry-run",
    ),
)
@click.argument("prompt", required=False)
@click.option("--prompt-file", metavar="FILE", help=_("Read the prompt from FILE; - is the standard input."))
@click.option("--model", metavar="MODEL", help=_("The model; create.model of the settings where none is given."))
@click.option("--orientation", metavar="WORD", help=_("portrait or landscape."))
@click.option("--duration", type=int, metavar="SECONDS", help=_("Length of the video."))
@click.option("--size", metavar="WORD", help=_("small (720p) or large (1080p)."))
@click.option(
    "--watermark/--no-watermark",
    default=None,
    help=_("Prefer no watermark but take one if its removal fails; or insist on none, which can take much longer."),
)
@click.option(
    "--private/--public", default=None, help=_("Never published and never to be remixed; or published as usual.")
)
@click.option("--image", "images", multiple=True, metavar="URL", help=_("A reference image; may be given again."))
@click.option(
    "--param", "params", multiple=True, metavar="NAME=VALUE", help=_("Any other field of the request; may be repeated.")
)
@click.option("--tag", "tags", multiple=True, metavar="WORD", help=_("A tag of your own; may be given again."))
@click.option(
    "--copies", type=int, default=LEAST_COPIES, metavar="N", help=_("Make it N times, each a task of its own (1-20).")
)
@click.option("--wait", is_flag=True, help=_("Wait until every task is final."))
@click.option("--download", is_flag=True, help=_("Wait for the films too, until each is on the disk; implies --wait."))
@timeout_option()
@click.option("--yes", is_flag=True, help=_("Send even if the same was sent within the last ten seconds."))
@click.option("--dry-run", is_flag=True, help=_("Print the request and a curl line; send nothing, write nothing."))
@click.option("--json", "as_json", is_flag=True, help=_("Print the tasks as a JSON array."))
@pass_cli_context
def create(
    context: CliContext,
    prompt: str | None,
    prompt_file: str | None,
    model: str | None,
    orientation: str | None,
    duration: int | None,
    size: str | None,
    watermark: bool | None,
    private: bool | None,
    images: tuple[str, ...],
    params: tuple[str, ...],
    tags: tuple[str, ...],
    copies: int,
    wait: bool,
    download: bool,
    timeout: float | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Build the request, then show it or send it."""
    named: dict[str, Parameter] = {
        "orientation": orientation,
        "duration": duration,
        "size": size,
        "watermark": watermark,
        "private": private,
    }
    parameters = dict(map(parse_param, params)) | {name: value for name, value in named.items() if value is not None}
    request = Request(
        model=_clean(model or context.settings.create.model, "--model"),
        prompt=read_prompt(prompt, prompt_file),
        images=tuple(_clean(image, "--image") for image in images),
        parameters=parameters,
    )
    if dry_run:
        return show_request(context, request, copies, as_json=as_json)
    from qr_tui.cli import sending

    words = tagging.read(" ".join(_clean(tag, "--tag") for tag in tags))
    return sending.create(
        context,
        request,
        copies=copies,
        tags=words,
        wait=wait or download,
        download=download,
        timeout=timeout,
        confirmed=yes,
        as_json=as_json,
    )


def read_prompt(argument: str | None, file: str | None) -> str:
    """Return the prompt from the argument, a file or the standard input.

    Raises:
        Trouble: USAGE, there is none, there are two, or it is no text.
    """
    if argument is not None and file is not None:
        raise Trouble(Kind.USAGE, Message(N_("give the prompt as an argument or with --prompt-file, not both")))
    source = file if file is not None else ("-" if argument == "-" else None)
    if source is None:
        if argument is None:
            raise Trouble(Kind.USAGE, Message(N_("a prompt is missing: qr-tui create PROMPT")))
        prompt = _clean(argument, "PROMPT")
    elif source == "-":
        prompt = _decode(sys.stdin.buffer.read(_MOST_PROMPT_BYTES + 1), "-")
    else:
        try:
            with Path(source).open("rb") as opened:
                prompt = _decode(opened.read(_MOST_PROMPT_BYTES + 1), source)
        except OSError as error:
            raise Trouble(Kind.USAGE, f"{inert(source)}: {error.strerror}") from None
    prompt = prompt.removesuffix("\n").removesuffix("\r")
    if not prompt.strip():
        raise Trouble(Kind.USAGE, Message(N_("The prompt is empty.")))
    return prompt


def parse_param(text: str) -> tuple[str, Parameter]:
    """Return name and value of ``name=value``; true, false, null and numbers are what they are in JSON.

    Raises:
        Trouble: USAGE, it has no name or names a field that has a place of its own.
    """
    name, equals, value = _clean(text, "--param").partition("=")
    name = name.strip()
    if not equals or not name:
        raise Trouble(
            Kind.USAGE, Message(N_("--param {text}: write it as NAME=VALUE"), {"text": inert(text, limit=200)})
        )
    if name in ("model", "prompt", "images"):
        raise Trouble(Kind.USAGE, Message(N_("--param {name}: use the option or argument for it"), {"name": name}))
    return name, _value(value)


def _value(text: str) -> Parameter:
    import msgspec

    if text.startswith('"') or text in ("true", "false", "null") or text[:1] in "-0123456789":
        try:
            return msgspec.json.decode(text, type=str | int | float | bool | None)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return text
    return text


def _clean(text: str, name: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise Trouble(Kind.USAGE, Message(N_("{name} is not UTF-8 text"), {"name": name})) from None
    return text


def _decode(data: bytes, name: str) -> str:
    if len(data) > _MOST_PROMPT_BYTES:
        raise Trouble(Kind.USAGE, Message(N_("{name} is too long to be a prompt"), {"name": inert(name)}))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Trouble(Kind.USAGE, Message(N_("{name} is not UTF-8 text"), {"name": inert(name)})) from None


def catalogue_of(context: CliContext) -> "Catalogue":
    """Return the models: the built-in ones and the user's own."""
    from qr_tui import config

    return config.catalogue(context.settings)


def show_request(context: CliContext, request: Request, copies: int, *, as_json: bool) -> int:
    """Print what would be sent and what is worth saying about it; exit as sending would if it cannot be sent."""
    from qr_tui.core.curl import curl
    from qr_tui.services import checks

    catalogue = catalogue_of(context)
    request = catalogue.complete(request)
    concerns = checks.about_input(request, copies, catalogue)
    checks.stop_at_first(concerns, confirmed=True)
    for concern in concerns:
        output.say(_("note: {text}").format(text=inert(translate(concern.detail), limit=400)), "yellow")
    line = curl(request, context.base_url)
    if as_json:
        found: dict[str, Any] = {
            "url": f"{context.base_url}/v1/video/create",
            "body": request.body(),
            "copies": copies,
            "curl": line,
            "warnings": [str(concern.detail) for concern in concerns],
        }
        output.document(found)
    else:
        output.line(output.encode(request.body()))
        output.line()
        for part in line.split("\n"):
            output.line(output.escaped(part))
    return 0
