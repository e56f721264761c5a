"""Faults on demand: which one strikes a call, and what it makes of the answer."""

import gzip
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from qr_tui.simulator.options import FILM, Fault
from qr_tui.simulator.replies import (
    Reply,
    bad_request,
    error,
    html,
    key_refused,
    no_balance,
    no_channel,
    unknown_task,
)
from qr_tui.simulator.shapes import UNKNOWN_WORD

HUGE: Final = 10 * 1024 * 1024
PICTURE: Final = 2 * 1024 * 1024
ROW: Final = 4711  # the relay's own number of a task, which no query knows
SPACED: Final = "/my video.mp4"  # the same file under a name with a space
BUSY: Final = "当前分组上游负载已饱和，请稍后再试"


class ActiveFault:
    """A fault that waits for its calls."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.passed = 0
        self.struck = 0
        self._first: float | None = None  # when it struck first

    def _is_spent(self, now: float) -> bool:
        """Tell whether it has struck as often, or as long, as it should."""
        if self.fault.lasts:
            return self._first is not None and now >= self._first + self.fault.lasts
        return 0 < self.fault.count <= self.struck

    def strikes(self, endpoint: str, text: str, now: float) -> bool:
        """Tell whether it strikes this call, and count it."""
        fault = self.fault
        if self._is_spent(now) or fault.on not in (endpoint, "any") or fault.match not in text:
            return False
        if self.passed < fault.after:
            self.passed += 1
            return False
        self.struck += 1
        self._first = now if self._first is None else self._first
        return True


class Faults:
    """The faults that stand, in the order they were asked for; the first that fits strikes."""

    def __init__(self) -> None:
        self._standing: list[ActiveFault] = []

    def add(self, fault: Fault) -> None:
        """Let `fault` stand from now on."""
        self._standing.append(ActiveFault(fault))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._standing.clear()

    def listed(self) -> list[dict[str, Any]]:
        """Return every fault with how often it has struck, spent ones too."""
        return [{**msgspec.structs.asdict(one.fault), "struck": one.struck} for one in self._standing]

    def strike(self, endpoint: str, text: str, now: float) -> Fault | None:
        """Return the fault that strikes this call, if any.

        Args:
            endpoint: Which call it is.
            text: Its prompt, model and task id, for `Fault.match`.
            now: The simulator's time, for `Fault.lasts`.
        """
        return next((one.fault for one in self._standing if one.strikes(endpoint, text, now)), None)


def strike_answer(fault: Fault, answer: Reply, *, model: str, request_id: str) -> Reply:
    """Return what `fault` makes of `answer`."""
    struck = _instead(fault, model, request_id) or _distorted(fault, answer)
    if fault.retry_after is None:
        return struck
    headers = {**struck.headers, "retry-after": f"{fault.retry_after:g}"}
    return msgspec.structs.replace(struck, headers=headers)


def _instead(fault: Fault, model: str, request_id: str) -> Reply | None:
    """Return the answer that comes in place of the real one, for the faults that replace it."""
    match fault.fault:
        case "400":
            return bad_request("invalid request parameters", request_id)
        case "401":
            return key_refused(request_id)
        case "403":
            return error(403, "该令牌无权使用此模型", code="access_denied", request_id=request_id)
        case "404":
            return error(404, "Invalid URL", kind="invalid_request_error", request_id=request_id)
        case "429":
            words, code = "Too many requests, please slow down", "rate_limit_exceeded"
            return error(429, words, code=code, request_id=request_id)
        case "429_empty":
            return Reply(status=429, raw=b"")
        case "500":
            words, code = "do request failed", "do_request_failed"
            return error(500, words, code=code, kind="upstream_error", request_id=request_id)
        case "503":
            return error(503, "Service Unavailable", kind="upstream_error", request_id=request_id)
        case "502" | "504" | "524":
            return html(int(fault.fault), f"{fault.fault} upstream trouble")
        case "html":
            return html(200, "Welcome")
        case "empty":
            return Reply(raw=b"")
        case "error_in_200":
            return error(200, BUSY, code="upstream_busy", kind="upstream_error", request_id=request_id)
        case "no_balance":
            return no_balance(0.01, request_id)
        case "no_balance_429":
            words = f"{BUSY}: 用户额度不足"
            return error(429, words, code="insufficient_user_quota", request_id=request_id)
        case "model_not_found":
            return no_channel(model, request_id)
        case "json_in_message":
            inner = no_channel(model, request_id).body
            message = msgspec.json.encode(inner).decode()
            return Reply(status=400, body={"code": "fail_to_fetch_task", "message": message, "data": None})
        case "refused_200":
            return Reply(body={"code": 1201, "message": "invalid parameter: duration", "data": None})
        case "task_not_exist" | "not_known":
            return unknown_task()
        case "redirect":
            return Reply(status=307, raw=b"", headers={"location": fault.location})
        case "reset" | "reset_before":
            return Reply(ending="reset")
        case "hang":
            return Reply(ending="hang", delay=fault.seconds)
        case "gzip_bomb":
            bomb = gzip.compress(b'{"id":"' + bytes(fault.size or HUGE) + b'"}')
            return Reply(raw=bomb, headers={"content-encoding": "gzip"})
    return None


def _distorted(fault: Fault, answer: Reply) -> Reply:
    replace = msgspec.structs.replace
    body = answer.body
    if fault.fault in FILM:
        return replace(answer, film_fault=fault.fault) if answer.film is not None else answer
    match fault.fault:
        case "latency":
            return replace(answer, delay=fault.seconds)
        case "cut":
            return replace(answer, ending="cut", size=fault.size)
        case "no_range":
            return replace(answer, ranges=False)
        case "broken_json":
            text = msgspec.json.encode(body)
            return replace(answer, raw=text[: len(text) // 2] or b"{")
        case "huge":
            padded = body if isinstance(body, dict) else {"data": body}
            return replace(answer, body={"padding": "x" * (fault.size or HUGE)} | padded)
        case "no_id" if isinstance(body, dict):
            return replace(answer, body={name: body[name] for name in body if name not in ("id", "task_id")})
        case "unknown_status" if isinstance(body, dict):
            changed = {name: body[name] for name in body if name != "detail"} | {"status": UNKNOWN_WORD}
            return replace(answer, body=changed)
        case "wrong_types":
            return replace(answer, body=_twisted(body))
        case "huge_base64" if isinstance(body, dict):
            return replace(answer, body={"b64_json": "QUJD" * ((fault.size or PICTURE) // 4)} | body)
        case "int_id" if isinstance(body, dict) and "id" in body:
            return replace(answer, body=body | {"id": ROW, "task_id": body["id"]})
        case "numeric_status" if isinstance(body, dict):
            return replace(answer, body=_numbered(body))
        case "content_link" | "relative_link" | "space_link":
            return replace(answer, body=_linked(body, fault.fault))
    return answer


def _numbered(body: dict[str, Any]) -> dict[str, Any]:
    """Return `body` with a number for every word of its status: 3 once there is a link."""
    link = body.get("video_url")
    number, progress = (3, 100) if link else (2, 40)
    kept = {name: body[name] for name in body if name not in ("detail", "status")}
    return kept | {"status": number, "state": number, "progress": progress}


def _linked(body: Any, fault: str) -> Any:  # noqa: ANN401 -- any JSON
    """Return `body` with its link in another place, or spelled in another way."""
    if not isinstance(body, dict):
        return body
    coat = isinstance(body.get("data"), dict)
    inside = body["data"] if coat else body
    place = next((name for name in ("video_url", "result_url") if inside.get(name)), None)
    if place is None:
        return body
    link = inside[place]
    if fault == "content_link":
        odd = {name: inside[name] for name in inside if name not in (place, "detail")}
        odd["content"] = {"video_url": link}
    else:
        parts = urlsplit(link)
        relative = f"{parts.path}?{parts.query}"
        odd = _replaced(inside, link, relative if fault == "relative_link" else link.replace("/video.mp4", SPACED))
    return {**body, "data": odd} if coat else odd


def _replaced(value: Any, old: str, new: str) -> Any:  # noqa: ANN401 -- any JSON
    if isinstance(value, dict):
        return {name: _replaced(inner, old, new) for name, inner in value.items()}
    return new if value == old else value


def _twisted(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Return `value` with every leaf of a type nobody expects there."""
    if isinstance(value, dict):
        return {name: _twisted(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return {"items": [_twisted(inner) for inner in value]}
    if isinstance(value, str):
        return [value]
    return {"value": value} if value is not None else [None]
