"""The loop itself, on a clock that turns by what it waits for: how often it writes, and that it shows its life."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from qr_tui.core.task import Task
from qr_tui.services.loop import Loop
from qr_tui.store.changes import Fact
from qr_tui.store.lease import Lease
from qr_tui.store.tasks import TaskStore
from tests.support.engine import Engine, HandClock, run


class TurningClock(HandClock):
    """Turns by itself whenever the loop waits, and calls `at_each_turn`."""

    def __init__(self) -> None:
        super().__init__()
        self.at_each_turn: Callable[[], None] = lambda: None

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        self.turn(seconds)
        self.at_each_turn()
        await asyncio.sleep(0)


async def turn(clock: TurningClock, seconds: float) -> None:
    """Let the loop run for so long, on its own clock."""
    end = clock.steady() + seconds
    while clock.steady() < end:  # noqa: ASYNC110 -- the clock is turned by the loop
        await asyncio.sleep(0.001)


def loop_of(engine: Engine, clock: TurningClock) -> Loop:
    engine.clock = engine.index._clock = engine.poller._clock = clock
    return Loop(
        engine.paths,
        engine.index,
        engine.hosts,
        engine.poller,
        engine.downloader,
        sink=engine.events.append,
        clock=clock,
    )


def test_rule_2_8_progress_is_shown_at_once_and_written_every_five_seconds_in_one_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            clock = TurningClock()
            loop = loop_of(engine, clock)
            tasks = [engine.task() for _ in range(5)]
            await engine.index.add(tasks)
            writes: list[tuple[float, int]] = []
            learn = TaskStore.learn

            def counted(store: TaskStore, facts: Sequence[Fact], *, sync: bool) -> list[Task]:
                assert not sync, "nobody waits for the disk"
                writes.append((clock.steady(), len(facts)))
                return learn(store, facts, sync=sync)

            monkeypatch.setattr(TaskStore, "learn", counted)
            shown: list[bool] = []

            def progress() -> None:
                for task in tasks:
                    engine.index.learn_later(task.key, {"progress": clock.steady() % 100})
                    shown.append(engine.known(task.key).progress == clock.steady() % 100)

            await loop.enter()
            clock.at_each_turn = progress
            loop.begin()
            await turn(clock, 60)
            await loop.leave()
            loop.let_go()
            assert all(shown)
            assert 10 <= len(writes) <= 14
            assert {size for _, size in writes} == {5}
            assert all(later - sooner >= 5 for (sooner, _), (later, _) in itertools.pairwise(writes))

    run(work)


def test_rule_2_7_the_loop_shows_its_life_at_least_every_five_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            clock = TurningClock()
            loop = loop_of(engine, clock)
            beats: list[float] = []
            beat = Lease.beat

            def noted(lease: Lease) -> None:
                beats.append(clock.steady())
                beat(lease)

            monkeypatch.setattr(Lease, "beat", noted)
            await loop.enter()
            loop.begin()
            await turn(clock, 60)
            clock.wall -= 86_400  # what the wall clock does is nobody's concern
            await turn(clock, 60)
            await loop.leave()
            loop.let_go()
            assert len(beats) >= 24
            assert max(later - sooner for sooner, later in itertools.pairwise(beats)) <= 5

    run(work)


def test_rule_2_7_a_process_that_lost_the_lease_sees_it_before_it_looks_or_sends(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            clock = TurningClock()
            loop = loop_of(engine, clock)
            await loop.enter()
            loop.begin()
            await turn(clock, 5)
            assert loop.polling_here
            before = len(engine.router.calls)
            path = engine.paths.store.with_name("poller.lock")
            path.unlink()
            other = Lease(path)
            assert other.acquire()
            await engine.index.add([engine.task(submitted_at=clock.now() - 60)])
            await turn(clock, 10)
            assert not loop.polling_here
            assert len(engine.router.calls) == before
            other.release()
            await turn(clock, 10)
            assert loop.polling_here
            await loop.leave()
            loop.let_go()

    run(work)
