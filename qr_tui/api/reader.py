"""Answers read into what `core.answers` knows. Tolerant: bytes of any kind end in a result or in `CallFailed`."""

from collections.abc import Mapping
from typing import Final

from qr_tui.api import errors, fields, statuses
from qr_tui.api import json_body as tree_of
from qr_tui.api.json_body import Unreadable, at, each, text
from qr_tui.api.links import unsafe
from qr_tui.core.answers import Balance, Created, QueryResult
from qr_tui.core.task import Status
from qr_tui.core.text.messages import N_, Message

ID_LIMIT: Final = 512  # characters
_MODELS_LIMIT: Final = 5_000
_UNLIMITED: Final = 100_000_000  # what the billing call answers when a key has no limit
_NO_HEADERS: Final[Mapping[str, str]] = {}
_IDS: Final = ("id", "task_id", "data.id", "data.task_id")


def read_created(body: bytes, headers: Mapping[str, str] = _NO_HEADERS, status: int = 200) -> Created:
    """Return the accepted task from the body of a good answer to a create call; an id wins over anything beside it.

    Raises:
        CallFailed: REFUSED (or PACE) when an error object stands there without an id, else UNKNOWN.
    """
    try:
        tree = tree_of.decode(body)
    except Unreadable:
        raise errors.lost(errors.no_json(body), status, headers, body) from None
    found = next(filter(None, map(_id, each(tree, _IDS))), None) or _bare_id(tree)
    if found is None:
        raise errors.create_unclear(tree, headers, body, status)
    return Created(id=found, provider_status=statuses.read(tree)[1], raw=tree_of.raw(body))


def read_look(body: bytes, headers: Mapping[str, str] = _NO_HEADERS) -> QueryResult:
    """Return what the body of a good answer to a query says of the task; only a status word makes it failed.

    Raises:
        CallFailed: No status word anywhere: an error object by its kind, else BAD_ANSWER.
    """
    tree = _tree(body)
    status, word = statuses.read(tree)
    if not word:
        if errors.is_error(tree):
            raise errors.get_refused(tree, headers, body)
        raise errors.unreadable(body, Message(N_("the answer tells no status")))
    url = fields.video_url(tree) if status is Status.DONE else None
    return QueryResult(
        status=status,
        provider_status=word,
        progress=fields.progress(tree),
        enhanced_prompt=fields.enhanced_prompt(tree),
        video_url=url,
        thumbnail_url=fields.thumbnail_url(tree),
        gif_url=fields.gif_url(tree),
        width=fields.side(tree, "width"),
        height=fields.side(tree, "height"),
        expires_at=fields.expires_at(tree, url) if url else None,
        failure=fields.failure(tree, word) if status is Status.FAILED else None,
        raw=tree_of.raw(body),
    )


def read_link(body: bytes) -> str | None:
    """Return the link to the video in the answer of a content call, None when there is none to be read."""
    try:
        return fields.video_url(tree_of.decode(body))
    except Unreadable:
        return None


def read_models(body: bytes, headers: Mapping[str, str] = _NO_HEADERS) -> tuple[str, ...]:
    """Return the model ids this key can use, each once, in the provider's order.

    Raises:
        CallFailed: The body is an error object, or no list of models.
    """
    tree = _tree(body)
    listed = tree if isinstance(tree, list) else at(tree, "data")
    if not isinstance(listed, list):
        if errors.is_error(tree):
            raise errors.get_refused(tree, headers, body)
        raise errors.unreadable(body, Message(N_("the answer holds no list of models")))
    names = (text(entry if isinstance(entry, str) else at(entry, "id"), 200) for entry in listed[:_MODELS_LIMIT])
    return tuple(dict.fromkeys(filter(None, names)))


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
        return Balance(remaining=None)
    return None if used is None else Balance(remaining=limit - used / 100)


def _tree(body: bytes) -> object:
    try:
        return tree_of.decode(body)
    except Unreadable:
        raise errors.unreadable(body) from None


def _id(value: object) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        value = str(value)
    if not isinstance(value, str):
        return None
    value = value.strip()
    return value if 0 < len(value) <= ID_LIMIT and not unsafe(value) else None


def _bare_id(tree: object) -> str | None:
    """Return the id of an envelope whose ``data`` is the id itself, and whose code says that all is well."""
    return None if errors.is_error(tree) or at(tree, "code") is None else _id(at(tree, "data"))
