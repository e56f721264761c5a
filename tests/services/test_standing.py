"""Every state that can last says why."""

from pathlib import Path
from typing import Any

import pytest

from qr_tui import paths
from qr_tui.core.answers import Delivery, QueryResult
from qr_tui.core.events import HostStatus
from qr_tui.core.failures import Kind
from qr_tui.core.status_words import sent_words
from qr_tui.core.task import Status, Task
from qr_tui.services.loop import Loop
from qr_tui.services.standing import Standing
from tests.support.engine import HOST, Engine, failed_call, run

RUNNING = QueryResult(status=Status.RUNNING, provider_status="processing")


class Told:
    """What is said of tasks in an engine that a test drives."""

    def __init__(self, engine: Engine) -> None:
        folders = paths.under(engine.paths.data.parent)
        sink = engine.events.append
        downloader = engine.downloader
        self.loop = Loop(folders, engine.index, engine.hosts, engine.poller, downloader, sink=sink, clock=engine.clock)
        engine.poller.holds_lease = lambda: True
        self.loop.submitter = engine.submitter
        self._standing = Standing(engine.hosts, engine.poller, self.loop, downloader, clock=engine.clock)

    def of(self, task: Task) -> str:
        return str(self._standing.of(task))


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (RUNNING, ""),
        (failed_call(Kind.UPSTREAM, Delivery.REFUSED, status=500), "last look failed: upstream in words, next in "),
        (
            failed_call(Kind.UNREACHABLE, Delivery.NOT_SENT),
            "not looked at now: the host cannot be reached, next try in ",
        ),
        (
            failed_call(Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED, retry_after=180.0),
            "not looked at now: the host asks for a slower pace, next try in 3m",
        ),
        (failed_call(Kind.NOT_FOUND, Delivery.REFUSED, status=404), "not known to the provider since "),
    ],
)
def test_rule_3_a_watched_task_says_why_there_is_no_news(tmp_path: Path, answer: Any, said: str) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            told = Told(engine)
            engine.router.say(answer)
            task = engine.task()
            await engine.index.add([task])
            await engine.look_all(20)
            words = told.of(engine.known(task.key))
            assert words.startswith(said)
            assert bool(words) == bool(said)

    run(work)


def test_rule_2_1_who_does_not_look_says_how_the_last_look_failed_all_the_same(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(failed_call(Kind.UPSTREAM, Delivery.REFUSED, status=500))
            task = engine.task()
            await engine.index.add([task])
            await engine.look_all(20)
            await engine.index.flush()
            async with Engine(tmp_path) as other:
                assert Told(other).of(other.known(task.key)) == "last look failed: upstream in words"

    run(work)


def test_rule_3_a_task_without_news_says_since_when(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            told = Told(engine)
            engine.router.say(RUNNING)
            task = engine.task()
            await engine.index.add([task])
            for _ in range(50):
                await engine.look_all(20)
            assert told.of(engine.known(task.key)).startswith("nothing new from the provider since ")
            told.loop.paused = True
            assert told.of(engine.known(task.key)) == "not looked at now: looking is paused"

    run(work)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (failed_call(Kind.UNREACHABLE, Delivery.NOT_SENT), "not sent yet: the host cannot be reached, next try in "),
        (
            failed_call(Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED, retry_after=40.0),
            "not sent yet: the host asks for a slower pace, next try in 40s",
        ),
    ],
)
def test_rule_3_a_queued_task_says_why_it_is_not_sent(tmp_path: Path, answer: Any, said: str) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            told = Told(engine)
            engine.router.say(answer)
            task = engine.task(Status.QUEUED, submitted_at=None)
            keyless = engine.task(Status.QUEUED, submitted_at=None, base_url="https://other.example.com")
            await engine.index.add([task, keyless])
            await engine.send_all()
            assert engine.known(task.key).status is Status.QUEUED
            assert told.of(engine.known(task.key)).startswith(said)
            assert told.of(keyless) == "not sent yet: there is no key for https://other.example.com"

    run(work)


def test_rule_3_a_setting_that_cannot_be_used_is_said_on_the_task(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            told = Told(engine)

            def broken(_key: object) -> None:
                raise failed_call(Kind.CONFIG, Delivery.NOT_SENT)

            engine.hosts._make = broken  # type: ignore[assignment, method-assign]
            queued = engine.task(Status.QUEUED, submitted_at=None)
            waiting = engine.task()
            await engine.index.add([queued, waiting])
            await engine.send_all()
            await engine.look_all(20)
            assert engine.hosts.at(HOST).status is HostStatus.SETTING
            assert told.of(engine.known(queued.key)) == "not sent yet: config in words"
            assert told.of(engine.known(waiting.key)) == "not looked at now: config in words"
            del engine.hosts._make
            await engine.send_all(10)
            assert engine.hosts.at(HOST).status is HostStatus.OK

    run(work)


def test_rule_3_an_unconfirmed_task_says_what_finds_it_in_the_providers_records(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            task = engine.task(Status.UNCONFIRMED)
            said = Told(engine).of(task)
            assert said == str(sent_words(task))
            assert said.startswith("sent 2026-")
            assert said.endswith("with sora-2-pro: a paper boat")

    run(work)
