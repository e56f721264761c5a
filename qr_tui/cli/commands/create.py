"""`qr-tui create`: send videos to be made, and wait for them when asked to."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.main import examples
from qr_tui.cli.options import clean, preset_of, setting_options, timeout_option, variable
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core import tags as tagging
from qr_tui.core.catalogue import LEAST_COPIES
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Parameter, Request
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Message
from qr_tui.core.wire.images import FIRST_FRAME, LAST_FRAME, REFERENCE
from qr_tui.i18n import _, ngettext, translate

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
@setting_options
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
@click.option("--preset", "preset_name", metavar="NAME", help=_("Begin with what a preset of the settings holds."))
@click.option("--var", "variables", multiple=True, metavar="NAME=TEXT", help=_("What goes into a hole {{NAME}}."))
@click.option(
    "--expand",
    metavar="all|N",
    help=_("Make every prompt that {a|b} and __list__ stand for, or N of them by chance; a preset asks for all."),
)
@click.option("--seed", type=int, metavar="N", help=_("What the chance of --expand N begins with."))
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
    given: dict[str, Parameter],
    images: tuple[str, ...],
    first_frame: str | None,
    last_frame: str | None,
    params: tuple[str, ...],
    preset_name: str | None,
    variables: tuple[str, ...],
    expand: str | None,
    seed: int | None,
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
    preset = preset_of(context, preset_name)
    frames = {FIRST_FRAME: first_frame, LAST_FRAME: last_frame}
    placed = [(clean(image, f"--{role}"), role) for role, image in frames.items() if image is not None]
    pictures = images or (preset.images if preset is not None else ())
    placed += [(clean(image, "--image"), REFERENCE if placed else "") for image in pictures]
    usual = preset.model if preset is not None and preset.model else context.settings.create.model
    if preset is not None and prompt is None and prompt_file is None:
        prompt = preset.prompt
    text = read_prompt(prompt, prompt_file)
    kept = {} if preset is None else preset.parameters
    values = {**({} if preset is None else preset.vars), **dict(map(variable, variables))}
    words = tagging.read(" ".join(clean(tag, "--tag") for tag in tags))
    prompts, chance = [text], None
    if expand is not None or preset is not None or variables:
        from qr_tui.services.prompts import expanded, lists_in

        lists = lists_in(context.paths.config_file.parent / "lists")
        prompts, chance = expanded(text, values, lists, expand or "all", seed)
    if chance is not None:
        output.say(_("seed {seed}: the same one makes the same prompts").format(seed=chance))
        words = (*words, f"seed:{chance}")
    if preset is not None:
        words = tuple(dict.fromkeys((*words, *preset.tags)))

    def build(catalogue: "Catalogue") -> list[Request]:
        return [
            read_request(
                catalogue,
                model=clean(model or usual, "--model"),
                prompt=one,
                placed=placed,
                raw=dict(map(parse_param, params)),
                options={**kept, **given},
            )
            for one in prompts
        ]

    build(catalogue_of(context))  # a mistake in an option is said before anything is opened
    _ask_about_many(len(prompts), copies, confirmed=yes or dry_run)
    if dry_run:
        return show_requests(context, build(catalogue_of(context)), copies, as_json=as_json)
    from qr_tui.cli import sending

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


def _ask_about_many(prompts: int, copies: int, *, confirmed: bool) -> None:
    """Ask before a prompt that stands for very many is sent.

    Raises:
        Trouble: Nobody could be asked, or the answer was no.
    """
    from qr_tui.core.prompts.expansion import ASKS_FROM

    if prompts <= ASKS_FROM or confirmed:
        return
    from qr_tui.cli import streams
    from qr_tui.cli.exit_codes import DeclinedError, NeedsYesError

    text = Message(N_("{n} videos would be made; to send them all the same add --yes"), {"n": prompts * copies})
    if not streams.can_ask():
        raise NeedsYesError(Kind.USAGE, text)
    output.say(_("{n} videos will be made, each one paid for.").format(n=prompts * copies), "yellow")
    if not click.confirm(_("Send it all the same?"), err=True):
        raise DeclinedError(_("nothing was sent"))


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
        prompt = clean(argument, "PROMPT")
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
    name, equals, value = clean(text, "--param").partition("=")
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


def show_requests(context: CliContext, requests: list[Request], copies: int, *, as_json: bool) -> int:
    """Print what would be sent and what is worth saying about it; exit as sending would if it cannot be sent.

    Of several prompts the first is shown as it would be sent, and the others by their words.
    """
    from qr_tui.core.money.prices import estimate, total
    from qr_tui.core.routes import UNIFIED
    from qr_tui.core.wire.body import write
    from qr_tui.core.wire.curl import curl, shown
    from qr_tui.services import checks, images

    catalogue = catalogue_of(context)
    request = catalogue.complete(requests[0])
    route = catalogue.route(request.route) or UNIFIED
    request = images.found_files(request, route)
    concerns = checks.about_input(request, copies, catalogue)
    checks.stop_at_first(concerns, confirmed=True)
    for concern in concerns:
        output.say(_("note: {text}").format(text=inert(translate(concern.detail), limit=400)), "yellow")
    prices = context.settings.prices
    cost = total(estimate(prices, catalogue.complete(one), catalogue) for one in requests for _copy in range(copies))
    wire, line = write(route, request), curl(route, request, context.base_url)
    if as_json:
        found: dict[str, Any] = {
            "url": f"{context.base_url}{wire.path}",
            "route": route.name,
            **shown(wire),
            "copies": copies,
            "prompts": [one.prompt for one in requests],
            "estimate": cost,
            "curl": line,
            "warnings": [str(concern.detail) for concern in concerns],
        }
        output.document(found)
        return 0
    output.line(output.encode(wire.body))
    output.line()
    for part in line.split("\n"):
        output.line(output.escaped(part))
    if len(requests) > 1:
        output.line()
        for one in requests:
            output.line(inert(one.prompt, limit=1_000))
    videos = len(requests) * copies
    if cost is not None:
        words = ngettext("{n} video, about {credits} credits", "{n} videos, about {credits} credits", videos)
        output.say(words.format(n=videos, credits=f"{cost:g}"))
    elif videos > 1:
        output.say(
            ngettext(
                "{n} video, at a price that is not known", "{n} videos, at a price that is not known", videos
            ).format(n=videos)
        )
    return 0
