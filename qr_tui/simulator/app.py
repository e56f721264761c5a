"""The QuickRouter API as a Starlette application (quickrouter.md §2–§5)."""

import asyncio
import time
from collections.abc import Awaitable, Callable

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
    try:
        body = msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
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
        body=body,
    )


async def _no_path(request: Request, _error: Exception) -> Response:
    words = f"Invalid URL ({request.method} {request.url.path})"
    return response(error(404, words, kind="invalid_request_error"), request)
