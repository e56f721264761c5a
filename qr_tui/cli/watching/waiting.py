"""How long a command waits: for the answer to its requests, or until its tasks are final."""

import time
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Final

from qr_tui.cli import output
from qr_tui.core.events import HostStatus
from qr_tui.core.task import Status, Task

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio

# Seconds a command without --wait stays for the answer to its request: longer than the call's own limit.
SEND_LIMIT: Final = 90.0
_STEP: Final = 0.25


class WaitOutcome(Enum):
    """Why a wait was over."""

    FINAL = "final"
    DEADLINE = "deadline"
    KEY = "key"  # no task can be looked at before there is a good key
    SETTING = "setting"  # a setting that cannot be used stands in the way of every call
    UNREAD = "unread"  # nobody reads what we print any more


class Deadline:
    """A span of time from now on; None never ends."""

    def __init__(self, span: float | None) -> None:
        self._at = None if span is None else time.monotonic() + span

    @property
    def left(self) -> float | None:
        """Seconds left, None without end."""
        return None if self._at is None else max(0.0, self._at - time.monotonic())

    def within(self, step: float) -> float:
        """Return `step`, or what is left when that is less."""
        left = self.left
        return step if left is None else min(step, left)


# a setting is in the way, and only a person can change it
_SETTINGS = frozenset({HostStatus.SETTING, HostStatus.PLAIN_HTTP})


async def until_answered(studio: "Studio", keys: Sequence[str]) -> WaitOutcome | None:
    """Stay until each task's one request is answered, but leave when it cannot be sent now anyway.

    Returns SETTING when a setting is in the way, else None.
    """
    deadline = Deadline(SEND_LIMIT)
    while deadline.left:
        if await studio.sent(keys, timeout=_STEP):
            return None
        tasks = _tasks(studio, keys)
        hosts = {task.base_url for task in tasks if task.status is Status.QUEUED}
        going = any(task.status is Status.SENDING for task in tasks)
        statuses = [studio.host_statuses.get(host) for host in hosts]
        if not going and not _SETTINGS.isdisjoint(statuses):
            return WaitOutcome.SETTING
        if not going and all(map(_is_stuck, statuses)):
            return None
    return None


async def until_saved(studio: "Studio", keys: Sequence[str], deadline: Deadline) -> WaitOutcome:
    """Stay until no film of these is on its way any more, and say why it was over."""
    while not await studio.fetched(keys, timeout=deadline.within(_STEP)):
        if deadline.left == 0.0:
            return WaitOutcome.DEADLINE
        if output.Reader.gone:
            return WaitOutcome.UNREAD
    return WaitOutcome.FINAL


async def until_final(studio: "Studio", keys: Sequence[str], deadline: Deadline) -> WaitOutcome:
    """Stay until each task is final or needs a person, and say why it was over."""
    while True:
        if await studio.wait(keys, timeout=deadline.within(_STEP)):
            return WaitOutcome.FINAL
        if deadline.left == 0.0:
            return WaitOutcome.DEADLINE
        if output.Reader.gone:
            return WaitOutcome.UNREAD
        going = [task for task in _tasks(studio, keys) if not task.final and not task.needs_you]
        hosts = {task.base_url for task in going}
        sending = any(task.status is Status.SENDING for task in going)
        statuses = [studio.host_statuses.get(host) for host in hosts]
        if hosts and not sending and all(map(_needs_key, statuses)):
            return WaitOutcome.KEY
        if hosts and not sending and _SETTINGS.issuperset(statuses):
            return WaitOutcome.SETTING


def _tasks(studio: "Studio", keys: Sequence[str]) -> list[Task]:
    return [task for task in map(studio.get, keys) if task is not None]


def _is_stuck(status: HostStatus | None) -> bool:
    """Tell whether staying for the answer is pointless: nothing can be sent before the host is back or has a key."""
    return status is HostStatus.DOWN or _needs_key(status)


def _needs_key(status: HostStatus | None) -> bool:
    return status is not None and status.needs_key
