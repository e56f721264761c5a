"""What went wrong with a call, and what that proves about the request (quickrouter.md §5)."""

import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urljoin, urlsplit

from qr_tui.api import json_body as tree_of
from qr_tui.api import reasons
from qr_tui.api.answer import Answer, Reason, request_id_in
from qr_tui.api.json_body import TEXT_LIMIT, Unreadable, at, each, text
from qr_tui.core.answers import CallFailed, Delivery
from qr_tui.core.failures import Kind
from qr_tui.core.text.messages import N_, Detail, Message, Value

_NO_HEADERS: Final[Mapping[str, str]] = {}
_LONGEST_WAIT: Final = 86_400.0  # seconds of a Retry-After that are believed
_PLACE_LIMIT: Final = 300  # characters
_PLAIN_ID: Final = re.compile(r"[\w.:-]{1,128}")
_MEANS_SUCCESS: Final = frozenset({"", "ok", "success", "succeeded", "created", "accepted", "submitted", "true"})
_SOUNDS_GOOD: Final = re.compile(
    r"\b(?:ok|success|successful|successfully|succeed|succeeded|submitted|accepted|created)\b|成功", re.IGNORECASE
)
_SOUNDS_BAD: Final = re.compile(r"\b(?:not|no|fail\w*|error|invalid)\b|不|未|没|无|失败|错误", re.IGNORECASE)
_NUMBER: Final = re.compile(r"-?\d{1,12}")
_SAID: Final = ("message", "msg", "error_msg", "errmsg")
_NUMBERS: Final = ("error_code", "errcode", "err_code")
_CODE_PLACES: Final = ("code", "error.code", "status_code", "error.status")

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
        Kind.PROVIDER_UNPAID,
    }
)
# 408 and 499 say that somebody on the way stopped waiting, not that the request was refused; 409 and 425 that it came
# twice, or too early, by the judgement of somebody who may have passed it on the first time.
_LOST_ON_THE_WAY: Final = frozenset({408, 409, 425, 499})
_ALSO_YES: Final = 10_000  # with its number alone, a few hosts say by it that all is well
_TIMED_OUT: Final = re.compile(r"\btimed?[ -]?out\b|超时", re.IGNORECASE)
_MOVED_FOR_GOOD: Final = frozenset({307, 308})


# Refusals of a call, which an answer without an id may wear as the status of a task.
_OF_THE_CALL: Final = frozenset({Kind.TOO_MANY_REQUESTS, Kind.KEY_REFUSED, Kind.NOT_FOUND, Kind.FORBIDDEN})
_STATUS_OF_THE_CALL: Final = frozenset({401, 403, 404, 429, *range(500, 600)})


def read_reason(body: bytes) -> Reason:
    """Return what an error body says; an unreadable one says nothing but the title of its page."""
    try:
        return Answer(tree_of.decode(body)).reason
    except Unreadable:
        words = tree_of.html_title(body) or _plain(body)
        return Reason(words=words, request_id=request_id_in(words))


def is_error(answer: Answer) -> bool:
    """Tell whether an answer with a good status, and without an id, is a refusal all the same."""
    return any(map(_is_error, answer.coats))


def is_about_the_call(answer: Answer) -> bool:
    """Tell whether a failure that names no task is one of the call: too fast, a bad key, an unknown task."""
    reason = answer.reason
    kinds = {reasons.by_code(reason.codes, reason.words), reasons.by_text(reason.words)}
    return bool(kinds & _OF_THE_CALL) or _status_inside(answer) in _STATUS_OF_THE_CALL


