"""The hosts we talk to: one client and one limiter each, and how each is doing."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from qr_tui.core import address
from qr_tui.core.answers import CallFailed, Delivery
from qr_tui.core.events import HostChanged, HostStatus, Sink
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.routes import Route, built_in
from qr_tui.core.schedule import Pace, backoff
from qr_tui.core.task import Task
from qr_tui.core.text.messages import Detail
from qr_tui.secrets import Key, KeyRing

if TYPE_CHECKING:
    from qr_tui.api.client import QuickRouter

# a refused key is tried by one look again after this many seconds, in case the refusal was the host's mistake
REFUSED_PROBE = 300.0
# looks that were refused in a row, with no good answer between, are the key's fault whatever a free call says
REFUSALS_BELIEVED = 3
LONGEST_PACING = 3600.0  # seconds; a host that asks for more is asked again by then
# several tasks that are not known are the host's trouble unless it has known one within this many seconds
KNEW_LATELY = 60.0
_NOBODY_THERE = frozenset({Kind.UNREACHABLE, Kind.TLS})


class Pacing(msgspec.Struct):
    """A host's wish for a slower pace of one account (429, ``Retry-After``). Times are steady seconds."""

    since: float
    until: float
    times: int = 1


class Host:
    """One base URL: its pace, its status, its failures in a row. All times are steady seconds.

    Only what proves that nobody can be reached counts as a failure here; what goes wrong with one look is the task's.
    """

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.status = HostStatus.OK
        self.detail: Detail = ""
        self.failures = 0
        self.closed_until = 0.0  # nothing leaves before
        self.next_slot = 0.0  # the limiter: the next look starts no sooner
        self.looks = 0  # under way
        self.posts = 0  # under way; they take no place from the looks
        self.refused: dict[str, float] = {}  # account -> when it may be probed again
        self.refusals: dict[str, int] = {}  # account -> looks refused in a row
        self.pacings: dict[str, Pacing] = {}  # by account
        self.timed_out = ""  # the task whose look had no answer in time, with no answer to any other since
        self.unknowing: set[str] = set()  # tasks that it does not know, by its latest answer about each
        self.knew_at = float("-inf")  # when it last knew a task

    def opens_for(self, account: str) -> float:
        """When the next call with this account may leave, as far as time decides it."""
        pacing = self.pacings.get(account)
        return max(self.closed_until, self.refused.get(account, 0.0), pacing.until if pacing else 0.0)

    def may_look(self, now: float, account: str = "") -> bool:
        """Tell whether a look may leave now; while the host is in trouble only one at a time does."""
        return now >= self.opens_for(account) and not (self.looks and (self.failures or account in self.refused))

    def may_post(self, now: float, account: str = "") -> bool:
        """Tell whether a create call may leave now; while the host is in trouble only one call at a time does."""
        busy = self.looks or self.posts
        return now >= self.opens_for(account) and not (busy and (self.failures or account in self.refused))

    def knows_nothing(self, now: float) -> bool:
        """Tell whether "unknown" is this host's trouble: it says so of several tasks, and knew none lately."""
        return len(self.unknowing) > 1 and now - self.knew_at > KNEW_LATELY

    @property
    def opens(self) -> float:
        """When the limiter and the backoff let the next look through."""
        return max(self.next_slot, self.closed_until)


