"""Looking at tasks, kindly and completely: one loop's worth of due times for every unfinished task."""

import asyncio
import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from qr_tui.core.answers import CallFailed, QueryResult
from qr_tui.core.events import HostStatus
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.links import may_follow
from qr_tui.core.schedule import Pace, next_look, unknown_wait
from qr_tui.core.task import FINAL, WATCHED, Failure, FileState, Status, Task
from qr_tui.core.text.messages import N_, Message, titled
from qr_tui.services.clock import Clock
from qr_tui.services.hosts import Host, Hosts
from qr_tui.services.looks.look_queue import LookQueue
from qr_tui.services.looks.shared_looks import SharedLooks
from qr_tui.services.task_index import TaskIndex

if TYPE_CHECKING:
    from qr_tui.api.client import QuickRouter

log = logging.getLogger(__name__)

# "I do not know this task" is believed of a task that no look ever found: after so many answers, over so many seconds
UNKNOWN_LIMIT = 3
UNKNOWN_SPAN = 600.0
# a task that is not known any more is looked for so long (seconds), then no longer watched
UNKNOWN_WATCHED = 24 * 3600.0
LINKLESS_LIMIT = 5  # "done" answers without a link before we say so
HELD_BACK = 5.0  # seconds until a task whose key is missing or refused is considered again
TOGETHER = 2.0  # seconds; what is due within them may be asked for in one look
LINK_PATIENCE = 60.0  # seconds that a fresh link may have to wait for its turn
YOUNG = 300.0  # seconds; a task sent within them that nobody has looked at yet comes before all others
NO_LINK_YET = N_("the provider gave no link")
GIVEN_UP = N_("not known to the provider since {when}; it was looked for over 24 hours and is no longer watched")
PRIVATE_LINK = N_("its link leads into a private network and was refused")

_LINKS = ("video_url", "thumbnail_url", "gif_url")
# what a look may teach us about a task besides its state
_LEARNED = ("enhanced_prompt", "video_url", "thumbnail_url", "gif_url", "width", "height", "expires_at")


class PollState:
    """The looks at one task so far. Kept in memory only: a restart begins afresh, in pace."""

    def __init__(self) -> None:
        self.due = 0.0  # steady seconds
        self.looked = False
        self.failures = 0  # in a row, by no fault of the host
        self.unknown = 0  # answers in a row that the provider does not know it
        self.missing = 0  # those of them that are not the host's trouble
        self.missing_since = 0.0  # steady seconds
        self.linkless = 0
        self.held_back = False
        self.refused_link = ""


