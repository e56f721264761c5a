"""What a front end calls. Everything else in `services` stands behind this one class."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

from qr_tui import config
from qr_tui.core import address
from qr_tui.core import tags as tagging
from qr_tui.core.events import HostStatus, Sink
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.routes import UNIFIED
from qr_tui.core.schedule import SILENCE, Pace
from qr_tui.core.task import Request, Status, Task, new_task
from qr_tui.core.text.messages import N_, Detail, Message
from qr_tui.paths import Paths
from qr_tui.secrets import Key, KeyRing
from qr_tui.services import checks, images
from qr_tui.services.checks import Concern
from qr_tui.services.clock import Clock
from qr_tui.services.costs.money import Money
from qr_tui.services.decisions import Adopt, Drop, KeyTest, SendAgain
from qr_tui.services.films.download_rules import rules
from qr_tui.services.films.downloader import Downloader
from qr_tui.services.host_models import FILE, HostModels
from qr_tui.services.hosts import Hosts
from qr_tui.services.looks.poller import Poller
from qr_tui.services.loop import Loop
from qr_tui.services.orders import Order
from qr_tui.services.standing import Standing
from qr_tui.services.task_index import TaskIndex
from qr_tui.services.waiting import Waiting
from qr_tui.store.changes import Change

MAY_BE_PAID = N_(
    "The provider does not know its id, which may be wrong: the video may well be made and paid. Look again, or adopt "
    "the right id."
)
SAME_ID = N_("{id} already belongs to another task here")


class Studio:
    """The engine: owns the store, sends, polls, and reports every event to its sink.

    Reads (`tasks`, `get`, `check`) are instant and never block. Actions are coroutines; each is durable when it
    returns. Every failure a person should read is raised as `core.failures.Trouble`.

    Args:
        paths: Where everything is kept.
        settings: The person's own.
        keys: The keys at hand.
        sink: Receives every event.
        clock: Another clock than the system's, for tests and the demo.
        pace: Another pace of polling than the settings', which then have no say in it.
        problem: The mistake in the settings' file that `settings` had to do without.
        patience: Seconds without a sign of life after which another process that polls is replaced.

    Attributes:
        base_url: Where new tasks go, normalised.
        catalogue: The models on offer, the person's own among them.
        downloader: Fetches films, by itself and when it is asked to.
        money: Estimates, sums, and what is left at the provider.
    """

    def __init__(
        self,
        paths: Paths,
        settings: config.Settings,
        keys: KeyRing,
        *,
        sink: Sink,
        clock: Clock | None = None,
        pace: Pace | None = None,
        problem: config.FileTrouble | None = None,
        patience: float = SILENCE,
    ) -> None:
        self.base_url = config.base_url(settings)
        self.catalogue = config.catalogue(settings)
        self._settings = settings
        self._paths = paths
        self._problem = problem
        self._clock = clock or Clock()
        self._own_pace = pace
        pace = pace or config.pace(settings)
        self._index = TaskIndex(paths.store, sink=sink, clock=self._clock, state=paths.state)
        self._hosts = Hosts(
            keys,
            pace=pace,
            sink=sink,
            route_of=lambda name: self.catalogue.route(name),
            ca_file=settings.host.ca_file,
            allow_plain_http=settings.host.allow_plain_http,
        )
        self._poller = Poller(self._index, self._hosts, pace=pace, clock=self._clock, wake=self._poke)
        self._poller.fetches_films = settings.downloads.auto
        self.downloader = Downloader(
            paths,
            self._index,
            self._hosts,
            self._poller,
            rules(settings.downloads, paths),
            sink=sink,
            clock=self._clock,
            silence=patience,
        )
        self._loop = Loop(
            paths,
            self._index,
            self._hosts,
            self._poller,
            self.downloader,
            sink=sink,
            clock=self._clock,
            patience=patience,
        )
        self.money = Money(
            self._index,
            self._hosts,
            store=paths.store,
            state=paths.state,
            clock=self._clock,
            settings=lambda: self._settings,
            catalogue=lambda: self.catalogue,
            host=lambda: self.base_url,
        )
        self._host_models = HostModels(paths.state / FILE, self._clock)
        self._standing = Standing(self._hosts, self._poller, self._loop, self.downloader, clock=self._clock)
        self._waiting = Waiting(self._index)

    # life ------------------------------------------------------------------------------------------------------
    async def start(self, *, watch: bool = True) -> None:
        """Open the store off the event loop, tell `TasksLoaded`, recover, and (with `watch`) begin to send and poll.

        With `watch` a host without a key has the status `NO_KEY` when this returns: a front end can ask for one
        before anything needs it.

        Raises:
            Trouble: STORE, when the file must not be touched.
        """
        await self._index.open()
        await self._host_models.read()
        await self._loop.enter()
        if watch:
            # in a thread: a keyring may take its time
            key = await asyncio.to_thread(self._hosts.key, self.base_url)
            if key is None:
                self._hosts.set_status(self.base_url, HostStatus.NO_KEY)
                self._loop.begin()
                return
            self.catalogue.use_host(self._host_models.of(self.base_url, key.account))
            if not self._hosts.may_carry_key(self.base_url):
                self._hosts.set_status(self.base_url, HostStatus.PLAIN_HTTP)
            self._loop.begin()

    async def close(self) -> None:
        """Give a send under way a short grace, write what is left, let go of lease, lock and connections."""
        await self._loop.leave()
        await self._index.close()
        await self._hosts.close()
        self._loop.let_go()

    def suspend(self) -> None:
        """Let another process poll while this one is stopped by the shell."""
        self._loop.suspend()

    def resume(self) -> None:
        """Go on after `suspend`."""
        self._loop.resume()

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

        `confirmed` means a person has said yes to every ``ask`` of `check`.

        Raises:
            Trouble: Of the first concern that stops it; nothing was written then.
        """
        return await self.submit_all([request], copies=copies, confirmed=confirmed, parent=parent, tags=tags)

    async def submit_all(
        self,
        requests: Sequence[Request],
        *,
        copies: int = 1,
        confirmed: bool = False,
        parent: str | None = None,
        tags: tuple[str, ...] = (),
    ) -> list[Task]:
        """Do what `submit` does for several requests, all of them or none.

        Raises:
            Trouble: Of the first concern that stops one; nothing was written then.
        """
        prepared = [await self.prepared(request) for request in requests]
        checks.stop_at_first(self.check_all(prepared, copies), confirmed=confirmed)
        return await self._order([Order(request, copies, parent, tags) for request in prepared], confirmed=confirmed)

    async def prepared(self, request: Request) -> Request:
        """Return `request` as it would be sent: its route, every field, and its pictures of this machine looked at.

        Raises:
            Trouble: IMAGE_FILE: a picture cannot be used, or has changed since.
        """
        request = self.catalogue.complete(request)
        return await images.with_files(request, self.catalogue.route(request.route) or UNIFIED)

    async def order_line(self, order: Order, *, again: bool = False) -> tuple[Task, bool]:
        """Order one line of a batch, unless it was ordered before; return its task, and whether it is new.

        With `again` one whose video failed is ordered once more. That of before is looked for under the store's lock,
        so that two processes that run the same file make nothing twice. The line's identity takes the place of the
        question about the same video twice in a moment.

        Raises:
            Trouble: What stops it, as OVER_LIMIT; nothing was written then.
        """
        checks.stop_at_first(self._about_key(self.base_url), confirmed=True)
        known: list[Task] = []

        def guard(tasks: Sequence[Task]) -> bool:
            same = [task for task in tasks if (task.batch, task.batch_line) == (order.batch, order.batch_line)]
            sent = [task for task in same if task.status is not Status.STOPPED or task.submitted_at or task.id]
            known.extend(task for task in sent if not (again and task.status is Status.FAILED))
            return not known

        made = await self._order([order], confirmed=True, guard=guard)
        return (made[0], True) if made else (known[-1], False)

    async def batch_tasks(self, batch: str) -> list[Task]:
        """Return every task of a batch, removed and archived ones too."""
        return [task for task in await self._index.all_there_are() if task.batch == batch]

    async def decide(self, key: str, choice: Adopt | SendAgain | Drop, *, confirmed: bool = False) -> Task:
        """Carry out a person's decision on an unconfirmed task; one that ended as unknown can be adopted too.

        `confirmed` means that a person has said yes to every ``ask`` of `check_again`, where it is to be sent again.

        Raises:
            Trouble: NOT_NOW if there is nothing to decide; USAGE, NOT_FOUND or the call's own kind if the id to adopt
                is not good; what stops it from being sent again, as OVER_LIMIT. Nothing has changed then.
        """
        task = self._known(key)
        if task.status is not Status.UNCONFIRMED and not (task.is_unknown and isinstance(choice, Adopt)):
            raise Trouble(Kind.NOT_NOW, task.status)
        if isinstance(choice, Adopt):
            return await self._adopt(task, choice.id.strip())
        if isinstance(choice, Drop):
            return await self._move(task, {"status": Status.STOPPED, "finished_at": self._clock.now()})
        checks.stop_at_first(self.check_again(task), confirmed=confirmed)

        def once_more(known: Sequence[Task]) -> None:
            checks.stop_at_first(self._guard_again(task, known), confirmed=confirmed)

        fields = {"status": Status.QUEUED, "failure": None, "submitted_at": None}
        sent = await self._move(task, fields, check=once_more)
        self._send([key])
        return sent

    async def retry(self, key: str, *, confirmed: bool = False) -> Task:
        """Make a failed video again, as a new task whose parent is the failed one.

        Raises:
            Trouble: NOT_NOW if it has not failed, or as `submit` does.
        """
        return (await self.retry_all([key], confirmed=confirmed))[0]

    async def retry_all(self, keys: Sequence[str], *, confirmed: bool = False) -> list[Task]:
        """Make failed videos again, all of them or none; return the new tasks.

        `confirmed` means that a person has said yes to every ``ask`` of `check_retry`.

        Raises:
            Trouble: NOT_NOW if one has not failed, or may have been made and paid after all; or as `submit` does.
                Nothing was written then.
        """
        tasks = [await self._index.whole(self._known(key)) for key in keys]
        if any(task.is_unknown for task in tasks):
            raise Trouble(Kind.NOT_NOW, Message(MAY_BE_PAID))
        checks.stop_at_first(self.check_retry(tasks), confirmed=confirmed)
        orders = [order._replace(request=await self.prepared(order.request)) for order in self._orders_again(tasks)]
        return await self._order(orders, confirmed=confirmed)

    async def look(self, keys: Sequence[str]) -> None:
        """Look at these tasks as soon as the limiter allows; a queued one is sent now instead of later.

        One that is no longer watched, or ended as unknown, is watched again: on disk before this returns, so that
        whatever becomes of this process, it is looked at.

        Raises:
            Trouble: STORE, when that could not be written.
        """
        again = [task for task in map(self._index.get, keys) if task and task.id and _may_be_watched(task)]
        fields = {"status": Status.WAITING, "failure": None, "unknown_since": None}
        # the state it was seen in, so that what came in meanwhile stands
        await self._index.apply([Change(task.key, fields, frozenset({task.status})) for task in again])
        tasks = [task for task in map(self._index.get, keys) if task is not None]
        for base_url in {task.base_url for task in tasks}:
            self._hosts.forgive(base_url)
        self._poller.look_now([task for task in tasks if task.id])
        self._send([task.key for task in tasks if task.status is Status.QUEUED])

    async def stop(self, keys: Sequence[str]) -> list[Task]:
        """Watch these no more; a queued one is not sent."""
        able = frozenset({Status.QUEUED, Status.WAITING, Status.RUNNING})
        return await self._change(keys, {"status": Status.STOPPED, "finished_at": self._clock.now()}, able)

    async def reopen(self, keys: Sequence[str]) -> list[Task]:
        """Take back that these were dropped: they wait for a person's decision again."""
        fields = {"status": Status.UNCONFIRMED, "finished_at": None}
        return await self._change(keys, fields, frozenset({Status.STOPPED}))

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

    async def fetched(self, keys: Sequence[str], timeout: float | None = None) -> bool:  # noqa: ASYNC109
        """Wait until no film of these is on its way to the disk; False if `timeout` seconds passed first."""
        return await self._waiting.until(keys, lambda task: not task.is_fetched, timeout)

    async def sent(self, keys: Sequence[str], timeout: float | None = None) -> bool:  # noqa: ASYNC109
        """Wait until none of these is queued or sending; False if `timeout` seconds passed first."""
        unsent = (Status.QUEUED, Status.SENDING)
        return await self._waiting.until(keys, lambda task: task.status not in unsent, timeout)

    # reads -----------------------------------------------------------------------------------------------------
    def tasks(self) -> list[Task]:
        """Return the live tasks on the list, newest first: all that are unfinished, and the recent ones."""
        return self._index.live()

    def all_tasks(self) -> list[Task]:
        """Return every task on the list that was read, archived ones too once they are, newest first."""
        return self._index.tasks()

    async def read_archives(self) -> None:
        """Take the archived tasks in as well, told with `ArchivesRead`: for who shows all there are."""
        await self._index.read_archives()

    async def named(self, reference: str) -> list[Task]:
        """Return the tasks that `reference` names by key, id or tail, archived ones too: one, if it is a good one."""
        return await self._index.named(reference)

    async def whole(self, task: Task) -> Task:
        """Return all that is known of `task`; of an archived one, lists hold only a row.

        Raises:
            Trouble: STORE, when its archive cannot be read.
        """
        return await self._index.whole(task)

    def get(self, key: str) -> Task | None:
        """Return the task with this local key."""
        return self._index.get(key)

    def models_used_lately(self, most: int = 3) -> list[str]:
        """Return the models of the newest tasks, the last one first."""
        return list(dict.fromkeys(task.model for task in self._index.live()))[:most]

    def check(self, request: Request, copies: int = 1) -> list[Concern]:
        """Return what to say before `request` is sent: bad input, no key, limits, a duplicate, a model that is off.

        Limits that could not be read are asked about: nobody should find out by the bill.
        """
        return self.check_all([request], copies)

    def check_all(self, requests: Sequence[Request], copies: int = 1) -> list[Concern]:
        """Return what to say before these are sent, each thing once; limits hold for all of them together."""
        orders = [Order(self.catalogue.complete(request), copies) for request in requests]
        found: list[Concern] = []
        for order in orders:
            found += [concern for concern in self._about(order) if concern not in found]
        found += checks.about_settings(self._problem, self.base_url)
        return found + self._about_limits(orders, self._index.everything())

    def check_retry(self, tasks: Sequence[Task]) -> list[Concern]:
        """Return what to say before these failed videos are made again, each thing once; limits hold for all of them.

        Raises:
            Trouble: NOT_NOW if one has not failed.
        """
        found: list[Concern] = []
        orders = self._orders_again(tasks)
        for order in orders:
            found += [concern for concern in self._about(order) if concern not in found]
        found += checks.about_settings(self._problem, self.base_url)
        return found + self._about_limits(orders, self._index.everything())

    def check_again(self, task: Task) -> list[Concern]:
        """Return what to say before an unconfirmed task is sent once more."""
        found = self._about_key(task.base_url)
        found += checks.about_settings(self._problem, self.base_url)
        return found + self._guard_again(task, self._index.everything())

    @property
    def unsaved_ids(self) -> tuple[str, ...]:
        """The ids that were paid for and are nowhere on disk, also after `close`."""
        return self._index.unsaved_ids

    @property
    def is_sending(self) -> bool:
        """Whether the answer to a request that costs is waited for, which `close` gives a short grace."""
        return self._loop.submitter is not None and self._loop.submitter.is_sending

    @property
    def paused(self) -> bool:
        """Whether the person paused looking."""
        return self._loop.paused

    @property
    def polling_here(self) -> bool:
        """Whether this process is the one that looks; False while another on this store does."""
        return self._loop.polling_here

    @property
    def next_look(self) -> float | None:
        """When the next look is due (Unix seconds), None when none is."""
        due = self._poller.next_due if self.polling_here else None
        return None if due is None else self._clock.now() + max(0.0, due - self._clock.steady())

    @property
    def host_statuses(self) -> dict[str, HostStatus]:
        """How each host is doing, by base URL."""
        return {host.base_url: host.status for host in self._hosts}

    def host_detail(self, base_url: str) -> Detail:
        """Return what exactly is wrong with a host, as far as there is more to say than its status."""
        return self._hosts.at(base_url).detail

    def standing(self, task: Task) -> Detail:
        """Return why a task stands where it does (not sent, no news, a failed look); empty when its state says it."""
        return self._standing.of(task)

    # hosts and keys --------------------------------------------------------------------------------------------
    async def test_key(self, base_url: str, key: str) -> KeyTest:
        """Ask the host for its models, and for what is left, with this key.

        Raises:
            Trouble: What is wrong with the address, the key or the host.
        """
        tried = Key(key.strip(), "memory", address.normalise(base_url))
        client = await self._hosts.fresh_client(tried)
        try:
            models = await client.models()
            try:
                balance = await client.balance()
            except Trouble:  # a host that shows no balance is no reason to refuse a good key
                balance = None
        finally:
            await client.aclose()
        await self._host_models.keep(tried.base_url, tried.account, models)
        return KeyTest(models, balance)

    async def ask_models(self) -> None:
        """Know what the host in use has; it is asked at most once a day.

        Raises:
            Trouble: It could not be asked: no key, or what is wrong with the host.
        """
        key = await asyncio.to_thread(self._hosts.key, self.base_url)
        if key is None:
            raise Trouble(Kind.NO_KEY, self.base_url)
        await self._host_models.ask(await self._hosts.client(key), key.account)
        self._use_host_models()

    def _use_host_models(self) -> None:
        key = self._hosts.key(self.base_url)
        self.catalogue.use_host(None if key is None else self._host_models.of(self.base_url, key.account))

    async def use_key(self, base_url: str, key: str, *, keep: Literal["file", "keyring", "memory"]) -> None:
        """Use this host and key from now on and resume what waited for one.

        Raises:
            Trouble: USAGE for a key or address of the wrong shape, PLAIN_HTTP for one that a key may not go to, CONFIG
                or STORE if it cannot be kept.
        """
        base_url = address.normalise(base_url)
        self._hosts.guard_key(base_url)
        await asyncio.to_thread(self._hosts.keys.save, base_url, key, keep)
        self.base_url = base_url
        self._use_host_models()
        self._hosts.forgive(base_url)
        self._poller.release(base_url)
        self._poke()

    # settings --------------------------------------------------------------------------------------------------
    def use_settings(self, settings: config.Settings) -> None:
        """Take changed settings, read from a sound file, while everything goes on.

        Limits, prices and models count from the next check; the pace for the looks to come; certificates for the calls
        to come. New videos go to another host only if `host.base_url` itself changed and the environment names none.
        """
        before, self._settings, self._problem = self._settings, settings, None
        self.catalogue = config.catalogue(settings)
        pace = self._own_pace or config.pace(settings)
        self._hosts.use(pace=pace, ca_file=settings.host.ca_file, allow_plain_http=settings.host.allow_plain_http)
        self._poller.use(pace)
        self._poller.fetches_films = settings.downloads.auto
        self.downloader.use(rules(settings.downloads, self._paths))
        if settings.host.base_url != before.host.base_url and not config.named_host():
            self.base_url = config.base_url(settings)
            if self._hosts.key(self.base_url) is None:
                self._hosts.set_status(self.base_url, HostStatus.NO_KEY)
            elif not self._hosts.may_carry_key(self.base_url):
                self._hosts.set_status(self.base_url, HostStatus.PLAIN_HTTP)
        self._use_host_models()
        self._poke()

    # inside ----------------------------------------------------------------------------------------------------
    def _poke(self) -> None:
        self._loop.wake.set()

    def _send(self, keys: list[str]) -> None:
        if self._loop.submitter is not None:
            self._loop.submitter.take_charge(keys)
        self._hosts.probe_now({task.base_url for task in map(self._index.get, keys) if task})
        self._poke()

    async def _order(
        self,
        orders: Sequence[Order],
        *,
        confirmed: bool,
        guard: Callable[[Sequence[Task]], bool] = lambda _known: True,
    ) -> list[Task]:
        """Write one intent for each copy of each order, all of them or none, and begin to send.

        `guard` is asked under the store's lock, with all live tasks, whether to go on.

        Raises:
            Trouble: NO_KEY, or what forbids it under the store's lock; nothing was written then.
        """
        key = self._hosts.key(self.base_url)
        if key is None:
            raise Trouble(Kind.NO_KEY, self.base_url)

        def make(known: Sequence[Task]) -> list[Task]:
            # Under the store's lock, with what other processes wrote a moment ago. The clock is read here: one who
            # waited for the lock must see that the task written meanwhile is no older than its own.
            now = self._clock.now()
            if not guard(known):
                return []
            for order in orders if not orders[0].batch else ():
                concerns = checks.about_duplicates(order.request, self.base_url, known, now)
                checks.stop_at_first(concerns, confirmed=confirmed)
            checks.stop_at_first(self._about_limits(orders, known), confirmed=confirmed)
            made: list[Task] = []
            for order in orders:
                route, estimate = (
                    self.catalogue.route(order.request.route) or UNIFIED,
                    self.money.estimate(order.request),
                )
                for copy in range(1, order.copies + 1):
                    made.append(
                        new_task(
                            order.request,
                            base_url=self.base_url,
                            account=key.account,
                            now=now + len(made) / 1000,
                            parent=order.parent,
                            tags=order.tags,
                            copy=copy if order.copies > 1 else 0,
                            copies=order.copies if order.copies > 1 else 0,
                            query_path=route.query_path(with_image=bool(order.request.images)),
                            has_own_id=bool(route.own_id),
                            estimate=estimate,
                            batch=order.batch,
                            batch_line=order.batch_line,
                        )
                    )
            return made

        tasks = await self._index.make(make)
        self._send([task.key for task in tasks])
        return tasks

    def _orders_again(self, tasks: Sequence[Task]) -> list[Order]:
        for task in tasks:
            if task.status is not Status.FAILED:
                raise Trouble(Kind.NOT_NOW, task.status)
        return [Order(self.catalogue.complete(task.request), parent=task.key) for task in tasks]

    def _about(self, order: Order) -> list[Concern]:
        """Return what to say of one order, apart from what is said of all orders together."""
        now, tasks = self._clock.now(), self._index.everything()
        found = checks.about_input(order.request, order.copies, self.catalogue)
        found += self._about_key(self.base_url)
        found += checks.about_model(order.request, self.base_url, tasks, now)
        found += checks.about_duplicates(order.request, self.base_url, tasks, now)
        return found

    def _about_key(self, base_url: str) -> list[Concern]:
        if self._hosts.key(base_url) is None:
            return [Concern(Kind.NO_KEY, "stop", base_url)]
        if not self._hosts.may_carry_key(base_url):
            return [Concern(Kind.PLAIN_HTTP, "stop", base_url)]
        if self.host_statuses.get(base_url) is HostStatus.KEY_REFUSED:
            return [Concern(Kind.KEY_REFUSED, "note", self._hosts.at(base_url).detail)]
        return []

    def _guard_again(self, task: Task, known: Sequence[Task]) -> list[Concern]:
        """Return what the guards say to sending an unconfirmed task once more, which counts once more."""
        now = self._clock.now()
        found = checks.about_duplicates(task.request, task.base_url, known, now, besides=task.key)
        return found + self._about_limits([Order(task.request)], known)

    def _about_limits(self, orders: Sequence[Order], known: Iterable[Task]) -> list[Concern]:
        wanted = [
            checks.Wanted(order.request.model, self.money.estimate(order.request), order.copies) for order in orders
        ]
        return checks.about_limits(wanted, known, self._settings, self.catalogue, self._clock.now())

    async def _adopt(self, task: Task, task_id: str) -> Task:
        if not task_id:
            raise Trouble(Kind.USAGE, Message(N_("The id is empty.")))
        if await self._index.has_id(task_id):
            raise Trouble(Kind.USAGE, Message(SAME_ID, {"id": task_id}))
        client, key = await self._hosts.client_for(task)
        look = await client.query(task_id, task.looked_at)
        fields: dict[str, Any] = {
            "status": Status.WAITING,
            "id": task_id,
            "failure": None,
            "unknown_since": None,
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

    async def _move(
        self, task: Task, fields: dict[str, Any], check: Callable[[Sequence[Task]], None] | None = None
    ) -> Task:
        moved = await self._index.apply([Change(task.key, fields, frozenset({task.status}))], check=check)
        self._poke()
        if not moved:
            raise Trouble(Kind.NOT_NOW, Message(N_("The task changed meanwhile; look at it again.")))
        return moved[0]

    async def _change(
        self, keys: Sequence[str], fields: dict[str, Any], expect: frozenset[Status] | None = None
    ) -> list[Task]:
        changed = await self._index.apply([Change(key, fields, expect) for key in keys])
        self._poke()
        return changed


def _may_be_watched(task: Task) -> bool:
    """Tell whether a person's wish to look at `task` means that it is to be watched again."""
    return task.status is Status.STOPPED or task.is_unknown
