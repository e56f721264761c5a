"""Looking at tasks, kindly and completely: one loop's worth of due times for every unfinished task."""

import asyncio
import heapq
import logging
import random
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from qr_tui.core.answers import CallFailed, QueryResult
from qr_tui.core.events import HostStatus
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.links import may_follow
from qr_tui.core.schedule import Pace, next_look
from qr_tui.core.task import WATCHED, Failure, Status, Task
from qr_tui.core.text.messages import N_, Message, titled
from qr_tui.services.clock import Clock
from qr_tui.services.hosts import Hosts
from qr_tui.services.task_index import TaskIndex

if TYPE_CHECKING:
    from qr_tui.api.client import QuickRouter

log = logging.getLogger(__name__)

MISSING_LIMIT = 3  # "not found" answers in a row before we believe them
LINKLESS_LIMIT = 5  # "done" answers without a link before we say so
HELD_BACK = 5.0  # seconds until a task whose key is missing or refused is considered again
NO_LINK_YET = N_("the provider gave no link")
PRIVATE_LINK = N_("its link leads into a private network and was refused")

_LINKS = ("video_url", "thumbnail_url", "gif_url")
# what a look may teach us about a task besides its state
_LEARNED = ("enhanced_prompt", "video_url", "thumbnail_url", "gif_url", "width", "height", "expires_at")


class PollState:
    """The looks at one task so far. Kept in memory only: a restart begins afresh, in pace."""

    def __init__(self) -> None:
        self.due = 0.0  # steady seconds
        self.looked = False
        self.failures = 0
        self.missing = 0
        self.linkless = 0
        self.held_back = False
        self.refused_link = ""


