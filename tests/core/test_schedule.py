import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.schedule import Pace, backoff, next_look
from qr_tui.core.task import Task

PACE = Pace()
times = st.floats(0, 4e9)
spans = st.floats(0, 1e7)
jitters = st.floats(0, 1)


def task(created_at: float = 0.0, submitted_at: float | None = None) -> Task:
    return Task(key="k", model="m", prompt="p", base_url="https://b", created_at=created_at, submitted_at=submitted_at)


@given(times, times, st.none() | times, st.integers(0, 1000), jitters, st.none() | st.floats(-1e9, 1e9), st.booleans())
def test_a_look_is_never_in_the_past_and_never_far_away(
    now: float,
    created_at: float,
    submitted_at: float | None,
    failures: int,
    jitter: float,
    retry_after: float | None,
    looked: bool,
) -> None:
    due = next_look(
        task(created_at, submitted_at),
        now,
        failures,
        pace=PACE,
        jitter=jitter,
        retry_after=retry_after,
        looked=looked,
    )
    assert now <= due <= now + 3600.0
    if retry_after is None:
        assert due <= now + PACE.backoff_cap
        if not failures and looked:
            # what quickrouter.md §6 asks for: 10–15 s, up to 30 s after five minutes
            assert now + 10.0 <= due <= now + 30.0


@given(times, st.integers(0, 50), jitters, st.floats(0, 3600))
def test_what_the_provider_asked_for_is_kept(now: float, failures: int, jitter: float, asked: float) -> None:
    due = next_look(task(now), now, failures, pace=PACE, jitter=jitter, retry_after=asked)
    assert due >= now + asked


@given(st.integers(0, 60), jitters)
def test_backoff_never_shrinks_and_is_bounded(failures: int, jitter: float) -> None:
    wait = backoff(failures, pace=PACE, jitter=jitter)
    assert 0.75 * PACE.backoff <= wait <= PACE.backoff_cap
    assert wait <= backoff(failures + 1, pace=PACE, jitter=jitter)


def test_backoff_doubles() -> None:
    waits = [backoff(failures, pace=PACE, jitter=1.0) for failures in range(7)]
    assert waits == [10.0, 10.0, 20.0, 40.0, 80.0, 120.0, 120.0]
    assert backoff(1, pace=PACE, jitter=0.0) == 7.5
    assert backoff(10**9, pace=PACE, jitter=1.0) == 120.0


def test_the_first_look_comes_ten_seconds_after_it_was_sent() -> None:
    assert next_look(task(100.0, 103.0), 105.0, pace=PACE, looked=False) == 113.0
    assert next_look(task(100.0), 104.0, pace=PACE, looked=False) == 110.0
    assert next_look(task(100.0), 500.0, pace=PACE, looked=False) == 500.0


def test_looks_are_rarer_after_five_minutes() -> None:
    young, old = task(1000.0), task(100.0)
    assert next_look(young, 1000.0, pace=PACE, jitter=0.0) == 1010.0
    assert next_look(young, 1000.0, pace=PACE, jitter=1.0) == 1015.0
    assert next_look(old, 1000.0, pace=PACE, jitter=0.0) == 1024.0
    assert next_look(old, 1000.0, pace=PACE, jitter=1.0) == 1030.0
    assert next_look(task(0.0, 701.0), 1000.0, pace=PACE, jitter=0.0) == 1010.0


def test_a_clock_that_jumped_back_pushes_no_look_further_than_an_interval() -> None:
    assert next_look(task(10_000.0), 50.0, pace=PACE, jitter=1.0) == 65.0
    assert next_look(task(10_000.0), 50.0, pace=PACE, looked=False) == 60.0


@pytest.mark.parametrize(("per_minute", "gap"), [(120, 0.5), (1, 60.0), (0, 60.0), (-5, 60.0)])
def test_the_gap_between_two_looks(per_minute: int, gap: float) -> None:
    assert msgspec.structs.replace(PACE, per_minute=per_minute).gap == gap
