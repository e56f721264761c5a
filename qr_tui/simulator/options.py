"""How a simulator is set up, and how a fault is spelled."""

from typing import Final, Literal, get_args

import msgspec

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import N_, Message

Endpoint = Literal["create", "query", "remix", "extend", "content", "models", "billing", "media"]
ENDPOINTS: Final[tuple[str, ...]] = get_args(Endpoint)

# refused before anything is made: whoever gets one of these has not paid
NOTHING_MADE: Final = frozenset(
    {
        "400",
        "401",
        "403",
        "404",
        "429",
        "429_empty",
        "error_in_200",
        "json_in_message",
        "model_not_found",
        "no_balance",
        "no_balance_429",
        "not_known",
        "redirect",
        "refused_200",
        "reset_before",
        "task_not_exist",
    }
)
# the request is carried out (and paid, unless the fault says otherwise), then the answer goes wrong
AFTER: Final = frozenset(
    {
        "500",
        "502",
        "503",
        "504",
        "524",
        "broken_json",
        "content_link",
        "cut",
        "empty",
        "gzip_bomb",
        "hang",
        "html",
        "huge",
        "huge_base64",
        "int_id",
        "latency",
        "no_id",
        "no_range",
        "numeric_status",
        "relative_link",
        "reset",
        "space_link",
        "unknown_status",
        "wrong_types",
    }
)
# what servers of films do: the file comes, and something about it is not as it should be
FILM: Final = frozenset(
    {
        "bad_range",
        "drip",
        "early_range",
        "endless",
        "long_total",
        "multipart",
        "no_etag",
        "no_length",
        "other_film",
        "short_length",
    }
)
FAULTS: Final = NOTHING_MADE | AFTER | FILM


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that goes wrong on demand.

    Attributes:
        on: The call it strikes, or ``any``.
        fault: What happens, one of `FAULTS`.
        count: How often it strikes; 0 means until it is cleared.
        after: How many fitting calls pass unharmed first.
        lasts: Seconds from its first strike in which it strikes every fitting call, whatever `count` says.
        match: Strikes only calls whose prompt, model or task id holds this text.
        paid: Whether the request is carried out first, for the faults that leave that open.
        retry_after: Seconds for a ``Retry-After`` header; none is sent without it.
        seconds: How long ``latency`` and ``hang`` last; a hang of 0 lasts until the client goes.
        size: Bytes of a ``huge``, ``huge_base64`` or ``gzip_bomb`` body; bytes sent before a ``cut`` (0: half of it).
        location: Where a ``redirect`` points.
    """

    on: str
    fault: str
    count: int = 1
    after: int = 0
    lasts: float = 0.0
    match: str = ""
    paid: bool = True
    retry_after: float | None = None
    seconds: float = 0.0
    size: int = 0
    location: str = ""

    def __post_init__(self) -> None:
        if self.on != "any" and self.on not in ENDPOINTS:
            raise ValueError(f"on: {self.on!r} is not one of any, {', '.join(ENDPOINTS)}")
        if self.fault not in FAULTS:
            raise ValueError(f"fault: {self.fault!r} is not one of {', '.join(sorted(FAULTS))}")
        if min(self.count, self.after, self.size, self.seconds, self.lasts) < 0:
            raise ValueError("count, after, seconds, lasts and size cannot be negative")

    @property
    def carries_out(self) -> bool:
        """Whether the request is carried out before things go wrong."""
        return self.paid and self.fault in AFTER | FILM


def parse_fault(text: str) -> Fault:
    """Read a fault as the command line spells it: ``ON:FAULT[:COUNT][,name=value…]``.

    ``query:429:3,retry_after=2`` strikes three queries, ``create:reset`` one create, ``media:403:*`` all there are.

    Raises:
        Trouble: USAGE, when it cannot be read; the detail says what can.
    """
    head, *pairs = text.split(",")
    names = dict(zip(("on", "fault", "count"), head.split(":", 2), strict=False))
    names |= dict(pair.split("=", 1) for pair in pairs if "=" in pair)
    if names.get("count") == "*":
        names["count"] = "0"
    if not all("=" in pair for pair in pairs):
        raise Trouble(Kind.USAGE, Message(N_("{text}: write a fault as ON:FAULT[:COUNT][,name=value]"), {"text": text}))
    try:
        return msgspec.convert(names, Fault, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise Trouble(Kind.USAGE, f"{text}: {error}") from None


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a simulator behaves.

    Attributes:
        port: 0 takes a free one.
        seed: Ids, lengths and everything else left to chance follow from it.
        run: Sets the ids of this run apart. A real provider never gives an id again, so two simulators that serve
            one home, one after the other, must not either.
        speed: How many times faster than the real thing a video is made (1: a Sora video takes 3–5 minutes).
        latency: Seconds every answer waits, after the request was carried out.
        faults: Faults from the start, as `parse_fault` reads them.
        key: The only key that is accepted; None accepts any that is not empty.
        refused: Keys that are always refused.
        balance: Credits at the start; None is unlimited.
        looks_per_minute: Queries allowed in any minute before a 429; 0 is any number.
        models_off: Models without a channel: refused with 503 ``model_not_found`` and not listed.
    """

    host: str = "127.0.0.1"
    port: int = 0
    seed: int = 1
    run: str = ""
    speed: float = 1.0
    latency: float = 0.0
    faults: tuple[str, ...] = ()
    key: str | None = None
    refused: tuple[str, ...] = ("sk-refused",)
    balance: float | None = 1000.0
    looks_per_minute: int = 0
    models_off: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.speed <= 0:
            raise Trouble(Kind.USAGE, Message(N_("speed must be more than 0")))
        if self.latency < 0:
            raise Trouble(Kind.USAGE, Message(N_("latency cannot be negative")))
        if not 0 <= self.port <= 65_535:
            raise Trouble(Kind.USAGE, Message(N_("port must be 0 to 65535")))
