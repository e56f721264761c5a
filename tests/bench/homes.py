"""Homes to measure in: stores as people have them, made by the product itself, once a size and copied for each use."""

import os
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from qr_tui import paths
from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, HistoryEntry, Parameter, Request, Status, Task, new_task
from qr_tui.store.tasks import TaskStore

AGE = 3_600.0  # seconds: old enough that no age ticks by the second
SPAN = 360 * 86_400.0  # seconds that the history goes back
NEWEST = "newest-film"  # the prompt of the first row: once it is on the wire, the list is drawn
KEY = "sk-bench-0123456789"
NOBODY = "http://127.0.0.1:9"
BATCH = 5_000
ENGLISH = [
    "a",
    "paper",
    "boat",
    "drifts",
    "over",
    "a",
    "wet",
    "street",
    "at",
    "night",
    "while",
    "neon",
    "signs",
    "shine",
    "in",
    "the",
    "rain",
    "and",
    "nobody",
    "looks",
    "up;",
    "slow",
    "dolly",
    "in,",
    "shallow",
    "depth",
    "of",
    "field,",
    "grain",
]
CHINESE = "清晨的雾里一只纸船慢慢漂过桥下镜头缓缓推进光线柔和远处传来钟声水面上有倒影"


class Homes:
    """Makes homes with stores of any size; each size is made once and kept as long as this."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def copy(self, count: int, *, base_url: str = NOBODY, running: Sequence[str] = ()) -> Iterator[Path]:
        """Lend a home with `count` finished tasks, and above them one running task for each id in `running`."""
        with TemporaryDirectory(dir=self._folder) as folder:
            home = Path(folder) / "home"
            shutil.copytree(self._made(count), home)
            if running:
                store = TaskStore(paths.under(home).store, state=paths.under(home).state)
                store.open()
                store.add([_unfinished(number, task_id, base_url) for number, task_id in enumerate(running)])
                store.close()
            yield home

    def _made(self, count: int) -> Path:
        home = self._folder / f"of-{count}"
        if not home.exists():
            store = TaskStore(paths.under(home).store)  # without a state folder: the copies have none either
            store.open()
            chance, now = random.Random(count), time.time()
            for start in range(0, count, BATCH):
                numbers = range(start, min(start + BATCH, count))
                store.add([_finished(number, count, now, chance) for number in numbers])
                store.tidy()
            store.close()
        return home


def environment(home: Path, base_url: str = NOBODY) -> dict[str, str]:
    """Return the environment of a person at a good terminal."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return kept | {
        "QR_TUI_HOME": str(home),
        "QUICKROUTER_BASE_URL": base_url,
        "QUICKROUTER_API_KEY": KEY,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }


def set_pace(home: Path, **pace: float) -> None:
    """Set how often tasks are looked at: ``first``, ``every``, ``late`` in seconds, ``per_minute``."""
    from qr_tui import config

    config.save(paths.under(home).config_file, {f"poll.{name}": value for name, value in pace.items()})


def oldest_id(home: Path) -> str:
    """Return the id of the oldest task, which a large store has in an archive."""
    store = TaskStore(paths.under(home).store)
    store.open()
    tasks = [*store.tasks(), *store.archived]
    store.close()
    return min(tasks, key=lambda task: task.created_at).id or ""


def _prompt(number: int, chance: random.Random) -> str:
    if number % 4 == 0:
        return f"{number} " + "".join(chance.choices(CHINESE, k=150))
    text = f"film {number}:"
    while len(text) < 150:
        text += f" {chance.choice(ENGLISH)}"
    return text


def _finished(number: int, count: int, now: float, chance: random.Random) -> Task:
    """Return a finished task with everything that the provider's answers leave behind; 0 is the oldest."""
    created_at = now - AGE - SPAN * (count - 1 - number) / max(count, 2)
    prompt = NEWEST if number == count - 1 else _prompt(number, chance)
    task_id = f"sora-2:task_01k{number:05}" + "".join(chance.choices("0123456789abcdefghjkmnpqrstvwxyz", k=18))
    link = f"https://cdn.example.com/{task_id}.mp4?signature=" + "".join(chance.choices("0123456789abcdef", k=40))
    answer = {"id": task_id, "object": "video", "model": "sora-2-pro", "status": "queued", "created_at": created_at}
    done = answer | {"status": "completed", "progress": 100, "video_url": link, "detail": {"prompt": prompt, "n": 1}}
    made = _made(prompt, NOBODY, created_at)
    failed = number % 17 == 3
    words = ("pending", "queued", "in_progress", "in_progress 2", "in_progress 3", "completed")
    return msgspec.structs.replace(
        made,
        id=task_id,
        status=Status.FAILED if failed else Status.DONE,
        failure=Failure(kind=Kind.REAL_PEOPLE, detail="the prompt shows a real person") if failed else None,
        provider_status="failed" if failed else "completed",
        progress=None if failed else 100.0,
        video_url=None if failed else link,
        finished_at=created_at + 200,
        updated_at=created_at + 200,
        seen_at=created_at + 12,
        raw=msgspec.json.encode(done).decode(),
        created=msgspec.json.encode(answer).decode(),
        history=tuple(HistoryEntry(created_at + 20 * at, Status.RUNNING, word) for at, word in enumerate(words)),
        tags=("summer",) if number % 9 == 0 else (),
    )


def _unfinished(number: int, task_id: str, base_url: str) -> Task:
    """Return a running task; the last of several is the newest, with the prompt that is waited for."""
    made = _made(NEWEST, base_url, time.time() + 1 - AGE + number / 1_000)
    return msgspec.structs.replace(made, id=task_id, status=Status.RUNNING, progress=10.0, seen_at=made.created_at)


def _made(prompt: str, base_url: str, now: float) -> Task:
    parameters: dict[str, Parameter] = {
        "orientation": "portrait",
        "size": "large",
        "duration": 15,
        "watermark": True,
        "private": False,
    }
    request = Request(model="sora-2-pro", prompt=prompt, parameters=parameters)
    task = new_task(request, base_url=base_url, account="0123456789abcdef", now=now)
    return msgspec.structs.replace(task, submitted_at=now)
