"""Archived tasks on the list, tasks by state, and progress that no disk is waited for."""

import os
from pathlib import Path
from unittest import mock

import msgspec
import pytest

from qr_tui.core.events import ArchivesRead, TasksChanged, TasksLoaded
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import ArchivedTask, Status, Task
from qr_tui.store import tasks
from qr_tui.store.names import archive_of, journal_of
from qr_tui.store.tasks import TaskStore
from tests.support.engine import Engine, run

DAY = 86_400.0


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep two finished tasks in the file, and move any others over at once."""
    monkeypatch.setattr(tasks, "LIVE_COUNT", 2)
    monkeypatch.setattr(tasks, "ROLL_AT", 1)


def over(engine: Engine, number: int, **fields: object) -> Task:
    """Return a task that was done long ago; a higher number is older."""
    at = engine.clock.now() - (10 + number) * DAY
    made = engine.task(Status.DONE, raw="{}", **fields)
    return msgspec.structs.replace(
        made, key=f"old{number:03}", id=f"x:{number}", created_at=at, submitted_at=at, finished_at=at
    )


def test_archived_tasks_join_the_list_after_the_others(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            await engine.index.add([over(engine, number) for number in range(8)])
            await engine.index.add([engine.task(Status.RUNNING)])
            await engine.index.tidy()
        async with Engine(tmp_path) as engine:
            (loaded,) = (event for event in engine.events if isinstance(event, TasksLoaded))
            assert len(loaded.tasks) == len(engine.index.tasks()) == 3
            assert engine.index.get("old005") is None
            await engine.index.read_archives()
            read = [event for event in engine.events if isinstance(event, ArchivesRead)]
            assert [task.key for event in read for task in event.tasks] == [f"old{number:03}" for number in range(2, 8)]
            assert len(engine.index.tasks()) == 9
            assert len(engine.index.live()) == 3
            row = engine.known("old005")
            assert isinstance(row, ArchivedTask)
            assert (row.raw, (await engine.index.whole(row)).raw) == (None, "{}")
            assert {task.key for task in engine.index.having(Status.DONE)} == {f"old{number:03}" for number in range(8)}
            assert len(engine.index.having(Status.RUNNING, Status.WAITING)) == 1

    run(work)


def test_what_moves_stays_on_the_list_as_a_row(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            await engine.index.add([over(engine, number) for number in range(5)])
            engine.events.clear()
            await engine.index.tidy()
            assert len(engine.index.tasks()) == 5
            assert sum(isinstance(task, ArchivedTask) for task in engine.index.tasks()) == 3
            (changed,) = engine.events
            assert isinstance(changed, TasksChanged)
            assert changed.removed == ()

    run(work)


def test_an_archived_task_is_named_changed_and_adopted_like_any_other(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            await engine.index.add([over(engine, number) for number in range(8)])
        async with Engine(tmp_path) as engine:
            (named,) = await engine.index.named("old005")
            assert named.raw == "{}"
            assert await engine.index.has_id("x:5")
            assert not await engine.index.has_id("x:55")
            from tests.support.engine import Change

            await engine.index.apply([Change("old005", {"removed_at": 5.0})])
            assert engine.index.get("old005") is None
            assert await engine.index.named("old005") == []
            await engine.index.apply([Change("old005", {"removed_at": None})])
            assert engine.known("old005").id == "x:5"
            archives = archive_of(engine.paths.store)
            for file in archives.glob("*.json"):
                file.write_bytes(b"garbage of some length" * 500)
            with pytest.raises(Trouble) as caught:
                await engine.index.whole(engine.known("old005"))
            assert caught.value.kind is Kind.STORE

    run(work)


def test_progress_is_shown_at_once_and_written_without_waiting_for_the_disk(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            tasks_made = [engine.task(Status.RUNNING, raw="x" * 2_000) for _ in range(20)]
            await engine.index.add(tasks_made)
            other = TaskStore(engine.paths.store)
            other.open()
            size = journal_of(engine.paths.store).stat().st_size
            with mock.patch.object(os, "fdatasync") as synced, mock.patch.object(os, "fsync") as synced_too:
                for task in tasks_made:
                    engine.index.learn_later(task.key, {"progress": 12.0, "status": Status.RUNNING})
                assert {task.progress for task in engine.index.tasks()} == {12.0}
                assert journal_of(engine.paths.store).stat().st_size == size, "nothing is written yet"
                await engine.index.flush()
                assert not synced.called
                assert not synced_too.called
            assert journal_of(engine.paths.store).stat().st_size - size < 20 * 100, "what changed, no more"
            other.refresh()
            assert {task.progress for task in other.tasks()} == {12.0}
            with mock.patch.object(os, "fdatasync") as synced:
                engine.index.learn_later(tasks_made[0].key, {"status": Status.WAITING})
                await engine.index.flush()
                assert synced.called, "another state has to last"

    run(work)
