"""Faults on demand: which one strikes a call, and what it makes of the answer."""

import gzip
from typing import Any, Final

import msgspec

from qr_tui.simulator.options import Fault
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
BUSY: Final = "当前分组上游负载已饱和，请稍后再试"


class ActiveFault:
    """A fault that waits for its calls."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.passed = 0
        self.struck = 0

    @property
    def spent(self) -> bool:
        """Whether it has struck as often as it should."""
        return 0 < self.fault.count <= self.struck

    def strikes(self, endpoint: str, text: str) -> bool:
        """Tell whether it strikes this call, and count it."""
        fault = self.fault
        if self.spent or fault.on not in (endpoint, "any") or fault.match not in text:
            return False
        if self.passed < fault.after:
            self.passed += 1
            return False
        self.struck += 1
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

    def strike(self, endpoint: str, text: str) -> Fault | None:
        """Return the fault that strikes this call, if any. `text` is its prompt or task id, for `Fault.match`."""
        return next((one.fault for one in self._standing if one.strikes(endpoint, text)), None)


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
        case "task_not_exist":
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
    return answer


def _twisted(value: Any) -> Any:  # noqa: ANN401 -- any JSON
    """Return `value` with every leaf of a type nobody expects there."""
    if isinstance(value, dict):
        return {name: _twisted(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return {"items": [_twisted(inner) for inner in value]}
    if isinstance(value, str):
        return [value]
    return {"value": value} if value is not None else [None]
