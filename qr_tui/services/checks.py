"""What is said before money is spent: bad input, the same again, limits, models that are off."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from qr_tui.config import FileTrouble, Settings
from qr_tui.core.catalogue import LEAST_COPIES, MOST_COPIES, Catalogue
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.links import is_web
from qr_tui.core.task import Request, Status, Task
from qr_tui.core.text.messages import N_, Detail, Message

DUPLICATE_SECONDS = 10.0
REFUSAL_REMEMBERED = 24 * 3600.0
LONGEST_PROMPT = 100_000  # characters; far beyond any model, short enough for a store and a terminal

NO_PROMPT = N_("The prompt is empty.")
LONG_PROMPT = N_("The prompt has {count} characters; {most} are the most that can be kept.")
BAD_IMAGE = N_('"{image}" is not an http or https link.')
BAD_COPIES = N_("Copies go from 1 to {most}, not {copies}.")
MANY_VIDEOS = N_("{made} of {most} videos were sent today, and {copies} more would go over it.")
MANY_CREDITS = N_("{spent} of {most} credits were spent today, and {cost} more would go over it.")
REFUSED_HERE = N_("{host} refused {model} at {time}: {detail}")
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


def about_input(request: Request, copies: int, catalogue: Catalogue) -> list[Concern]:
    """Return what is wrong or doubtful in what the person gave."""
    found = []
    if not request.prompt.strip():
        found.append(Concern(Kind.USAGE, "stop", Message(NO_PROMPT), "prompt"))
    if len(request.prompt) > LONGEST_PROMPT:
        text = Message(LONG_PROMPT, {"count": f"{len(request.prompt):,}", "most": f"{LONGEST_PROMPT:,}"})
        found.append(Concern(Kind.USAGE, "stop", text, "prompt"))
    for image in request.images:
        if not is_link(image):
            found.append(Concern(Kind.USAGE, "stop", Message(BAD_IMAGE, {"image": image}), "images"))
    if not LEAST_COPIES <= copies <= MOST_COPIES:
        text = Message(BAD_COPIES, {"most": MOST_COPIES, "copies": copies})
        found.append(Concern(Kind.USAGE, "stop", text, "copies"))
    model = catalogue.get(request.model)
    if model.retired:
        found.append(Concern(Kind.MODEL_UNAVAILABLE, "note", Message(model.note), "model"))
    found += [Concern(Kind.USAGE, "note", message, field) for field, message in catalogue.warnings(request)]
    return found


def is_link(text: str) -> bool:
    """Tell whether `text` is an http or https link with a host, and nothing a terminal or a server would trip over."""
    return text.isprintable() and not any(char.isspace() for char in text) and is_web(text)


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


def about_duplicates(request: Request, base_url: str, tasks: Iterable[Task], now: float) -> list[Concern]:
    """Return a concern when an identical request was made within the last ten seconds."""
    fingerprint = request.fingerprint(base_url)
    if any(task.fingerprint == fingerprint and 0 <= now - task.created_at < DUPLICATE_SECONDS for task in tasks):
        return [Concern(Kind.DUPLICATE, "ask")]
    return []


def about_limits(request: Request, copies: int, tasks: Sequence[Task], settings: Settings, now: float) -> list[Concern]:
    """Return a concern when `copies` more would go over the person's own limits for today (local day)."""
    limits, prices = settings.limits, settings.prices
    midnight = (datetime.fromtimestamp(now).astimezone().replace(hour=0, minute=0, second=0, microsecond=0)).timestamp()
    today = [task for task in tasks if task.created_at >= midnight and _may_cost(task)]
    found = []
    if limits.videos_per_day and len(today) + copies > limits.videos_per_day:
        text = Message(MANY_VIDEOS, {"made": len(today), "most": limits.videos_per_day, "copies": copies})
        found.append(Concern(Kind.OVER_LIMIT, "stop", text))
    spent = sum(prices.get(task.model, 0.0) for task in today)
    cost = copies * prices.get(request.model, 0.0)
    if limits.credits_per_day and spent + cost > limits.credits_per_day:
        values = {"spent": f"{spent:g}", "most": f"{limits.credits_per_day:g}", "cost": f"{cost:g}"}
        text = Message(MANY_CREDITS, {**values})
        found.append(Concern(Kind.OVER_LIMIT, "stop", text))
    return found


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


def _may_cost(task: Task) -> bool:
    """Tell whether a task has cost something or still may: not if it was refused or never sent and dropped."""
    if task.id or task.status in (Status.QUEUED, Status.SENDING, Status.UNCONFIRMED):
        return True
    return task.status is Status.STOPPED and task.submitted_at is not None
