"""Answers read into what `core.answers` knows. Tolerant: bytes of any kind end in a result or in `CallFailed`."""

import json
from collections.abc import Mapping
from typing import Final

from qr_tui.api import errors, expiry, reasons
from qr_tui.api import json_body as tree_of
from qr_tui.api.answer import Answer
from qr_tui.api.json_body import Unreadable, at, text
from qr_tui.core.answers import Balance, CallFailed, Created, HostModel, QueryResult
from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, Status
from qr_tui.core.text.messages import N_, Message

_MODELS_LIMIT: Final = 5_000
_LISTS: Final = ("items", "tasks", "data", "list")
_UNLIMITED: Final = 100_000_000  # what the billing call answers when a key has no limit
_NO_HEADERS: Final[Mapping[str, str]] = {}


def read_created(body: bytes, headers: Mapping[str, str] = _NO_HEADERS, status: int = 200) -> Created:
    """Return the accepted task from the body of a good answer to a create call; an id wins over anything beside it.

    Raises:
        CallFailed: REFUSED (or RATE_LIMITED) when a refusal stands there without an id, else UNKNOWN.
    """
    try:
        answer = Answer(tree_of.decode(body))
    except Unreadable:
        raise errors.lost(errors.no_json(body), status, headers, body) from None
    ids = answer.ids
    if not ids and answer.bare_id and not errors.is_error(answer):
        ids = (answer.bare_id,)
    if not ids:
        raise errors.create_unclear(answer, headers, body, status)
    meaning, word = answer.state
    # a video that has an id is looked at, whatever this first answer calls it
    word = "" if meaning is Status.FAILED else word
    return Created(id=ids[0], candidates=ids, provider_status=word, raw=tree_of.raw(body))


def read_ids(body: bytes) -> tuple[str, ...]:
    """Return every id of a task that stands in the answer to a create call, whatever else it says."""
    try:
        return Answer(tree_of.decode(body)).ids
    except Unreadable:
        return ()


def read_look(body: bytes, headers: Mapping[str, str] = _NO_HEADERS, base_url: str = "") -> QueryResult:
    """Return what the body of a good answer to a query says of the task; only a status word makes it failed.

    Args:
        body: The bytes.
        headers: Those that came with them.
        base_url: The host that was asked; links relative to it become whole.

    Raises:
        CallFailed: Nothing in it speaks of the task: a refusal of the call by its kind, else BAD_ANSWER.
    """
    return _look(Answer(_tree(body), base_url), body, headers)


def read_many(body: bytes, base_url: str = "") -> dict[str, QueryResult]:
    """Return what one answer about several tasks says of each, by its id; what cannot be read is not in it.

    A task that is missing there is no task that is gone: only a look at it alone can tell.

    Raises:
        CallFailed: It is no list of tasks.
    """
    tree = _tree(body)
    coats = (tree, at(tree, "data"))
    listed = next((items for coat in coats for name in _LISTS if isinstance(items := at(coat, name), list)), None)
    if listed is None:
        answer = Answer(tree)
        if errors.is_error(answer):
            raise errors.get_refused(answer, _NO_HEADERS, body)
        raise errors.unreadable(body, Message(N_("the answer holds no list of tasks")))
    found: dict[str, QueryResult] = {}
    for entry in listed[:_MODELS_LIMIT]:
        answer = Answer(entry, base_url)
        if not answer.ids:
            continue
        text_of = json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace")
        try:
            found[answer.ids[0]] = _look(answer, text_of, _NO_HEADERS)
        except CallFailed:
            continue
    return found


