"""Whatever the disk says and in whatever order facts come: an id that was paid for is on disk, or a person sees it."""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qr_tui.core.answers import Created
from qr_tui.core.events import IdsUnsaved, TasksChanged
from qr_tui.core.task import Status, Task
from qr_tui.store.id_journal import IdJournal
from qr_tui.store.locks import FileLock
from qr_tui.store.tasks import TaskStore
from tests.support.engine import Change, Engine, run, settle

CREATED = Created(id="sora-2:task_01abc", provider_status="pending", raw='{"id":"sora-2:task_01abc"}')


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@contextmanager
def no_room(*, journal: bool) -> Iterator[None]:
    """Let the task file, and with `journal` what stands beside it too, take nothing more."""
    with mock.patch("qr_tui.store.atomic.replace", full), mock.patch("qr_tui.store.journal.Journal.append", full):
        if not journal:
            yield
            return
        with mock.patch.object(IdJournal, "append", full):
            yield


def after_a_crash(engine: Engine) -> list[Task]:
    """Return what the next start finds on disk."""
    store = TaskStore(engine.paths.store, state=engine.paths.state)
    assert store.open() == []
    try:
        return store.tasks()
    finally:
        store.close()


async def answered(engine: Engine) -> Task:
    """Send one task whose answer waits for the test, and return it."""
    task = engine.task(Status.QUEUED)
    await engine.index.add([task])
    await engine.send_all()
    return task


def test_rule_1_2_an_id_that_a_full_disk_refuses_is_on_disk_beside_the_file_at_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            gate = asyncio.Event()
            engine.router.say(gate, CREATED)
            task = await answered(engine)
            with no_room(journal=False):
                gate.set()
                await settle()
                assert engine.known(task.key).id == CREATED.id
                assert [entry.id for entry in IdJournal(engine.paths.state / "ids.jsonl").entries()] == [CREATED.id]
                assert engine.index.unsaved_ids == ()
            (known,) = after_a_crash(engine)
            assert (known.key, known.id, known.status) == (task.key, CREATED.id, Status.WAITING)
            assert known.created == CREATED.raw

    run(work)


