"""What the store's tests share: tasks, stores, and a clock that stands still."""

from pathlib import Path
from typing import Any

import msgspec

from qr_tui.core.task import Request, Status, Task, new_task
from qr_tui.store import codec
from qr_tui.store.changes import Change
from qr_tui.store.journal import Journal, follow
from qr_tui.store.names import journal_of
from qr_tui.store.peek import peek
from qr_tui.store.tasks import TaskStore

NOW = 1_790_000_000.0
HOST = "https://api.example"


class Clock:
    """Time that moves only when a test says so."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def task(words: str = "a paper boat", *, now: float = NOW, **fields: Any) -> Task:
    """Return a queued task, with `fields` set over it."""
    request = Request(model="sora-2-pro", prompt=words, parameters={"duration": 15, "watermark": True})
    made = new_task(request, base_url=HOST, account="abc", now=now)
    return msgspec.structs.replace(made, **fields)


def opened(path: Path, clock: Clock | None = None) -> TaskStore:
    """Return an open store on `path` that had nothing to say."""
    store = TaskStore(path, clock=clock or Clock())
    assert store.open() == []
    return store


def send(store: TaskStore, key: str) -> Task:
    """Move a queued task to waiting, as a submit does."""
    store.apply([Change(key, {"status": Status.SENDING})])
    (sent,) = store.apply([Change(key, {"status": Status.WAITING, "id": f"sora-2:task_{key}"})])
    return sent


def on_disk(path: Path) -> codec.Document:
    """Return what the checkpoint at `path` and its journal hold."""
    lines = Journal(journal_of(path)).read(anew=True)
    assert lines is not None
    document, rest = follow(codec.decode(path.read_bytes()), lines.lines)
    assert (rest, lines.damaged) == ([], False)
    return document


def seen(path: Path, state: Path) -> list[Task] | None:
    """Return the live tasks on the list as a quick look finds them."""
    peeked = peek(path, state)
    return None if peeked is None else peeked.listed()


def names(path: Path) -> set[str]:
    """Return the names in the store's folder, without the lock's."""
    return {item.name for item in path.parent.iterdir()} - {f"{path.name}.lock"}
