"""The simulated provider, without HTTP: its tasks, its money, its clock, and what each call does to them."""

import random
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal

from qr_tui.core.failures import Kind, Trouble
from qr_tui.simulator import create_request, shapes, vendor_requests, vendor_shapes
from qr_tui.simulator.account import Account
from qr_tui.simulator.faults import SPACED, Faults, strike_answer
from qr_tui.simulator.options import Options, parse_fault
from qr_tui.simulator.replies import (
    Refused,
    Reply,
    bad_request,
    error,
    key_refused,
    unknown_task,
)
from qr_tui.simulator.request_log import LoggedCall, RequestLog, model_of, prompt_of
from qr_tui.simulator.sample_media import film
from qr_tui.simulator.scenarios import FAILURES
from qr_tui.simulator.task import SimTask, Stage

# what the relay calls the ways to a model
ENDPOINT_TYPES: Final = {
    "sora": "视频统一格式",
    "veo": "视频统一格式",
    "grok": "grok视频",
    "seedance": "豆包视频异步",
    "kling": "文生视频",
    "hailuo": "海螺视频生成",
    "veo-openai": "openAI视频格式",
}


class SimulatorState:
    """Everything that is true at the provider. Not thread-safe: the server's loop is its only user while it runs.

    Args:
        options: How it behaves.
        clock: Unix seconds.

    Raises:
        Trouble: USAGE, when a fault of the options cannot be read.
    """

    def __init__(self, options: Options, clock: Callable[[], float] = time.time) -> None:
        self.options = options
        self.faults = Faults()
        for text in options.faults:
            self.faults.add(parse_fault(text))
        self.key = options.key
        self.refused = set(options.refused)
        self._clock = clock
        self._ahead = 0.0
        self._requests = 0
        self.forget()

    def forget(self) -> None:
        """Begin anew: no tasks, no counts, a full account, the seed from its start."""
        self.tasks: dict[str, SimTask] = {}
        self.request_log = RequestLog()
        self.account = Account(self.options.balance)
        self._made = 0
        self._recent_looks: deque[float] = deque()

    # time ------------------------------------------------------------------------------------------------------
    @property
    def now(self) -> float:
        """The time here, Unix seconds."""
        return self._clock() + self._ahead

    def advance(self, seconds: float) -> None:
        """Move the clock on (or back, with a negative number)."""
        self._ahead += seconds

    def next_request_id(self) -> str:
        """Return the id of one more request, in the relay's manner: the time, then a number."""
        self._requests += 1
        return f"{datetime.fromtimestamp(self.now, UTC):%Y%m%d%H%M%S}{self._requests:09d}"

    # one call --------------------------------------------------------------------------------------------------
    def perform(self, call: LoggedCall, act: Callable[[LoggedCall], Reply]) -> Reply:
        """Carry out a call: note it, check its key, let a fault strike if one stands, else `act`."""
        self.request_log.received(call)
        public = call.endpoint == "media"
        call.auth = self._judge(call.key)
        self.request_log.judged(call)
        if call.auth != "ok" and not public:
            return self._ended(call, key_refused(call.request_id))
        fault = self.faults.strike(call.endpoint, self._text(call), self.now)
        call.fault = fault.fault if fault else None
        if fault is None or fault.carries_out:
            try:
                answer = act(call)
            except Refused as refused:
                answer = refused.answer
        else:
            answer = Reply(body={"id": self._ghost(), "status": "pending"})
        if fault is not None:
            answer = strike_answer(fault, answer, model=model_of(call.body), request_id=call.request_id)
        return self._ended(call, answer)

    def _ended(self, call: LoggedCall, answer: Reply) -> Reply:
        self.request_log.answered(call, answer.ending or answer.status)
        return answer

    def _judge(self, key: str) -> Literal["ok", "refused", "none"]:
        if not key:
            return "none"
        good = key not in self.refused and self.key in (None, key)
        return "ok" if good else "refused"

    def _text(self, call: LoggedCall) -> str:
        task_id = call.query.get("id") or call.query.get("task_id", "")
        task = self.tasks.get(task_id)
        known = f"{task.order.prompt} {task.order.model.id}" if task else ""
        return f"{task_id} {known} {prompt_of(call.body)} {model_of(call.body)}"

    def _ghost(self) -> str:
        """Return an id that leads to no task, for an answer to something that was not carried out."""
        chance = random.Random(f"{self.options.seed}/ghost/{self._requests}/{self.options.run}")
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))

    # making ----------------------------------------------------------------------------------------------------
    def create(self, call: LoggedCall) -> Reply:
        """``POST /v1/video/create``."""
        return self._make(call, create_request.read(call.body, call.request_id, self.options.models_off))

    def create_volc(self, call: LoggedCall) -> Reply:
        """``POST /volc/v1/contents/generations/tasks``, or the same below ``/api/v3``."""
        prefix = call.path.removesuffix("/contents/generations/tasks")
        return self._make(call, vendor_requests.volc(call.body, call.request_id, self.options.models_off, prefix))

    def create_kling(self, call: LoggedCall) -> Reply:
        """``POST /kling/v1/videos/{text2video|image2video}``."""
        action = call.query["action"]
        order = vendor_requests.kling(call.body, call.request_id, self.options.models_off, action)
        if order.own_id and any(task.order.own_id == order.own_id for task in self.tasks.values()):
            words = "invalid parameter: external_task_id exists already"
            raise Refused(Reply(body={"code": 1201, "message": words, "request_id": call.request_id, "data": None}))
        return self._make(call, order)

    def create_hailuo(self, call: LoggedCall) -> Reply:
        """``POST /minimax/v1/video_generation``."""
        return self._make(call, vendor_requests.hailuo(call.body, call.request_id, self.options.models_off))

    def create_openai(self, call: LoggedCall) -> Reply:
        """``POST /v1/videos``."""
        return self._make(call, vendor_requests.openai(call.body, call.request_id, self.options.models_off))

    def remix(self, call: LoggedCall) -> Reply:
        """``POST /v1/videos/{id}/remix``: only of a finished, public Sora video."""
        source, wrong = self._source(call, call.query["id"])
        if source.family != "sora":
            raise wrong("only a Sora video can be remixed")
        if source.private:
            raise wrong("this video is private and cannot be remixed")
        if source.stage(self.now) != "completed":
            raise wrong("the video is not completed yet")
        body = call.body if isinstance(call.body, dict) else {}
        prompt, size = body.get("prompt"), body.get("size", source.body["size"])
        order = create_request.read({**source.body, "prompt": prompt, "size": size}, call.request_id)
        return self._make(call, order, source=source.id)

    def extend(self, call: LoggedCall) -> Reply:
        """``POST /v1/video/extend``: Grok only."""
        body = call.body if isinstance(call.body, dict) else {}
        task_id, start = body.get("task_id"), body.get("start_time")
        if not isinstance(task_id, str) or not task_id:
            raise Refused(bad_request("task_id is required", call.request_id))
        source, wrong = self._source(call, task_id)
        if isinstance(start, bool) or not isinstance(start, int | float) or start < 0:
            raise wrong("start_time is required and must be seconds")
        keep = ("model", "prompt", "aspect_ratio", "size")
        order = create_request.read({name: body[name] for name in keep if name in body}, call.request_id)
        if order.model.family != "grok" or source.family != "grok":
            raise wrong("only a Grok video can be extended")
        if source.stage(self.now) != "completed":
            raise wrong("the video is not completed yet")
        return self._make(call, order)

    def _source(self, call: LoggedCall, task_id: str) -> tuple[SimTask, Callable[[str], Refused]]:
        task = self.tasks.get(task_id)
        if task is None:
            raise Refused(unknown_task())
        return task, lambda words: Refused(bad_request(words, call.request_id))

    def _make(self, call: LoggedCall, order: create_request.CreateRequest, source: str | None = None) -> Reply:
        self.account.charge(order.price, call.request_id)
        task = SimTask(
            order,
            seed=self.options.seed,
            number=self._made,
            now=self.now,
            speed=self.options.speed,
            source=source,
            run=self.options.run,
        )
        self._made += 1
        self.tasks[task.id] = task
        call.made = task.id
        if order.route != "unified":
            return Reply(body=vendor_shapes.created(task, self.now, call.request_id))
        return Reply(body=shapes.created(task, self.now))

    # looking ---------------------------------------------------------------------------------------------------
    def query(self, call: LoggedCall) -> Reply:
        """``GET /v1/video/query?id=``."""
        task_id = call.query.get("id", "")
        if not task_id:
            raise Refused(bad_request("id is required", call.request_id))
        self.request_log.looked(task_id, call.at)
        self._limit(call)
        task = self._known(call, self.tasks.get(task_id), "unified")
        return Reply(body=shapes.looked_at(task, self.now, call.base_url))

    def query_volc(self, call: LoggedCall) -> Reply:
        """``GET …/contents/generations/tasks/{id}``."""
        return self._query_vendor(call, "volc-tasks", self.tasks.get(call.query["id"]))

    def query_volc_many(self, call: LoggedCall) -> Reply:
        """``GET …/contents/generations/tasks?filter.task_ids=``: those it knows, and no word of the others."""
        ids = [one for one in call.query.get("filter.task_ids", "").split(",") if one]
        for task_id in ids:
            self.request_log.looked(task_id, call.at)
        self._limit(call)
        found = [task for task in map(self.tasks.get, ids) if task is not None and task.order.route == "volc-tasks"]
        items = [
            vendor_shapes.looked_at(task, self.now, call.base_url, call.request_id)
            for task in found
            if not (task.scenario.forgotten or task.scenario.poison)
        ]
        return Reply(body={"total": len(items), "items": items})

    def query_kling(self, call: LoggedCall) -> Reply:
        """``GET /kling/v1/videos/{action}/{id}``: by either id, on the path that it was made by."""
        wanted = call.query["id"]
        own = (task for task in self.tasks.values() if task.order.own_id == wanted)
        task = self.tasks.get(wanted) or next(own, None)
        if task is not None and task.order.action != call.query["action"]:
            task = None
        return self._query_vendor(call, "kling", task)

    def query_hailuo(self, call: LoggedCall) -> Reply:
        """``GET /minimax/v1/query/video_generation?task_id=``."""
        return self._query_vendor(call, "hailuo", self.tasks.get(call.query.get("task_id", "")))

    def query_openai(self, call: LoggedCall) -> Reply:
        """``GET /v1/videos/{id}``."""
        return self._query_vendor(call, "openai-videos", self.tasks.get(call.query["id"]))

    def _query_vendor(self, call: LoggedCall, route: str, task: SimTask | None) -> Reply:
        self.request_log.looked(call.query.get("id") or call.query.get("task_id", ""), call.at)
        self._limit(call)
        known = self._known(call, task, route)
        return Reply(body=vendor_shapes.looked_at(known, self.now, call.base_url, call.request_id))

    def _known(self, call: LoggedCall, task: SimTask | None, route: str) -> SimTask:
        if task is None or task.scenario.forgotten or task.order.route != route:
            raise Refused(unknown_task())
        if task.scenario.poison:
            raise Refused(error(500, "do request failed", code="do_request_failed", request_id=call.request_id))
        return task

    def _limit(self, call: LoggedCall) -> None:
        allowed = self.options.looks_per_minute
        if not allowed:
            return
        recent = self._recent_looks
        while recent and recent[0] <= self.now - 60:
            recent.popleft()
        if len(recent) >= allowed:
            raise Refused(error(429, "Too many requests", code="rate_limit", request_id=call.request_id))
        recent.append(self.now)

    def content(self, call: LoggedCall) -> Reply:
        """``GET /v1/videos/{id}/content``."""
        task = self.tasks.get(call.query["id"])
        if task is None:
            raise Refused(error(404, "video not found", code="not_found", request_id=call.request_id))
        if task.stage(self.now) != "completed":
            raise Refused(bad_request("the video is not completed yet", call.request_id))
        if task.scenario.content_json:
            return Reply(body={"video_url": shapes.video_url(task, self.now, call.base_url)})
        return Reply(film=film(f"{task.take}.mp4", task.scenario.size))

    def media(self, call: LoggedCall) -> Reply:
        """``GET /media/{id}/video.mp4`` (also ``my video.mp4``) or ``thumbnail.webp``: the CDN, which wants no key."""
        task = self.tasks.get(call.query["id"])
        if task is None or task.stage(self.now) != "completed" or task.scenario.dead_link:
            raise Refused(Reply(status=404, raw=b"not found", media_type="text/plain"))
        if call.query["name"] == "thumbnail.webp":
            return Reply(film=film(f"{task.take}.webp"))
        if f"/{call.query['name']}" not in ("/video.mp4", SPACED):
            raise Refused(Reply(status=404, raw=b"not found", media_type="text/plain"))
        task.fetches += 1
        if task.fetches <= task.scenario.lag or self._expired(call.query):
            raise Refused(Reply(status=403, raw=b"<Error>AuthenticationFailed</Error>", media_type="text/xml"))
        return Reply(film=film(f"{task.take}.mp4", task.scenario.size))

    def _expired(self, signed: Mapping[str, str]) -> bool:
        try:
            if "X-Tos-Date" in signed:
                begin = datetime.strptime(signed["X-Tos-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                return begin.timestamp() + float(signed.get("X-Tos-Expires", "0")) <= self.now
            if "Expires" in signed:
                return float(signed["Expires"]) <= self.now
            return datetime.fromisoformat(signed.get("se", "")).timestamp() <= self.now
        except ValueError:
            return False

    def models(self, _call: LoggedCall) -> Reply:
        """``GET /v1/models``."""
        described = [model for model in create_request.CATALOGUE if not model.on_few_hosts]
        models = [*described, *map(create_request.CATALOGUE.get, create_request.ONLY_HERE)]
        data = [
            {
                "id": model.id,
                "object": "model",
                "created": 1_790_000_000,
                "owned_by": model.family,
                "supported_endpoint_types": [ENDPOINT_TYPES[model.family]],
            }
            for model in models
            if model.id not in self.options.models_off
        ]
        return Reply(body={"object": "list", "data": data})

    def subscription(self, _call: LoggedCall) -> Reply:
        """``GET /v1/dashboard/billing/subscription``."""
        return Reply(body=self.account.subscription())

    def usage(self, _call: LoggedCall) -> Reply:
        """``GET /v1/dashboard/billing/usage``."""
        return Reply(body=self.account.usage())

    # from outside ----------------------------------------------------------------------------------------------
    def force(
        self,
        task_id: str,
        *,
        status: Stage | None = None,
        progress: float | None = None,
        reason: str = "",
        word: str | None = None,
        hold: bool | None = None,
    ) -> SimTask:
        """Put a task where a test or a demo wants it; it goes on from there unless it is held.

        Args:
            task_id: Which.
            status: The stage to put it in.
            progress: 0 to 1; alone it means ``processing``.
            reason: For ``failed``: one of `scenarios.FAILURES`.
            word: A status word to report instead of the real one; empty ends that.
            hold: Stand still from now on, or go on.

        Raises:
            Trouble: UNKNOWN_TASK, or USAGE for a reason that is none.
        """
        task = self.tasks.get(task_id)
        if task is None:
            raise Trouble(Kind.UNKNOWN_TASK, task_id)
        if reason and reason not in FAILURES:
            raise Trouble(Kind.USAGE, f"reason {reason}: {', '.join(FAILURES)}")
        stage = status or ("processing" if progress is not None else None)
        if stage is not None:
            task.put(stage, self.now, progress=progress, reason=reason)
        if word is not None:
            task.word = word or None
        if hold is not None:
            task.hold(self.now, hold)
        return task

    def told(self) -> list[dict[str, Any]]:
        """Return every task, as the control path tells it."""
        now = self.now
        return [
            {
                "id": task.id,
                "model": task.order.model.id,
                "prompt": task.order.prompt,
                "status": task.stage(now),
                "progress": task.progress(now),
                "made_at": task.made_at,
                "seconds": task.length,
                "price": task.order.price,
            }
            for task in self.tasks.values()
        ]
