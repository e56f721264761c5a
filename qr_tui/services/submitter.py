"""The safe way to spend money: intent on disk, one POST, and what its end proves decides the rest."""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any

from qr_tui.core.answers import CallFailed, Delivery
from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.routes import FileForm
from qr_tui.core.sorting import by_age
from qr_tui.core.task import CREATED_LIMIT, Failure, Status, Task
from qr_tui.core.text.messages import N_, Detail, Message
from qr_tui.core.wire.body import Wire, embedded, write
from qr_tui.core.wire.images import ImageFile
from qr_tui.services import checks, images
from qr_tui.services.clock import Clock
from qr_tui.services.hosts import Hosts
from qr_tui.services.task_index import TaskIndex
from qr_tui.store.changes import Change

log = logging.getLogger(__name__)

AT_ONCE = 2  # POSTs under way at one time, over all hosts
TRY_AGAIN = 5.0  # seconds until a task that could not even be claimed (full disk, bad ca_file) is tried again
CLOSE_GRACE = 3.0  # seconds a POST under way is given when the program ends

DIED = N_("qr-tui ended while it was sending")
CUT = N_("qr-tui was closed while it was sending")
OUR_FAULT = N_("qr-tui made a mistake after sending: {error}")


class Submitter:
    """Sends queued tasks, each at most once.

    A task is *claimed* (queued → sending, on disk, by compare-and-set) before a byte leaves. From then on only proof
    that nothing was delivered brings it back to queued; everything doubtful becomes unconfirmed, for a person.
    """

    def __init__(
        self, index: TaskIndex, hosts: Hosts, *, instance: str, clock: Clock, wake: Callable[[], None]
    ) -> None:
        self.holds_lease: Callable[[], bool] = lambda: True  # asked before what another process left is sent
        self._wake = wake
        self._index = index
        self._hosts = hosts
        self._instance = instance
        self._clock = clock
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._mine: set[str] = set()
        self._troubles: dict[str, Detail] = {}  # why a task could not be claimed
        self._not_before: dict[str, float] = {}  # steady seconds, of tasks that could not be claimed

    def take_charge(self, keys: list[str]) -> None:
        """Take charge of sending these, whoever polls."""
        self._mine.update(keys)

    def has_charge(self, key: str) -> bool:
        """Tell whether this process was asked to send this task."""
        return key in self._mine

    def trouble(self, key: str) -> Detail:
        """Return why a task could not even be begun to be sent, empty when nothing is in the way."""
        return self._troubles.get(key, "")

    def step(self, *, include_orphans: bool) -> float | None:
        """Begin to send what may go and return seconds until the next one may, None when none waits for a time.

        `include_orphans` is for the process that holds the lease: it also sends what an ended process left behind.
        """
        now = self._clock.steady()
        queued = sorted(self._index.having(Status.QUEUED), key=by_age)
        waits = []
        for task in queued:
            if task.key in self._sending or not (include_orphans or task.key in self._mine):
                continue
            hold = self._not_before.get(task.key, 0.0) - now
            if hold > 0:
                waits.append(hold)
                continue
            key = self._hosts.key(task.base_url, task.account)
            if key is None:
                continue
            host = self._hosts.at(task.base_url)
            if len(self._sending) >= AT_ONCE:
                break  # the end of a sending brings us back here
            if not host.may_post(now, key.account):
                opens = host.opens_for(key.account)
                if opens > now:
                    waits.append(opens - now)
                continue
            host.posts += 1
            self._sending[task.key] = asyncio.create_task(self._send(task), name=f"send {task.key}")
        return min(waits, default=None)

    @property
    def is_sending(self) -> bool:
        """Whether the answer to a POST of this process is waited for."""
        return bool(self._sending)

    async def close(self) -> None:
        """Give what is being sent a short grace, then leave it as unconfirmed."""
        if self._sending:
            await asyncio.wait(self._sending.values(), timeout=CLOSE_GRACE)
        for sending in list(self._sending.values()):
            sending.cancel()
        if self._sending:
            await asyncio.wait(self._sending.values(), timeout=1.0)

    async def recover(self, alive: Callable[[str], bool]) -> None:
        """Make every task unconfirmed that a process was sending when it died."""
        lost = [
            task
            for task in self._index.having_hidden(Status.SENDING)
            if task.key not in self._sending and (task.sender == self._instance or not alive(task.sender or ""))
        ]
        fields = self._unconfirmed(Message(DIED))
        await self._index.apply([Change(task.key, fields, expect=frozenset({Status.SENDING})) for task in lost])

    async def _send(self, task: Task) -> None:
        host = self._hosts.at(task.base_url)
        try:
            await self._claim_and_send(task)
        except Trouble as trouble:
            log.error("task %s was not sent: %s", task.key, trouble.detail)
            self._troubles[task.key] = trouble.detail or Message(WORDS[trouble.kind].title)
            self._not_before[task.key] = self._clock.steady() + TRY_AGAIN
        else:
            self._not_before.pop(task.key, None)
            self._troubles.pop(task.key, None)
        finally:
            host.posts -= 1
            self._sending.pop(task.key, None)
            self._wake()

    async def _claim_and_send(self, task: Task) -> None:
        client, key = await self._hosts.client_for(task)
        if task.key not in self._mine and not self.holds_lease():
            return
        try:
            wire, files = await self._written(task)
        except Trouble as trouble:
            if trouble.kind is not Kind.IMAGE_FILE:
                raise  # a route that this process does not know: another may, or its settings will
            failure = Failure(kind=trouble.kind, detail=trouble.detail)
            fields = {"status": Status.FAILED, "failure": failure, "finished_at": self._clock.now()}
            await self._index.apply([Change(task.key, fields, expect=frozenset({Status.QUEUED}))])
            return
        claim = {
            "status": Status.SENDING,
            "sender": self._instance,
            "submitted_at": self._clock.now(),
            "account": key.account,
        }
        if not await self._index.apply([Change(task.key, claim, expect=frozenset({Status.QUEUED}))]):
            return  # another process was quicker, or the person stopped it
        jitter, left, refusal = random.random(), self._clock.steady(), None
        try:
            created = await client.create(wire, files)
        except CallFailed as error:
            fields = self._after(task, error)
            refusal = error if error.kind is Kind.KEY_REFUSED else None
            now = self._clock.steady()
            self._hosts.failed(task.base_url, key.account, error, left=left, now=now, jitter=jitter, task=task.key)
        except asyncio.CancelledError:
            await self._index.learn(task.key, self._unconfirmed(Message(CUT)))
            raise
        except Exception as error:  # whatever it was, the request may have left
            log.exception("sending %s", task.key)
            fields = self._unconfirmed(Message(OUR_FAULT, {"error": type(error).__name__}))
        else:
            self._hosts.succeeded(task.base_url, key.account, left=left)
            fields = {
                "status": Status.WAITING,
                "id": created.id,
                "provider_status": created.provider_status,
                "raw": created.raw,
                "created": created.raw[:CREATED_LIMIT],
                "id_candidates": created.candidates,
                "failure": None,
                "sender": None,
            }
        await self._index.learn(task.key, fields, origin=task)
        if refusal is not None:
            await self._hosts.confirm_refusal(key, refusal, now=self._clock.steady)

    async def _written(self, task: Task) -> tuple[Wire, dict[str, bytes]]:
        """Return the request of `task` as it leaves, and the bytes of its files by the name of their part.

        Raises:
            Trouble: CONFIG, its route is gone from the settings; IMAGE_FILE, a picture is gone or has changed.
        """
        route = self._hosts.route(task.route)
        if route is None:
            raise Trouble(Kind.CONFIG, Message(checks.NO_ROUTE, {"route": task.route}))
        request = task.request
        pictures = await images.read_all(request)

        def embed(file: ImageFile, form: FileForm) -> str:
            return embedded(pictures[file.path], file, form)

        wire = write(route, request, own_id=task.own_id, embed=embed)
        return wire, {name: pictures[file.path] for name, file in wire.files.items()}

    def _after(self, task: Task, error: CallFailed) -> dict[str, Any]:
        """Return what a failed POST proves about the task (quickrouter.md §5).

        One that was sent once more under the same id of our own may be refused just because the first time it was
        made: then the provider is asked by that id again.
        """
        if error.delivery in (Delivery.NOT_SENT, Delivery.RATE_LIMITED):
            return {"status": Status.QUEUED, "sender": None, "submitted_at": None}
        if error.delivery is Delivery.REFUSED and task.own_id and _was_unconfirmed(task):
            return self._unconfirmed(error.detail, error) | {"own_id_asks": 0}
        if error.delivery is Delivery.REFUSED:
            failure = Failure(kind=error.kind, detail=error.detail, request_id=error.request_id)
            now = self._clock.now()
            return {
                "status": Status.FAILED,
                "sender": None,
                "failure": failure,
                "finished_at": now,
                "raw": error.raw,
                "created": error.raw[:CREATED_LIMIT] or None,
            }
        return self._unconfirmed(error.detail, error)

    def _unconfirmed(self, detail: Detail, error: CallFailed | None = None) -> dict[str, Any]:
        failure = Failure(kind=Kind.LOST_ANSWER, detail=detail, request_id=error.request_id if error else None)
        return {
            "status": Status.UNCONFIRMED,
            "sender": None,
            "failure": failure,
            "raw": error.raw if error else None,
            "created": (error.raw[:CREATED_LIMIT] or None) if error else None,
            "id_candidates": error.candidates if error else (),
        }


def _was_unconfirmed(task: Task) -> bool:
    """Tell whether the answer about it was lost before."""
    return any(past.status is Status.UNCONFIRMED for past in task.history)
