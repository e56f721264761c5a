"""What is said before money is spent: bad input, the same again, limits, models that are off."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal, NamedTuple

import msgspec

from qr_tui.config import FileTrouble, Settings
from qr_tui.core.catalogue import LEAST_COPIES, MOST_COPIES, Catalogue, Model
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.money import ledger
from qr_tui.core.money.prices import estimate
from qr_tui.core.routes import UNIFIED, Route
from qr_tui.core.task import Request, Task
from qr_tui.core.text.messages import N_, Detail, Message, Value, listed
from qr_tui.core.wire.images import looks_like_path, may_be_sent
from qr_tui.services import images

DUPLICATE_SECONDS = 10.0
REFUSAL_REMEMBERED = 24 * 3600.0
LONGEST_PROMPT = 100_000  # characters; far beyond any model, short enough for a store and a terminal

NO_PROMPT = N_("The prompt is empty.")
LONG_PROMPT = N_("The prompt has {count} characters; {most} are the most that can be kept.")
BAD_IMAGE = N_('"{image}" is not an http or https link.')
BAD_COPIES = N_("Copies go from 1 to {most}, not {copies}.")
MANY_VIDEOS = N_("{made} of {most} videos were sent today, and {copies} more would go over it.")
MANY_CREDITS = N_("{spent} of {most} credits were spent today, and {cost} more would go over it.")
NO_PRICE = N_("[prices] does not say what {models} costs; your limit is {most} credits a day")
REFUSED_HERE = N_("{host} refused {model} at {time}: {detail}")
NO_ROUTE = N_("the route {route} is not in the settings any more")
NO_NUMBER = N_("{name} must be a whole number, not {value}")
NOT_HERE = N_("this host does not list {model}")
NOT_HERE_TRY = N_("this host does not list {model}; it has {others}")
RETIRED_TRY = N_("{note} Use {others} instead.")
NO_HOST = N_("{place} has a mistake about the host, so this goes to {host}")
NO_LIMITS = N_("{place} cannot be read, so your own limits for a day are not in force")


class Concern(msgspec.Struct, frozen=True):
    """Something to say before money is spent. `weight`: ``note`` is only shown, ``ask`` needs a yes, ``stop`` ends it.

    `field` names the input it is about (``prompt``, ``images``, ``copies``, ``model`` or a parameter), or is empty.
    """

    kind: Kind
    weight: Literal["note", "ask", "stop"]
    detail: Detail = ""
    field: str = ""


class Wanted(NamedTuple):
    """Videos that are about to be sent: their model, what each costs (None: nobody knows), and how many."""

    model: str
    estimate: float | None
    copies: int = 1


def about_input(request: Request, copies: int, catalogue: Catalogue) -> list[Concern]:
    """Return what is wrong or doubtful in what the person gave."""
    found = []
    if not request.prompt.strip():
        found.append(Concern(Kind.USAGE, "stop", Message(NO_PROMPT), "prompt"))
    if len(request.prompt) > LONGEST_PROMPT:
        text = Message(LONG_PROMPT, {"count": f"{len(request.prompt):,}", "most": f"{LONGEST_PROMPT:,}"})
        found.append(Concern(Kind.USAGE, "stop", text, "prompt"))
    model = catalogue.get(request.model, request.route)
    if catalogue.route(request.route) is None:
        found.append(Concern(Kind.CONFIG, "stop", Message(NO_ROUTE, {"route": request.route}), "model"))
    route = catalogue.route(model.route) or UNIFIED
    found += [concern for image in request.images for concern in _about_image(image, request, route)]
    for field in model.fields:
        value = request.parameters.get(field.name)
        if field.control == "number" and value is not None and not field.takes(value):
            text = Message(NO_NUMBER, {"name": Message(field.label), "value": str(value)})
            found.append(Concern(Kind.USAGE, "stop", text, field.name))
    if not LEAST_COPIES <= copies <= MOST_COPIES:
        text = Message(BAD_COPIES, {"most": MOST_COPIES, "copies": copies})
        found.append(Concern(Kind.USAGE, "stop", text, "copies"))
    found += _about_availability(model, catalogue)
    found += [Concern(Kind.USAGE, "note", message, field) for field, message in catalogue.warnings(request)]
    return found


def _about_image(image: str, request: Request, route: Route) -> list[Concern]:
    file = request.files.get(image)
    if file is not None:
        doubt = images.about_sides(file, route.image_limits)
        return [] if doubt is None else [Concern(Kind.USAGE, "note", doubt, "images")]
    if may_be_sent(image, takes_files=bool(route.files)):
        return []
    if looks_like_path(image):
        return [Concern(Kind.IMAGE_FILE, "stop", Message(images.LINKS_ONLY, {"path": image}), "images")]
    return [Concern(Kind.USAGE, "stop", Message(BAD_IMAGE, {"image": image}), "images")]


def _about_availability(model: Model, catalogue: Catalogue) -> list[Concern]:
    """Return what is known against a model here, and what to use instead."""
    others = catalogue.instead_of(model.id)
    if catalogue.is_available(model.id) is False:
        text = NOT_HERE_TRY if others else NOT_HERE
    elif model.retired:
        text = RETIRED_TRY
    else:
        return []
    values: dict[str, Value] = {"model": model.id, "note": Message(model.note), "others": listed(others)}
    return [Concern(Kind.MODEL_UNAVAILABLE, "note", Message(text, values), "model")]


def about_model(request: Request, base_url: str, tasks: Iterable[Task], now: float) -> list[Concern]:
    """Return a concern when this host refused the model lately and has not taken it since."""
    latest: Task | None = None
    for task in tasks:
        if task.model != request.model or task.base_url != base_url or task.submitted_at is None:
            continue
        refused = task.failure is not None and task.failure.kind is Kind.MODEL_UNAVAILABLE
        if (refused or task.id) and (latest is None or task.submitted_at > (latest.submitted_at or 0.0)):
            latest = task
    if latest is None or latest.id or now - (latest.submitted_at or 0.0) > REFUSAL_REMEMBERED:
        return []
    moment = datetime.fromtimestamp(latest.submitted_at or now).astimezone()
    values = {
        "host": base_url,
        "model": request.model,
        "time": moment.strftime("%H:%M"),
        "detail": latest.failure.detail if latest.failure else "",
    }
    return [Concern(Kind.MODEL_UNAVAILABLE, "ask", Message(REFUSED_HERE, {**values}), "model")]


def about_duplicates(
    request: Request, base_url: str, tasks: Iterable[Task], now: float, *, besides: str = ""
) -> list[Concern]:
    """Return a concern when an identical request was made or sent within the last ten seconds.

    A moment that lies in the future was noted before the clock was set back: nobody knows how long ago that is, so it
    counts. `besides` is the key of a task that is not meant.
    """
    fingerprint = request.fingerprint(base_url)
    for task in tasks:
        if task.fingerprint == fingerprint and task.key != besides:
            then = max(task.created_at, task.submitted_at or 0.0)
            if now - then < DUPLICATE_SECONDS:
                return [Concern(Kind.DUPLICATE, "ask")]
    return []


def about_limits(
    wanted: Sequence[Wanted], tasks: Iterable[Task], settings: Settings, catalogue: Catalogue, now: float
) -> list[Concern]:
    """Return what the person's own limits for today say to the videos that are `wanted`.

    Args:
        wanted: What is about to be sent.
        tasks: All there are, those taken off the list too.
        settings: The limits, and the prices of tasks that no estimate was kept of.
        catalogue: The models.
        now: Unix seconds; its local day is the one that counts.
    """
    limits = settings.limits
    if not (limits.videos_per_day or limits.credits_per_day):
        return []
    before = ledger.since(day_start(now), tasks, lambda task: estimate(settings.prices, task.request, catalogue))
    after = before
    for one in wanted:
        after = after.plus(one.model, one.estimate, one.copies)
    found = []
    if limits.videos_per_day and after.videos > limits.videos_per_day:
        copies = after.videos - before.videos
        text = Message(MANY_VIDEOS, {"made": before.videos, "most": limits.videos_per_day, "copies": copies})
        found.append(Concern(Kind.OVER_LIMIT, "stop", text))
    if limits.credits_per_day:
        spent, cost = before.credits, after.credits - before.credits
        most = f"{limits.credits_per_day:g}"
        # a sum of tenths is a hair off the true one
        if spent + cost > limits.credits_per_day + 1e-9:
            text = Message(MANY_CREDITS, {"spent": f"{spent:g}", "most": most, "cost": f"{cost:g}"})
            found.append(Concern(Kind.OVER_LIMIT, "stop", text))
        elif after.unpriced:
            text = Message(NO_PRICE, {"models": listed(sorted(after.unpriced)), "most": most})
            found.append(Concern(Kind.NO_PRICE, "ask", text))
    return found


def day_start(now: float) -> float:
    """Return when the local day of `now` began; both are Unix seconds."""
    # without a zone, so that midnight gets the offset it had and not that of `now`, which may differ on two days a year
    return datetime.fromtimestamp(now).replace(hour=0, minute=0, second=0, microsecond=0).timestamp()  # noqa: DTZ006


def about_settings(problem: FileTrouble | None, base_url: str) -> list[Concern]:
    """Return a concern when a mistake in the configuration file has switched off the person's own limits or host."""
    if problem is None:
        return []
    if not problem.limits_known:
        return [Concern(Kind.CONFIG, "ask", Message(NO_LIMITS, {"place": problem.place}))]
    if problem.key.startswith("host."):
        return [Concern(Kind.CONFIG, "ask", Message(NO_HOST, {"place": problem.place, "host": base_url}))]
    return []


def stop_at_first(concerns: Iterable[Concern], *, confirmed: bool) -> None:
    """Raise the first concern that forbids sending; `confirmed` means a person said yes to what is only asked.

    Raises:
        Trouble: Of the concern's kind.
    """
    for concern in concerns:
        if concern.weight == "stop" or (concern.weight == "ask" and not confirmed):
            raise Trouble(concern.kind, concern.detail)
