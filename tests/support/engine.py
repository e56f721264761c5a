"""A clock that a test turns by hand, a provider that says what a test wants, and an engine over both."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from qr_tui import config, paths
from qr_tui.api.client import QuickRouter
from qr_tui.core.answers import Balance, CallFailed, Created, Delivery, HostModel, QueryResult
from qr_tui.core.events import Event, Sink
from qr_tui.core.failures import Kind
from qr_tui.core.schedule import Pace
from qr_tui.core.task import FIRST_QUERY, Request, Status, Task, new_task
from qr_tui.core.wire.body import Wire
from qr_tui.secrets import Key, KeyRing
from qr_tui.services.clock import Clock
from qr_tui.services.films.download_rules import rules
from qr_tui.services.films.downloader import Downloader
from qr_tui.services.hosts import Hosts
from qr_tui.services.looks.poller import Poller
from qr_tui.services.submitter import Submitter
from qr_tui.services.task_index import TaskIndex
from qr_tui.store.changes import Change

HOST = "https://api.example.com"
KEY = "sk-test-0123456789abcdef"
REQUEST = Request(model="sora-2-pro", prompt="a paper boat")


class HandClock(Clock):
    """Stands still until a test turns it."""

    def __init__(self) -> None:
        self.wall, self.mono = 1_790_000_000.0, 1_000.0

    def now(self) -> float:
        return self.wall

    def steady(self) -> float:
        return self.mono

    def turn(self, seconds: float) -> None:
        self.wall += seconds
        self.mono += seconds


Answer = Created | QueryResult | Exception | asyncio.Event


class FakeRouter:
    """Answers with what stands in `script`, in order; the last answer is repeated."""

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.by_id: dict[str, Answer] = {}  # what a query for this id answers, whatever the script says
        self.key_is_good = True  # whether the free call takes the key
        self.calls: list[tuple[str, Any]] = []
        self.paths: list[str] = []  # where it was looked
        self.most_at_once = 0
        self._at_once = 0

    def say(self, *script: Answer) -> None:
        self.script = list(script)

    async def create(self, wire: Wire, files: Mapping[str, bytes] | None = None) -> Created:
        answer = await self._answer("create", wire)
        assert isinstance(answer, Created)
        return answer

    async def query(self, task_id: str, path: str = FIRST_QUERY) -> QueryResult:
        self.paths.append(path)
        answer = await self._answer("query", task_id)
        assert isinstance(answer, QueryResult)
        return answer

    async def content_link(self, task_id: str, path: str) -> str | None:
        self.calls.append(("content", task_id))
        return None

    async def models(self) -> tuple[HostModel, ...]:
        self.calls.append(("models", None))
        if not self.key_is_good:
            raise failed_call(Kind.KEY_REFUSED, Delivery.REFUSED, status=401)
        return (HostModel("sora-2-pro"),)

    async def balance(self) -> Balance | None:
        return Balance(remaining=3.0)

    async def aclose(self) -> None:
        self.calls.append(("close", None))

    def count(self, what: str) -> int:
        return sum(name == what for name, _ in self.calls)

    def _next(self) -> Answer:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    async def _answer(self, what: str, argument: object) -> Created | QueryResult:
        self.calls.append((what, argument))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            answer = self.by_id.get(str(argument)) or self._next()
            if isinstance(answer, asyncio.Event):
                await answer.wait()
                answer = self._next()
            await asyncio.sleep(0)
        finally:
            self._at_once -= 1
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Created | QueryResult)
        return answer


class FakeHosts(Hosts):
    """Hosts whose every client is one `FakeRouter`."""

    def __init__(self, router: FakeRouter, keys: KeyRing, *, pace: Pace, sink: Sink) -> None:
        super().__init__(keys, pace=pace, sink=sink)
        self.router = router
        self.asked_with: list[Key] = []

    def _make(self, key: Key) -> QuickRouter:
        self.asked_with.append(key)
        return cast(QuickRouter, self.router)


class Engine:
    """Book, hosts, poller and submitter over a real store file, driven step by step."""

    def __init__(self, home: Path, *, pace: Pace | None = None) -> None:
        self.paths = paths.under(home)
        self.clock = HandClock()
        self.events: list[Event] = []
        self.router = FakeRouter(QueryResult(status=None))
        pace = pace or Pace()
        self.keys = KeyRing(self.paths, {"QUICKROUTER_API_KEY": KEY}, base_url=HOST)
        self.index = TaskIndex(self.paths.store, sink=self.events.append, clock=self.clock, state=self.paths.state)
        self.hosts = FakeHosts(self.router, self.keys, pace=pace, sink=self.events.append)
        self.poller = Poller(self.index, self.hosts, pace=pace, clock=self.clock, wake=lambda: None)
        self.downloader = Downloader(
            self.paths,
            self.index,
            self.hosts,
            self.poller,
            rules(config.Downloads(), self.paths),
            sink=self.events.append,
            clock=self.clock,
        )
        self.submitter = Submitter(self.index, self.hosts, instance="me", clock=self.clock, wake=lambda: None)

    async def __aenter__(self) -> "Engine":
        await self.index.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.poller.close()
        await self.submitter.close()
        await self.index.close()

    def task(self, status: Status = Status.WAITING, **fields: Any) -> Task:
        """Return a task that has just been sent, not yet in the book."""
        import msgspec

        made = new_task(REQUEST, base_url=HOST, account=self.account, now=self.clock.now())
        given = {"status": status, "submitted_at": self.clock.now()} | fields
        if status in (Status.WAITING, Status.RUNNING, Status.DONE) and "id" not in given:
            given["id"] = f"sora-2:task_{made.key}"
        return msgspec.structs.replace(made, **given)

    @property
    def account(self) -> str:
        key = self.keys.key_for(HOST)
        assert key is not None
        return key.account

    async def look_all(self, seconds: float = 0.0) -> float | None:
        """Turn the clock, start what is due, and wait for the answers."""
        self.clock.turn(seconds)
        self.poller.attend()
        wait = self.poller.step()
        await settle()
        return wait

    async def send_all(self, seconds: float = 0.0, *, include_orphans: bool = True) -> float | None:
        """Turn the clock, send what may go, and wait for the answers."""
        self.clock.turn(seconds)
        wait = self.submitter.step(include_orphans=include_orphans)
        await settle()
        return wait

    def known(self, key: str) -> Task:
        task = self.index.get(key)
        assert task is not None
        return task


async def settle() -> None:
    """Let every look and sending under way come to its end, except those that wait for a test."""
    for _ in range(500):
        await asyncio.sleep(0.001)
        busy = [
            task for task in asyncio.all_tasks() if task.get_name().startswith(("look ", "send ")) and not _held(task)
        ]
        if not busy:
            return


def _held(task: asyncio.Task[Any]) -> bool:
    """Tell whether a task waits for an event that only the test sets."""
    coroutine: Any = task.get_coro()
    while coroutine is not None:
        if getattr(coroutine, "__qualname__", "") == "Event.wait":
            return True
        coroutine = getattr(coroutine, "cr_await", None)
    return False


def failed_call(kind: Kind, delivery: Delivery, **more: Any) -> CallFailed:
    """Return what the client raises."""
    return CallFailed(kind, f"{kind} in words", delivery=delivery, **more)


def run(work: Callable[[], Any]) -> None:
    """Run a test's coroutine function."""
    asyncio.run(work())


__all__ = ["Change", "Engine", "FakeRouter", "HandClock", "failed_call", "run", "settle"]