class Poller:
    """Looks at each unfinished task when it is due, at the host and with the key that made it."""

    def __init__(self, index: TaskIndex, hosts: Hosts, *, pace: Pace, clock: Clock, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._index = index
        self._hosts = hosts
        self._pace = pace
        self._clock = clock
        self._watches: dict[str, PollState] = {}
        self._queues: dict[str, list[tuple[float, str]]] = {}  # by host: (when due, key), the earliest first
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._by_hand: set[str] = set()

    # what is due -----------------------------------------------------------------------------------------------
    @property
    def next_due(self) -> float | None:
        """Return the steady time of the next look, None when nothing is watched."""
        times = []
        for base_url in self._queues:
            due = self._first_due(base_url)
            if due is not None:
                times.append(max(due, self._hosts.at(base_url).opens))
        return min(times, default=None)

    def attend(self) -> None:
        """Begin to watch every unfinished task that is not watched yet, and forget the finished ones."""
        watched = {task.key: task for task in self._index.having(*WATCHED) if task.id}
        for key in [key for key in self._watches if key not in watched and key not in self._by_hand]:
            del self._watches[key]
        now = self._clock.now()
        for key, task in watched.items():
            if key not in self._watches:
                self._plan(task, PollState(), next_look(task, now, pace=self._pace, looked=False) - now)

    def forget(self) -> None:
        """Watch nothing: another process does."""
        self._watches.clear()
        self._queues.clear()

    def use(self, pace: Pace) -> None:
        """Keep to another pace; a look that would come later than it says comes sooner."""
        if pace == self._pace:
            return
        self._pace = pace
        steady, now = self._clock.steady(), self._clock.now()
        for host in self._hosts:
            host.next_slot = min(host.next_slot, steady + pace.gap)
        for key, watch in list(self._watches.items()):
            task = self._index.get(key)
            # what waits after a failure keeps to its own time, which the provider may have asked for
            if task is None or key in self._looking or watch.held_back or watch.failures or watch.missing:
                continue
            delay = next_look(task, now, pace=pace, jitter=random.random(), looked=watch.looked) - now
            if steady + delay < watch.due:
                self._plan(task, watch, delay)

    def look_now(self, tasks: Sequence[Task]) -> None:
        """Make these due at once; a finished one is looked at a single time."""
        for task in tasks:
            self._by_hand.add(task.key)
            self._plan(task, self._watches.get(task.key) or PollState(), 0.0)

    def release(self, base_url: str) -> None:
        """Look soon at what waited for a good key at this host."""
        for key, watch in list(self._watches.items()):
            task = self._index.get(key)
            if watch.held_back and task is not None and task.base_url == base_url:
                self._plan(task, watch, 0.0)

    def step(self) -> float | None:
        """Start the looks that are due and allowed; return seconds until the next one may start, None if none waits."""
        now = self._clock.steady()
        waits = [self._step_host(base_url, now) for base_url in list(self._queues)]
        return min((wait for wait in waits if wait is not None), default=None)

    def _step_host(self, base_url: str, now: float) -> float | None:
        host, queue = self._hosts.at(base_url), self._queues[base_url]
        while (due := self._first_due(base_url)) is not None:
            opens = max(due, host.opens)
            if opens > now:
                return opens - now
            if len(self._looking) >= self._pace.in_flight or (host.in_flight and host.failures):
                return None  # the end of a look under way brings us back here
            _, key = heapq.heappop(queue)
            task = self._index.get(key)
            if task is None or not task.id:
                self._watches.pop(key, None)
                continue
            secret = self._hosts.key(task.base_url, task.account)
            if secret is None:
                self._hosts.set_status(base_url, HostStatus.NO_KEY)
            if secret is None or not host.may_call(now, secret.account):
                self._plan(task, self._watches[key], HELD_BACK)
                self._watches[key].held_back = True
                continue
            host.next_slot = max(now, host.next_slot) + self._pace.gap
            host.in_flight += 1
            self._looking[key] = asyncio.create_task(self._look(task), name=f"look {key}")
        return None

    async def close(self) -> None:
        """Stop looking; a look under way is simply dropped, it cost nothing."""
        for look in list(self._looking.values()):
            look.cancel()
        if self._looking:
            await asyncio.wait(self._looking.values(), timeout=1.0)

    # one look --------------------------------------------------------------------------------------------------
    async def _look(self, task: Task) -> None:
        host = self._hosts.at(task.base_url)
        watch = self._watches.setdefault(task.key, PollState())
        retry_after: float | None = None
        try:
            client, key = await self._hosts.client_for(task)
            try:
                look = self._without_bad_links(task, await client.query(task.id or ""))
                if look.status is Status.DONE and not look.video_url and watch.linkless + 1 >= LINKLESS_LIMIT:
                    look = await self._ask_for_content(client, task, look)
            except CallFailed as error:
                retry_after = error.retry_after
                self._hosts.failed(task.base_url, key.account, error, now=self._clock.steady(), jitter=random.random())
                await self._after_failure(task, watch, error, same_account=key.account == task.account)
            else:
                self._hosts.succeeded(task.base_url, key.account)
                watch.failures = watch.missing = 0
                await self._after_look(task, watch, look)
        except Trouble as trouble:
            log.warning("look at %s: %s", task.key, trouble.detail)
            watch.failures += 1
        except asyncio.CancelledError:
            raise
        except Exception:  # a mistake of ours must not end the polling of a paid task
            log.exception("look at %s", task.key)
            watch.failures += 1
        finally:
            host.in_flight -= 1
            self._looking.pop(task.key, None)
            self._by_hand.discard(task.key)
        watch.looked = True
        fresh = self._index.get(task.key)
        if fresh is not None and fresh.status in WATCHED:
            now = self._clock.now()
            failures = watch.failures + watch.missing
            due = next_look(fresh, now, failures, pace=self._pace, jitter=random.random(), retry_after=retry_after)
            self._plan(fresh, watch, due - now)
        else:
            self._watches.pop(task.key, None)
        self._wake()

    async def _ask_for_content(self, client: "QuickRouter", task: Task, look: QueryResult) -> QueryResult:
        """Try the last place a link can be (quickrouter.md §3, end of the video URL order)."""
        link = await client.content_link(task.id or "")
        return self._without_bad_links(task, msgspec.structs.replace(look, video_url=link)) if link else look

    def _without_bad_links(self, task: Task, look: QueryResult) -> QueryResult:
        """Drop links that lead into this machine or its network: nothing here may ever follow them."""
        bad = {name: None for name in _LINKS if (link := getattr(look, name)) and not may_follow(link, task.base_url)}
        if "video_url" in bad:
            log.warning("task %s: refused a link into a private network", task.key)
            self._watches[task.key].refused_link = look.video_url or ""
        return msgspec.structs.replace(look, **bad) if bad else look

    async def _after_look(self, task: Task, watch: PollState, look: QueryResult) -> None:
        fields: dict[str, Any] = {"provider_status": look.provider_status}
        fields.update((name, getattr(look, name)) for name in _LEARNED if getattr(look, name) is not None)
        if look.progress is not None:
            fields["progress"] = look.progress
        if look.status is Status.DONE and not look.video_url and task.video_url is None:
            watch.linkless += 1
            if watch.linkless < LINKLESS_LIMIT:
                self._learn_if_new(task, fields, look)
                return
            detail = Message(NO_LINK_YET)
            if watch.refused_link:
                detail = titled(Message(PRIVATE_LINK), watch.refused_link)
            fields["failure"] = Failure(kind=Kind.NO_LINK, detail=detail)
        elif look.status is not None and look.status is not Status.FAILED and task.failure is not None:
            fields["failure"] = None
        if look.status is None or look.status == task.status:
            self._learn_if_new(task, fields, look)
            return
        fields |= {"status": look.status, "raw": look.raw}
        if look.status in WATCHED:  # passing: written with the next tick
            self._index.learn_later(task.key, fields)
            return
        fields["finished_at"] = self._clock.now()
        if look.status is Status.DONE:
            fields["progress"] = 100.0
        if look.status is Status.FAILED:
            fields["failure"] = look.failure or Failure(kind=Kind.NO_REASON)
        await self._index.learn(task.key, fields)

    def _learn_if_new(self, task: Task, fields: dict[str, Any], look: QueryResult) -> None:
        """Learn what is new. An answer that says the same as before in other bytes (a time stamp) is nothing new."""
        if any(getattr(task, name) != value for name, value in fields.items()):
            self._index.learn_later(task.key, fields | {"raw": look.raw})

    async def _after_failure(self, task: Task, watch: PollState, error: CallFailed, *, same_account: bool) -> None:
        if error.kind is not Kind.NOT_FOUND:
            # a refused key and a host's wish for a slower pace are no fault of the task's
            if error.kind not in (Kind.KEY_REFUSED, Kind.TOO_MANY_REQUESTS):
                watch.failures += 1
            return
        watch.missing += 1
        if watch.missing >= MISSING_LIMIT and same_account and task.status in WATCHED:
            failure = Failure(kind=Kind.NOT_FOUND, detail=error.detail, request_id=error.request_id)
            fields = {
                "status": Status.FAILED,
                "failure": failure,
                "finished_at": self._clock.now(),
                "raw": error.raw,
            }
            await self._index.learn(task.key, fields)

    # the queue -------------------------------------------------------------------------------------------------
    def _plan(self, task: Task, watch: PollState, delay: float) -> None:
        watch.due = self._clock.steady() + max(0.0, delay)
        watch.held_back = False
        self._watches[task.key] = watch
        heapq.heappush(self._queues.setdefault(task.base_url, []), (watch.due, task.key))

    def _first_due(self, base_url: str) -> float | None:
        """Return when the first task of this host is due; entries that a later plan has overtaken are dropped."""
        queue = self._queues[base_url]
        while queue:
            due, key = queue[0]
            watch = self._watches.get(key)
            if watch is not None and watch.due == due and key not in self._looking:
                return due
            heapq.heappop(queue)
        return None
