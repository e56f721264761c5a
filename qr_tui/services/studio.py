"""What a front end calls. Everything else in `services` stands behind this one class."""

import time
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec

from qr_tui.config import Settings
from qr_tui.core.answers import Balance
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.events import HostMood, Sink
from qr_tui.core.failures import Kind
from qr_tui.core.task import Request, Task
from qr_tui.paths import Paths
from qr_tui.secrets import KeyRing


class Concern(msgspec.Struct, frozen=True):
    """Something to say before money is spent. `weight`: ``note`` is only shown, ``ask`` needs a yes, ``stop`` ends it."""

    kind: Kind
    weight: Literal["note", "ask", "stop"]
    detail: str = ""


class Adopt(msgspec.Struct, frozen=True):
    """Decide an unconfirmed task: it is this id (checked by a query)."""

    id: str


class SendAgain(msgspec.Struct, frozen=True):
    """Decide an unconfirmed task: send it once more, though it may cost twice."""


class Drop(msgspec.Struct, frozen=True):
    """Decide an unconfirmed task: stop caring; it stays in the list as stopped."""


class KeyTest(msgspec.Struct, frozen=True):
    """A key that works: the models it can use, and what is left where the host tells."""

    models: tuple[str, ...]
    balance: Balance | None


class Studio:
    """The engine: owns the store, sends, polls, and tells `sink` what happened.

    Reads (`tasks`, `get`, `check`) are instant and never block. Actions are coroutines; each is durable when it
    returns. Every failure a person should read is raised as `core.failures.Trouble`.
    """

    def __init__(
        self,
        paths: Paths,
        settings: Settings,
        keys: KeyRing,
        *,
        sink: Sink,
        clock: Callable[[], float] = time.time,
    ) -> None: ...

    catalogue: Catalogue
    base_url: str  # where new tasks go, normalised
    paused: bool
    polling_here: bool  # False while another process on this store polls

    # life ------------------------------------------------------------------------------------------------------
    async def start(self, *, watch: bool = True) -> None:
        """Open the store off the event loop, tell `TasksLoaded`, recover, and (with `watch`) begin to send and poll."""

    async def close(self) -> None:
        """Finish what must not be cut (a send under way is left to the next start), write, let go of lease and lock."""

    # reads -----------------------------------------------------------------------------------------------------
    def tasks(self) -> list[Task]:
        """Return every task on the list, newest first."""
        ...

    def get(self, key: str) -> Task | None:
        """Return the task with this local key."""
        ...

    def find(self, reference: str) -> Task:
        """Return the one task named by key, id or unique tail; `Trouble` UNKNOWN_TASK or AMBIGUOUS otherwise."""
        ...

    def check(self, request: Request, copies: int = 1) -> list[Concern]:
        """Return what to say before `request` is sent: bad input, duplicate, limits, a model that is off, no key."""
        ...

    @property
    def next_look(self) -> float | None:
        """When the next look is due (Unix seconds), None when none is."""
        ...

    @property
    def moods(self) -> dict[str, HostMood]:
        """How each host is doing, by base URL."""
        ...

    # actions ---------------------------------------------------------------------------------------------------
    async def submit(
        self, request: Request, *, copies: int = 1, sure: bool = False, parent: str | None = None
    ) -> list[Task]:
        """Write the intents, durably, and begin to send; return the queued tasks at once.

        `sure` means a person has said yes to every ``ask`` of `check`. A ``stop`` raises `Trouble`.
        """
        ...

    async def decide(self, key: str, choice: Adopt | SendAgain | Drop) -> Task:
        """Carry out a person's decision on an unconfirmed task."""
        ...

    async def retry(self, key: str, *, sure: bool = False) -> Task:
        """Make a failed video again, as a new task whose parent is the failed one."""
        ...

    async def look(self, keys: Sequence[str]) -> None:
        """Look at these tasks as soon as the limiter allows."""

    async def stop(self, keys: Sequence[str]) -> list[Task]:
        """Watch these no more."""
        ...

    async def remove(self, keys: Sequence[str]) -> list[Task]:
        """Take these off the list (they stay in the store, hidden)."""
        ...

    async def restore(self, keys: Sequence[str]) -> list[Task]:
        """Bring removed tasks back."""
        ...

    async def pause(self, paused: bool) -> None:
        """Stop looking for now, or go on. Sending is not paused."""

    async def wait(self, keys: Sequence[str], timeout: float | None = None) -> bool:
        """Wait until all of these are final or need a person; False if `timeout` seconds passed first."""
        ...

    async def sent(self, keys: Sequence[str], timeout: float | None = None) -> bool:
        """Wait until none of these is queued or sending; False if `timeout` seconds passed first."""
        ...

    # hosts and keys --------------------------------------------------------------------------------------------
    async def test_key(self, base_url: str, key: str) -> KeyTest:
        """Ask the host for its models with this key; `Trouble` says what is wrong."""
        ...

    async def use_key(self, base_url: str, key: str, *, keep: Literal["file", "keyring", "memory"]) -> None:
        """Use this host and key from now on and resume what waited for one."""
