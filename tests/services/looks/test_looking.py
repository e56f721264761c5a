"""Looking by hand, pausing, adopting, and who polls: whole engines over a real store, against the simulator."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from qr_tui import paths
from qr_tui.core.events import HostStatus
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Failure, Status, Task, new_task
from qr_tui.services.clock import Clock
from qr_tui.services.decisions import Adopt, SendAgain
from qr_tui.simulator.options import Fault, Options
from qr_tui.simulator.server import Simulator
from qr_tui.store.tasks import TaskStore
from tests.support.live_engine import BOAT, studio, until

UNKNOWN = {"status": Status.FAILED, "failure": Failure(kind=Kind.NOT_FOUND), "id": "4711"}


class JumpingClock(Clock):
    """The system's, but its wall time can be set."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def now(self) -> float:
        return time.time() + self.ahead


def stored(home: Path, url: str, *fields: dict[str, Any]) -> list[Task]:
    """Put tasks into the store of `home`."""
    store = TaskStore(paths.under(home).store)
    store.open()
    now = time.time()
    made = [new_task(BOAT, base_url=url, account="", now=now - number) for number in range(len(fields))]
    tasks = [
        replace(task, **({"submitted_at": now, "id": f"sora-2:task_{task.key}"} | given))
        for task, given in zip(made, fields, strict=True)
    ]
    store.add(tasks)
    store.close()
    return tasks


def on_disk(home: Path) -> list[Task]:
    """Return the tasks as they are in the file."""
    store = TaskStore(paths.under(home).store)
    store.open()
    tasks = store.tasks()
    store.close()
    return tasks


def queries(simulator: Simulator) -> int:
    return int(simulator.stats()["requests"].get("query", 0))


@pytest.mark.parametrize("then", ["pause", "suspend", "quit"])
def test_rule_1_8_looking_at_stopped_tasks_is_durable_before_it_is_confirmed(tmp_path: Path, then: str) -> None:
    async def work() -> None:
        with Simulator(Options()) as simulator:
            simulator.fault(Fault(on="query", fault="hang", count=0))
            tasks = stored(tmp_path, simulator.url, *[{"status": Status.STOPPED}] * 41)
            async with studio(tmp_path, simulator.url) as engine:
                await engine.look([task.key for task in tasks])
                if then == "pause":
                    await engine.pause(True)
                    await engine.pause(False)
                elif then == "suspend":
                    engine.suspend()
            assert {task.status for task in on_disk(tmp_path)} == {Status.WAITING}

    asyncio.run(work())


def test_rule_1_7_a_task_that_ended_as_unknown_is_adopted_under_its_right_id(tmp_path: Path) -> None:
    async def work() -> None:
        with Simulator(Options(speed=400.0)) as simulator:
            stored(tmp_path, simulator.url, UNKNOWN)
            async with studio(tmp_path, simulator.url) as engine:
                (lost,) = engine.tasks()
                (made,) = await engine.submit(BOAT, confirmed=True)
                assert await engine.wait([made.key], 10)
                right = engine.get(made.key)
                assert right is not None
                await engine.remove([made.key])
                for refused in (SendAgain(), Adopt("4712")):
                    with pytest.raises(Trouble):
                        await engine.decide(lost.key, refused)
                assert engine.get(lost.key) == lost
                adopted = await engine.decide(lost.key, Adopt(right.id or ""))
                assert (adopted.id, adopted.failure) == (right.id, None)
                assert await engine.wait([lost.key], 10)
                done = engine.get(lost.key)
                assert done is not None
                assert done.status is Status.DONE

    asyncio.run(work())


def test_rule_1_7_nothing_is_made_again_for_a_task_that_ended_as_unknown(tmp_path: Path) -> None:
    async def work() -> None:
        with Simulator(Options()) as simulator:
            (lost,) = stored(tmp_path, simulator.url, UNKNOWN)
            async with studio(tmp_path, simulator.url) as engine:
                with pytest.raises(Trouble) as caught:
                    await engine.retry(lost.key, confirmed=True)
                assert caught.value.kind is Kind.NOT_NOW
                await engine.look([lost.key])
                watched = engine.get(lost.key)
                assert watched is not None
                assert (watched.status, watched.failure) == (Status.WAITING, None)
            assert simulator.stats()["requests"].get("create", 0) == 0

    asyncio.run(work())


def test_rule_2_7_a_clock_that_jumps_in_a_running_process_stops_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        with Simulator(Options()) as simulator:
            clock = JumpingClock()
            async with studio(tmp_path, simulator.url, clock=clock) as engine:
                await engine.submit(BOAT)
                for ahead in (0.0, -86_400.0, 86_400.0, -3_600.0):
                    clock.ahead = ahead
                    before = queries(simulator)
                    await until(lambda before=before: queries(simulator) > before + 2)  # type: ignore[misc]
                assert engine.polling_here

    asyncio.run(work())


def test_rule_2_7_paused_no_look_leaves_but_the_one_asked_for(tmp_path: Path) -> None:
    async def work() -> None:
        with Simulator(Options()) as simulator:
            async with studio(tmp_path, simulator.url) as engine:
                (task,) = await engine.submit(BOAT)
                await until(lambda: queries(simulator) > 2)
                await engine.pause(True)
                await asyncio.sleep(0.3)  # what was under way
                before = queries(simulator)
                await asyncio.sleep(0.3)
                assert queries(simulator) == before
                await engine.look([task.key])
                await until(lambda: queries(simulator) == before + 1)
                await asyncio.sleep(0.3)
                assert queries(simulator) == before + 1

    asyncio.run(work())


def test_rule_2_3_a_wish_for_a_slower_pace_survives_a_change_of_the_polling_process(tmp_path: Path) -> None:
    async def work() -> None:
        with Simulator(Options()) as simulator:
            simulator.fault(Fault(on="query", fault="429", retry_after=600.0))
            async with studio(tmp_path, simulator.url) as engine:
                await engine.submit(BOAT)
                await until(lambda: engine.host_statuses.get(simulator.url) is HostStatus.RATE_LIMITED)
                await until((paths.under(tmp_path).state / "slow_hosts.json").exists)
            before = queries(simulator)
            async with studio(tmp_path, simulator.url) as engine:
                await until(lambda: engine.polling_here)
                assert engine.host_statuses.get(simulator.url) is HostStatus.RATE_LIMITED
                await asyncio.sleep(0.3)
            assert queries(simulator) == before

    asyncio.run(work())
