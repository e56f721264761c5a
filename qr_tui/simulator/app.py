"""The QuickRouter API as a Starlette application (quickrouter.md §2–§5)."""

import asyncio
import email
import hashlib
import time
from collections.abc import Awaitable, Callable
from email.message import Message

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from qr_tui.simulator import control
from qr_tui.simulator.options import Options
from qr_tui.simulator.replies import Reply, error
from qr_tui.simulator.request_log import LoggedCall, harmless
from qr_tui.simulator.responses import NoAnswer, response
from qr_tui.simulator.state import SimulatorState

Handler = Callable[[Request], Awaitable[Response]]


def create_app(
    options: Options, clock: Callable[[], float] = time.time, *, state: SimulatorState | None = None
) -> Starlette:
    """Return the simulator as an application; its `SimulatorState` is in ``app.state.simulator``.

    Raises:
        Trouble: USAGE, when a fault of `options` cannot be read.
    """
    state = state or SimulatorState(options, clock)
    table = (
        ("/v1/video/create", "POST", "create", state.create),
        ("/v1/video/query", "GET", "query", state.query),
        ("/v1/video/extend", "POST", "extend", state.extend),
        ("/v1/videos/{id}/remix", "POST", "remix", state.remix),
        ("/v1/videos/{id}/content", "GET", "content", state.content),
        ("/volc/v1/contents/generations/tasks", "POST", "create", state.create_volc),
        ("/api/v3/contents/generations/tasks", "POST", "create", state.create_volc),
        ("/kling/v1/videos/{action}", "POST", "create", state.create_kling),
        ("/minimax/v1/video_generation", "POST", "create", state.create_hailuo),
        ("/v1/videos", "POST", "create", state.create_openai),
        ("/volc/v1/contents/generations/tasks", "GET", "query", state.query_volc_many),
        ("/volc/v1/contents/generations/tasks/{id}", "GET", "query", state.query_volc),
        ("/api/v3/contents/generations/tasks/{id}", "GET", "query", state.query_volc),
        ("/kling/v1/videos/{action}/{id}", "GET", "query", state.query_kling),
        ("/minimax/v1/query/video_generation", "GET", "query", state.query_hailuo),
        ("/v1/videos/{id}", "GET", "query", state.query_openai),
        ("/v1/models", "GET", "models", state.models),
        ("/v1/dashboard/billing/subscription", "GET", "billing", state.subscription),
        ("/v1/dashboard/billing/usage", "GET", "billing", state.usage),
        ("/media/{id}/{name}", "GET", "media", state.media),
    )
    routes = [Route(path, _handler(state, endpoint, act), methods=[method]) for path, method, endpoint, act in table]
    app = Starlette(routes=[*routes, *control.routes(state)], exception_handlers={404: _no_path, 405: _no_path})
    app.state.simulator = state
    return app


def _handler(state: SimulatorState, endpoint: str, act: Callable[[LoggedCall], Reply]) -> Handler:
    async def handle(request: Request) -> Response:
        try:
            raw = await request.body()
        except ClientDisconnect:
            return NoAnswer(None)
        call = _read(state, endpoint, request, raw)
        state.request_log.entered()
        try:
            answer = state.perform(call, act)
            # the work is done before the wait: whoever gives up waiting has paid all the same
            delay = state.options.latency + (0 if answer.ending == "hang" else answer.delay)
            if delay:
                await asyncio.sleep(delay)
        finally:
            state.request_log.left()
        headers = {"x-oneapi-request-id": call.request_id} if endpoint != "media" else {}
        return response(msgspec.structs.replace(answer, headers=headers | answer.headers), request)

    return handle


def _read(state: SimulatorState, endpoint: str, request: Request, raw: bytes) -> LoggedCall:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    return LoggedCall(
        endpoint=endpoint,
        at=state.now,
        request_id=state.next_request_id(),
        base_url=f"http://{request.headers.get('host', 'localhost')}",
        path=request.url.path,
        headers=harmless(request.headers),
        key=key.strip() if scheme.lower() == "bearer" else "",
        query={**request.query_params, **request.path_params},
        raw=raw,
        body=_body(request.headers.get("content-type", ""), raw),
    )


def _body(media_type: str, raw: bytes) -> object:
    """Return what a body says: JSON, or a form with each file as what is known of it; None for anything else."""
    if media_type.startswith("multipart/form-data"):
        form = email.message_from_bytes(b"Content-Type: " + media_type.encode() + b"\r\n\r\n" + raw)
        parts = [part for part in form.walk() if part is not form]
        return {str(part.get_param("name", header="content-disposition")): _part(part) for part in parts}
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _part(part: Message) -> object:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    if part.get_filename() is None:
        return data.decode("utf-8", "replace")
    return {"file": part.get_filename(), "type": part.get_content_type(), "sha256": hashlib.sha256(data).hexdigest()}


async def _no_path(request: Request, _error: Exception) -> Response:
    words = f"Invalid URL ({request.method} {request.url.path})"
    return response(error(404, words, kind="invalid_request_error"), request)