def test_rule_1_2_a_file_that_another_process_keeps_is_not_waited_for(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            gate = asyncio.Event()
            engine.router.say(gate, CREATED)
            task = await answered(engine)
            lock = FileLock(engine.paths.store.with_name("tasks.json.lock"))
            assert lock.acquire()
            try:
                gate.set()
                journal = IdJournal(engine.paths.state / "ids.jsonl")
                async with asyncio.timeout(5):  # the lock alone would be waited for for ten
                    while journal.is_empty or engine.known(task.key).id is None:  # noqa: ASYNC110 -- in another thread
                        await asyncio.sleep(0.01)
                (entry,) = journal.entries()
                assert (entry.key, entry.id, entry.account) == (task.key, CREATED.id, engine.account)
                assert entry.created == CREATED.raw
            finally:
                lock.release()
            await engine.index.flush()
            assert [known.id for known in after_a_crash(engine)] == [CREATED.id]
            assert journal.is_empty

    run(work)


def test_rule_1_2_an_id_that_nothing_takes_is_told_until_it_is_saved(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            gate = asyncio.Event()
            engine.router.say(gate, CREATED)
            task = await answered(engine)
            with no_room(journal=True):
                gate.set()
                await settle()
                assert engine.known(task.key).id == CREATED.id, "shown, though not yet on disk"
                await engine.index.flush()
                assert list(engine.index.unsaved_ids) == [CREATED.id]
            told = [event for event in engine.events if isinstance(event, IdsUnsaved)]
            assert [event.ids for event in told] == [(CREATED.id,)]
            assert CREATED.id in str(told[0].detail)
            await engine.index.flush()
            assert not engine.index.unsaved_ids
            assert [event.ids for event in engine.events if isinstance(event, IdsUnsaved)][-1] == ()
            assert [known.id for known in after_a_crash(engine)] == [CREATED.id]

    run(work)


def test_rule_1_2_an_id_that_another_process_took_in_meanwhile_is_not_learned_again(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            task = engine.task(Status.SENDING)
            await engine.index.add([task])
            with no_room(journal=False):
                await engine.index.learn(task.key, {"status": Status.WAITING, "id": "x:1"})
            other = TaskStore(engine.paths.store, state=engine.paths.state)
            other.open()
            other.apply([Change(task.key, {"status": Status.RUNNING, "progress": 40.0})])
            await engine.index.refresh()
            assert engine.known(task.key).status is Status.RUNNING
            await engine.index.flush()
            (known,) = after_a_crash(engine)
            assert (known.status, known.id, known.progress) == (Status.RUNNING, "x:1", 40.0)
            assert engine.known(task.key) == known

    run(work)


def test_rule_1_1_what_was_learned_after_an_id_does_not_swallow_it(tmp_path: Path) -> None:
    """Merged with it, *running* was no legal move from *sending*."""

    async def work() -> None:
        async with Engine(tmp_path) as engine:
            task = engine.task(Status.SENDING)
            await engine.index.add([task])
            with no_room(journal=False):
                await engine.index.learn(task.key, {"status": Status.WAITING, "id": "x:1"})
                engine.index.learn_later(task.key, {"status": Status.RUNNING, "progress": 10.0})
                engine.index.learn_later(task.key, {"progress": 20.0})
                shown = engine.known(task.key)
                assert (shown.status, shown.id, shown.progress) == (Status.RUNNING, "x:1", 20.0)
                changes = len([event for event in engine.events if isinstance(event, TasksChanged)])
                await engine.index.flush()
                assert len([event for event in engine.events if isinstance(event, TasksChanged)]) == changes
            await engine.index.flush()
            assert after_a_crash(engine) == [shown], "and as it was shown"

    run(work)


def test_rule_1_1_what_a_person_asks_for_comes_after_what_was_learned_before(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            task = engine.task(Status.SENDING)
            await engine.index.add([task])
            with no_room(journal=False):
                await engine.index.learn(task.key, {"status": Status.WAITING, "id": "x:1"})
            stop = Change(task.key, {"status": Status.STOPPED}, expect=frozenset({Status.WAITING}))
            assert [known.status for known in await engine.index.apply([stop])] == [Status.STOPPED]
            assert engine.known(task.key).id == "x:1"

    run(work)


def test_rule_1_2_an_older_file_under_a_running_engine_sends_nothing_and_loses_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(CREATED)
            task = engine.task(Status.QUEUED)
            await engine.index.add([task])
            old = engine.paths.store.read_bytes()
            await engine.send_all()
            other = engine.paths.store.with_name("other")
            other.write_bytes(old)
            os.replace(other, engine.paths.store)  # noqa: PTH105 -- as another program does it
            await engine.index.refresh()
            await engine.send_all(3_600)
            assert engine.router.count("create") == 1
            assert engine.known(task.key).id == CREATED.id
        async with Engine(tmp_path) as again:
            again.router.say(CREATED)
            again.clock.turn(7_200)
            await again.send_all()
            assert again.router.count("create") == 0
            assert again.known(task.key).id == CREATED.id

    run(work)


statuses = st.sampled_from([Status.WAITING, Status.RUNNING, Status.DONE, Status.FAILED, Status.UNCONFIRMED])
facts = st.tuples(
    st.just("learn"), st.integers(0, 1), st.fixed_dictionaries({"status": statuses}, optional={"id": st.just("?")})
)
later = st.tuples(
    st.just("later"),
    st.integers(0, 1),
    st.fixed_dictionaries({"progress": st.just(5.0)}, optional={"status": statuses}),
)
others = st.tuples(st.just("other"), st.integers(0, 1), st.sampled_from(Status))
disks = st.tuples(st.just("disk"), st.just(0), st.sampled_from(["well", "full", "all full"]))
drops = st.tuples(st.just("drop"), st.integers(0, 1), st.none())
steps = st.lists(facts | later | others | disks | drops, max_size=14)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_rule_1_1_no_order_of_facts_and_no_failure_of_the_disk_loses_an_id(
    given_steps: list[tuple[str, int, Any]],
) -> None:
    async def work(home: Path) -> None:
        learned: set[str] = set()
        async with Engine(home) as engine:
            tasks = [engine.task(Status.SENDING) for _ in range(2)]
            await engine.index.add(tasks)
            other = TaskStore(engine.paths.store)
            other.open()
            disk = "well"
            for what, number, given_value in given_steps:
                key = tasks[number].key
                if what == "disk":
                    disk = given_value
                elif what == "other":
                    other.apply([Change(key, {"status": given_value})])
                elif what == "drop":
                    with other._writing():
                        known = other._tasks.get(key)  # what is purged before its id has come
                        if known is not None and known.id is None and other._table is not None:
                            other._table.drop([key])
                else:
                    fields = dict(given_value)
                    if "id" in fields:
                        fields["id"] = f"x:{len(learned)}"
                        learned.add(fields["id"])
                    with no_room(journal=disk == "all full") if disk != "well" else mock.patch("os.sync"):
                        if what == "learn":
                            await engine.index.learn(key, fields, origin=tasks[number])
                        else:
                            engine.index.learn_later(key, fields)
                        await engine.index.flush()
                    lost = set(engine.index.unsaved_ids)
                    on_disk = {task.id for task in engine.index._opened().tasks(removed=True)}
                    aside = {entry.id for entry in IdJournal(engine.paths.state / "ids.jsonl").entries()}
                    assert learned <= on_disk | aside | lost, "at every moment it is on disk, or told"
        store = TaskStore(engine.paths.store, state=engine.paths.state)
        store.open()
        ids = [task.id for task in store.tasks(removed=True) if task.id]
        assert learned == set(ids)
        assert len(ids) == len(learned), "and none is there twice"
        assert IdJournal(engine.paths.state / "ids.jsonl").is_empty

    with tempfile.TemporaryDirectory() as home, mock.patch("os.fsync"):
        asyncio.run(work(Path(home)))


@pytest.mark.parametrize("raw", ["x" * 10_000, ""])
def test_rule_1_3_the_answer_to_a_create_call_is_kept_up_to_its_bound_and_no_look_takes_it_away(
    tmp_path: Path, raw: str
) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(Created(id="task_1", raw=raw, candidates=("4711",)))
            task = await answered(engine)
            await engine.index.learn(task.key, {"status": Status.DONE, "raw": "another answer"})
            (known,) = after_a_crash(engine)
            assert (known.created or "") == raw[:4_096]
            assert known.raw == "another answer"
            assert known.id_candidates == ("4711",)

    run(work)
