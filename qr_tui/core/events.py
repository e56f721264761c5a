"""What happened, told by the services to whoever shows it: the app, a command, a test."""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from qr_tui.core.failures import Kind
from qr_tui.core.task import Task
from qr_tui.core.text.messages import N_, Detail, Message
from qr_tui.core.transfer import Transfer


class TasksLoaded(msgspec.Struct, frozen=True):
    """The whole list, once after start and whenever it was read anew."""

    tasks: tuple[Task, ...]


class TasksChanged(msgspec.Struct, frozen=True):
    """These tasks are new or different; `removed` are keys that left the list."""

    tasks: tuple[Task, ...] = ()
    removed: tuple[str, ...] = ()


class ArchivesRead(msgspec.Struct, frozen=True):
    """Tasks of an archive, which are on the list from now on; told after `TasksLoaded`, archive by archive."""

    tasks: tuple[Task, ...]


class HostStatus(StrEnum):
    """How a host is doing."""

    OK = "ok"
    DOWN = "down"
    RATE_LIMITED = "slow_down"
    NO_KEY = "no_key"
    KEY_REFUSED = "key_refused"
    SETTING = "setting"  # a proxy or certificates that cannot be used: nothing can leave
    PLAIN_HTTP = "plain_http"  # the key may not go there: the line is not encrypted

    @property
    def needs_key(self) -> bool:
        """Whether nothing more can be asked of the host before it is given a good key."""
        return self in (HostStatus.NO_KEY, HostStatus.KEY_REFUSED)


class HostChanged(msgspec.Struct, frozen=True):
    """A host went down, came back, asked for a slower pace, or refuses the key."""

    base_url: str
    status: HostStatus
    detail: Detail = ""


class PollingChanged(msgspec.Struct, frozen=True):
    """Who looks: `here` is False while another process on this store does; `paused` by the person."""

    here: bool
    paused: bool = False


class TaskFinished(msgspec.Struct, frozen=True):
    """A task became done or failed while we watched (not at load): worth a notice."""

    task: Task


class TransfersChanged(msgspec.Struct, frozen=True):
    """Films on their way to the disk have come further, or begun, or ended.

    Attributes:
        keys: Of the tasks of those films.
        transfers: All that are on their way now.
    """

    keys: tuple[str, ...]
    transfers: tuple[Transfer, ...] = ()


class Notice(msgspec.Struct, frozen=True):
    """Something a person should know that belongs to no single task (a damaged store put aside, a full disk)."""

    kind: Kind
    detail: Detail = ""


class IdsUnsaved(msgspec.Struct, frozen=True):
    """These ids are nowhere on disk: a person must see them until they are. Told at every change; empty is well."""

    ids: tuple[str, ...]

    @property
    def detail(self) -> Message:
        """What a person must be told while there are any."""
        return Message(N_("an id could not be saved anywhere; write it down: {ids}"), {"ids": ", ".join(self.ids)})


Event = (
    TasksLoaded
    | ArchivesRead
    | TasksChanged
    | TransfersChanged
    | HostChanged
    | PollingChanged
    | TaskFinished
    | Notice
    | IdsUnsaved
)
Sink = Callable[[Event], None]
