"""A task: one video asked for, from the intent on disk to the finished file."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Final, TypeVar

import msgspec

from qr_tui.core.failures import Kind
from qr_tui.core.text.messages import Detail, Message
from qr_tui.core.wire.images import ImageFile

T = TypeVar("T")
Parameter = str | int | float | bool | None


class Status(StrEnum):
    """Where a task stands, in our words. The provider's own word is `Task.provider_status`."""

    QUEUED = "queued"  # the intent is on disk, nothing was sent
    SENDING = "sending"  # the one POST is under way
    UNCONFIRMED = "unconfirmed"  # sent, the answer was lost: only a person may decide
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"  # we no longer watch; the provider may still be working


FINAL: Final = frozenset({Status.DONE, Status.FAILED, Status.STOPPED})
WATCHED: Final = frozenset({Status.WAITING, Status.RUNNING})

MOVES: Final[Mapping[Status, frozenset[Status]]] = {
    Status.QUEUED: frozenset({Status.SENDING, Status.FAILED, Status.STOPPED}),
    # back to queued only when the failure proves that nothing was delivered
    Status.SENDING: frozenset({Status.WAITING, Status.QUEUED, Status.UNCONFIRMED, Status.FAILED}),
    # a person adopts an id (waiting), sends again (queued) or drops (stopped); a late answer adopts by itself
    Status.UNCONFIRMED: frozenset({Status.WAITING, Status.QUEUED, Status.STOPPED}),
    Status.WAITING: frozenset({Status.RUNNING, Status.DONE, Status.FAILED, Status.STOPPED}),
    Status.RUNNING: frozenset({Status.WAITING, Status.DONE, Status.FAILED, Status.STOPPED}),
    Status.DONE: frozenset(),
    # a look by hand may find that a provider has corrected itself
    Status.FAILED: frozenset({Status.WAITING, Status.RUNNING, Status.DONE}),
    Status.STOPPED: frozenset({Status.WAITING, Status.RUNNING, Status.DONE, Status.FAILED, Status.UNCONFIRMED}),
}


def may_move(old: Status, new: Status) -> bool:
    """Tell whether a task may go from `old` to `new`; staying where it is always may."""
    return old == new or new in MOVES[old]


class FileState(StrEnum):
    """Where the finished file stands, apart from the task itself: a failed download never fails a task."""

    NONE = "none"
    QUEUED = "queued"  # to be fetched, by whichever process downloads
    DOWNLOADING = "downloading"
    SAVED = "saved"
    MISSING = "missing"  # saved once, and seen to be gone or changed since
    FAILED = "failed"


OPEN_FILES: Final = frozenset({FileState.QUEUED, FileState.DOWNLOADING})

FILE_MOVES: Final[Mapping[FileState, frozenset[FileState]]] = {
    # saved: it had its name already when a person's wish to stop came, or the process that fetched it died
    FileState.NONE: frozenset({FileState.QUEUED, FileState.SAVED}),
    FileState.QUEUED: frozenset({FileState.DOWNLOADING, FileState.SAVED, FileState.FAILED, FileState.NONE}),
    FileState.DOWNLOADING: frozenset({FileState.SAVED, FileState.FAILED, FileState.QUEUED, FileState.NONE}),
    FileState.SAVED: frozenset({FileState.MISSING, FileState.QUEUED}),  # queued: wanted in another folder
    FileState.MISSING: frozenset({FileState.SAVED, FileState.QUEUED}),
    FileState.FAILED: frozenset({FileState.QUEUED}),
}


def may_move_file(old: FileState, new: FileState) -> bool:
    """Tell whether the file of a task may go from `old` to `new`; staying where it is always may."""
    return old == new or new in FILE_MOVES[old]


# Failures of these kinds are found on this side, so a bare text in one is a message of this program's (as every task
# written before messages had values holds it); in any other kind it is the provider's own words.
WORDED_HERE: Final = frozenset({Kind.LOST_ANSWER, Kind.NO_LINK, Kind.USAGE})


