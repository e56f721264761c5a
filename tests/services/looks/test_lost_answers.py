"""A lost answer on a route that carries our own id: asked for twice at most, adopted on an exact echo alone."""

import asyncio
from pathlib import Path

import pytest

from qr_tui.core.answers import Delivery, QueryResult
from qr_tui.core.failures import Kind
from qr_tui.core.task import Status, Task
from qr_tui.services.looks.lost_answers import ASKS, LostAnswers
from tests.support.engine import Engine, failed_call, run

OWN = "abcdefghijklmnop"
PATH = "/kling/v1/videos/text2video/{id}"


def lost(engine: Engine) -> LostAnswers:
    return LostAnswers(engine.index, engine.hosts, clock=engine.clock, wake=lambda: None)


async def unconfirmed(engine: Engine, **fields: object) -> Task:
    task = engine.task(Status.UNCONFIRMED, own_id=OWN, query_path=PATH, route="kling", **fields)
    await engine.index.make(lambda _known: [task])
    return task


async def step(engine: Engine, asking: LostAnswers, seconds: float = 0.0) -> float | None:
    engine.clock.turn(seconds)
    wait = asking.step()
    for _ in range(200):
        await asyncio.sleep(0.001)
        if not any(task.get_name().startswith("ask for") for task in asyncio.all_tasks()):
            break
    return wait


def test_an_exact_echo_is_adopted(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            task, asking = await unconfirmed(engine), lost(engine)
            engine.router.say(QueryResult(status=Status.RUNNING, ids=("900",), own_ids=(OWN,), raw="{}"))
            assert await step(engine, asking) == pytest.approx(3.0)
            assert engine.router.count("query") == 0  # not at once: the video may not be there yet
            await step(engine, asking, 3.0)
            found = engine.known(task.key)
            assert (found.status, found.id, found.failure, found.own_id_asks) == (Status.WAITING, "900", None, 1)
            assert engine.router.calls == [("query", OWN)]
            assert engine.router.paths == [PATH]

    run(work)


@pytest.mark.parametrize(
    "answer",
    [
        QueryResult(status=Status.RUNNING, ids=("900",), own_ids=("someone-elses-id",)),
        QueryResult(status=Status.RUNNING, ids=("900",), own_ids=(OWN, "another")),
        QueryResult(status=Status.RUNNING, ids=("900",)),
        QueryResult(status=Status.RUNNING, ids=(OWN,), own_ids=(OWN,)),
        QueryResult(status=Status.RUNNING, own_ids=(OWN,)),
        failed_call(Kind.NOT_FOUND, Delivery.REFUSED, status=400),
        failed_call(Kind.TIMEOUT, Delivery.UNKNOWN),
        RuntimeError("a mistake of ours"),
    ],
)
def test_anything_else_leaves_it_to_a_person_after_two_questions(
    tmp_path: Path, answer: QueryResult | Exception
) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            task, asking = await unconfirmed(engine), lost(engine)
            engine.router.say(answer)
            for _ in range(5):
                await step(engine, asking)
                await step(engine, asking, 60.0)
            found = engine.known(task.key)
            assert (found.status, found.id, found.own_id_asks) == (Status.UNCONFIRMED, None, ASKS)
            assert engine.router.count("query") == ASKS
            # a process that starts later does not ask again
            await step(engine, lost(engine), 3600.0)
            assert engine.router.count("query") == ASKS

    run(work)


def test_an_id_that_another_task_has_is_not_adopted_twice(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            other = engine.task(id="900")
            await engine.index.make(lambda _known: [other])
            task, asking = await unconfirmed(engine), lost(engine)
            engine.router.say(QueryResult(status=Status.RUNNING, ids=("900",), own_ids=(OWN,)))
            await step(engine, asking)
            await step(engine, asking, 3.0)
            assert engine.known(task.key).status is Status.UNCONFIRMED

    run(work)


def test_nobody_is_asked_without_an_own_id_or_with_another_account(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            plain = engine.task(Status.UNCONFIRMED)
            await engine.index.make(lambda _known: [plain])
            await unconfirmed(engine, account="someone")
            asking = lost(engine)
            assert await step(engine, asking) is None
            await step(engine, asking, 60.0)
            assert engine.router.calls == []

    run(work)


def test_a_decision_of_a_person_is_not_undone(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            task, asking = await unconfirmed(engine), lost(engine)
            held = asyncio.Event()
            engine.router.say(held, QueryResult(status=Status.RUNNING, ids=("900",), own_ids=(OWN,)))
            await step(engine, asking)
            engine.clock.turn(3.0)
            asking.step()
            await asyncio.sleep(0.05)
            await engine.index.learn(task.key, {"status": Status.STOPPED})
            held.set()
            await step(engine, asking)
            assert engine.known(task.key).status is Status.STOPPED
            await asking.close()

    run(work)