def create_failed(status: int, headers: Mapping[str, str], body: bytes, asked: str = "") -> CallFailed:
    """Return what the answer to a create call means, when it is not a plain acceptance; `asked` is the address."""
    reason = read_reason(body)
    kind = _kind(status, reason)
    if status in _MOVED_FOR_GOOD:
        return _failure(Kind.WRONG_ADDRESS, Delivery.REFUSED, status, headers, body, reason, asked)
    if status == 429:
        delivery = Delivery.REFUSED if kind in _JUDGED else Delivery.RATE_LIMITED
    elif status >= 500:
        by_code = reasons.by_code(reason.codes) in (Kind.NO_BALANCE, Kind.MODEL_UNAVAILABLE)
        refused = by_code or (status == 503 and kind is Kind.MODEL_UNAVAILABLE)
        delivery = Delivery.REFUSED if refused else Delivery.UNKNOWN
    elif status >= 400 and (status not in _LOST_ON_THE_WAY or kind in _JUDGED):
        delivery = Delivery.RATE_LIMITED if kind is Kind.TOO_MANY_REQUESTS else Delivery.REFUSED
    else:
        delivery = Delivery.UNKNOWN
    if delivery is Delivery.REFUSED and kind is Kind.BAD_REQUEST and _TIMED_OUT.search(reason.words):
        delivery = Delivery.UNKNOWN  # somebody behind the host stopped waiting: that refuses nothing
    if delivery is Delivery.UNKNOWN:
        kind = Kind.LOST_ANSWER
    elif kind is Kind.NOT_FOUND:
        kind = Kind.BAD_REQUEST  # there is no task yet that could be missing
    return _failure(kind, delivery, status, headers, body, reason, asked)


def create_unclear(answer: Answer, headers: Mapping[str, str], body: bytes, status: int = 200) -> CallFailed:
    """Return what a good status without an id means: refused when it carries a refusal, else unknown."""
    odd = answer.unusable_id
    if odd:
        return lost(Message(N_("the id in the answer cannot be used: {id}"), {"id": odd}), status, headers, body)
    if is_error(answer):
        return create_failed(_status_inside(answer), headers, body)
    return lost(Message(N_("the answer holds neither an id nor an error")), status, headers, body)


def lost_with_ids(ids: tuple[str, ...], status: int, headers: Mapping[str, str], body: bytes) -> CallFailed:
    """Return what an answer means that holds an id under a status that refuses: something may have been made."""
    detail = Message(N_("HTTP {status}, but the answer holds the id {id}"), {"status": status, "id": ids[0]})
    return CallFailed(
        Kind.LOST_ANSWER,
        detail,
        delivery=Delivery.UNKNOWN,
        status=status,
        request_id=_request_id(headers),
        raw=tree_of.raw(body),
        candidates=ids,
    )


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


def get_failed(status: int, headers: Mapping[str, str], body: bytes, asked: str = "") -> CallFailed:
    """Return what a failed look, model list or balance means; asking again is always safe; `asked` is the address."""
    reason = read_reason(body)
    kind = _kind(status, reason)
    if status >= 500 and reasons.by_code(reason.codes) is not Kind.NOT_FOUND:
        kind = Kind.UPSTREAM
    elif status in _LOST_ON_THE_WAY:
        kind = Kind.TIMEOUT
    return _failure(kind, Delivery.REFUSED, status, headers, body, reason, asked)


def get_cut(broken: CallFailed, status: int, body: bytes) -> CallFailed:
    """Return the failure of a reading call whose answer did not arrive whole; what arrived is kept."""
    return CallFailed(broken.kind, broken.detail, delivery=broken.delivery, status=status, raw=tree_of.raw(body))