class Failure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a task failed. Title and hint come from `core.failures.WORDS` by kind, so they follow the language."""

    kind: Kind
    detail: Detail = ""
    request_id: str | None = None

    def __post_init__(self) -> None:
        """Take a bare text for what it is by `WORDED_HERE`, also when it is read from a file."""
        if self.kind in WORDED_HERE and self.detail and isinstance(self.detail, str):
            msgspec.structs.force_setattr(self, "detail", Message(self.detail))


class HistoryEntry(msgspec.Struct, frozen=True, array_like=True):
    """One line of a task's history: when (Unix seconds), our status, the provider's word."""

    at: float
    status: Status
    word: str = ""


def _whole(value: T) -> T:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value  # type: ignore[return-value]


FIRST_ROUTE: Final = "unified"
"""The route of every task from before there were several (quickrouter.md §2)."""
FIRST_QUERY: Final = "/v1/video/query?id={id}"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the provider, before it has a task.

    Attributes:
        model: The model's id.
        prompt: What the video shows.
        images: Links, and absolute paths of pictures of this machine.
        roles: What each of `images` is for (`core.wire.images`), empty where their order says it.
        files: What is known of those that are paths.
        parameters: Every other field, under the names that the route has for them.
        route: The name of the route it takes; empty until the catalogue has chosen it.
    """

    model: str
    prompt: str
    images: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    files: dict[str, ImageFile] = msgspec.field(default_factory=dict)
    parameters: dict[str, Parameter] = msgspec.field(default_factory=dict)
    route: str = ""

    def __post_init__(self) -> None:
        """Put a ``?`` for what no encoding can carry (a lone surrogate, from a terminal with broken bytes)."""
        parameters = {name: _whole(value) for name, value in self.parameters.items()}
        msgspec.structs.force_setattr(self, "prompt", _whole(self.prompt))
        msgspec.structs.force_setattr(self, "images", tuple(map(_whole, self.images)))
        msgspec.structs.force_setattr(self, "parameters", parameters)

    def fingerprint(self, base_url: str) -> str:
        """Return 16 hex digits that are equal for requests nobody could tell apart at one host."""
        import hashlib

        images = [self.files[image].sha256 if image in self.files else image for image in self.images]
        said = [base_url, self.route or FIRST_ROUTE, self.model, self.prompt, images, self.roles, self.parameters]
        return hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:16]


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One video and all we know of it. Times are Unix seconds (UTC); `progress` is a percentage 0–100.

    Attributes:
        key: Ours, never changes; what every other part of the program means by "this task".
        id: The provider's, opaque (it contains ``:``), None until known.
        account: Digest of the key that paid (`qr_tui.secrets.Key.account`), never the key.
        sender: The process that is sending it (`store.presence`); a dead sender makes it unconfirmed.
        raw: The last answer as it came, cut to a bound, for the details screen.
        created: The answer to the create call as it came, at most `CREATED_LIMIT` characters, kept for good.
        id_candidates: Every other word that may be the provider's id: others in that answer, ids it had before.
        seen_at: When a look first found it: the provider has known it, so "unknown" is never believed of it.
        unknown_since: When the provider began to say that it does not know it; None while it knows it.
        look_failure: Why the last look at it failed by no fault of the host; None once one is good again.
        file: Where the film stands, absolute; set when it is saved.
        file_folder: Where a person wants it, when not in the usual folder.
        file_size: Bytes of the saved film.
        file_sha256: Of the saved film, in hexadecimal.
        file_failure: Why its download failed; `failure` is the video's own.
        copy: Which of several copies it is, made by one order: from 1, and 0 where it was alone.
        copies: How many that order was for.
        image_roles: What each of `images` is for, empty where their order says it.
        image_files: What those of `images` that are paths were when they were chosen.
        route: The name of the route it was made on; empty for the only one there once was.
        query_path: Where it is looked at, with ``{id}`` for its id; it stays, whatever becomes of the route.
        own_id: Our own id of it, where its route has a place for one, by which a lost answer can be recovered.
        own_id_asks: How often the provider was asked by that.
        batch: The name of the batch that it is of; empty for one of its own.
        batch_line: Which line of the batch it is: the identity of the line, not its number.
        estimate: What it costs in credits, by the prices at the moment it was asked for; None where they did not say.
        removed_at: Set when a person took it off the list; kept, so that it can be undone.
    """

    key: str
    model: str
    prompt: str
    base_url: str
    created_at: float
    id: str | None = None
    status: Status = Status.QUEUED
    provider_status: str = ""
    progress: float | None = None
    enhanced_prompt: str | None = None
    parameters: dict[str, Parameter] = msgspec.field(default_factory=dict)
    images: tuple[str, ...] = ()
    image_roles: tuple[str, ...] = ()
    image_files: dict[str, ImageFile] = msgspec.field(default_factory=dict)
    route: str = ""
    query_path: str = ""
    own_id: str = ""
    own_id_asks: int = 0
    estimate: float | None = None
    batch: str = ""
    batch_line: str = ""
    video_url: str | None = None
    thumbnail_url: str | None = None
    gif_url: str | None = None
    width: int | None = None
    height: int | None = None
    expires_at: float | None = None
    file: str | None = None
    file_state: FileState = FileState.NONE
    file_folder: str | None = None
    file_size: int | None = None
    file_sha256: str | None = None
    file_saved_at: float | None = None
    file_failure: Failure | None = None
    failure: Failure | None = None
    account: str = ""
    fingerprint: str = ""
    sender: str | None = None
    parent: str | None = None
    copy: int = 0
    copies: int = 0
    tags: tuple[str, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    raw: str | None = None
    created: str | None = None
    id_candidates: tuple[str, ...] = ()
    submitted_at: float | None = None
    updated_at: float | None = None
    finished_at: float | None = None
    seen_at: float | None = None
    unknown_since: float | None = None
    look_failure: Failure | None = None
    removed_at: float | None = None

    @property
    def request(self) -> Request:
        """The request that made, or will make, this task."""
        return Request(
            model=self.model,
            prompt=self.prompt,
            images=self.images,
            roles=self.image_roles,
            files=self.image_files,
            parameters=self.parameters,
            route=self.route,
        )

    @property
    def looked_at(self) -> str:
        """The path where it is looked at, with ``{id}`` for its id."""
        return self.query_path or FIRST_QUERY

    @property
    def final(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.status in FINAL

    @property
    def needs_you(self) -> bool:
        """Whether it waits for a person's decision."""
        return self.status is Status.UNCONFIRMED

    @property
    def is_fetched(self) -> bool:
        """Whether its film is to come to the disk, or on its way."""
        return self.file_state in OPEN_FILES

    @property
    def was_seen(self) -> bool:
        """Whether a look has ever found it at the provider; tasks from before `seen_at` tell by what looks taught."""
        taught = self.progress is not None or self.video_url is not None
        return self.seen_at is not None or taught or any(past.status is Status.RUNNING for past in self.history)

    @property
    def is_unknown(self) -> bool:
        """Whether it ended because the provider does not know it: its id may be wrong, and it may well be paid."""
        ended = self.status in (Status.FAILED, Status.STOPPED)
        return ended and self.failure is not None and self.failure.kind is Kind.NOT_FOUND

    @property
    def other_ids(self) -> tuple[str, ...]:
        """The ids that it may have at the provider besides the one it is looked at by."""
        return tuple(candidate for candidate in self.id_candidates if candidate != self.id)

    @property
    def can_be_decided(self) -> bool:
        """Whether a person can decide what becomes of it; one that ended as unknown can only be adopted."""
        return self.needs_you or self.is_unknown


