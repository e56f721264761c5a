"""What the provider said, once understood: the wire reads bytes into these, the services act on them."""

from enum import StrEnum

import msgspec

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Failure, Status
from qr_tui.core.text.messages import Detail, Message


class Created(msgspec.Struct, frozen=True, kw_only=True):
    """A create call was accepted: from here on the provider has been paid.

    Attributes:
        id: The one to ask by.
        candidates: Every id that stands in the answer, `id` first: should it turn out to be the wrong one, the right
            one is among them.
        raw: The answer itself, up to 4 KiB.
        provider_status: The provider's word, empty when it says none.
    """

    id: str
    candidates: tuple[str, ...] = ()
    raw: str = ""
    provider_status: str = ""


class HostModel(msgspec.Struct, frozen=True):
    """A model that a host says it has; `endpoints` is what it calls the ways to it, where it says so."""

    id: str
    endpoints: tuple[str, ...] = ()


class QueryResult(msgspec.Struct, frozen=True, kw_only=True):
    """One answer to a query (quickrouter.md §3).

    `status` is None when the word is unknown: an unknown word is never a failure. `progress` is 0–100 or None.
    `unreadable` says what of the answer cannot be read, to be shown with the task; None when all is well.
    A `video_url` beside an unknown status is what the provider offers, to be shown, not to be taken as the end.
    `ids` are those that the answer holds, the one to believe first; `own_ids` those that it says were ours.
    """

    status: Status | None
    provider_status: str = ""
    progress: float | None = None
    enhanced_prompt: str | None = None
    video_url: str | None = None
    thumbnail_url: str | None = None
    gif_url: str | None = None
    width: int | None = None
    height: int | None = None
    expires_at: float | None = None
    failure: Failure | None = None
    unreadable: Message | None = None
    ids: tuple[str, ...] = ()
    own_ids: tuple[str, ...] = ()
    raw: str = ""


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """What is left, in the provider's own unit (call it credits). `remaining` None means unlimited.

    `used` is what was used so far, by whatever program; None where the host does not tell.
    """

    remaining: float | None
    used: float | None = None


class Delivery(StrEnum):
    """What a failed call proves about the request having reached the provider."""

    NOT_SENT = "not_sent"  # surely not: it may be sent again
    REFUSED = "refused"  # it arrived and was refused in words: nothing was made
    RATE_LIMITED = "pace"  # refused for pace (429): it may be sent again, later
    UNKNOWN = "unknown"  # it may have been carried out: never send it again by ourselves


class CallFailed(Trouble):
    """A call to the provider failed.

    `delivery` says what that proves, `retry_after` is seconds if it was given, and `candidates` are the ids that the
    answer held all the same: whatever else it says, something may have been made.
    """

    def __init__(
        self,
        kind: Kind,
        detail: Detail = "",
        *,
        delivery: Delivery,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        raw: str = "",
        candidates: tuple[str, ...] = (),
    ) -> None:
        super().__init__(kind, detail, request_id=request_id)
        self.delivery = delivery
        self.status = status
        self.retry_after = retry_after
        self.raw = raw
        self.candidates = candidates
