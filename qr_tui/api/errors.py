"""What went wrong with a call, and what that proves about the request (quickrouter.md §5)."""

import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from qr_tui.api import json_body as tree_of
from qr_tui.api import reasons
from qr_tui.api.json_body import TEXT_LIMIT, Unreadable, at, each, text
from qr_tui.core.answers import CallFailed, Delivery
from qr_tui.core.failures import Kind
from qr_tui.core.text.messages import N_, Detail, Message

_NO_HEADERS: Final[Mapping[str, str]] = {}
_LONGEST_WAIT: Final = 86_400.0  # seconds of a Retry-After that are believed
_REQUEST_ID: Final = re.compile(r"request[ _-]?id\s*[:：]\s*([\w.:-]{4,128})", re.IGNORECASE)
_PLAIN_ID: Final = re.compile(r"[\w.:-]{1,128}")
_MEANS_SUCCESS: Final = frozenset({"", "ok", "success", "succeeded", "created", "accepted", "submitted", "true"})
_WORDS: Final = (
    "error",
    "error.message",
    "error.message_zh",
    "message",
    "message_zh",
    "msg",
    "detail",
    "error.code",
    "code",
)
_CODES: Final = ("error.code", "code", "error.type", "type")

# Refusals that hold whatever the status: the request was judged and turned down before a video was begun.
_JUDGED: Final = frozenset(
    {
        Kind.NO_BALANCE,
        Kind.KEY_REFUSED,
        Kind.FORBIDDEN,
        Kind.MODEL_UNAVAILABLE,
        Kind.POLICY,
        Kind.REAL_PEOPLE,
        Kind.THIRD_PARTY,
        Kind.IMAGE_UNREACHABLE,
    }
)
# 408 and 499 say that somebody on the way stopped waiting, not that the request was refused.
_LOST_ON_THE_WAY: Final = frozenset({408, 499})
_MOVED_FOR_GOOD: Final = frozenset({307, 308})


class Reason(NamedTuple):
    """What an error body says: its codes, most telling first, its words, and the provider's id of the request."""

    codes: tuple[str, ...] = ()
    words: str = ""
    request_id: str | None = None


def read_reason(body: bytes) -> Reason:
    """Return what an error body says; an unreadable one says nothing but the title of its page."""
    try:
        tree = tree_of.decode(body)
    except Unreadable:
        return Reason(words=tree_of.html_title(body) or _plain(body))
    return reason_in(tree)


def reason_in(tree: object) -> Reason:
    """Return what an error object says, in any of the shapes of quickrouter.md §5."""
    codes = tuple(filter(None, (_code(value) for value in each(tree, _CODES))))
    if isinstance(tree, str):
        tree = {"message": tree}
    words = next(filter(None, map(text, each(tree, _WORDS))), "")
    return Reason(codes, words, request_id_in(words))


def request_id_in(words: str) -> str | None:
    """Return the request id that stands in the provider's words, None when there is none."""
    found = _REQUEST_ID.search(words)
    return found.group(1) if found else None


def is_error(tree: object) -> bool:
    """Tell whether an answer with a good status carries an error object all the same."""
    error = at(tree, "error")
    if isinstance(error, dict):
        return any(map(text, each(error, ("message", "message_zh", "code", "type"))))
    if text(error) or at(tree, "success") is False:
        return True
    words = text(at(tree, "message")) or text(at(tree, "msg"))
    if error is True:
        return bool(words)
    code = _code(at(tree, "code"))
    if reasons.by_code((code,)) or (code and reasons.by_text(words)):
        return True
    if code.lstrip("-").isdecimal():
        # "code": 1 is success with some relays: only what looks like an HTTP status says more
        return 400 <= int(code) < 600
    return bool(words) and code.lower() not in _MEANS_SUCCESS


def create_failed(status: int, headers: Mapping[str, str], body: bytes) -> CallFailed:
    """Return what the answer to a create call means, when it is not a plain acceptance."""
    reason = read_reason(body)
    kind = _kind(status, reason)
    if status in _MOVED_FOR_GOOD:
        return _failure(Kind.WRONG_ADDRESS, Delivery.REFUSED, status, headers, body, reason)
    if status == 429:
        delivery = Delivery.REFUSED if kind in _JUDGED else Delivery.RATE_LIMITED
    elif status >= 500:
        by_code = reasons.by_code(reason.codes) in (Kind.NO_BALANCE, Kind.MODEL_UNAVAILABLE)
        refused = by_code or (status == 503 and kind is Kind.MODEL_UNAVAILABLE)
        delivery = Delivery.REFUSED if refused else Delivery.UNKNOWN
    elif status >= 400 and status not in _LOST_ON_THE_WAY:
        delivery = Delivery.RATE_LIMITED if kind is Kind.TOO_MANY_REQUESTS else Delivery.REFUSED
    else:
        delivery = Delivery.UNKNOWN
    if delivery is Delivery.UNKNOWN:
        kind = Kind.LOST_ANSWER
    elif kind is Kind.NOT_FOUND:
        kind = Kind.BAD_REQUEST  # there is no task yet that could be missing
    return _failure(kind, delivery, status, headers, body, reason)


def create_unclear(tree: object, headers: Mapping[str, str], body: bytes, status: int = 200) -> CallFailed:
    """Return what a good status without an id means: refused when it carries an error object, else unknown."""
    if is_error(tree):
        return create_failed(_status_inside(tree), headers, body)
    return lost(Message(N_("the answer holds neither an id nor an error")), status, headers, body)