def get_refused(answer: Answer, headers: Mapping[str, str], body: bytes) -> CallFailed:
    """Return what a refusal under a good status means for a call that only reads."""
    return get_failed(_status_inside(answer), headers, body)


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
    if known and not (known is Kind.PROVIDER_BUSY and status == 429):
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
    kind: Kind, delivery: Delivery, status: int, headers: Mapping[str, str], body: bytes, reason: Reason, asked: str
) -> CallFailed:
    if 300 <= status < 400 and "location" in headers:
        detail: Detail = _moved(asked, headers["location"])
    elif kind in (Kind.LOST_ANSWER, Kind.UPSTREAM) or not reason.detail:
        said = str(reason.detail).removeprefix(str(status)).lstrip(" :")
        detail = (f"HTTP {status}: {said}" if said else f"HTTP {status}")[:TEXT_LIMIT]
    else:
        detail = reason.detail
    return CallFailed(
        kind,
        detail,
        delivery=delivery,
        status=status,
        request_id=_request_id(headers) or reason.request_id,
        retry_after=retry_after(headers),
        raw=tree_of.raw(body),
    )


def _moved(asked: str, location: str) -> Message:
    """Return where a redirect of `asked` points: scheme, host and path, since a query or a user name may be secret."""
    try:
        here, there = urlsplit(asked), urlsplit(urljoin(asked, location))
        port = f":{there.port}" if there.port else ""
    except ValueError:
        return Message(N_("the host points elsewhere"))
    if not there.hostname:
        return Message(N_("the host points elsewhere"))
    name = f"[{there.hostname}]" if ":" in there.hostname else there.hostname
    values: dict[str, Value] = {"place": f"{there.scheme}://{name}{port}{there.path}"[:_PLACE_LIMIT]}
    if (here.scheme, there.scheme, here.hostname) == ("http", "https", there.hostname) and here.path == there.path:
        return Message(N_("the host points to {place}: the base URL should begin with https://"), values)
    return Message(N_("the host points elsewhere: {place}"), values)


def _request_id(headers: Mapping[str, str]) -> str | None:
    for name in ("x-oneapi-request-id", "x-request-id"):
        value = headers.get(name, "").strip()
        if _PLAIN_ID.fullmatch(value):
            return value
    return None


def _is_error(box: object) -> bool:
    error = at(box, "error")
    if isinstance(error, dict):
        numbered = tree_of.code(error.get("code")) not in ("", "0")
        if numbered or any(map(text, each(error, ("message", "message_zh", "code", "type")))):
            return True
    elif text(error) or at(box, "success") is False:
        return True
    if tree_of.code(at(box, "base_resp.status_code")) not in ("", "0"):
        return True
    words = next(filter(None, map(text, each(box, _SAID))), "")
    if any(
        _NUMBER.fullmatch(code) and _is_refusal(int(code), words, None)
        for code in map(tree_of.code, each(box, _NUMBERS))
    ):
        return True
    if error is True:
        return bool(words)
    code = tree_of.code(at(box, "code"))
    if reasons.by_code((code,)) or (code and reasons.by_text(words)):
        return True
    if _NUMBER.fullmatch(code):
        return _is_refusal(int(code), words, at(box, "data") or at(box, "result"))
    return bool(words) and code.lower() not in _MEANS_SUCCESS


def _is_refusal(code: int, words: str, beside: object) -> bool:
    """Tell whether a vendor's number says no. Any but 0 does; yet some say 1 or 200 for yes, and a few 10000."""
    if code == 0 or 200 <= code < 300 or (_SOUNDS_GOOD.search(words) and not _SOUNDS_BAD.search(words)):
        return False
    return code < 0 or (code >= 400 and code != _ALSO_YES) or (bool(words) and not beside)


def _status_inside(answer: Answer) -> int:
    """Return the status an error object under HTTP 200 stands for: its own numeric code where it has one, else 400."""
    for value in (value for box in answer.coats for value in each(box, _CODE_PLACES)):
        code = tree_of.number(value)
        if code is not None and 400 <= code < 600 and code == int(code):
            return int(code)
    return 400


def _plain(body: bytes) -> str:
    """Return a short plain-text body; markup and anything long says nothing to a person."""
    words = text(tree_of.raw(body), 300)
    return "" if words.startswith(("<", "{", "[")) or len(body) > 300 or "\x00" in words else words


def _date(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp() if value else None
    except (ValueError, TypeError, OverflowError):
        return None
