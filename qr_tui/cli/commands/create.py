"""`qr-tui create`: send videos to be made, and wait for them when asked to."""

import sys
from collections.abc import Mapping, Sequence
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
from qr_tui.core.wire.images import FIRST_FRAME, LAST_FRAME, REFERENCE
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
@click.option("--aspect-ratio", metavar="W:H", help=_("The shape, like 16:9, where a model has more than two."))
@click.option("--duration", type=int, metavar="SECONDS", help=_("Length of the video."))
@click.option("--size", metavar="WORD", help=_("The quality: small (720p) or large (1080p), or as the model has it."))
@click.option("--sound/--silent", default=None, help=_("With sound or without, where the model makes any."))
@click.option("--seed", type=int, metavar="N", help=_("The same seed makes a similar video, where the model has one."))
@click.option(
    "--watermark/--no-watermark",
    default=None,
    help=_(
        "Prefer no watermark but take one if its removal fails; or insist on none, which can take much longer. "
        "On routes that remove none, --no-watermark asks for a video without one."
    ),
)
@click.option(
    "--private/--public", default=None, help=_("Never published and never to be remixed; or published as usual.")
)
@click.option(
    "--image",
    "images",
    multiple=True,
    metavar="URL|FILE",
    help=_("An image: a link, or a picture of this machine where the model takes one; may be given again."),
)
@click.option("--first-frame", metavar="URL|FILE", help=_("The picture that the video begins with."))
@click.option("--last-frame", metavar="URL|FILE", help=_("The picture that it ends with."))
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
    aspect_ratio: str | None,
    duration: int | None,
    size: str | None,
    sound: bool | None,
    seed: int | None,
    watermark: bool | None,
    private: bool | None,
    images: tuple[str, ...],
    first_frame: str | None,
    last_frame: str | None,
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
    options: dict[str, Parameter] = {
        "orientation": orientation,
        "aspect_ratio": aspect_ratio,
        "duration": duration,
        "size": size,
        "sound": sound,
        "seed": seed,
        "watermark": watermark,
        "private": private,
    }
    frames = {FIRST_FRAME: first_frame, LAST_FRAME: last_frame}
    placed = [(_clean(image, f"--{role}"), role) for role, image in frames.items() if image is not None]
    placed += [(_clean(image, "--image"), REFERENCE if placed else "") for image in images]

    def build(catalogue: "Catalogue") -> Request:
        return read_request(
            catalogue,
            model=_clean(model or context.settings.create.model, "--model"),
            prompt=text,
            placed=placed,
            raw=dict(map(parse_param, params)),
            options=options,
        )

    text = read_prompt(prompt, prompt_file)
    build(catalogue_of(context))  # a mistake in an option is said before anything is opened
    if dry_run:
        return show_request(context, build(catalogue_of(context)), copies, as_json=as_json)
    from qr_tui.cli import sending

    words = tagging.read(" ".join(_clean(tag, "--tag") for tag in tags))
    return sending.create(
        context,
        build,
        copies=copies,
        tags=words,
        wait=wait or download,
        download=download,
        timeout=timeout,
        confirmed=yes,
        as_json=as_json,
    )


def read_request(
    catalogue: "Catalogue",
    *,
    model: str,
    prompt: str,
    placed: Sequence[tuple[str, str]],
    raw: Mapping[str, Parameter],
    options: Mapping[str, Parameter],
) -> Request:
    """Return the request that the options of a command ask for.

    Args:
        catalogue: The models and routes.
        model: The model.
        prompt: The prompt.
        placed: Pictures, each with what it is for, or nothing where its place says it.
        raw: Fields of the body under the names that the route has for them.
        options: Settings that mean the same on every route.

    Raises:
        Trouble: USAGE, an option means something else on the model's route.
    """
    from qr_tui.core.routes import UNIFIED
    from qr_tui.core.wire.options import OptionError, parameters

    known = catalogue.get(model)
    route = catalogue.route(known.route) or UNIFIED
    try:
        said = parameters(known, route, options)
    except OptionError as error:
        raise Trouble(Kind.USAGE, error.message) from None
    roles = tuple(role for _image, role in placed)
    return Request(
        model=model,
        prompt=prompt,
        images=tuple(image for image, _role in placed),
        roles=roles if any(roles) else (),
        parameters={**raw, **said},
        route=known.route,
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
    from qr_tui.core.routes import UNIFIED
    from qr_tui.core.wire.body import write
    from qr_tui.core.wire.curl import curl, shown
    from qr_tui.services import checks, images

    catalogue = catalogue_of(context)
    request = catalogue.complete(request)
    route = catalogue.route(request.route) or UNIFIED
    request = images.found_files(request, route)
    concerns = checks.about_input(request, copies, catalogue)
    checks.stop_at_first(concerns, confirmed=True)
    for concern in concerns:
        output.say(_("note: {text}").format(text=inert(translate(concern.detail), limit=400)), "yellow")
    wire, line = write(route, request), curl(route, request, context.base_url)
    if as_json:
        found: dict[str, Any] = {
            "url": f"{context.base_url}{wire.path}",
            "route": route.name,
            **shown(wire),
            "copies": copies,
            "curl": line,
            "warnings": [str(concern.detail) for concern in concerns],
        }
        output.document(found)
    else:
        output.line(output.encode(wire.body))
        output.line()
        for part in line.split("\n"):
            output.line(output.escaped(part))
    return 0
