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
from qr_tui.simulator.answers import Reply, error
from qr_tui.simulator.options import Options
from qr_tui.simulator.record import Call, harmless
from qr_tui.simulator.sending import NoAnswer, response
from qr_tui.simulator.world import SimulatorState

Handler = Callable[[Request], Awaitable[Response]]


def create_app(
    options: Options, clock: Callable[[], float] = time.time, *, world: SimulatorState | None = None
) -> Starlette:
    """Return the simulator as an application; its `SimulatorState` is in ``app.state.world``.

    Raises:
        Trouble: USAGE, when a fault of `options` cannot be read.
    """
    world = world or SimulatorState(options, clock)
    table = (
        ("/v1/video/create", "POST", "create", world.create),
        ("/v1/video/query", "GET", "query", world.query),
        ("/v1/video/extend", "POST", "extend", world.extend),
        ("/v1/videos/{id}/remix", "POST", "remix", world.remix),
        ("/v1/videos/{id}/content", "GET", "content", world.content),
        ("/v1/models", "GET", "models", world.models),
        ("/v1/dashboard/billing/subscription", "GET", "billing", world.subscription),
        ("/v1/dashboard/billing/usage", "GET", "billing", world.usage),
        ("/media/{id}/{name}", "GET", "media", world.media),
    )
    routes = [Route(path, _handler(world, endpoint, act), methods=[method]) for path, method, endpoint, act in table]
    app = Starlette(routes=[*routes, *control.routes(world)], exception_handlers={404: _no_path, 405: _no_path})
    app.state.world = world
    return app


def _handler(world: SimulatorState, endpoint: str, act: Callable[[Call], Reply]) -> Handler:
    async def handle(request: Request) -> Response:
        try:
            raw = await request.body()
        except ClientDisconnect:
            return NoAnswer(None)
        call = _read(world, endpoint, request, raw)
        world.record.entered()
        try:
            answer = world.perform(call, act)
            # the work is done before the wait: whoever gives up waiting has paid all the same
            delay = world.options.latency + (0 if answer.ending == "hang" else answer.delay)
            if delay:
                await asyncio.sleep(delay)
        finally:
            world.record.left()
        headers = {"x-oneapi-request-id": call.request_id} if endpoint != "media" else {}
        return response(msgspec.structs.replace(answer, headers=headers | answer.headers), request)

    return handle


def _read(world: SimulatorState, endpoint: str, request: Request, raw: bytes) -> Call:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    try:
        body = msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = None
    return Call(
        endpoint=endpoint,
        at=world.now,
        request_id=world.next_request_id(),
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