class ArchivedTask(Task, frozen=True, kw_only=True, omit_defaults=True):
    """A task whose document stands in an archive: what lists, filters and orders ask for is here.

    The fields called `LEFT_OUT` have their defaults until the document is read (`store.archived.ArchivedTasks.whole`).

    Attributes:
        month: The archive.
        offset: Where its document begins there, in bytes.
        length: How many bytes that takes.
    """

    month: str = ""
    offset: int = 0
    length: int = 0


AnyTask = TypeVar("AnyTask", bound=Task)

LEFT_OUT: Final = frozenset(
    {
        "enhanced_prompt",
        "images",
        "image_roles",
        "image_files",
        "own_id",
        "own_id_asks",
        "thumbnail_url",
        "gif_url",
        "fingerprint",
        "sender",
        "history",
        "raw",
        "created",
        "id_candidates",
        "seen_at",
        "unknown_since",
        "look_failure",
    }
)
"""What no list shows of a task that is over: it stays in the archive's document."""


def new_key(now: float) -> str:
    """Return a fresh local key: 9 base-36 digits of the time (so keys sort by age), then 6 at random."""
    import secrets

    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    number, text = max(0, int(now * 1000)), ""
    while number:
        number, rest = divmod(number, 36)
        text = digits[rest] + text
    return text.rjust(9, "0") + "".join(secrets.choice(digits) for _ in range(6))


