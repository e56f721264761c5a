"""One look at several tasks, where a route has that call and has proved itself."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from qr_tui.api.client import QuickRouter
from qr_tui.core.answers import CallFailed, Delivery, QueryResult
from qr_tui.core.failures import Kind
from qr_tui.core.routes import built_in
from qr_tui.core.task import Status, Task
from qr_tui.services.looks.shared_looks import FRESH, SharedLooks
from tests.support.engine import Engine, HandClock, run

PATH = "/volc/v1/contents/generations/tasks/{id}"
MANY = "/volc/v1/contents/generations/tasks?filter.task_ids={ids}"
RUNNING, DONE = (QueryResult(status=status) for status in (Status.RUNNING, Status.DONE))


class Client:
    """Counts what it is asked."""

    def __init__(self, **known: QueryResult) -> None:
        self.known = known
        self.asked: list[Any] = []
        self.many_fails = False

    async def query(self, task_id: str, path: str) -> QueryResult:
        self.asked.append(task_id)
        assert path
        return self.known[task_id]

    async def query_many(self, task_ids: Sequence[str], path: str) -> dict[str, QueryResult]:
        self.asked.append(tuple(task_ids))
        assert path == MANY
        if self.many_fails:
            raise CallFailed(Kind.WRONG_ADDRESS, delivery=Delivery.REFUSED, status=404)
        return {name: self.known[name] for name in task_ids if name in self.known and name != "missing"}


def task(name: str, **fields: Any) -> Task:
    given = {"route": "volc-tasks", "query_path": PATH, "account": "me", "base_url": "https://h"} | fields
    return Task(key=f"key-{name}", id=name, model="m", prompt="p", created_at=1.0, status=Status.WAITING, **given)


class Looks:
    """The thing under test, with its clock and its client."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.client = Client(a=RUNNING, b=DONE, c=RUNNING, missing=RUNNING)
        self.shared = SharedLooks(built_in, self.clock)

    async def at(self, one: Task, *others: Task) -> QueryResult:
        return await self.shared.query(cast(QuickRouter, self.client), one, "me", lambda: others)


def test_the_second_look_takes_the_others_along() -> None:
    async def work() -> None:
        looks = Looks()
        a, b, c = task("a"), task("b"), task("c")
        assert await looks.at(a, b, c) is RUNNING
        assert looks.client.asked == ["a"]  # one alone proves the route
        assert await looks.at(a, b, c) is RUNNING
        assert looks.client.asked == ["a", ("a", "b", "c")]
        assert await looks.at(b) is DONE
        assert await looks.at(c) is RUNNING
        assert looks.client.asked == ["a", ("a", "b", "c")]  # both were answered with it
        assert await looks.at(b) is DONE
        assert looks.client.asked[-1] == "b"  # an answer stands for one look
        await looks.at(a, b)
        looks.clock.turn(FRESH + 1)
        await looks.at(b)
        assert looks.client.asked[-1] == "b"  # and not for long

    run(work)


def test_what_is_missing_in_the_answer_is_asked_for_alone() -> None:
    async def work() -> None:
        looks = Looks()
        await looks.at(task("a"))
        assert await looks.at(task("missing"), task("a")) is RUNNING
        assert looks.client.asked[-2:] == [("missing", "a"), "missing"]

    run(work)


def test_a_route_that_refuses_is_asked_singly_from_then_on() -> None:
    async def work() -> None:
        looks = Looks()
        await looks.at(task("a"))
        looks.client.many_fails = True
        assert await looks.at(task("a"), task("b")) is RUNNING
        assert await looks.at(task("a"), task("b")) is RUNNING
        assert looks.client.asked == ["a", ("a", "b"), "a", "a"]

    run(work)


def test_only_tasks_of_the_same_host_account_and_path_go_together() -> None:
    async def work() -> None:
        looks = Looks()
        others = (
            task("b", account="another"),
            task("c", base_url="https://other"),
            task("b", query_path="/api/v3/contents/generations/tasks/{id}"),
        )
        for _ in range(3):
            await looks.at(task("a"), *others)
        assert looks.client.asked == ["a"] * 3
        kling = task("a", route="kling", query_path="/kling/v1/videos/text2video/{id}")
        for _ in range(3):
            await looks.at(kling, kling)
        assert looks.client.asked == ["a"] * 6

    run(work)


def test_the_poller_takes_along_what_is_due(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            asked: list[tuple[str, ...]] = []

            async def many(task_ids: Sequence[str], path: str) -> dict[str, QueryResult]:
                asked.append(tuple(task_ids))
                return dict.fromkeys(task_ids, RUNNING)

            engine.router.query_many = many  # type: ignore[attr-defined]
            engine.router.say(QueryResult(status=Status.WAITING))
            made = [engine.task(route="volc-tasks", query_path=PATH) for _ in range(4)]
            await engine.index.make(lambda _known: made)
            for _ in range(12):
                await engine.look_all(10.0)
            assert asked
            assert all(engine.known(one.key).status is Status.RUNNING for one in made)

    run(work)
