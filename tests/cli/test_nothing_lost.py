"""What the commands promise while the task file is locked, full, gone or an older one: no id is lost or hushed up."""

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from qr_tui.core.task import Status
from qr_tui.simulator.options import Fault
from qr_tui.store import codec
from qr_tui.store.id_journal import IdJournal
from qr_tui.store.locks import FileLock
from qr_tui.store.names import backup_of
from qr_tui.store.tasks import TaskStore
from tests.support.cli import Shell, task, until


@contextmanager
def once_it_is_posted(live: Shell, then: "threading.Event", lock: FileLock | None) -> Iterator[None]:
    """Keep the file locked, or set `then`, from the moment the provider has the request."""
    assert live.simulator is not None
    live.simulator.fault(Fault(on="create", fault="latency", count=1, seconds=0.6))

    def watch() -> None:
        until(lambda: live.posts() == 1)
        if lock is not None:
            assert lock.acquire(5)
        then.set()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        watcher.join()
        if lock is not None:
            lock.release()


def test_rule_1_2_create_ends_with_0_while_another_keeps_the_file_as_the_id_is_beside_it(
    live: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qr_tui.store.storage.PATIENCE", 1.0)
    lock = FileLock(live.paths.store.with_name("tasks.json.lock"))
    with once_it_is_posted(live, threading.Event(), lock):
        result = live("create", "a boat")
        (entry,) = IdJournal(live.paths.state / "ids.jsonl").entries()
    assert result.code == 0, result
    assert entry.id in result.out
    assert live("list", "--json").json[0]["id"] == entry.id, "a list that only looks takes it in"
    (known,) = live.stored()
    assert known.id == entry.id
    assert known.created is not None
    assert entry.id in known.created
    assert live.posts() == 1


def test_rule_1_2_create_ends_with_1_and_shows_the_id_when_nothing_takes_it(
    live: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted = threading.Event()
    learn = TaskStore.learn

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    def refused(store: TaskStore, facts: Any, *, sync: bool) -> object:
        monkeypatch.setattr("qr_tui.store.atomic.replace", full)
        monkeypatch.setattr("qr_tui.store.journal.Journal.append", full)
        return learn(store, facts, sync=sync)

    monkeypatch.setattr(TaskStore, "learn", refused)
    monkeypatch.setattr(IdJournal, "append", full)
    with once_it_is_posted(live, posted, None):
        result = live("create", "a boat", "--json")
    assert result.code == 1
    (shown,) = result.json
    assert shown["id"]
    assert f"could not be saved anywhere; write it down: {shown['id']}" in result.err


@pytest.mark.usefixtures("checkpoints")
@pytest.mark.parametrize("gone", ["file", "folder but for the backup"])
def test_rule_1_6_every_command_brings_a_missing_file_back_and_says_so(shell: Shell, gone: str) -> None:
    done = task("first", id="sora-2:task_1abc", status=Status.DONE, video_url="https://e.com/v.mp4")
    shell.put(done)
    shell.put(task("second", ago=1))
    for command in (
        ["list", "--json"],
        ["show", "1abc"],
        ["copy", "1abc"],
        ["export"],
        ["remove", "1abc", "--yes"],
    ):
        saved = backup_of(shell.paths.store).read_bytes()
        if gone == "file":
            shell.paths.store.unlink()
        else:
            shutil.rmtree(shell.paths.data)
            shell.paths.data.mkdir()
            backup_of(shell.paths.store).write_bytes(saved)
        result = shell(*command)
        assert result.code == 0, (command, result)
        assert "is gone" in result.err, command
        assert "1 task" in result.err
        assert result.out.strip() != "[]"
        if command[0] != "remove":
            backup_of(shell.paths.store).write_bytes(saved)


@pytest.mark.usefixtures("checkpoints")
def test_rule_1_6_completion_brings_a_missing_file_back(shell: Shell) -> None:
    shell.put(task("first", id="sora-2:task_1abc"))
    shell.put(task("second", ago=1))
    shell.paths.store.unlink()
    cursor = {"COMP_WORDS": "qr-tui show sora", "COMP_CWORD": "2"}
    result = shell.process(env={"_QR_TUI_COMPLETE": "zsh_complete", **cursor})
    assert "task_1abc" in result.out
    assert "is gone" in result.err


@pytest.mark.usefixtures("checkpoints")
def test_rule_1_6_an_older_file_put_back_sends_nothing_again(live: Shell) -> None:
    shell_store = live.paths.store
    assert live("create", "a boat").code == 0
    first = json.loads(shell_store.read_bytes())
    assert live("create", "another boat").code == 0
    ((key, document),) = first["tasks"].items()
    first["tasks"][key] = {
        name: value
        for name, value in document.items()
        if name not in ("id", "status", "submitted_at", "raw", "created", "provider_status")
    } | {"history": document["history"][:1], "updated_at": document["created_at"]}
    older = shell_store.with_name("older")
    first["meta"]["1"]["revision"] = 2
    older.write_bytes(codec.encode(first))
    os.replace(older, shell_store)  # noqa: PTH105 -- as a restored backup does
    result = live("watch", "--timeout", "20")
    assert result.code == 0, result
    assert "older copy" in result.err
    assert live.posts() == 2
    assert {item.status for item in live.stored()} == {Status.DONE}
    assert all(item.id for item in live.stored())


def test_rule_1_6_under_a_running_watch_a_paid_task_never_vanishes(live: Shell) -> None:
    live.put(task("boat", base_url=live.url, status=Status.QUEUED, submitted_at=None))
    old = live.paths.store.read_bytes()
    assert live.simulator is not None
    live.simulator.fault(Fault(on="query", fault="500", count=3))
    put_back: list[float] = []

    def restore() -> None:
        until(lambda: live.simulator is not None and bool(live.simulator.stats()["looks"]))
        older = live.paths.store.with_name("older")
        older.write_bytes(old)
        os.replace(older, live.paths.store)  # noqa: PTH105
        put_back.append(time.monotonic())

    restorer = threading.Thread(target=restore)
    restorer.start()
    result = live("watch", "--timeout", "20")
    restorer.join()
    assert put_back
    assert result.code == 0, result
    assert live.posts() == 1
    (known,) = live.stored()
    assert known.status is Status.DONE


def test_rule_1_2_doctor_names_ids_that_wait_beside_the_file(shell: Shell) -> None:
    shell.put(task("first"))
    journal = IdJournal(shell.paths.state / "ids.jsonl")
    Path(shell.paths.state).mkdir(parents=True, exist_ok=True)
    journal.path.write_bytes(b'{"key":"k","id":"x:1","host":"https://api.example.com","at":1}\n')
    lock = FileLock(shell.paths.store.with_name("tasks.json.lock"))
    assert lock.acquire(1)
    try:
        result = shell("doctor", "--offline", "--json")
    finally:
        lock.release()
    checks = {item["name"]: item for item in result.json}
    assert checks["ids"]["state"] == "warn"
    assert "ids.jsonl" in checks["ids"]["found"]