def lost(
    detail: Detail, status: int | None = None, headers: Mapping[str, str] = _NO_HEADERS, body: bytes = b""
) -> CallFailed:
    """Return the failure of a create call that may have been carried out."""
    return CallFailed(
        Kind.LOST_ANSWER,
        detail,
        delivery=Delivery.UNKNOWN,
        status=status,
        request_id=_request_id(headers),
        raw=tree_of.raw(body),
    )


def get_failed(status: int, headers: Mapping[str, str], body: bytes) -> CallFailed:
    """Return what a failed look, model list or balance means; asking again is always safe."""
    reason = read_reason(body)
    kind = _kind(status, reason)
    if status >= 500 and reasons.by_code(reason.codes) is not Kind.NOT_FOUND:
        kind = Kind.UPSTREAM
    elif status in _LOST_ON_THE_WAY:
        kind = Kind.TIMEOUT
    return _failure(kind, Delivery.REFUSED, status, headers, body, reason)


def get_refused(tree: object, headers: Mapping[str, str], body: bytes) -> CallFailed:
    """Return what an error object under a good status means for a call that only reads."""
    return get_failed(_status_inside(tree), headers, body)


def unreadable(body: bytes, detail: Detail = "", status: int = 200) -> CallFailed:
    """Return the failure of a reading call whose answer is not what this API sends."""
    words = detail or no_json(body)
    return CallFailed(Kind.BAD_ANSWER, words, delivery=Delivery.REFUSED, status=status, raw=tree_of.raw(body))


def no_json(body: bytes) -> Message:
    """Return what a person should know of a body that is no JSON."""
    if not body.strip():
        return Message(N_("the answer is empty"))
    title = tree_of.html_title(body)
    if title:
        return Message(N_("a web page came back: {title}"), {"title": title})
    return Message(N_("the answer is not JSON"))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds a ``Retry-After`` asks for, as a number or a date; None when it says nothing usable."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    seconds = tree_of.number(value)
    if seconds is None:
        try:
            now = _date(headers.get("date", "")) or time.time()  # their clock, when they tell it
            seconds = (_date(value) or math.nan) - now
        except OverflowError:
            return None
    return None if math.isnan(seconds) else min(max(seconds, 0.0), _LONGEST_WAIT)


def _kind(status: int, reason: Reason) -> Kind:
    """Classify by code first, then status, then text."""
    known = reasons.by_code(reason.codes, reason.words)
    if known:
        return known
    spoken = reasons.by_text(reason.words)
    match status:
        case 401:
            return Kind.KEY_REFUSED
        case 402:
            return Kind.NO_BALANCE
        case 403:
            return spoken or Kind.FORBIDDEN
        case 404 | 405:
            return spoken if spoken in (Kind.NOT_FOUND, Kind.MODEL_UNAVAILABLE) else Kind.WRONG_ADDRESS
        case 429:
            return Kind.NO_BALANCE if spoken is Kind.NO_BALANCE else Kind.TOO_MANY_REQUESTS
        case _ if 300 <= status < 400:
            return Kind.WRONG_ADDRESS
        case _ if status >= 500:
            return spoken if status == 503 and spoken is Kind.MODEL_UNAVAILABLE else Kind.UPSTREAM
    if spoken is Kind.TOO_MANY_REQUESTS:
        return Kind.PROVIDER_BUSY  # words alone do not promise that waiting helps
    return spoken or Kind.BAD_REQUEST


def _failure(
    kind: Kind, delivery: Delivery, status: int, headers: Mapping[str, str], body: bytes, reason: Reason
) -> CallFailed:
    if status in _MOVED_FOR_GOOD or (300 <= status < 400 and kind is Kind.WRONG_ADDRESS):
        detail: Detail = _moved(headers)
    elif kind in (Kind.LOST_ANSWER, Kind.UPSTREAM) or not reason.words:
        said = reason.words.removeprefix(str(status)).lstrip(" :")
        detail = (f"HTTP {status}: {said}" if said else f"HTTP {status}")[:TEXT_LIMIT]
    else:
        detail = reason.words[:TEXT_LIMIT]
    return CallFailed(
        kind,
        detail,
        delivery=delivery,
        status=status,
        request_id=_request_id(headers) or reason.request_id,
        retry_after=retry_after(headers),
        raw=tree_of.raw(body),
    )


def _moved(headers: Mapping[str, str]) -> Message:
    from qr_tui.core.address import host_name

    host = host_name(headers.get("location", ""))[:255]
    if host:
        return Message(N_("the host points elsewhere: {host}"), {"host": host})
    return Message(N_("the host points elsewhere"))


def _request_id(headers: Mapping[str, str]) -> str | None:
    for name in ("x-oneapi-request-id", "x-request-id"):
        value = headers.get(name, "").strip()
        if _PLAIN_ID.fullmatch(value):
            return value
    return None


def _status_inside(tree: object) -> int:
    """Return the status an error object under HTTP 200 stands for: its own numeric code where it has one, else 400."""
    for value in each(tree, ("code", "error.code", "status_code", "error.status")):
        code = tree_of.number(value)
        if code is not None and 400 <= code < 600 and code == int(code):
            return int(code)
    return 400


def _code(value: object) -> str:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, 100)


def _plain(body: bytes) -> str:
    """Return a short plain-text body; markup and anything long says nothing to a person."""
    words = text(tree_of.raw(body), 300)
    return "" if words.startswith(("<", "{", "[")) or len(body) > 300 or "\x00" in words else words


def _date(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (ValueError, TypeError, OverflowError):
        return None
