"""One POST per intent, and what each end of it proves."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest

from qr_tui.core.answers import CallFailed, Created, Delivery
from qr_tui.core.events import HostChanged, HostStatus
from qr_tui.core.failures import Kind
from qr_tui.core.task import Status
from qr_tui.core.wire.body import Wire
from qr_tui.store.tasks import TaskStore
from tests.support.engine import Change, Engine, FakeRouter, failed_call, run, settle

CREATED = Created(id="sora-2:task_01abc", provider_status="pending", raw="{}")


def test_the_intent_is_on_disk_before_the_post_and_the_id_right_after(tmp_path: Path) -> None:
    seen: list[Status] = []

    async def work() -> None:
        async with Engine(tmp_path) as engine:

            class Spy(FakeRouter):
                async def create(self, wire: Wire, files: Mapping[str, bytes] | None = None) -> Created:
                    store = TaskStore(engine.paths.store)
                    store.open()
                    seen.extend(task.status for task in store.tasks())
                    store.close()
                    return CREATED

            engine.hosts.router = Spy(CREATED)
            task = engine.task(Status.QUEUED)
            await engine.index.add([task])
            await engine.send_all()
            assert seen == [Status.SENDING]
            sent = engine.known(task.key)
            assert (sent.status, sent.id, sent.provider_status) == (Status.WAITING, CREATED.id, "pending")
            assert sent.submitted_at == engine.clock.now()
            assert sent.sender is None
            store = TaskStore(engine.paths.store)
            store.open()
            assert store.tasks()[0].id == CREATED.id

    run(work)


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (failed_call(Kind.UNREACHABLE, Delivery.NOT_SENT), Status.QUEUED, None),
        (failed_call(Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED, retry_after=7.0), Status.QUEUED, None),
        (failed_call(Kind.NO_BALANCE, Delivery.REFUSED), Status.FAILED, Kind.NO_BALANCE),
        (failed_call(Kind.MODEL_UNAVAILABLE, Delivery.REFUSED), Status.FAILED, Kind.MODEL_UNAVAILABLE),
        (failed_call(Kind.KEY_REFUSED, Delivery.REFUSED), Status.FAILED, Kind.KEY_REFUSED),
        (failed_call(Kind.TIMEOUT, Delivery.UNKNOWN), Status.UNCONFIRMED, Kind.LOST_ANSWER),
        (failed_call(Kind.UPSTREAM, Delivery.UNKNOWN), Status.UNCONFIRMED, Kind.LOST_ANSWER),
        (RuntimeError("a mistake of ours"), Status.UNCONFIRMED, Kind.LOST_ANSWER),
    ],
)
def test_what_a_failed_post_proves(tmp_path: Path, error: Exception, status: Status, kind: Kind | None) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(error)
            task = engine.task(Status.QUEUED)
            await engine.index.add([task])
            await engine.send_all()
            after = engine.known(task.key)
            assert after.status is status
            assert (after.failure.kind if after.failure else None) is kind
            if kind is Kind.LOST_ANSWER and isinstance(error, CallFailed):
                assert after.failure is not None
                assert str(error.detail) in str(after.failure.detail)
            # whatever happened, nothing more leaves by itself while the clock stands still
            await engine.send_all()
            assert engine.router.count("create") == 1

    run(work)


def test_an_unconfirmed_task_is_never_sent_again_by_a_machine(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(failed_call(Kind.TIMEOUT, Delivery.UNKNOWN))
            await engine.index.add([engine.task(Status.QUEUED)])
            for _ in range(20):
                await engine.send_all(3_600)
            assert engine.router.count("create") == 1

    run(work)


def test_what_was_surely_not_delivered_is_sent_again_with_backoff_until_it_gets_through(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            refused = failed_call(Kind.UNREACHABLE, Delivery.NOT_SENT)
            engine.router.say(refused)
            task = engine.task(Status.QUEUED)
            await engine.index.add([task])
            waits = []
            for _ in range(6):
                await engine.send_all()
                wait = await engine.send_all()
                assert wait is not None
                waits.append(wait)
                engine.clock.turn(wait + 0.001)
            assert engine.router.count("create") == 6
            assert waits[:4] == sorted(waits[:4]), "each wait is longer than the one before, up to the cap"
            assert 7.0 <= waits[0] <= 10.0
            assert waits[-1] <= 120.0
            engine.router.say(CREATED)
            await engine.send_all()
            assert engine.known(task.key).id == CREATED.id
            host_statuses = [event.status for event in engine.events if isinstance(event, HostChanged)]
            assert host_statuses == [HostStatus.DOWN, HostStatus.OK]

    run(work)


def test_retry_after_is_honoured(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(failed_call(Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED, retry_after=77.0))
            await engine.index.add([engine.task(Status.QUEUED)])
            await engine.send_all()
            assert await engine.send_all() == pytest.approx(77.0)

    run(work)


def test_a_task_that_another_process_claimed_is_left_alone(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            task = engine.task(Status.QUEUED)
            await engine.index.add([task])
            other = TaskStore(engine.paths.store)
            other.open()
            other.apply([Change(task.key, {"status": Status.SENDING, "sender": "other"})])
            await engine.send_all()
            assert engine.router.count("create") == 0

    run(work)


def test_a_process_without_the_lease_sends_only_its_own(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(CREATED)
            mine, others = engine.task(Status.QUEUED), engine.task(Status.QUEUED)
            await engine.index.add([mine, others])
            engine.submitter.take_charge([mine.key])
            await engine.send_all(include_orphans=False)
            assert engine.known(mine.key).status is Status.WAITING
            assert engine.known(others.key).status is Status.QUEUED

    run(work)


def test_a_dead_sender_leaves_an_unconfirmed_task_and_a_living_one_is_not_disturbed(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            dead = engine.task(Status.SENDING, sender="dead")
            alive = engine.task(Status.SENDING, sender="alive")
            await engine.index.add([dead, alive])
            await engine.submitter.recover(lambda sender: sender == "alive")
            assert engine.known(dead.key).status is Status.UNCONFIRMED
            assert engine.known(alive.key).status is Status.SENDING
            assert engine.router.calls == []

    run(work)


def test_closing_while_a_post_is_under_way_makes_it_unconfirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qr_tui.services.submitter.CLOSE_GRACE", 0.01)

    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(asyncio.Event())
            task = engine.task(Status.QUEUED)
            await engine.index.add([task])
            await engine.send_all()
            assert engine.known(task.key).status is Status.SENDING
            await engine.submitter.close()
            assert engine.known(task.key).status is Status.UNCONFIRMED

    run(work)


def test_an_id_that_comes_late_is_kept_even_when_the_task_has_moved_on(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            gate = asyncio.Event()
            engine.router.say(gate, CREATED)
            task = engine.task(Status.QUEUED)
            await engine.index.add([task])
            await engine.send_all()
            other = TaskStore(engine.paths.store)
            other.open()
            other.apply([Change(task.key, {"status": Status.UNCONFIRMED})])
            other.apply([Change(task.key, {"status": Status.STOPPED})])
            other.apply([Change(task.key, {"status": Status.UNCONFIRMED})])
            other.apply([Change(task.key, {"status": Status.QUEUED})])
            gate.set()
            await settle()
            ids = [known.id for known in engine.index.tasks()]
            assert CREATED.id in ids
            stray = next(known for known in engine.index.tasks() if known.id == CREATED.id)
            assert stray.parent == task.key

    run(work)


def test_a_claim_that_the_disk_refuses_is_tried_again_after_a_pause_and_nothing_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[object] = []

    def full(*path: object, **_: object) -> None:
        tries.append(path)
        raise OSError(28, "No space left on device")

    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(CREATED)
            task = engine.task(Status.QUEUED)
            await engine.index.add([task])
            with monkeypatch.context() as patch:
                patch.setattr("qr_tui.store.atomic.replace", full)
                patch.setattr("qr_tui.store.journal.Journal.append", full)
                await engine.send_all()
                assert len(tries) == 1
                wait = await engine.send_all()
                assert wait == pytest.approx(5.0)
                assert len(tries) == 1
                await engine.send_all(5.1)
                assert len(tries) == 2
            assert engine.router.count("create") == 0
            await engine.send_all(5.1)
            assert engine.known(task.key).id == CREATED.id
            assert engine.router.count("create") == 1

    run(work)


def test_at_most_two_posts_are_under_way_at_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            gate = asyncio.Event()
            engine.router.say(gate, gate, gate, CREATED)
            await engine.index.add([engine.task(Status.QUEUED) for _ in range(5)])
            await engine.send_all()
            assert engine.router.count("create") == 2
            gate.set()
            for _ in range(5):
                await engine.send_all()
            assert engine.router.count("create") == 5
            assert engine.router.most_at_once == 2

    run(work)


def test_while_a_host_is_down_only_one_post_probes_it(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(failed_call(Kind.UNREACHABLE, Delivery.NOT_SENT))
            await engine.index.add([engine.task(Status.QUEUED) for _ in range(4)])
            await engine.send_all()
            before = engine.router.count("create")
            await engine.send_all(60)
            assert engine.router.count("create") == before + 1

    run(work)


def test_rule_1_3_the_ids_of_a_lost_answer_can_be_adopted(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            lost = failed_call(Kind.LOST_ANSWER, Delivery.UNKNOWN, candidates=("task_made", "4711"), raw="{}")
            engine.router.say(lost)
            task = engine.task(Status.QUEUED, submitted_at=None)
            await engine.index.add([task])
            await engine.send_all()
            known = engine.known(task.key)
            assert known.status is Status.UNCONFIRMED
            assert known.other_ids == ("task_made", "4711")
            await engine.send_all(60)
            assert engine.router.count("create") == 1

    run(work)
