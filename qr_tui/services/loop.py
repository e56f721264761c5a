"""The one loop of the engine: what others wrote, who polls, what is to send, what is to look at, what to write."""

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING

from qr_tui import paths
from qr_tui.core.events import PollingChanged, Sink
from qr_tui.core.failures import Trouble
from qr_tui.core.schedule import SILENCE
from qr_tui.paths import Paths
from qr_tui.services.clock import Clock
from qr_tui.services.films.downloader import Downloader
from qr_tui.services.hosts import Hosts
from qr_tui.services.looks.lost_answers import LostAnswers
from qr_tui.services.looks.poller import Poller
from qr_tui.services.submitter import Submitter
from qr_tui.services.task_index import TaskIndex

if TYPE_CHECKING:
    from qr_tui.store.lease import Lease, Presence
    from qr_tui.store.slow_hosts import SlowHosts

log = logging.getLogger(__name__)

TICK = 0.5  # seconds between looks at the store for what other processes wrote
LEASE_EVERY = 2.0  # seconds between tries to become the one that polls
TIDY_EVERY = 3_600.0  # seconds between moves of old tasks into the archives
SAVE_EVERY = 5.0  # seconds between writes of progress: of all tasks at once, and of nothing else
BEAT_EVERY = 2.0  # seconds between two signs of life of the process that polls


