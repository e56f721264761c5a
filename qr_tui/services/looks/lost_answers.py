"""Finding a video whose answer was lost, where our own id went along with the request."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status, Task
from qr_tui.services.clock import Clock
from qr_tui.services.hosts import Hosts
from qr_tui.services.task_index import TaskIndex
from qr_tui.store.changes import Change

log = logging.getLogger(__name__)

ASKS: Final = 2  # times the provider is asked, at most
AFTER: Final = (3.0, 30.0)  # seconds after the answer was lost, and after the first time


class LostAnswers:
    """Asks for unconfirmed tasks by our own id: a call that only reads, and costs nothing.

    Only an exact echo of that id proves whose video it is; anything else leaves the task to a person. The id is unique
    among all the provider's customers, and how often it was asked by is kept with the task.
    """

    def __init__(self, index: TaskIndex, hosts: Hosts, *, clock: Clock, wake: Callable[[], None]) -> None:
        self._index = index
        self._hosts = hosts
        self._clock = clock
        self._wake = wake
        self._due: dict[str, float] = {}  # steady seconds
        self._asking: dict[str, asyncio.Task[None]] = {}

    def step(self) -> float | None:
        """Begin to ask for what is due and return seconds until the next is, None when none is."""
        now = self._clock.steady()
        tasks = [task for task in self._index.having(Status.UNCONFIRMED) if task.own_id and task.own_id_asks < ASKS]
        self._due = {task.key: self._due.get(task.key, now + AFTER[min(task.own_id_asks, 1)]) for task in tasks}
        waits = []
        for task in tasks:
            if task.key in self._asking:
                continue
            key = self._hosts.key(task.base_url, task.account)
            if key is None or key.account != task.account:
                continue  # another account cannot know it
            opens = max(self._due[task.key], self._hosts.at(task.base_url).opens_for(key.account))
            if opens > now:
                waits.append(opens - now)
                continue
            self._asking[task.key] = asyncio.create_task(self._ask(task), name=f"ask for {task.key}")
        return min(waits, default=None)

    async def close(self) -> None:
        """Stop asking; it cost nothing."""
        for asking in list(self._asking.values()):
            asking.cancel()
        if self._asking:
            await asyncio.wait(self._asking.values(), timeout=1.0)

    async def _ask(self, task: Task) -> None:
        try:
            asks = {"own_id_asks": task.own_id_asks + 1}
            lost = frozenset({Status.UNCONFIRMED})
            if not await self._index.apply([Change(task.key, asks, lost)]):
                return
            client, key = await self._hosts.client_for(task)
            look = await client.query(task.own_id, task.looked_at)
            found = next((found for found in look.ids if found != task.own_id), None)
            if found is None or look.own_ids != (task.own_id,) or await self._index.has_id(found):
                return
            adopted = {"status": Status.WAITING, "id": found, "failure": None, "account": key.account, "raw": look.raw}
            await self._index.apply([Change(task.key, adopted | {"id_candidates": look.ids}, lost)])
        except Trouble as trouble:
            level = logging.INFO if trouble.kind is not Kind.STORE else logging.ERROR
            log.log(level, "asking for %s by our own id: %s", task.key, trouble.detail)
        except asyncio.CancelledError:
            raise
        except Exception:  # a mistake of ours must not end the loop that guards paid tasks
            log.exception("asking for %s by our own id", task.key)
        finally:
            self._asking.pop(task.key, None)
            self._due.pop(task.key, None)
            self._wake()
