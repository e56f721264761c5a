"""The hosts we talk to: one client and one limiter each, and how each is doing."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from qr_tui.core.answers import CallFailed, Delivery
from qr_tui.core.events import HostChanged, HostStatus, Sink
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.schedule import Pace, backoff
from qr_tui.core.task import Task
from qr_tui.core.text.messages import Detail
from qr_tui.secrets import Key, KeyRing

if TYPE_CHECKING:
    from qr_tui.api.client import QuickRouter

# a host is called down when nobody answers there, or after this many failed calls in a row
DOWN_AFTER = 3
# a refused key is tried by one look again after this many seconds, in case the refusal was the host's mistake
REFUSED_PROBE = 300.0
_HOST_TROUBLE = frozenset(
    {Kind.UNREACHABLE, Kind.TLS, Kind.TIMEOUT, Kind.UPSTREAM, Kind.BAD_ANSWER, Kind.WRONG_ADDRESS}
)


class Host:
    """One base URL: its pace, its status, its failures in a row. All times are steady seconds."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.status = HostStatus.OK
        self.detail: Detail = ""
        self.failures = 0
        self.closed_until = 0.0  # nothing leaves before; set by failures and by Retry-After
        self.next_slot = 0.0  # the limiter: the next look starts no sooner
        self.in_flight = 0
        self.refused: dict[str, float] = {}  # account -> when it may be probed again

    def may_call(self, now: float, account: str = "") -> bool:
        """Tell whether a call may leave now; while the host is in trouble only one at a time does."""
        if now < self.closed_until or now < self.refused.get(account, 0.0):
            return False
        return not (self.in_flight and (self.failures or account in self.refused))

    @property
    def opens(self) -> float:
        """When the limiter and the backoff let the next look through."""
        return max(self.next_slot, self.closed_until)


class Hosts:
    """Every host in use, with the clients and the keys for it."""

    def __init__(self, keys: KeyRing, *, pace: Pace, sink: Sink, ca_file: str = "") -> None:
        self.keys = keys
        self._pace = pace
        self._sink = sink
        self._ca_file = ca_file
        self._hosts: dict[str, Host] = {}
        self._clients: dict[tuple[str, str, str], QuickRouter] = {}  # by host, account and certificates

    def __iter__(self) -> Iterator[Host]:
        return iter(self._hosts.values())

    def at(self, base_url: str) -> Host:
        """Return the host at this base URL."""
        return self._hosts.setdefault(base_url, Host(base_url))

    def key(self, base_url: str, account: str = "") -> Key | None:
        """Return the key to use there: the one that paid if it is known, else the one in use."""
        return self.keys.key_for(base_url, account)

    async def client(self, key: Key) -> "QuickRouter":
        """Return the client for this key's host; the first one brings httpx in, off the event loop."""
        place = (key.base_url, key.account, self._ca_file)
        known = self._clients.get(place)
        if known is None:
            known = await asyncio.to_thread(self._make, key)
            known = self._clients.setdefault(place, known)
        return known

    async def client_for(self, task: Task) -> tuple["QuickRouter", Key]:
        """Return the client and key to look at `task` with.

        Raises:
            Trouble: NO_KEY, when no key for the task's host is at hand.
        """
        key = self.key(task.base_url, task.account)
        if key is None:
            self.set_status(task.base_url, HostStatus.NO_KEY)
            raise Trouble(Kind.NO_KEY, task.base_url)
        return await self.client(key), key

    def use(self, *, pace: Pace, ca_file: str) -> None:
        """Keep to another pace, and trust other certificates in every call that begins from now on."""
        self._pace = pace
        if ca_file != self._ca_file:
            # the clients of before may be in the middle of a call; they are closed with the others in the end
            self._ca_file = ca_file
            self.probe_now(list(self._hosts))

    def succeeded(self, base_url: str, account: str) -> None:
        """Note that the host answered: whatever was wrong is over."""
        host = self.at(base_url)
        host.failures = 0
        host.closed_until = 0.0
        host.refused.pop(account, None)
        in_use = self.key(base_url)
        # the key of an old task may still be refused; what counts is the one in use
        if in_use is None or in_use.account not in host.refused:
            self.set_status(base_url, HostStatus.OK)

    def failed(self, base_url: str, account: str, error: CallFailed, *, now: float, jitter: float) -> None:
        """Note a failed call: slow down, close the host for a while, or set a refused key aside."""
        host = self.at(base_url)
        if error.kind is Kind.KEY_REFUSED:
            host.refused[account] = now + REFUSED_PROBE
            self.set_status(base_url, HostStatus.KEY_REFUSED, error.detail)
        elif error.kind is Kind.TOO_MANY_REQUESTS:
            host.failures += 1
            wait = backoff(host.failures, pace=self._pace, jitter=jitter)
            host.closed_until = now + max(wait, min(error.retry_after or 0.0, 3600.0))
            self.set_status(base_url, HostStatus.RATE_LIMITED, error.detail)
        elif error.delivery is Delivery.NOT_SENT or error.kind in _HOST_TROUBLE:
            host.failures += 1
            if error.delivery is Delivery.NOT_SENT or host.failures >= DOWN_AFTER:
                host.closed_until = now + backoff(host.failures, pace=self._pace, jitter=jitter)
                self.set_status(base_url, HostStatus.DOWN, error.detail)
        else:  # it answered, in words: the host itself is well
            host.failures = 0

    def set_status(self, base_url: str, status: HostStatus, detail: Detail = "") -> None:
        """Set a host's status, and report it when it is new."""
        host = self.at(base_url)
        if (host.status, host.detail) != (status, detail):
            host.status, host.detail = status, detail
            self._sink(HostChanged(base_url, status, detail))

    def forgive(self, base_url: str) -> None:
        """Forget refusals and backoff at this host: a new key came, or a person asked to look now."""
        host = self.at(base_url)
        host.refused.clear()
        host.failures, host.closed_until = 0, 0.0
        if host.status.needs_key:
            self.set_status(base_url, HostStatus.OK)

    def probe_now(self, base_urls: Iterable[str]) -> None:
        """Let one call through to hosts that are down: a person has just sent something and wants to know."""
        for base_url in base_urls:
            host = self.at(base_url)
            if host.status is HostStatus.DOWN:
                host.closed_until = 0.0

    async def fresh_client(self, key: Key) -> "QuickRouter":
        """Return a client of the caller's own, for a key that is only being tried; the caller closes it."""
        return await asyncio.to_thread(self._make, key)

    async def close(self) -> None:
        """Close every connection."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    def _make(self, key: Key) -> "QuickRouter":
        from qr_tui.api.client import QuickRouter

        return QuickRouter(key.base_url, key, ca_file=self._ca_file)
