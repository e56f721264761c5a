"""Homes to measure in: a store with so many tasks, an environment that points at a simulator."""

import os
import time
from pathlib import Path

import msgspec

from qr_tui import paths
from qr_tui.core.task import Parameter, Request, Status, Task, new_task
from qr_tui.store.tasks import TaskStore

AGE = 3600.0  # seconds: old enough that no age ticks by the second
NEWEST = "newest-film"  # the prompt of the first row: once it is on the wire, the list is drawn


def fill(home: Path, count: int, *, base_url: str, running: tuple[str, ...] = ()) -> None:
    """Write `count` finished tasks, and above them one running task for each id in `running`."""
    now = time.time()
    store = TaskStore(paths.under(home).store)
    store.open()
    tasks = [_finished(number, count, base_url, now) for number in range(count)]
    tasks += [
        msgspec.structs.replace(
            _made(NEWEST, base_url, now + 1 - AGE), id=task_id, status=Status.RUNNING, progress=10.0
        )
        for task_id in running
    ]
    store.add(tasks)
    store.close()


def environment(home: Path, base_url: str) -> dict[str, str]:
    """Return the environment of a person at a good terminal."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {
        "QR_TUI_HOME": str(home),
        "QUICKROUTER_BASE_URL": base_url,
        "QUICKROUTER_API_KEY": "sk-bench-0123456789",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }


def _finished(number: int, count: int, base_url: str, now: float) -> Task:
    prompt = NEWEST if number == count - 1 else f"film {number}: a paper boat drifts through the rain"
    made = _made(prompt, base_url, now - AGE - 60 * (count - number))
    return msgspec.structs.replace(
        made,
        id=f"sora-2:task_bench{number:018d}",
        status=Status.DONE,
        progress=100.0,
        video_url=f"https://cdn.example.com/{number}.mp4",
        finished_at=made.created_at + 200,
    )


def _made(prompt: str, base_url: str, now: float) -> Task:
    parameters: dict[str, Parameter] = {
        "orientation": "portrait",
        "size": "large",
        "duration": 15,
        "watermark": True,
        "private": False,
    }
    request = Request(model="sora-2-pro", prompt=prompt, parameters=parameters)
    task = new_task(request, base_url=base_url, account="", now=now)
    return msgspec.structs.replace(task, submitted_at=now)
