"""What a front end calls. Everything else in `services` stands behind this one class."""

from collections.abc import Sequence
from typing import Any

from qr_tui.core import tags as tagging
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.messages import N_
from qr_tui.core.task import Request, Status, Task, new_task
from qr_tui.i18n import _
from qr_tui.services import checks
from qr_tui.services.checks import Concern
from qr_tui.services.clock import Clock
from qr_tui.services.decisions import Adopt, Drop, KeyTest, SendAgain
from qr_tui.services.engine import Engine
from qr_tui.store.changes import Change

__all__ = ["Adopt", "Clock", "Concern", "Drop", "KeyTest", "SendAgain", "Studio"]

SAME_ID = N_("{id} already belongs to another task here")


class Studio(Engine):
    """The engine: owns the store, sends, polls, and tells its sink what happened.

    Reads (`tasks`, `get`, `check`) are instant and never block. Actions are coroutines; each is durable when it
    returns. Every failure a person should read is raised as `core.failures.Trouble`.
    """

    # actions ---------------------------------------------------------------------------------------------------
    async def submit(
        self,
        request: Request,
        *,
        copies: int = 1,
        confirmed: bool = False,
        parent: str | None = None,
        tags: tuple[str, ...] = (),
    ) -> list[Task]:
        """Write the intents, durably, and begin to send; return the queued tasks at once.

        `sure` means a person has said yes to every ``ask`` of `check`.

        Raises:
            Trouble: Of the first concern that stops it; nothing was written then.
        """
        request = self.catalogue.complete(request)
        checks.stop_at_first(self.check(request, copies), confirmed=confirmed)
        key = self._hosts.key(self.base_url)
        if key is None:
            raise Trouble(Kind.NO_KEY, self.base_url)
        now = self._clock.now()
        tasks = [
            new_task(
                request,
                base_url=self.base_url,
                account=key.account,
                now=now + number / 1000,
                parent=parent,
                tags=tags,
            )
            for number in range(copies)
        ]

        def once_more(known: Sequence[Task]) -> None:
            # under the store's lock, with what other processes wrote a moment ago
            checks.stop_at_first(checks.about_duplicates(request, self.base_url, known, now), confirmed=confirmed)
            checks.stop_at_first(checks.about_limits(request, copies, known, self._settings, now), confirmed=confirmed)

        await self._index.add(tasks, check=once_more)
        self._send([task.key for task in tasks])
        return tasks

    async def decide(self, key: str, choice: Adopt | SendAgain | Drop) -> Task:
        """Carry out a person's decision on an unconfirmed task.

        Raises:
            Trouble: NOT_NOW if there is nothing to decide; USAGE, NOT_FOUND or the call's own kind if the id to adopt
                is not good; OVER_LIMIT if sending again would go over the person's limits. Nothing has changed then.
        """
        task = self._known(key)
        if task.status is not Status.UNCONFIRMED:
            raise Trouble(Kind.NOT_NOW, task.status)
        if isinstance(choice, Adopt):
            return await self._adopt(task, choice.id.strip())
        if isinstance(choice, Drop):
            return await self._move(task, {"status": Status.STOPPED, "finished_at": self._clock.now()})
        others = [other for other in self.tasks() if other.key != key]
        checks.stop_at_first(
            checks.about_limits(task.request, 1, others, self._settings, self._clock.now()), confirmed=True
        )
        sent = await self._move(task, {"status": Status.QUEUED, "failure": None, "submitted_at": None})
        self._send([key])
        return sent

    async def retry(self, key: str, *, confirmed: bool = False) -> Task:
        """Make a failed video again, as a new task whose parent is the failed one.

        Raises:
            Trouble: NOT_NOW if it has not failed, or as `submit` does.
        """
        task = self._known(key)
        if task.status is not Status.FAILED:
            raise Trouble(Kind.NOT_NOW, task.status)
        return (await self.submit(task.request, confirmed=confirmed, parent=key))[0]

    async def look(self, keys: Sequence[str]) -> None:
        """Look at these tasks as soon as the limiter allows; a queued one is sent now instead of later."""
        tasks = [task for task in map(self._index.get, keys) if task is not None]
        for base_url in {task.base_url for task in tasks}:
            self._hosts.forgive(base_url)
        self._poller.look_now([task for task in tasks if task.id])
        self._send([task.key for task in tasks if task.status is Status.QUEUED])

    async def stop(self, keys: Sequence[str]) -> list[Task]:
        """Watch these no more; a queued one is not sent."""
        able = frozenset({Status.QUEUED, Status.WAITING, Status.RUNNING})
        return await self._change(keys, {"status": Status.STOPPED, "finished_at": self._clock.now()}, able)

    async def tag(self, keys: Sequence[str], *, add: Sequence[str] = (), drop: Sequence[str] = ()) -> list[Task]:
        """Give these tasks tags, and take others away."""
        tasks = [task for task in map(self._index.get, keys) if task is not None]
        changes = [Change(task.key, {"tags": tagging.changed(task.tags, add=add, drop=drop)}) for task in tasks]
        return await self._index.apply(changes)

    async def remove(self, keys: Sequence[str]) -> list[Task]:
        """Take these off the list; they stay in the store, hidden, and are no longer looked at."""
        return await self._change(keys, {"removed_at": self._clock.now()})

    async def restore(self, keys: Sequence[str]) -> list[Task]:
        """Bring removed tasks back."""
        return await self._change(keys, {"removed_at": None})

    async def pause(self, paused: bool) -> None:
        """Stop looking for now, or go on; another process may look meanwhile. Sending is not paused."""
        self._loop.pause(paused)

    async def wait(self, keys: Sequence[str], timeout: float | None = None) -> bool:  # noqa: ASYNC109
        """Wait until all of these are final or need a person; False if `timeout` seconds passed first."""
        return await self._waiting.until(keys, lambda task: task.final or task.needs_you, timeout)

    async def sent(self, keys: Sequence[str], timeout: float | None = None) -> bool:  # noqa: ASYNC109
        """Wait until none of these is queued or sending; False if `timeout` seconds passed first."""
        unsent = (Status.QUEUED, Status.SENDING)
        return await self._waiting.until(keys, lambda task: task.status not in unsent, timeout)

    # inside ----------------------------------------------------------------------------------------------------
    def _send(self, keys: list[str]) -> None:
        if self._loop.submitter is not None:
            self._loop.submitter.take_charge(keys)
        self._hosts.probe_now({task.base_url for task in map(self._index.get, keys) if task})
        self._poke()

    async def _adopt(self, task: Task, task_id: str) -> Task:
        if not task_id:
            raise Trouble(Kind.USAGE, _(N_("The id is empty.")))
        if any(other.id == task_id for other in self.tasks()):
            raise Trouble(Kind.USAGE, _(SAME_ID).format(id=task_id))
        client, key = await self._hosts.client_for(task)
        look = await client.query(task_id)
        fields: dict[str, Any] = {
            "status": Status.WAITING,
            "id": task_id,
            "failure": None,
            "account": key.account,
        }
        adopted = await self._move(task, fields | {"provider_status": look.provider_status, "raw": look.raw})
        self._poller.look_now([adopted])
        self._poke()
        return adopted

    def _known(self, key: str) -> Task:
        task = self._index.get(key)
        if task is None:
            raise Trouble(Kind.UNKNOWN_TASK, key)
        return task

    async def _move(self, task: Task, fields: dict[str, Any]) -> Task:
        moved = await self._change([task.key], fields, frozenset({task.status}))
        if not moved:
            raise Trouble(Kind.NOT_NOW, _(N_("The task changed meanwhile; look at it again.")))
        return moved[0]

    async def _change(
        self, keys: Sequence[str], fields: dict[str, Any], expect: frozenset[Status] | None = None
    ) -> list[Task]:
        changed = await self._index.apply([Change(key, fields, expect) for key in keys])
        self._poke()
        return changed