class Loop:
    """Wakes for what is due, never more often than it must.

    Of all processes on one store the one that holds the lease polls, and sends what a process that ended left
    behind. It shows from here that it lives: one that is stopped, or stuck, is replaced after `patience` seconds, and
    sees that before it looks or sends again. Every process sends what it was asked to send itself.
    """

    def __init__(
        self,
        folders: Paths,
        index: TaskIndex,
        hosts: Hosts,
        poller: Poller,
        downloader: Downloader,
        *,
        sink: Sink,
        clock: Clock,
        patience: float = SILENCE,
    ) -> None:
        self.paused = False
        self.polling_here = False
        self.submitter: Submitter | None = None
        self.wake = asyncio.Event()
        self._folders = folders
        self._index = index
        self._hosts = hosts
        self._poller = poller
        self._downloader = downloader
        downloader.wake = self.wake.set
        self._sink = sink
        self._clock = clock
        self._patience = patience
        poller.holds_lease = self._holds_lease
        self._lost_answers = LostAnswers(index, hosts, clock=clock, wake=self.wake.set)
        self._next_beat = 0.0  # steady seconds
        self._lease: Lease | None = None
        self._slow_hosts: SlowHosts | None = None
        self._presence: Presence | None = None
        self._task: asyncio.Task[None] | None = None
        self._suspended = False
        self._next_lease = 0.0  # steady seconds

    async def enter(self) -> None:
        """Make this process known to the others and recover what one that died was sending.

        Raises:
            Trouble: STORE, when the folders cannot be used.
        """
        self._lease, presence = await asyncio.to_thread(self._announce)
        self._presence = presence
        self.submitter = Submitter(
            self._index, self._hosts, instance=presence.instance, clock=self._clock, wake=self.wake.set
        )
        self.submitter.holds_lease = self._holds_lease
        await self._recover()

    def begin(self) -> None:
        """Begin to send and to look."""
        self._task = asyncio.create_task(self._run(), name="studio")

    async def leave(self) -> None:
        """Stop; what is being sent gets a short grace, and what it taught us is written."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._downloader.close()
        await self._poller.close()
        await self._lost_answers.close()
        if self.submitter is not None:
            await self.submitter.close()

    def let_go(self) -> None:
        """Let go of lease and presence: after the last write."""
        if self._lease is not None:
            self._lease.release()
        if self._presence is not None:
            self._presence.leave()

    def suspend(self) -> None:
        """Let another process poll while this one is stopped by the shell."""
        self._suspended = True
        self._downloader.suspend()
        self._release(by_hand=False)

    def resume(self) -> None:
        """Go on after `suspend`."""
        self._suspended = False
        self._next_lease = 0.0
        self._downloader.resume()
        self.wake.set()

    def pause(self, paused: bool) -> None:
        """Stop looking, or go on; another process may look meanwhile."""
        self.paused = paused
        self._next_lease = 0.0
        if paused:
            self._release(by_hand=True)
        self._sink(PollingChanged(self.polling_here, paused))
        self.wake.set()

    async def _run(self) -> None:
        next_save, next_tidy = 0.0, self._clock.steady() + TIDY_EVERY
        while True:
            self.wake.clear()
            waits: list[float | None] = [TICK]
            try:
                await self._index.refresh()
                now = self._clock.steady()
                if self.polling_here and not self._holds_lease():  # we were stopped, and another one took over
                    self._set_polling(here=False)
                if now >= self._next_lease:
                    self._next_lease = now + min(LEASE_EVERY, self._patience / 6)
                    await self._try_lease()
                self._show_life(now)
                await self._share_pacings()
                if now >= next_save:
                    next_save = now + SAVE_EVERY
                    await self._index.flush()
                if now >= next_tidy:
                    next_tidy = now + TIDY_EVERY
                    await self._index.tidy()
                if self.submitter is not None:
                    waits.append(self.submitter.step(include_orphans=self.polling_here and self._holds_lease()))
                if self.polling_here:
                    self._poller.attend()
                    waits.append(self._lost_answers.step())
                waits.append(self._poller.step())
                await self._downloader.step()
            except Exception:  # the loop that guards paid tasks does not end by a mistake of ours
                log.exception("studio loop")
            await self._clock.wait(self.wake, min(wait for wait in waits if wait is not None))

    async def _try_lease(self) -> None:
        if self._lease is None or self.paused or self._suspended:
            return
        held = await asyncio.to_thread(self._lease.acquire)
        if self.paused or self._suspended:  # asked for meanwhile
            self._release(by_hand=False)
            return
        if held and not self.polling_here:
            await self._recover()
            await self._recall_pacings()
        self._set_polling(here=held)

    def _holds_lease(self) -> bool:
        """Ask the lease itself: another process takes it from one that was silent for too long."""
        return self._lease is not None and self._lease.held

    def _show_life(self, now: float) -> None:
        if self.polling_here and self._lease is not None and now >= self._next_beat:
            self._next_beat = now + min(BEAT_EVERY, self._patience / 6)
            self._lease.beat()

    async def _share_pacings(self) -> None:
        """Write down what hosts ask for, when that is new: whoever polls next has to keep to it."""
        if not self._hosts.pacings_changed or self._slow_hosts is None:
            return
        self._hosts.pacings_changed = False
        now = self._clock.now()
        pacings = self._hosts.pacings(self._clock.steady(), now)
        await asyncio.to_thread(self._slow_hosts.add, pacings, now)

    async def _recall_pacings(self) -> None:
        if self._slow_hosts is not None:
            now = self._clock.now()
            known = await asyncio.to_thread(self._slow_hosts.read, now)
            self._hosts.recall_pacings(known, self._clock.steady(), now)

    def _release(self, *, by_hand: bool) -> None:
        """Let another process poll; with `by_hand` the looks that a person asked for are dropped too."""
        if self._lease is not None:
            self._lease.release()
        self._poller.forget(by_hand=by_hand)
        self._set_polling(here=False)

    def _set_polling(self, *, here: bool) -> None:
        if here == self.polling_here:
            return
        self.polling_here = here
        if not here:
            self._poller.forget()
        self._sink(PollingChanged(here, self.paused))

    async def _recover(self) -> None:
        if self.submitter is None or self._presence is None:
            return
        try:
            await self.submitter.recover(self._presence.alive)
        except Trouble as trouble:  # a full disk: the next try comes with the next lease
            log.error("recovery: %s", trouble.detail)

    def _announce(self) -> tuple["Lease", "Presence"]:
        from qr_tui.store.lease import Lease, Presence
        from qr_tui.store.slow_hosts import SlowHosts

        self._slow_hosts = SlowHosts(self._folders.state / "slow_hosts.json")
        presence = Presence(paths.make(self._folders.state) / "presence")
        presence.enter()
        lease = Lease(self._folders.store.with_name("poller.lock"), patience=self._patience)
        return lease, presence
