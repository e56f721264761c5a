"""An engine without disk or network: the `Studio` methods over a list in memory, and a front for it."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from qr_tui import paths
from qr_tui.config import DEFAULT_BASE_URL, Settings
from qr_tui.core.answers import Balance, HostModel
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.events import HostStatus, PollingChanged, Sink, TasksChanged, TasksLoaded
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.money.usage import Used, used
from qr_tui.core.sorting import newest_first
from qr_tui.core.tags import changed
from qr_tui.core.task import FileState, Request, Status, Task, advance, new_task
from qr_tui.core.text.messages import Detail, Message
from qr_tui.core.transfer import Transfer
from qr_tui.secrets import KeyRing
from qr_tui.services.checks import Concern
from qr_tui.services.costs.balances import Sample
from qr_tui.services.costs.money import Money
from qr_tui.services.decisions import Adopt, Drop, KeyTest, SendAgain
from qr_tui.services.films.downloader import NOT_FINISHED, Downloader, Refusal
from qr_tui.services.studio import Studio
from qr_tui.ui.context import AppContext

NOW = 1_790_000_000.0


def make_task(number: int = 1, **fields: Any) -> Task:
    """Return a task numbered `number`: the higher, the newer."""
    values: dict[str, Any] = {
        "key": f"key{number:06d}",
        "id": f"sora-2:task_01example{number:06d}",
        "model": "sora-2-pro",
        "prompt": f"prompt number {number}",
        "base_url": DEFAULT_BASE_URL,
        "created_at": NOW - 100_000 + number,
        "status": Status.RUNNING,
        "parameters": {
            "orientation": "portrait",
            "size": "large",
            "duration": 15,
            "watermark": True,
            "private": False,
        },
    }
    return Task(**(values | fields))


class FakeDownloader(Downloader):
    """Queues what it is asked for, and says of everything that is not done that it is not finished."""

    def __init__(self, studio: "FakeStudio") -> None:
        self.studio = studio
        self.here = True
        self.under_way: dict[str, Transfer] = {}

    async def request(self, keys: Sequence[str], *, folder: Path | None = None) -> tuple[list[Task], list[Refusal]]:
        self.studio.calls.append(("download", tuple(keys)))
        tasks = [task for task in map(self.studio.get, keys) if task is not None]
        done = [task.key for task in tasks if task.status is Status.DONE]
        refusals = [
            Refusal(task, Trouble(Kind.NOT_NOW, Message(NOT_FINISHED))) for task in tasks if task.key not in done
        ]
        return [self.studio.change(key, file_state=FileState.QUEUED) for key in done], refusals

    async def cancel(self, keys: Sequence[str]) -> list[Task]:
        self.studio.calls.append(("stop download", tuple(keys)))
        return [self.studio.change(key, file_state=FileState.NONE) for key in keys]

    def transfer(self, key: str) -> Transfer | None:
        return self.under_way.get(key)


class FakeMoney(Money):
    """Prices and sums as a test wants them.

    Attributes:
        price: What every video costs.
        balance: What the host answers.
    """

    def __init__(self, studio: "FakeStudio") -> None:
        self._studio = studio
        self.price: float | None = None
        self.balance: Sample | None = None

    def estimate(self, request: Request) -> float | None:
        return self.price

    async def used(self) -> list[Used]:
        return [used(task, lambda _task: self.price) for task in self._studio._tasks.values()]

    async def ask_balance(self) -> Sample | None:
        return self.balance

    def is_low(self, sample: Sample) -> bool:
        return sample.remaining is not None and sample.remaining < 1

    def last_balance(self) -> Sample | None:
        return None

    def used_at_provider(self, since: float) -> tuple[float, float] | None:
        return None


class FakeStudio(Studio):
    """A studio that remembers its calls and does what it is told at once.

    `concerns` is what `check` answers; put a `Trouble` into `troubles` under a method's name to make it raise once.
    """

    unsaved_ids: tuple[str, ...] = ()
    is_sending = False

    def __init__(
        self, tasks: Iterable[Task] = (), *, sink: Sink | None = None, clock: Callable[[], float] = lambda: NOW
    ) -> None:
        self.catalogue = Catalogue()
        self.money = self.fake_money = FakeMoney(self)
        self.base_url = DEFAULT_BASE_URL
        self.is_paused = False
        self.here = True
        self.sink: Sink = sink or (lambda _event: None)
        self.clock = clock
        self.calls: list[tuple[str, Any]] = []
        self.concerns: list[Concern] = []
        self.troubles: dict[str, Trouble] = {}
        self.due: float | None = None
        self.status: dict[str, HostStatus] = {}
        self.why: Detail = ""
        self.started = self.closed = False
        self.downloader = FakeDownloader(self)
        self.hold_load = False
        self._tasks = {task.key: task for task in tasks}

    # life
    async def start(self, *, watch: bool = True) -> None:
        self.started = True
        if not self.hold_load:
            self.sink(TasksLoaded(tuple(self.tasks())))

    async def close(self) -> None:
        self.closed = True

    def suspend(self) -> None:
        self.calls.append(("suspend", None))

    def resume(self) -> None:
        self.calls.append(("resume", None))

    # reads
    def tasks(self) -> list[Task]:
        return newest_first(task for task in self._tasks.values() if task.removed_at is None)

    def get(self, key: str) -> Task | None:
        return self._tasks.get(key)

    async def whole(self, task: Task) -> Task:
        return task

    async def read_archives(self) -> None:
        """There are none."""

    async def prepared(self, request: Request) -> Request:
        return self.catalogue.complete(request)

    async def ask_models(self) -> None:
        """Know nothing of the host."""

    def models_used_lately(self, most: int = 3) -> list[str]:
        return []

    def check(self, request: Request, copies: int = 1) -> list[Concern]:
        self.calls.append(("check", (request, copies)))
        return list(self.concerns)

    def check_retry(self, tasks: Sequence[Task]) -> list[Concern]:
        return list(self.concerns)

    def check_again(self, task: Task) -> list[Concern]:
        return list(self.concerns)

    @property
    def paused(self) -> bool:
        return self.is_paused

    @property
    def polling_here(self) -> bool:
        return self.here

    @property
    def next_look(self) -> float | None:
        return self.due

    def standing(self, task: Task) -> Detail:
        return self.why

    def host_detail(self, base_url: str) -> Detail:
        return "the proxy is odd"

    @property
    def host_statuses(self) -> dict[str, HostStatus]:
        return self.status

    # actions
    def check_all(self, requests: Sequence[Request], copies: int = 1) -> list[Concern]:
        return self.check(requests[0], copies)

    async def submit_all(
        self,
        requests: Sequence[Request],
        *,
        copies: int = 1,
        confirmed: bool = False,
        parent: str | None = None,
        tags: tuple[str, ...] = (),
    ) -> list[Task]:
        self._note("submit_all", (list(requests), copies))
        made = [new_task(one, base_url=self.base_url, account="", now=self.clock()) for one in requests]
        self.put(*made)
        return made

    async def submit(
        self,
        request: Request,
        *,
        copies: int = 1,
        confirmed: bool = False,
        parent: str | None = None,
        tags: tuple[str, ...] = (),
    ) -> list[Task]:
        self._note("submit", (request, copies, confirmed, parent))
        made = [
            new_task(request, base_url=self.base_url, account="", now=self.clock(), parent=parent)
            for _ in range(copies)
        ]
        self.put(*made)
        return made

    async def decide(self, key: str, choice: Adopt | SendAgain | Drop, *, confirmed: bool = False) -> Task:
        self._note("decide", (key, choice))
        match choice:
            case Adopt(id=provider_id):
                return self.change(key, status=Status.WAITING, id=provider_id)
            case SendAgain():
                return self.change(key, status=Status.QUEUED)
            case Drop():
                return self.change(key, status=Status.STOPPED)

    async def retry(self, key: str, *, confirmed: bool = False) -> Task:
        self._note("retry", (key, confirmed))
        return (await self.submit(self._tasks[key].request, confirmed=True, parent=key))[0]

    async def look(self, keys: Sequence[str]) -> None:
        self._note("look", list(keys))

    async def stop(self, keys: Sequence[str]) -> list[Task]:
        self._note("stop", list(keys))
        return [self.change(key, status=Status.STOPPED) for key in keys]

    async def reopen(self, keys: Sequence[str]) -> list[Task]:
        self._note("reopen", list(keys))
        return [self.change(key, status=Status.UNCONFIRMED) for key in keys]

    async def tag(self, keys: Sequence[str], *, add: Sequence[str] = (), drop: Sequence[str] = ()) -> list[Task]:
        self._note("tag", (list(keys), tuple(add), tuple(drop)))
        return [self.change(key, tags=changed(self._tasks[key].tags, add=add, drop=drop)) for key in keys]

    async def remove(self, keys: Sequence[str]) -> list[Task]:
        self._note("remove", list(keys))
        return [self.change(key, removed_at=self.clock()) for key in keys]

    async def restore(self, keys: Sequence[str]) -> list[Task]:
        self._note("restore", list(keys))
        return [self.change(key, removed_at=None) for key in keys]

    async def pause(self, paused: bool) -> None:
        self._note("pause", paused)
        self.is_paused = paused
        self.sink(PollingChanged(here=self.here, paused=paused))

    async def wait(self, keys: Sequence[str], timeout: float | None = None) -> bool:  # noqa: ASYNC109
        return all(self._tasks[key].final for key in keys)

    async def sent(self, keys: Sequence[str], timeout: float | None = None) -> bool:  # noqa: ASYNC109
        return True

    # hosts and keys
    async def test_key(self, base_url: str, key: str) -> KeyTest:
        self._note("test_key", base_url)
        return KeyTest(models=(HostModel("sora-2-pro"), HostModel("veo3.1-fast")), balance=Balance(remaining=12.5))

    async def use_key(self, base_url: str, key: str, *, keep: Literal["file", "keyring", "memory"]) -> None:
        self._note("use_key", (base_url, keep))
        self.base_url = base_url

    def use_settings(self, settings: Settings) -> None:
        self._note("use_settings", settings)

    # for tests
    def put(self, *tasks: Task) -> None:
        """Add or replace tasks and tell of it, as the engine does."""
        self._tasks.update({task.key: task for task in tasks})
        self.sink(TasksChanged(tasks=tuple(task for task in tasks if task.removed_at is None)))

    def change(self, key: str, **fields: Any) -> Task:
        """Change a task by the legal moves and tell of it."""
        task = advance(self._tasks[key], fields, self.clock())
        assert task is not None, f"illegal move: {self._tasks[key].status} to {fields}"
        self._tasks[key] = task
        if task.removed_at is None:
            self.sink(TasksChanged(tasks=(task,)))
        else:
            self.sink(TasksChanged(removed=(key,)))
        return task

    def _note(self, name: str, what: object) -> None:
        self.calls.append((name, what))
        trouble = self.troubles.pop(name, None)
        if trouble is not None:
            raise trouble

    def called(self, name: str) -> list[Any]:
        """Return what each call of method `name` was given."""
        return [what for call, what in self.calls if call == name]


def make_app_context(
    home: Path,
    studio: FakeStudio,
    *,
    settings: Settings | None = None,
    clock: Callable[[], float] = lambda: NOW,
    env: Mapping[str, str] | None = None,
    **changes: Any,
) -> AppContext:
    """Return a front whose engine is `studio`."""

    def make(sink: Sink) -> Studio:
        studio.sink = sink
        return studio

    return AppContext(
        paths=paths.under(home),
        settings=settings or Settings(),
        keys=cast(KeyRing, None),
        make_studio=make,
        clock=clock,
        env={"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", **(env or {})},
        # whoever looks at this clock finds that a second has passed
        **({"steady": partial(next, itertools.count())} | changes),
    )


def with_fields(task: Task, **fields: Any) -> Task:
    """Return `task` with fields set, legal or not."""
    return msgspec.structs.replace(task, **fields)
