"""What the engine holds, and what can be asked of it without changing a task: its life, its reads, hosts and keys."""

import asyncio
from typing import Literal

from qr_tui import config
from qr_tui.core import address
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.events import HostStatus, Sink
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.schedule import Pace
from qr_tui.core.task import Request, Task, find
from qr_tui.i18n import _
from qr_tui.paths import Paths
from qr_tui.secrets import Key, KeyRing
from qr_tui.services import checks
from qr_tui.services.checks import Concern
from qr_tui.services.clock import Clock
from qr_tui.services.decisions import KeyTest
from qr_tui.services.hosts import Hosts
from qr_tui.services.loop import Loop
from qr_tui.services.poller import Poller
from qr_tui.services.task_index import TaskIndex
from qr_tui.services.waiting import Waiting


class Engine:
    """The part of the engine that knows; `Studio` is the part that acts.

    Args:
        paths: Where everything is kept.
        settings: The person's own.
        keys: The keys at hand.
        sink: Told every event.
        clock: Another clock than the system's, for tests and the demo.
        pace: Another pace of polling than the settings', which then have no say in it.
        problem: The mistake in the settings' file that `settings` had to do without.

    Attributes:
        base_url: Where new tasks go, normalised.
        catalogue: The models on offer, the person's own among them.
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
    ) -> None:
        self.base_url = config.base_url(settings)
        self.catalogue = Catalogue(config.additions(settings))
        self._settings = settings
        self._problem = problem
        self._clock = clock or Clock()
        self._own_pace = pace
        pace = pace or config.pace(settings)
        self._index = TaskIndex(paths.store, sink=sink, clock=self._clock)
        self._hosts = Hosts(keys, pace=pace, sink=sink, ca_file=settings.host.ca_file)
        self._poller = Poller(self._index, self._hosts, pace=pace, clock=self._clock, wake=self._poke)
        self._loop = Loop(paths, self._index, self._hosts, self._poller, sink=sink, clock=self._clock)
        self._waiting = Waiting(self._index)
        self._offered_models: dict[str, tuple[str, ...]] = {}

    # life ------------------------------------------------------------------------------------------------------
    async def start(self, *, watch: bool = True) -> None:
        """Open the store off the event loop, tell `TasksLoaded`, recover, and (with `watch`) begin to send and poll.

        With `watch` a host without a key is in the mood `NO_KEY` when this returns: a front end can ask for one
        before anything needs it.

        Raises:
            Trouble: STORE, when the file must not be touched.
        """
        await self._index.open()
        await self._loop.enter()
        if watch:
            # in a thread: a keyring may take its time
            if await asyncio.to_thread(self._hosts.key, self.base_url) is None:
                self._hosts.set_status(self.base_url, HostStatus.NO_KEY)
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

    # reads -----------------------------------------------------------------------------------------------------
    def tasks(self) -> list[Task]:
        """Return every task on the list, newest first."""
        return self._index.tasks()

    def get(self, key: str) -> Task | None:
        """Return the task with this local key."""
        return self._index.get(key)

    def find(self, reference: str) -> Task:
        """Return the one task named by key, id or unique tail.

        Raises:
            Trouble: UNKNOWN_TASK, or AMBIGUOUS with the candidates in its detail.
        """
        found = find(self.tasks(), reference)
        if not found:
            raise Trouble(Kind.UNKNOWN_TASK, reference)
        if len(found) > 1:
            raise Trouble(Kind.AMBIGUOUS, ", ".join(task.id or task.key for task in found[:10]))
        return found[0]

    def check(self, request: Request, copies: int = 1) -> list[Concern]:
        """Return what to say before `request` is sent: bad input, no key, limits, a duplicate, a model that is off.

        Limits that could not be read are asked about: nobody should find out by the bill.
        """
        request = self.catalogue.complete(request)
        found = checks.about_input(request, copies, self.catalogue)
        if self._hosts.key(self.base_url) is None:
            found.append(Concern(Kind.NO_KEY, "stop", self.base_url))
        elif self.host_statuses.get(self.base_url) is HostStatus.KEY_REFUSED:
            found.append(Concern(Kind.KEY_REFUSED, "note", self._hosts.at(self.base_url).detail))
        offered = self._offered_models.get(self.base_url)
        if offered and request.model not in offered:
            text = _(checks.NOT_LISTED).format(model=request.model)
            found.append(Concern(Kind.MODEL_UNAVAILABLE, "note", text, "model"))
        now, tasks = self._clock.now(), self._index.tasks()
        found += checks.about_model(request, self.base_url, tasks, now)
        found += checks.about_duplicates(request, self.base_url, tasks, now)
        found += checks.about_settings(self._problem, self.base_url)
        found += checks.about_limits(request, copies, tasks, self._settings, now)
        return found

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

    # hosts and keys --------------------------------------------------------------------------------------------
    async def test_key(self, base_url: str, key: str) -> KeyTest:
        """Ask the host for its models, and for what is left, with this key.

        Raises:
            Trouble: What is wrong with the address, the key or the host.
        """
        client = await self._hosts.fresh_client(Key(key.strip(), "memory", address.normalise(base_url)))
        try:
            models = await client.models()
            try:
                balance = await client.balance()
            except Trouble:  # a host that shows no balance is no reason to refuse a good key
                balance = None
        finally:
            await client.aclose()
        return KeyTest(models, balance)

    async def use_key(self, base_url: str, key: str, *, keep: Literal["file", "keyring", "memory"]) -> None:
        """Use this host and key from now on and resume what waited for one.

        Raises:
            Trouble: USAGE for a key or address of the wrong shape, CONFIG or STORE if it cannot be kept.
        """
        base_url = address.normalise(base_url)
        await asyncio.to_thread(self._hosts.keys.save, base_url, key, keep)
        self.base_url = base_url
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
        self.catalogue = Catalogue(config.additions(settings))
        pace = self._own_pace or config.pace(settings)
        self._hosts.use(pace=pace, ca_file=settings.host.ca_file)
        self._poller.use(pace)
        if settings.host.base_url != before.host.base_url and not config.named_host():
            self.base_url = config.base_url(settings)
            if self._hosts.key(self.base_url) is None:
                self._hosts.set_status(self.base_url, HostStatus.NO_KEY)
        self._poke()

    # inside ----------------------------------------------------------------------------------------------------
    def _poke(self) -> None:
        self._loop.wake.set()
