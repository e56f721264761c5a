"""What the simulator has received: the witness of how often a video was asked for and paid."""

import hashlib
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from typing import Any, Final, Literal

import msgspec

from qr_tui.core.task import Request

LOOKS_KEPT: Final = 5_000
SECRET_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "x-api-key"})


class LoggedCall(msgspec.Struct, kw_only=True):
    """One request as it came in. `made` and `fault` are filled in while it is carried out.

    Attributes:
        base_url: How the client calls this host, from its Host header.
        headers: Every header but those that carry secrets.
        key: The bearer key; never recorded, only its digest is.
        query: Query parameters.
    """

    endpoint: str
    at: float
    request_id: str = ""
    base_url: str = ""
    path: str = ""
    headers: dict[str, str] = {}
    key: str = ""
    query: dict[str, str] = {}
    raw: bytes = b""
    body: Any = None
    made: str | None = None
    fault: str | None = None
    auth: Literal["ok", "refused", "none"] = "none"


def digest(key: str) -> str:
    """Return twelve hex digits that tell keys apart: the same as `Key.account` of the client."""
    return hashlib.sha256(key.encode()).hexdigest()[:12]


def fingerprint(body: object, base_url: str) -> str:
    """Return the fingerprint that the client's own `Request` would have; empty if the body is none of its making."""
    if not isinstance(body, dict) or not isinstance(body.get("images", []), list):
        return ""
    rest = {name: body[name] for name in body if name not in ("model", "prompt", "images")}
    request = Request(
        model=body.get("model", ""),
        prompt=body.get("prompt", ""),
        images=tuple(body.get("images", ())),
        parameters=rest,
    )
    return request.fingerprint(base_url)


def prompt_of(body: object) -> str:
    """Return the prompt in the body of a create call of any route, empty when there is none."""
    if not isinstance(body, dict):
        return ""
    parts = body.get("content")
    texts = [part.get("text") for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    return next((text for text in (body.get("prompt"), *texts) if isinstance(text, str)), "")


def model_of(body: object) -> str:
    """Return the model in the body of a create call of any route, empty when there is none."""
    return str(body.get("model") or body.get("model_name") or "") if isinstance(body, dict) else ""


class RequestLog:
    """Counts and lists of everything received, until it is reset."""

    def __init__(self) -> None:
        self.requests: Counter[str] = Counter()
        self.statuses: Counter[str] = Counter()
        self.creates: list[LoggedCall] = []
        self.fetches: deque[LoggedCall] = deque(maxlen=LOOKS_KEPT)
        self.looks: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=LOOKS_KEPT))
        self.look_counts: Counter[str] = Counter()
        self.auth: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self.accounts: Counter[str] = Counter()
        self.headers: dict[str, dict[str, str]] = {}
        self.in_flight = 0
        self.most_in_flight = 0

    def received(self, call: LoggedCall) -> None:
        """Note a call that came in whole."""
        self.requests[call.endpoint] += 1
        self.headers[call.endpoint] = call.headers
        if call.key:
            self.accounts[digest(call.key)] += 1
        if call.endpoint in ("create", "remix", "extend"):
            self.creates.append(call)
        elif call.endpoint in ("media", "content"):
            self.fetches.append(call)

    def judged(self, call: LoggedCall) -> None:
        """Note what became of its key."""
        self.auth[call.endpoint][call.auth] += 1

    def looked(self, task_id: str, at: float) -> None:
        """Note a query for `task_id`, known or not."""
        self.looks[task_id].append(at)
        self.look_counts[task_id] += 1

    def answered(self, call: LoggedCall, status: int | str) -> None:
        """Note how a call ended: its HTTP status, or ``reset`` or ``hang``."""
        self.statuses[f"{call.endpoint} {status}"] += 1

    def entered(self) -> None:
        """Note that a request is being worked on."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def left(self) -> None:
        """Note that it is done with."""
        self.in_flight -= 1

    def told(self) -> dict[str, Any]:
        """Return everything, as the control path tells it."""
        posts: dict[str, dict[str, int]] = {}
        prints: dict[str, dict[str, int]] = {}
        creates = []
        for call in self.creates:
            prompt = prompt_of(call.body)
            mark = fingerprint(call.body, call.base_url) if call.endpoint == "create" else ""
            for tally, name in ((posts, prompt), (prints, mark)):
                if isinstance(name, str) and name:
                    count = tally.setdefault(name, {"received": 0, "paid": 0})
                    count["received"] += 1
                    count["paid"] += call.made is not None
            creates.append(
                {
                    "endpoint": call.endpoint,
                    "at": call.at,
                    "path": call.path,
                    "body": call.body,
                    "raw": call.raw.decode(errors="replace") if call.body is None else None,
                    "id": call.made,
                    "fault": call.fault,
                    "auth": call.auth,
                    "account": digest(call.key) if call.key else None,
                    "fingerprint": mark,
                    "headers": call.headers,
                    "request_id": call.request_id,
                }
            )
        return {
            "requests": dict(self.requests),
            "statuses": dict(self.statuses),
            "paid": sum(call.made is not None for call in self.creates),
            "creates": creates,
            "posts": posts,
            "fingerprints": prints,
            "fetches": [
                {"endpoint": call.endpoint, "path": call.path, "range": call.headers.get("range")}
                for call in self.fetches
            ],
            "looks": {task: list(times) for task, times in self.looks.items()},
            "look_counts": dict(self.look_counts),
            "auth": {endpoint: dict(counts) for endpoint, counts in self.auth.items()},
            "accounts": dict(self.accounts),
            "headers": self.headers,
            "most_in_flight": self.most_in_flight,
        }


def harmless(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers without the ones that carry secrets."""
    return {name.lower(): value for name, value in headers.items() if name.lower() not in SECRET_HEADERS}
