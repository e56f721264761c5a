"""Why a task stands where it stands: a sentence for every state that can last."""

from datetime import datetime

from qr_tui.core.events import HostStatus
from qr_tui.core.status_words import look_failed, sent_words
from qr_tui.core.task import WATCHED, FileState, Status, Task
from qr_tui.core.text import sizes
from qr_tui.core.text.display import size, span
from qr_tui.core.text.messages import N_, Detail, Message, Value, clauses
from qr_tui.services.clock import Clock
from qr_tui.services.films.downloader import Downloader
from qr_tui.services.hosts import Hosts
from qr_tui.services.looks.poller import Poller
from qr_tui.services.loop import Loop

QUIET = 600.0  # seconds without news after which that is said

NOT_SENT = N_("not sent yet: {why}")
NO_LOOKS = N_("not looked at now: {why}")
NO_KEY = N_("there is no key for {host}")
PLAIN_HTTP = N_("{host} is not encrypted, and host.allow_plain_http is off")
KEY_REFUSED = N_("the host refuses the key, next try in {time}")
SLOW = N_("the host asks for a slower pace, next try in {time}")
DOWN = N_("the host cannot be reached, next try in {time}")
PAUSED = N_("looking is paused")
UNKNOWN = N_("not known to the provider since {when}, next look in {time}")
UNKNOWN_NOW = N_("not known to the provider since {when}")
FETCHED_SOON = N_("the film is fetched as soon as it is its turn")
FETCHED_ELSEWHERE = N_("another qr-tui fetches the film")
PART_OF = N_("{percent} % of {total}")
LEFT = N_("{time} left")
QUIET_SINCE = N_("nothing new from the provider since {when}")


class Standing:
    """Puts together what hosts, poller, loop and downloader know of a task."""

    def __init__(self, hosts: Hosts, poller: Poller, loop: Loop, downloader: Downloader, *, clock: Clock) -> None:
        self._downloader = downloader
        self._hosts = hosts
        self._poller = poller
        self._loop = loop
        self._clock = clock

    def of(self, task: Task) -> Detail:
        """Return why `task` stands where it does, empty when there is nothing to say beyond its state."""
        if task.status is Status.QUEUED:
            return self._queued(task)
        if task.status in WATCHED:
            return self._watched(task)
        if task.is_fetched:
            return self._fetched(task)
        if task.final and task.look_failure is not None:  # a person asked for that look
            return look_failed(task.look_failure)
        return sent_words(task) if task.needs_you else ""

    def _queued(self, task: Task) -> Detail:
        why = self._obstacle(task)
        submitter = self._loop.submitter
        if not why and submitter is not None:
            why = submitter.trouble(task.key)
            if not why and not submitter.has_charge(task.key) and self._loop.paused:
                why = Message(PAUSED)
        return Message(NOT_SENT, {"why": why}) if why else ""

    def _fetched(self, task: Task) -> Detail:
        """Return how far the film of a finished task is on its way to the disk."""
        transfer = self._downloader.transfer(task.key)
        if transfer is None:
            if task.file_state is FileState.DOWNLOADING and not self._downloader.here:
                return Message(FETCHED_ELSEWHERE)
            return Message(FETCHED_SOON)
        parts: list[Detail] = [size(transfer.received)]
        if transfer.total is not None and transfer.percent is not None:
            values: dict[str, Value] = {"percent": int(transfer.percent), "total": size(transfer.total)}
            parts = [Message(PART_OF, values)]
        if transfer.rate:
            parts.append(sizes.rate(transfer.rate))
        if transfer.seconds_left is not None:
            parts.append(Message(LEFT, {"time": span(transfer.seconds_left)}))
        return clauses(parts)

    def _watched(self, task: Task) -> Detail:
        if self._loop.paused:
            return Message(NO_LOOKS, {"why": Message(PAUSED)})
        why = self._obstacle(task)
        if why:
            return Message(NO_LOOKS, {"why": why})
        due = self._poller.due(task.key)
        wait = None if due is None else self._span(due)
        if task.unknown_since is not None:
            when = self._moment(task.unknown_since)
            return (
                Message(UNKNOWN_NOW, {"when": when}) if wait is None else Message(UNKNOWN, {"when": when, "time": wait})
            )
        if task.look_failure is not None:
            return look_failed(task.look_failure, wait)
        heard = task.updated_at or task.submitted_at or task.created_at
        if self._clock.now() - heard >= QUIET:
            return Message(QUIET_SINCE, {"when": self._moment(heard)})
        return ""

    def _obstacle(self, task: Task) -> Detail:
        """Return what stands between us and the host of `task`, empty when nothing does."""
        host = self._hosts.at(task.base_url)
        if host.status is HostStatus.SETTING:
            return host.detail
        if not self._hosts.may_carry_key(task.base_url):
            return Message(PLAIN_HTTP, {"host": task.base_url})
        key = self._hosts.key(task.base_url, task.account)
        if key is None:
            return Message(NO_KEY, {"host": task.base_url})
        now = self._clock.steady()
        refused, pacing = host.refused.get(key.account, 0.0), host.pacings.get(key.account)
        if refused > now:
            return Message(KEY_REFUSED, {"time": self._span(refused)})
        if pacing is not None and pacing.until > now:
            return Message(SLOW, {"time": self._span(pacing.until)})
        if host.closed_until > now:
            return Message(DOWN, {"time": self._span(host.closed_until)})
        return ""

    def _span(self, until: float) -> Message:
        return span(until - self._clock.steady() + 0.5)

    def _moment(self, at: float) -> str:
        """Return a time as a person says it: the day only when it is not today's."""
        when, now = (datetime.fromtimestamp(moment).astimezone() for moment in (at, self._clock.now()))
        return f"{when:%H:%M}" if when.date() == now.date() else f"{when:%Y-%m-%d %H:%M}"