def _look(answer: Answer, body: bytes, headers: Mapping[str, str]) -> QueryResult:
    status, word = answer.state
    progress, url = answer.progress, answer.video_url
    unreadable: Message | None = None
    if status is Status.FAILED and not answer.ids and errors.is_about_the_call(answer):
        raise errors.get_refused(answer, headers, body)
    if not word:
        if not url and errors.is_error(answer):
            raise errors.get_refused(answer, headers, body)
        word = answer.number_for_a_word
        if not url and not (word and answer.ids):
            raise errors.unreadable(body, Message(N_("the answer tells no status")))
        unreadable = _no_word(word)
    # a link counts when the video is done; beside a status that nobody knows it is offered unless it is only half way
    if status is not Status.DONE and (status is not None or (progress is not None and progress < 100)):
        url = None
    return QueryResult(
        status=status,
        provider_status=word,
        progress=progress,
        enhanced_prompt=answer.enhanced_prompt,
        video_url=url,
        thumbnail_url=answer.thumbnail_url,
        gif_url=answer.gif_url,
        width=answer.width,
        height=answer.height,
        expires_at=_expires_at(answer, url) if url else None,
        failure=_failure(answer, word) if status is Status.FAILED else None,
        unreadable=unreadable,
        ids=answer.ids,
        own_ids=answer.own_ids,
        raw=tree_of.raw(body),
    )


def read_link(body: bytes, base_url: str = "") -> str | None:
    """Return the link to the video in the answer of a content call, None when there is none to be read."""
    try:
        return Answer(tree_of.decode(body), base_url).video_url
    except Unreadable:
        return None


def read_models(body: bytes, headers: Mapping[str, str] = _NO_HEADERS) -> tuple[HostModel, ...]:
    """Return the models this key can use, each once, in the provider's order.

    Raises:
        CallFailed: The body is an error object, or no list of models.
    """
    tree = _tree(body)
    listed = tree if isinstance(tree, list) else at(tree, "data")
    if not isinstance(listed, list):
        answer = Answer(tree)
        if errors.is_error(answer):
            raise errors.get_refused(answer, headers, body)
        raise errors.unreadable(body, Message(N_("the answer holds no list of models")))
    found: dict[str, HostModel] = {}
    for entry in listed[:_MODELS_LIMIT]:
        name = text(entry if isinstance(entry, str) else at(entry, "id"), 200)
        if name:
            ways = at(entry, "supported_endpoint_types")
            endpoints = tuple(filter(None, (text(way, 100) for way in ways[:20]))) if isinstance(ways, list) else ()
            found.setdefault(name, HostModel(name, endpoints))
    return tuple(found.values())


def read_balance(subscription: bytes, usage: bytes) -> Balance | None:
    """Return what is left, from the two billing answers (quickrouter.md §4); None when they do not tell."""
    try:
        limit = tree_of.number(at(tree_of.decode(subscription), "hard_limit_usd"))
        used = tree_of.number(at(tree_of.decode(usage), "total_usage"))
    except Unreadable:
        return None
    if limit is None:
        return None
    if limit >= _UNLIMITED:
        return Balance(remaining=None, used=None if used is None else used / 100)
    return None if used is None else Balance(remaining=limit - used / 100, used=used / 100)


def _tree(body: bytes) -> object:
    try:
        return tree_of.decode(body)
    except Unreadable:
        raise errors.unreadable(body) from None


def _no_word(number: str) -> Message:
    if number:
        return Message(N_("the status cannot be read: {word}"), {"word": number})
    return Message(N_("the answer tells no status"))


def _expires_at(answer: Answer, url: str) -> float | None:
    """Return when `url` dies (Unix seconds): as its own parameters say, else as the answer says."""
    return expiry.of_link(url) or next(filter(None, map(expiry.moment, answer.expiries)), None)


def _failure(answer: Answer, word: str) -> Failure:
    """Return why a task failed; only its status, `word`, says that it did."""
    reason = answer.reason
    detail = reason.detail
    kind = reasons.of_failed_task((*reason.codes, word), reason.words or str(detail))
    return Failure(kind=kind, detail="" if kind is Kind.NO_REASON else detail, request_id=reason.request_id)