def new_own_id() -> str:
    """Return 16 base-32 characters at random: enough that no other customer of the provider has the same."""
    import secrets

    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(16))


def new_task(
    request: Request,
    *,
    base_url: str,
    account: str,
    now: float,
    parent: str | None = None,
    tags: tuple[str, ...] = (),
    copy: int = 0,
    copies: int = 0,
    query_path: str = "",
    has_own_id: bool = False,
    estimate: float | None = None,
    batch: str = "",
    batch_line: str = "",
) -> Task:
    """Return the intent for `request`: queued, with its own key, not yet on disk.

    `query_path` and `has_own_id` are its route's: where it will be looked at, and whether an id of ours goes along.
    `estimate` is what it costs by the prices of now, `batch` and `batch_line` the line of a file that it is of.
    """
    return Task(
        key=new_key(now),
        model=request.model,
        prompt=request.prompt,
        images=request.images,
        image_roles=request.roles,
        image_files=dict(request.files),
        parameters=dict(request.parameters),
        route=request.route,
        query_path=query_path,
        own_id=new_own_id() if has_own_id else "",
        estimate=estimate,
        batch=batch,
        batch_line=batch_line,
        base_url=base_url,
        account=account,
        fingerprint=request.fingerprint(base_url),
        parent=parent,
        copy=copy,
        copies=copies,
        tags=tags,
        created_at=now,
        updated_at=now,
        history=(HistoryEntry(now, Status.QUEUED),),
    )


def find(tasks: Sequence[AnyTask], reference: str) -> list[AnyTask]:
    """Return the tasks that `reference` names: an exact key or id if there is one, else every id or key it ends."""
    exact = [task for task in tasks if reference in (task.key, task.id)]
    if exact or not reference:
        return exact
    return [task for task in tasks if task.key.endswith(reference) or (task.id or "").endswith(reference)]


HISTORY_LIMIT: Final = 200
CREATED_LIMIT: Final = 4_096


def advance(task: Task, fields: Mapping[str, Any], now: float) -> Task | None:
    """Return `task` with `fields` set, its history grown by any change of state; None if the move is not legal.

    The one place where a task changes: every writer goes through here, with the freshest task in hand, so an answer
    that comes late can never undo what is already decided.
    """
    status = fields.get("status", task.status)
    if not may_move(task.status, status):
        return None
    if "status" in fields and task.status is status is Status.DONE and "file_state" in fields:
        # what is to happen with a film once it is done counts once: whoever hears of it late says nothing new
        fields = {name: value for name, value in fields.items() if name != "file_state"}
    file_state = fields.get("file_state", task.file_state)
    has_film = status is Status.DONE or file_state is FileState.NONE
    if not may_move_file(task.file_state, file_state) or not has_film:
        return None
    changed = {name: value for name, value in fields.items() if getattr(task, name) != value}
    if status not in FINAL and task.finished_at is not None:
        changed["finished_at"] = None  # watched again after it was stopped: it has not ended after all
    if not changed:
        return task
    if changed.get("id") and task.id:  # an id that was paid for is never forgotten
        changed["id_candidates"] = with_candidate(changed.get("id_candidates", task.id_candidates), task.id)
    word = fields.get("provider_status", task.provider_status)
    if status != task.status or word != task.provider_status:
        changed["history"] = (*task.history, HistoryEntry(now, status, word))[-HISTORY_LIMIT:]
    return msgspec.structs.replace(task, **changed, updated_at=now)


def with_candidate(candidates: tuple[str, ...], other: str) -> tuple[str, ...]:
    """Return `candidates` with `other` among them, each once."""
    return candidates if other in candidates else (*candidates, other)
