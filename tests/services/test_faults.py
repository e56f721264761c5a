"""The fault matrix: each fault of the simulator on each call, the state it leads to, and what a person reads."""

import asyncio
from pathlib import Path

import pytest

from qr_tui.core.events import HostChanged, HostStatus
from qr_tui.core.failures import WORDS, Kind
from qr_tui.core.task import Request, Status
from qr_tui.simulator.options import FAULTS, FILM, Fault, Options
from qr_tui.simulator.server import Simulator
from tests.support.live_engine import BOAT, ShortHosts, one, studio, until

pytestmark = pytest.mark.usefixtures("short_patience")

UNSURE = (Status.UNCONFIRMED, Kind.LOST_ANSWER)
ON_CREATE: dict[str, tuple[Status, Kind | None]] = {
    "400": (Status.FAILED, Kind.BAD_REQUEST),
    "401": (Status.FAILED, Kind.KEY_REFUSED),
    "403": (Status.FAILED, Kind.FORBIDDEN),
    "404": (Status.FAILED, Kind.WRONG_ADDRESS),
    "429": (Status.QUEUED, None),
    "429_empty": (Status.QUEUED, None),
    "500": UNSURE,
    "502": UNSURE,
    "503": UNSURE,
    "504": UNSURE,
    "524": UNSURE,
    "broken_json": UNSURE,
    "content_link": (Status.WAITING, None),
    "cut": UNSURE,
    "empty": UNSURE,
    "error_in_200": (Status.FAILED, Kind.PROVIDER_BUSY),
    "gzip_bomb": UNSURE,
    "hang": UNSURE,
    "html": UNSURE,
    "huge": UNSURE,
    "huge_base64": (Status.WAITING, None),
    "int_id": (Status.WAITING, None),
    "json_in_message": (Status.FAILED, Kind.MODEL_UNAVAILABLE),
    "latency": (Status.WAITING, None),
    "model_not_found": (Status.FAILED, Kind.MODEL_UNAVAILABLE),
    "no_balance": (Status.FAILED, Kind.NO_BALANCE),
    "no_balance_429": (Status.FAILED, Kind.NO_BALANCE),
    "no_id": UNSURE,
    "not_known": (Status.FAILED, Kind.BAD_REQUEST),
    "numeric_status": (Status.WAITING, None),
    "redirect": (Status.FAILED, Kind.WRONG_ADDRESS),
    "refused_200": (Status.FAILED, Kind.BAD_REQUEST),
    "relative_link": (Status.WAITING, None),
    "reset": UNSURE,
    "reset_before": UNSURE,
    "space_link": (Status.WAITING, None),
    "task_not_exist": (Status.FAILED, Kind.BAD_REQUEST),
    "unknown_status": (Status.WAITING, None),
    "wrong_types": UNSURE,
}
NO_FAULT_OF_A_CREATE = {"no_range"}


def posts(simulator: Simulator) -> int:
    """How many create calls came in."""
    return int(simulator.stats()["requests"].get("create", 0))


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qr_tui.services.studio.Hosts", ShortHosts)


def test_the_matrix_names_every_fault() -> None:
    assert set(ON_CREATE) == FAULTS - FILM - NO_FAULT_OF_A_CREATE


@pytest.mark.parametrize("fault", sorted(ON_CREATE))
def test_a_fault_of_the_create_call(tmp_path: Path, fault: str) -> None:
    """The state it proves, one POST only however long we wait, and words for it."""

    async def work() -> None:
        with Simulator(Options(speed=50.0)) as simulator:
            simulator.fault(Fault(on="create", fault=fault, count=0, seconds=0.05 if fault == "latency" else 0))
            async with studio(tmp_path, simulator.url) as engine:
                (task,) = await engine.submit(BOAT)
                status, kind = ON_CREATE[fault]
                if status is Status.QUEUED:
                    await until(lambda: posts(simulator) >= 2)
                    simulator.clear_faults()
                    await until(lambda: one(engine).id is not None)
                    assert simulator.stats()["paid"] == 1
                    return
                await engine.sent([task.key], 10)
                after = one(engine)
                assert after.status is status or (status is Status.WAITING and after.id)
                assert (after.failure.kind if after.failure else None) is kind
                if kind:
                    assert all(WORDS[kind]), "it has a title, a meaning and a hint"
                await asyncio.sleep(0.3)  # long enough for many ticks of the quick pace
                assert posts(simulator) == 1

    asyncio.run(work())


