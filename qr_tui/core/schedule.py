"""When to look next: the whole pace of polling in one pure place (quickrouter.md §6)."""

import msgspec

from qr_tui.core.task import Task

SILENCE = 15.0  # seconds without a sign of life after which the process that polls is replaced
UNKNOWN_SLOWEST = 3600.0  # seconds between looks at a task that the provider does not know


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How often to look, in seconds. The defaults are the pace that does not draw a 429."""

    first: float = 10.0  # after submit, before the first look
    early: float = 10.0  # between looks in the first minutes …
    early_spread: float = 5.0  # … plus up to this much, so that tasks do not march in step
    late: float = 30.0
    late_after: float = 300.0
    look_backoff: float = 5.0  # after a task's own failed look, doubled with each one
    backoff: float = 10.0  # after a host could not be reached, doubled with each time
    backoff_cap: float = 120.0
    in_flight: int = 4  # looks under way at once at one host
    per_minute: int = 120  # looks a minute at one host, over all tasks

    @property
    def gap(self) -> float:
        """Seconds between the starts of two looks at one host."""
        return 60.0 / max(1, self.per_minute)


def next_look(
    task: Task,
    now: float,
    failures: int = 0,
    *,
    pace: Pace,
    jitter: float = 0.5,
    retry_after: float | None = None,
    looked: bool = True,
) -> float:
    """Return the time (Unix seconds) of the next look at `task`.

    Args:
        task: The task; its `submitted_at` says how old it is.
        now: The time now; a clock that jumped back never pushes a look further than one interval away.
        failures: Looks at this task that failed in a row, by no fault of its host.
        pace: The intervals.
        jitter: Where in its spread this look falls, 0–1, drawn by the caller.
        retry_after: What the provider asked for, in seconds; a look never comes sooner, but no more than an hour later.
        looked: False before the first look of a fresh task.
    """
    if failures or retry_after is not None:
        delay = look_backoff(failures, pace=pace, jitter=jitter)
        if retry_after is not None:
            delay = max(delay, min(retry_after, 3600.0))
        return now + delay
    age = max(0.0, now - (task.submitted_at or task.created_at))
    if not looked:
        return now + max(0.0, pace.first - age)
    if age >= pace.late_after:
        return now + pace.late * (0.8 + 0.2 * jitter)
    return now + pace.early + pace.early_spread * jitter


def look_backoff(failures: int, *, pace: Pace, jitter: float = 0.5) -> float:
    """Return seconds until a task is looked at again whose own looks failed `failures` times in a row."""
    return _doubled(pace.look_backoff, failures, pace.backoff_cap, jitter)


def backoff(failures: int, *, pace: Pace, jitter: float = 0.5) -> float:
    """Return seconds to leave a host alone after `failures` in a row: doubled, jittered by a quarter, capped."""
    return _doubled(pace.backoff, failures, pace.backoff_cap, jitter)


def unknown_wait(elapsed: float, *, pace: Pace, jitter: float = 0.5) -> float:
    """Return seconds until the next look at a task that the provider has not known for `elapsed` seconds."""
    whole = min(max(pace.late, elapsed / 4), UNKNOWN_SLOWEST)
    return whole * (0.8 + 0.2 * jitter)


def _doubled(first: float, times: int, most: float, jitter: float) -> float:
    return min(first * 2.0 ** min(max(times, 1) - 1, 16), most) * (0.75 + 0.25 * jitter)
