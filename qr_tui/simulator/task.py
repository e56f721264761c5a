"""One video at the simulated provider: its id, how long it takes, and where it stands at a given time."""

import random
import uuid
from datetime import UTC, datetime
from typing import Any, Final, Literal

from qr_tui.simulator.create_request import CreateRequest
from qr_tui.simulator.sample_media import TAKES, Shape
from qr_tui.simulator.scenarios import Scenario, read

Stage = Literal["pending", "processing", "completed", "failed"]

# seconds a video takes at speed 1 (quickrouter.md §6)
LENGTHS: Final = {
    "sora": (180.0, 300.0),
    "veo": (120.0, 240.0),
    "veo-openai": (120.0, 240.0),
    "grok": (60.0, 240.0),
    "seedance": (36.0, 280.0),
    "kling": (60.0, 300.0),
    "hailuo": (120.0, 300.0),
}
ULID_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
FAILS_AT: Final = 0.6  # of its life
A_MOMENT: Final = 0.001  # seconds past a border, so that rounding cannot leave a task on the wrong side of it
LINK_LIVES: Final = {"sora": 6 * 86_400.0, "veo": 86_400.0, "grok": 3_600.0, "kling": 30 * 86_400.0, "hailuo": 32_400.0}


class SimTask:
    """A video being made. Nothing runs: everything follows from the time one asks about.

    Args:
        order: What was asked for.
        seed: Together with `number` decides everything left to chance.
        number: How many were made before it.
        run: Sets its id apart from those of other runs with the same seed.
        now: When it was made (Unix seconds).
        speed: How many times faster than the real thing.
        source: The id of the video it was remixed from, if it was.
    """

    def __init__(
        self,
        order: CreateRequest,
        *,
        seed: int,
        number: int,
        now: float,
        speed: float,
        source: str | None = None,
        run: str = "",
    ) -> None:
        self.order = order
        self._number = number
        self.source = source
        self.scenario: Scenario = read(order.prompt)
        self.made_at = now
        self.word: str | None = None  # a status word forced from outside
        self.held_at: float | None = None
        self.looks_when_done = 0
        self.fetches = 0
        chance = random.Random(f"{seed}/{number}")  # by text, so that it is the same on every machine
        self.id = self._make_id(random.Random(f"{seed}/{number}/{run}") if run else chance)
        low, high = LENGTHS.get(order.model.family, LENGTHS["sora"])
        length = chance.uniform(low, high) * self.scenario.pace
        if order.body.get("watermark") is False:
            length *= 1.2  # the removal is tried again and again
        self.length = length / speed if self.scenario.seconds is None else self.scenario.seconds
        self.queued = self.length * chance.uniform(0.05, 0.12)
        unreachable = any(".invalid/" in f"{image}/" for image in order.body.get("images", ()))
        self.failure = self.scenario.failure or ("image" if unreachable else "")
        self.fails_after = self.length * FAILS_AT

    def _make_id(self, chance: random.Random) -> str:
        model = self.order.model
        match self.order.route:
            case "volc-tasks":
                day = datetime.fromtimestamp(self.made_at, UTC).strftime("%Y%m%d%H%M%S")
                return f"cgt-{day}-{''.join(chance.choices(ULID_DIGITS, k=5))}"
            case "kling" | "hailuo":
                return str(chance.randrange(4 * 10**17, 9 * 10**17))
            case "openai-videos":
                return f"video_{uuid.UUID(int=chance.getrandbits(128), version=4)}"
        if self.source is not None:
            return f"video_{uuid.UUID(int=chance.getrandbits(128), version=4)}"
        if model.family == "sora":
            return "sora-2:task_01k" + "".join(chance.choices(ULID_DIGITS, k=23))
        if model.family == "veo":
            number = 1_790_000_000 + chance.randrange(10_000_000)
            return f"{model.id}:{number}-{''.join(chance.choices(LETTERS, k=10))}"
        return f"grok:{uuid.UUID(int=chance.getrandbits(128), version=4)}"

    @property
    def bare_id(self) -> str:
        """The id without the model in front."""
        return self.id.partition(":")[2] or self.id

    @property
    def family(self) -> str:
        """The family of its model."""
        return self.order.model.family

    @property
    def body(self) -> dict[str, Any]:
        """The body of the call that made it."""
        return self.order.body

    @property
    def private(self) -> bool:
        """Whether it can never be remixed."""
        return self.body.get("private") is True

    @property
    def shape(self) -> Shape:
        """Which of the sample videos fits."""
        upright = self.body.get("orientation") == "portrait" or self.body.get("aspect_ratio") in ("9:16", "2:3")
        return "portrait" if upright else "landscape"

    @property
    def take(self) -> str:
        """The name of the sample video that it is: one after another, so that takes of one prompt differ."""
        number = self._number % TAKES
        return f"{self.shape}-{number + 1}" if number else self.shape

    def elapsed(self, now: float) -> float:
        """Return the seconds it has lived; they stand still while it is held."""
        return (now if self.held_at is None else self.held_at) - self.made_at

    def stage(self, now: float) -> Stage:
        """Return where it stands."""
        elapsed = self.elapsed(now)
        if self.failure and elapsed >= self.fails_after:
            return "failed"
        if elapsed < self.queued:
            return "pending"
        return "completed" if elapsed >= self.length and not self.scenario.stuck else "processing"

    def progress(self, now: float) -> float:
        """Return how much is done, 0 to 1; 1 only when it is completed."""
        stage = self.stage(now)
        if stage == "completed":
            return 1.0
        if stage != "processing":
            return 0.0
        return round(min(0.99, (self.elapsed(now) - self.queued) / (self.length - self.queued)), 4)

    def updated_at(self, now: float) -> float:
        """Return when its status last changed."""
        stage = self.stage(now)
        if stage == "completed":
            return self.made_at + self.length
        if stage == "failed":
            return self.made_at + self.fails_after
        return max(self.made_at, now if stage == "processing" else self.made_at)

    def link_expires(self, now: float) -> float:
        """Return when the link given out at `now` expires; an expired one is renewed by asking again."""
        finished = self.updated_at(now)
        if max(1, self.looks_when_done) <= self.scenario.expired_link:
            return finished - 60
        life = LINK_LIVES.get(self.family, 86_400.0)
        return finished + life if now < finished + life else now + life

    def hold(self, now: float, hold: bool) -> None:
        """Let it stand still, or go on from where it stood."""
        if hold and self.held_at is None:
            self.held_at = now
        elif not hold and self.held_at is not None:
            self.made_at += now - self.held_at
            self.held_at = None

    def put(self, stage: Stage, now: float, *, progress: float | None = None, reason: str = "") -> None:
        """Put it where `stage` (and `progress`, 0 to 1) says; from there it goes on by itself."""
        now = now if self.held_at is None else self.held_at
        self.failure = (reason or "upstream") if stage == "failed" else ""
        if stage == "failed":
            self.fails_after = max(0.0, now - self.made_at)
        elif stage == "pending":
            self.made_at = now
        elif stage == "completed":
            self.made_at = now - self.length - A_MOMENT
        else:
            share = 0.5 if progress is None else min(max(progress, 0.0), 0.98)
            self.made_at = now - self.queued - A_MOMENT - share * (self.length - self.queued)