class Poller:
    """Looks at each unfinished task when it is due, at the host and with the key that made it."""

    def __init__(self, index: TaskIndex, hosts: Hosts, *, pace: Pace, clock: Clock, wake: Callable[[], None]) -> None:
        self.holds_lease: Callable[[], bool] = lambda: True  # asked before each look that nobody asked for by hand
        self.fetches_films = True  # whether the film of a task that is done is to come to the disk by itself
        self._wake = wake
        self._index = index
        self._hosts = hosts
        self._shared = SharedLooks(hosts.route, clock)
        self._pace = pace
        self._clock = clock
        self._polling = False  # whether this process is the one that polls
        self._watches: dict[str, PollState] = {}
        self._queues: dict[str, LookQueue] = {}  # by host
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._by_hand: set[str] = set()
        self._put_off: set[str] = set()  # asked for by hand, and waiting for looks to go on

    # what is due -----------------------------------------------------------------------------------------------
    @property
    def next_due(self) -> float | None:
        """Return the steady time of the next look, None when nothing is watched."""
        now = self._clock.steady()
        times = []
        for base_url, queue in self._queues.items():
            due = queue.first(now)
            if due is not None:
                times.append(max(due.at, self._hosts.at(base_url).opens))
        return min(times, default=None)

    def due(self, key: str) -> float | None:
        """Return when (steady seconds) this task is looked at next, None when no look is planned."""
        watch = self._watches.get(key)
        return None if watch is None or key in self._looking else watch.due

    def attend(self) -> None:
        """Begin to watch every unfinished task that is not watched yet, and forget the finished ones."""
        self._polling = True
        watched = {task.key: task for task in self._index.having(*WATCHED) if task.id}
        for key in [key for key in self._watches if key not in watched and key not in self._by_hand]:
            self._forget(key)
        now = self._clock.now()
        for key, task in watched.items():
            if key not in self._watches and key not in self._looking:
                self._plan(task, PollState(), next_look(task, now, pace=self._pace, looked=False) - now)
        put_off, self._put_off = self._put_off, set()
        self.look_now([task for task in map(self._index.get, put_off) if task is not None and task.id])

    def forget(self, *, by_hand: bool = False) -> None:
        """Watch nothing: another process does, or nobody should.

        Looks asked for by hand still leave; with `by_hand` they wait until this process watches again.
        """
        self._polling = False
        if by_hand:
            self._put_off |= self._by_hand - self._looking.keys()
            self._by_hand &= self._looking.keys()
        for key in [key for key in self._watches if key not in self._by_hand]:
            self._forget(key)

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
            if task is None or key in self._looking or watch.held_back or watch.failures or watch.unknown:
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
        while (due := queue.first(now)) is not None:
            opens = max(due.at, host.opens)
            if opens > now:
                return opens - now
            if host.looks >= self._pace.in_flight or (host.looks and host.failures):
                return None  # the end of a look under way brings us back here
            key = due.key
            if key not in self._by_hand and not self._polls():
                self._forget(key)
                continue
            task = self._index.get(key)
            if task is None or not task.id:
                self._forget(key)
                continue
            secret = self._hosts.key(task.base_url, task.account)
            if secret is None:
                self._hosts.set_status(base_url, HostStatus.NO_KEY)
            if secret is None or not host.may_look(now, secret.account):
                wait = HELD_BACK
                if secret is not None and secret.account in host.pacings:
                    wait = max(0.01, host.opens_for(secret.account) - now)
                self._plan(task, self._watches[key], wait)
                self._watches[key].held_back = True
                continue
            queue.drop(key)
            host.next_slot = max(now, host.next_slot) + self._pace.gap
            host.looks += 1
            self._looking[key] = asyncio.create_task(self._look(task), name=f"look {key}")
        return None

    def _polls(self) -> bool:
        """Tell whether this process may look of its own accord, asking the lease itself: it may just have been lost."""
        return self._polling and self.holds_lease()

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
        blamed: bool | None = None  # None: the look never left
        before = task.look_failure
        try:
            if task.key in self._by_hand or self._polls():
                blamed = await self._ask(task, host, watch)
        except Trouble as trouble:
            log.warning("look at %s: %s", task.key, trouble.detail)
            blamed = self._blame(task, watch, trouble)
        except asyncio.CancelledError:
            raise
        except Exception as error:  # a mistake of ours must not end the polling of a paid task
            log.exception("look at %s", task.key)
            blamed = self._blame(task, watch, Trouble(Kind.INTERNAL, type(error).__name__))
        finally:
            host.looks -= 1
            self._looking.pop(task.key, None)
            self._by_hand.discard(task.key)
        watch.looked = watch.looked or blamed is not None
        fresh = self._index.get(task.key)
        if fresh is not None and fresh.status in WATCHED and self._polls():
            self._plan(fresh, watch, self._wait(fresh, watch, blamed=bool(blamed)))
        else:
            self._forget(task.key)
        if before or (fresh is not None and fresh.look_failure):
            self._index.renew(task.key)
        self._wake()

    async def _ask(self, task: Task, host: Host, watch: PollState) -> bool:
        """Look at `task` once, learn what comes of it, and return whether it failed by no fault of the host."""
        client, key = await self._hosts.client_for(task)
        left = self._clock.steady()
        try:
            look = await self._shared.query(client, task, key.account, lambda: self._due_with(task))
            look = self._without_bad_links(task, look)
            if look.status is Status.DONE and not look.video_url and watch.linkless + 1 >= LINKLESS_LIMIT:
                look = await self._ask_for_content(client, task, look)
        except CallFailed as error:
            now = self._clock.steady()
            of_host = self._hosts.failed(
                task.base_url, key.account, error, left=left, now=now, jitter=random.random(), task=task.key
            )
            if error.kind is Kind.KEY_REFUSED:
                of_host = await self._hosts.confirm_refusal(key, error, now=self._clock.steady)
            if of_host:
                return False
            if error.kind is Kind.NOT_FOUND and key.account == task.account:
                await self._after_unknown(task, host, watch, error)
                return True
            return self._blame(task, watch, error)
        self._hosts.succeeded(task.base_url, key.account, left=left)
        host.unknowing.discard(task.key)
        host.knew_at = self._clock.steady()
        watch.failures = watch.unknown = watch.missing = 0
        await self._after_look(task, watch, look)
        return False

    def _due_with(self, task: Task) -> list[Task]:
        """Return the tasks of the same host that are due, or will be in a moment, besides those being looked at."""
        soon = self._clock.steady() + TOGETHER
        keys = [key for key, watch in self._watches.items() if watch.due <= soon and key not in self._looking]
        found = (self._index.get(key) for key in keys)
        return [other for other in found if other is not None and other.base_url == task.base_url]

    async def fresh_link(self, task: Task) -> str | None:
        """Ask for a new link to a finished film, kindly: at the pace that the host has with us.

        Raises:
            Trouble: It could not be asked for.
        """
        client, key = await self._hosts.client_for(task)
        host, now = self._hosts.at(task.base_url), self._clock.steady()
        wait = max(host.next_slot, host.opens_for(key.account)) - now
        if wait > LINK_PATIENCE:
            raise Trouble(Kind.TOO_MANY_REQUESTS)
        host.next_slot = max(now, host.next_slot) + self._pace.gap
        await asyncio.sleep(max(0.0, wait))
        left = self._clock.steady()
        try:
            look = self._without_bad_links(task, await client.query(task.id or "", task.looked_at))
        except CallFailed as error:
            now = self._clock.steady()
            self._hosts.failed(task.base_url, key.account, error, left=left, now=now, jitter=random.random())
            raise
        self._hosts.succeeded(task.base_url, key.account, left=left)
        fields = {name: getattr(look, name) for name in _LEARNED if getattr(look, name) is not None}
        if look.status is Status.DONE and any(getattr(task, name) != value for name, value in fields.items()):
            self._index.learn_later(task.key, fields)
        return look.video_url

    def _blame(self, task: Task, watch: PollState, trouble: Trouble) -> bool:
        """Note that a look at `task` failed by no fault of its host, on the task when that is news; return True."""
        watch.failures += 1
        failure = Failure(kind=trouble.kind, detail=trouble.detail, request_id=trouble.request_id)
        if not _same_reason(task.look_failure, failure):
            self._index.learn_later(task.key, {"look_failure": failure})
        return True

    def _wait(self, task: Task, watch: PollState, *, blamed: bool) -> float:
        """Return seconds until the next look at `task`."""
        now, jitter = self._clock.now(), random.random()
        if blamed and watch.unknown and task.unknown_since is not None:
            return unknown_wait(max(0.0, now - task.unknown_since), pace=self._pace, jitter=jitter)
        failures = watch.failures if blamed else 0
        return next_look(task, now, failures, pace=self._pace, jitter=jitter) - now

    async def _ask_for_content(self, client: "QuickRouter", task: Task, look: QueryResult) -> QueryResult:
        """Try the last place a link can be (quickrouter.md §3, end of the video URL order)."""
        route = self._hosts.route(task.route)
        if route is None or not route.content:
            return look
        link = await client.content_link(task.id or "", route.content)
        return self._without_bad_links(task, msgspec.structs.replace(look, video_url=link)) if link else look

    def _without_bad_links(self, task: Task, look: QueryResult) -> QueryResult:
        """Drop links that lead into this machine or its network: nothing here may ever follow them."""
        bad = {name: None for name in _LINKS if (link := getattr(look, name)) and not may_follow(link, task.base_url)}
        if "video_url" in bad:
            log.warning("task %s: refused a link into a private network", task.key)
            if task.key in self._watches:
                self._watches[task.key].refused_link = look.video_url or ""
        return msgspec.structs.replace(look, **bad) if bad else look

    async def _after_look(self, task: Task, watch: PollState, look: QueryResult) -> None:
        fresh = self._index.get(task.key)
        if fresh is not None and fresh.status is Status.STOPPED and look.status not in FINAL:
            return  # a person has stopped watching meanwhile
        fields: dict[str, Any] = {"provider_status": look.provider_status}
        if task.seen_at is None:
            fields["seen_at"] = self._clock.now()
        if task.unknown_since is not None:
            fields["unknown_since"] = None
        if task.look_failure is not None:
            fields["look_failure"] = None
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
            if self.fetches_films and look.video_url:
                fields["file_state"] = FileState.QUEUED
        if look.status is Status.FAILED:
            fields["failure"] = look.failure or Failure(kind=Kind.NO_REASON)
        await self._index.learn(task.key, fields)

    def _learn_if_new(self, task: Task, fields: dict[str, Any], look: QueryResult) -> None:
        """Learn what is new. An answer that says the same as before in other bytes (a time stamp) is nothing new."""
        if any(getattr(task, name) != value for name, value in fields.items()):
            self._index.learn_later(task.key, fields | {"raw": look.raw})

    async def _after_unknown(self, task: Task, host: Host, watch: PollState, error: CallFailed) -> None:
        """Note that the provider says not to know `task`, and believe it late: the task may well be paid."""
        steady, now = self._clock.steady(), self._clock.now()
        since = now if task.unknown_since is None else task.unknown_since
        watch.unknown += 1
        if watch.missing == 0:
            watch.missing_since = steady
        watch.missing += 1
        host.unknowing.add(task.key)
        if host.knows_nothing(steady):
            for key in host.unknowing & self._watches.keys():
                self._watches[key].missing = 0
        fields: dict[str, Any] = {"unknown_since": since, "look_failure": None}
        failure = Failure(kind=Kind.NOT_FOUND, detail=error.detail, request_id=error.request_id)
        ended = {"failure": failure, "finished_at": now, "raw": error.raw}
        believed = watch.missing >= UNKNOWN_LIMIT and steady - watch.missing_since >= UNKNOWN_SPAN
        if task.status not in WATCHED:
            return
        if believed and not task.was_seen:
            await self._index.learn(task.key, fields | ended | {"status": Status.FAILED})
        elif now - since >= UNKNOWN_WATCHED and watch.unknown >= UNKNOWN_LIMIT:
            text = Message(GIVEN_UP, {"when": f"{datetime.fromtimestamp(since).astimezone():%Y-%m-%d %H:%M}"})
            ended["failure"] = msgspec.structs.replace(failure, detail=text)
            await self._index.learn(task.key, fields | ended | {"status": Status.STOPPED})
        else:
            self._index.learn_later(task.key, fields)

    # the queue -------------------------------------------------------------------------------------------------
    def _plan(self, task: Task, watch: PollState, delay: float) -> None:
        watch.due = self._clock.steady() + max(0.0, delay)
        watch.held_back = False
        self._watches[task.key] = watch
        sent = task.submitted_at or task.created_at
        never_seen = not watch.looked and task.seen_at is None
        young = never_seen and abs(self._clock.now() - sent) < YOUNG
        queue = self._queues.setdefault(task.base_url, LookQueue())
        queue.plan(task.key, watch.due, sent=sent if young else None)

    def _forget(self, key: str) -> None:
        """Plan no more looks at this task."""
        self._watches.pop(key, None)
        for queue in self._queues.values():
            queue.drop(key)


def _same_reason(one: Failure | None, other: Failure) -> bool:
    """Tell whether two looks failed alike; what a provider writes differs each time, so its words do not count."""
    if one is None or one.kind is not other.kind:
        return False
    ours = [failure.detail.text for failure in (one, other) if isinstance(failure.detail, Message)]
    return not ours or (len(ours) == 2 and ours[0] == ours[1])