class Hosts:
    """Every host in use, with the clients and the keys for it, and the routes they speak.

    Attributes:
        route: Returns the route of a name, None for one that is gone from the settings.
    """

    def __init__(
        self,
        keys: KeyRing,
        *,
        pace: Pace,
        sink: Sink,
        route_of: Callable[[str], Route | None] = built_in,
        ca_file: str = "",
        allow_plain_http: bool = False,
    ) -> None:
        self.keys = keys
        self.route = route_of
        self._pace = pace
        self._sink = sink
        self.ca_file = ca_file
        self.pacings_changed = False  # whether a host has asked for a slower pace since this was last made False
        self._allow_plain_http = allow_plain_http
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
        """Return the client for this key's host; the first one brings httpx in, off the event loop.

        Raises:
            Trouble: PLAIN_HTTP, when the key may not go there; CONFIG, for certificates that cannot be used.
        """
        if not self.may_carry_key(key.base_url):
            self.set_status(key.base_url, HostStatus.PLAIN_HTTP)
        self.guard_key(key.base_url)
        place = (key.base_url, key.account, self.ca_file)
        known = self._clients.get(place)
        if known is None:
            try:
                known = await asyncio.to_thread(self._make, key)
            except CallFailed as error:
                if error.kind is Kind.CONFIG:
                    self.set_status(key.base_url, HostStatus.SETTING, error.detail)
                raise
            known = self._clients.setdefault(place, known)
            if self.at(key.base_url).status is HostStatus.SETTING:
                self.set_status(key.base_url, HostStatus.OK)
        return known

    def may_carry_key(self, base_url: str) -> bool:
        """Tell whether a key may go to this host: over https, to this very machine, or where a person allowed it."""
        return self._allow_plain_http or not address.is_insecure(base_url)

    def guard_key(self, base_url: str) -> None:
        """Stop a key that may not go to this host.

        Raises:
            Trouble: PLAIN_HTTP.
        """
        if not self.may_carry_key(base_url):
            raise Trouble(Kind.PLAIN_HTTP, base_url)

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

    def use(self, *, pace: Pace, ca_file: str, allow_plain_http: bool = False) -> None:
        """Keep to another pace, and trust other certificates in every call that begins from now on."""
        self._pace = pace
        self._allow_plain_http = allow_plain_http
        for host in self:
            if host.status is HostStatus.PLAIN_HTTP and self.may_carry_key(host.base_url):
                self.set_status(host.base_url, HostStatus.OK)
        if ca_file != self.ca_file:
            # the clients of before may be in the middle of a call; they are closed with the others in the end
            self.ca_file = ca_file
            self.probe_now(list(self._hosts))

    def succeeded(self, base_url: str, account: str, *, left: float) -> None:
        """Note that the host answered a call that left at `left` (steady): whatever was wrong before is over."""
        host = self.at(base_url)
        host.failures, host.closed_until, host.timed_out = 0, 0.0, ""
        host.refused.pop(account, None)
        host.refusals.pop(account, None)
        pacing = host.pacings.get(account)
        if pacing is not None and left >= pacing.until:  # one that left earlier proves nothing about the pace
            del host.pacings[account]
        in_use = self.key(base_url)
        # the key of an old task may still be refused; what counts is the one in use
        if in_use is None or in_use.account not in host.refused:
            slow = host.pacings.get(in_use.account if in_use else account)
            if slow is None:
                self.set_status(base_url, HostStatus.OK)

    def failed(
        self, base_url: str, account: str, error: CallFailed, *, left: float, now: float, jitter: float, task: str = ""
    ) -> bool:
        """Note a failed call, and return whether that is the host's trouble: otherwise it is the task's own.

        Args:
            base_url: The host.
            account: The account that asked.
            error: What went wrong.
            left: When the call left, in steady seconds.
            now: Steady seconds.
            jitter: Where in its spread the pause falls, 0-1.
            task: The local key of the task it was about.
        """
        host = self.at(base_url)
        if error.kind is Kind.TOO_MANY_REQUESTS:
            self._slow_down(host, account, error, left=left, now=now, jitter=jitter)
            return True
        if error.kind is Kind.KEY_REFUSED:
            return False  # `confirm_refusal` finds out whose it is
        if (error.delivery is Delivery.NOT_SENT and error.kind in _NOBODY_THERE) or error.kind is Kind.TLS:
            self._cannot_be_reached(host, error, now=now, jitter=jitter)
            return True
        if error.kind is Kind.TIMEOUT and error.status is None:
            other, host.timed_out = host.timed_out, task
            if (other and other != task) or host.failures:
                self._cannot_be_reached(host, error, now=now, jitter=jitter)
                return True
            return False
        if error.status is not None:  # it answered: the host itself can be reached
            host.timed_out = ""
            if host.failures:
                host.failures, host.closed_until = 0, 0.0
                self.set_status(base_url, HostStatus.OK)
        return False

    async def confirm_refusal(self, key: Key, error: CallFailed, *, now: Callable[[], float]) -> bool:
        """Find out whether a 401 is the key's fault, and set the key aside if so; otherwise it was the task's.

        A free call with the same key decides; some hosts answer that to anyone, so several refusals in a row do too.
        """
        host, account = self.at(key.base_url), key.account
        host.refusals[account] = host.refusals.get(account, 0) + 1
        if host.refusals[account] < REFUSALS_BELIEVED:
            try:
                await (await self.client(key)).models()
            except CallFailed as answer:
                confirmed = answer.kind is Kind.KEY_REFUSED
            else:
                confirmed = False
            if not confirmed and host.refusals.get(account, 0) < REFUSALS_BELIEVED:
                return False
        host.refused[account] = now() + REFUSED_PROBE
        self.set_status(key.base_url, HostStatus.KEY_REFUSED, error.detail)
        return True

    def pacings(self, steady: float, now: float) -> dict[tuple[str, str], float]:
        """Return until when (Unix seconds) each host has asked each account for a slower pace."""
        return {
            (host.base_url, account): now + pacing.until - steady
            for host in self
            for account, pacing in host.pacings.items()
            if pacing.until > steady
        }

    def recall_pacings(self, until: Mapping[tuple[str, str], float], steady: float, now: float) -> None:
        """Keep to what hosts asked another process for; never for longer than a host may ask."""
        for (base_url, account), at in until.items():
            left = min(at - now, LONGEST_PACING)
            known = self.at(base_url).pacings.get(account)
            if left > 0 and (known is None or known.until < steady + left):
                self.at(base_url).pacings[account] = Pacing(steady, steady + left)
                self.set_status(base_url, HostStatus.RATE_LIMITED)

    def _slow_down(
        self, host: Host, account: str, error: CallFailed, *, left: float, now: float, jitter: float
    ) -> None:
        known = host.pacings.get(account)
        times = 1 if known is None else known.times + (left >= known.until)  # those under way together are one refusal
        wait = max(backoff(times, pace=self._pace, jitter=jitter), min(error.retry_after or 0.0, LONGEST_PACING))
        until = max(now + wait, known.until if known else 0.0)
        host.pacings[account] = Pacing(now, until, times)
        self.pacings_changed = True
        host.failures, host.closed_until, host.timed_out = 0, 0.0, ""
        self.set_status(host.base_url, HostStatus.RATE_LIMITED, error.detail)

    def _cannot_be_reached(self, host: Host, error: CallFailed, *, now: float, jitter: float) -> None:
        host.failures += 1
        host.closed_until = now + backoff(host.failures, pace=self._pace, jitter=jitter)
        self.set_status(host.base_url, HostStatus.DOWN, error.detail)

    def set_status(self, base_url: str, status: HostStatus, detail: Detail = "") -> None:
        """Set a host's status, and report it when it is new."""
        host = self.at(base_url)
        if (host.status, host.detail) != (status, detail):
            host.status, host.detail = status, detail
            self._sink(HostChanged(base_url, status, detail))

    def forgive(self, base_url: str) -> None:
        """Forget refusals and backoff at this host: a new key came, or a person asked to look now.

        Its wish for a slower pace is kept: that is the host's to end.
        """
        host = self.at(base_url)
        host.refused.clear()
        host.refusals.clear()
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
        self.guard_key(key.base_url)
        return await asyncio.to_thread(self._make, key)

    async def close(self) -> None:
        """Close every connection."""
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()

    def _make(self, key: Key) -> "QuickRouter":
        from qr_tui.api.client import QuickRouter

        return QuickRouter(key.base_url, key, ca_file=self.ca_file, allow_plain_http=self._allow_plain_http)
