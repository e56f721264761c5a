"""What goes back to the client, before it becomes bytes on a wire; and the error bodies of quickrouter.md §5."""

from typing import Any, Literal

import msgspec

from qr_tui.simulator.sample_media import Sample


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer.

    `body` is sent as JSON unless `raw` or `film` is set. `ending` is how the connection ends where no proper answer
    is wanted: ``reset`` (RST, nothing sent), ``hang`` (silence), ``cut`` (a part of it, then closed).
    """

    status: int = 200
    body: Any = None
    raw: bytes | None = None
    media_type: str = "application/json"
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    film: Sample | None = None
    ending: Literal["", "reset", "hang", "cut"] = ""
    delay: float = 0.0
    size: int = 0
    ranges: bool = True
    film_fault: str = ""


class Refused(Exception):
    """The request was refused in words; `answer` holds them."""

    def __init__(self, answer: Reply) -> None:
        super().__init__(answer.status)
        self.answer = answer


def error(status: int, message: str, *, code: str = "", kind: str = "new_api_error", request_id: str = "") -> Reply:
    """Return the relay's usual error: an object in ``error``, the request id at the end of its message."""
    words = f"{message} (request id: {request_id})" if request_id else message
    return Reply(status=status, body={"error": {"message": words, "type": kind, "code": code}})


def bad_request(message: str, request_id: str = "") -> Reply:
    """Return the 400 for a value the API does not take."""
    kind = "invalid_request_error"
    return error(400, message, code="invalid_request", kind=kind, request_id=request_id)


def unknown_task() -> Reply:
    """Return what a query for an unknown id gets: a 400, not a 404."""
    return Reply(status=400, body={"code": "task_not_exist", "message": "task_not_exist", "data": None})


def key_refused(request_id: str = "") -> Reply:
    """Return the 401."""
    return error(401, "无效的令牌", request_id=request_id)


def no_balance(left: float, request_id: str = "", status: int = 403) -> Reply:
    """Return the refusal of an empty account."""
    words = f"用户额度不足, 剩余额度: {left:.2f}"
    return error(status, words, code="insufficient_user_quota", request_id=request_id)


def no_channel(model: str, request_id: str = "") -> Reply:
    """Return the refusal of a model that nobody serves."""
    words = f"分组 default 下模型 {model} 无可用渠道（distributor）"
    return error(503, words, code="model_not_found", request_id=request_id)


def html(status: int, title: str) -> Reply:
    """Return a page, as a proxy between client and API would."""
    page = f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>"
    return Reply(status=status, raw=page.encode(), media_type="text/html")