@pytest.mark.parametrize("fault", sorted(FAULTS - {"no_range"}))
def test_a_fault_of_the_query_call_never_fails_a_task(tmp_path: Path, fault: str) -> None:
    async def work() -> None:
        with Simulator(Options(speed=400.0)) as simulator:
            events: list[object] = []
            seconds = 0.05 if fault == "latency" else 0
            simulator.fault(Fault(on="query", fault=fault, count=2, seconds=seconds))
            async with studio(tmp_path, simulator.url, events) as engine:  # type: ignore[arg-type]
                (task,) = await engine.submit(BOAT)
                assert await engine.wait([task.key], 20), one(engine)
                assert one(engine).status is Status.DONE
                assert one(engine).video_url
                assert posts(simulator) == 1
                if fault == "429":
                    host_statuses = [event.status for event in events if isinstance(event, HostChanged)]
                    assert HostStatus.RATE_LIMITED in host_statuses

    asyncio.run(work())


@pytest.mark.parametrize("fault", ["reset", "hang", "504", "broken_json", "no_id"])
def test_a_lost_answer_stays_lost_over_a_restart(tmp_path: Path, fault: str) -> None:
    async def work() -> None:
        with Simulator(Options(speed=50.0)) as simulator:
            simulator.fault(Fault(on="create", fault=fault))
            for _ in range(3):
                async with studio(tmp_path, simulator.url) as engine:
                    if not engine.tasks():
                        (task,) = await engine.submit(BOAT)
                        await engine.sent([task.key], 10)
                    assert one(engine).status is Status.UNCONFIRMED
                    await asyncio.sleep(0.1)
            assert posts(simulator) == 1

    asyncio.run(work())


def test_refused_connections_keep_the_task_queued_and_one_post_leaves_when_the_host_is_back(tmp_path: Path) -> None:
    async def work() -> None:
        simulator = Simulator(Options(speed=50.0))
        simulator.start()
        url = simulator.url
        simulator.stop()
        async with studio(tmp_path, url) as engine:
            await engine.submit(BOAT)
            await until(
                lambda: engine.host_statuses.get(url) is HostStatus.DOWN and one(engine).status is Status.QUEUED
            )
            simulator.start()
            await until(lambda: one(engine).id is not None)
        assert posts(simulator) == 1
        simulator.stop()

    asyncio.run(work())


@pytest.mark.parametrize("prompt", ["[sim:no_url] x", "[sim:no_url=9] [sim:content_json] x"])
def test_a_finished_video_without_a_link_is_found_by_the_content_call(tmp_path: Path, prompt: str) -> None:
    async def work() -> None:
        with Simulator(Options(speed=400.0)) as simulator:
            async with studio(tmp_path, simulator.url) as engine:
                (task,) = await engine.submit(Request(model="sora-2-pro", prompt=prompt))
                assert await engine.wait([task.key], 10)
                done = one(engine)
                assert done.status is Status.DONE
                assert done.failure is None
                assert done.video_url
                assert ("/media/" in done.video_url) == ("content_json" in prompt)

    asyncio.run(work())


def test_rule_2_1_healthy_tasks_are_seen_done_in_time_beside_poisoned_ones(tmp_path: Path) -> None:
    async def work() -> None:
        with Simulator(Options(speed=1.0)) as simulator:
            events: list[object] = []
            async with studio(tmp_path, simulator.url, events) as engine:  # type: ignore[arg-type]
                tasks = [
                    (await engine.submit(Request(model="sora-2-pro", prompt=f"film {number}"), confirmed=True))[0]
                    for number in range(30)
                ]
                await until(lambda: all(task.id for task in engine.tasks()))
                known = [engine.get(task.key) for task in tasks]
                ids = [task.id for task in known if task and task.id]
                for poisoned in ids[:20]:
                    simulator.fault(Fault(on="query", fault="500", count=0, match=poisoned))
                await asyncio.sleep(0.5)  # many looks of the quick pace: whatever adds up has added up
                for healthy in ids[20:]:
                    simulator.force(healthy, status="completed")
                assert await engine.wait([task.key for task in tasks[20:]], 10.0)
                assert not any(isinstance(event, HostChanged) for event in events)
                watching = engine.get(tasks[0].key)
                assert watching is not None
                assert not watching.final

    asyncio.run(work())


def test_rule_2_4_a_refused_key_is_confirmed_by_the_free_call_and_a_new_key_goes_on(tmp_path: Path) -> None:
    async def work() -> None:
        with Simulator(Options(speed=400.0)) as simulator:
            simulator.fault(Fault(on="query", fault="401", count=1))
            simulator.fault(Fault(on="models", fault="401", count=1))
            async with studio(tmp_path, simulator.url) as engine:
                (task,) = await engine.submit(BOAT)
                await until(lambda: engine.host_statuses.get(simulator.url) is HostStatus.KEY_REFUSED)
                assert one(engine).status is Status.WAITING
                await engine.use_key(simulator.url, "sk-another-good-key", keep="memory")
                assert await engine.wait([task.key], 10)
                assert one(engine).status is Status.DONE

    asyncio.run(work())
