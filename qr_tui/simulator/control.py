"""The control path, for tests and demos: what was received, faults on demand, the clock, where a task stands.

==================================  ===============================================================================
``GET /_sim/stats``                 everything received (`record.Record.told`)
``POST /_sim/reset``                forget the counts; ``{"tasks": true}`` also tasks, spending and faults
``GET, POST, DELETE /_sim/faults``  list; add one fault or a list (`options.Fault`); clear
``POST /_sim/advance``              ``{"seconds": n}`` moves the clock
``GET /_sim/tasks``                 every task and where it stands
``POST /_sim/tasks/{id}``           `state.SimulatorState.force`: status, progress, reason, word, hold
``POST /_sim/keys``                 ``{"key": only-this-or-null, "refused": […]}``, each left as it is if absent
==================================  ===============================================================================
"""

from typing import Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qr_tui.core.failures import Trouble
from qr_tui.simulator.options import Fault
from qr_tui.simulator.request_log import RequestLog
from qr_tui.simulator.state import SimulatorState


class Reset(msgspec.Struct, forbid_unknown_fields=True):
    """What to forget besides the counts."""

    tasks: bool = False


class Advance(msgspec.Struct, forbid_unknown_fields=True):
    """How far to move the clock."""

    seconds: float


class Force(msgspec.Struct, forbid_unknown_fields=True):
    """Where to put a task."""

    status: Literal["pending", "processing", "completed", "failed"] | None = None
    progress: float | None = None
    reason: str = ""
    word: str | None = None
    hold: bool | None = None


class Keys(msgspec.Struct, forbid_unknown_fields=True):
    """Which keys are good from now on."""

    key: str | msgspec.UnsetType | None = msgspec.UNSET
    refused: list[str] | msgspec.UnsetType = msgspec.UNSET


def _json(body: Any, status: int = 200) -> Response:  # noqa: ANN401 -- any JSON
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def routes(state: SimulatorState) -> list[Route]:
    """Return the routes that look into the state and change it."""

    async def stats(_request: Request) -> Response:
        return _json(
            state.request_log.told() | {"now": state.now, "spent": state.account.spent, "left": state.account.left}
        )

    async def reset(request: Request) -> Response:
        wish = msgspec.json.decode(await request.body() or b"{}", type=Reset)
        if wish.tasks:
            state.forget()
            state.faults.clear()
        state.request_log = RequestLog()
        return _json({})

    async def faults(request: Request) -> Response:
        if request.method == "POST":
            wish = msgspec.json.decode(await request.body(), type=list[Fault] | Fault)
            for fault in wish if isinstance(wish, list) else [wish]:
                state.faults.add(fault)
        elif request.method == "DELETE":
            state.faults.clear()
        return _json(state.faults.listed())

    async def advance(request: Request) -> Response:
        state.advance(msgspec.json.decode(await request.body(), type=Advance).seconds)
        return _json({"now": state.now})

    async def tasks(_request: Request) -> Response:
        return _json(state.told())

    async def force(request: Request) -> Response:
        wish = msgspec.json.decode(await request.body() or b"{}", type=Force)
        task = state.force(request.path_params["id"], **msgspec.structs.asdict(wish))
        return _json({"id": task.id, "status": task.stage(state.now), "progress": task.progress(state.now)})

    async def keys(request: Request) -> Response:
        wish = msgspec.json.decode(await request.body(), type=Keys)
        if wish.key is not msgspec.UNSET:
            state.key = wish.key
        if wish.refused is not msgspec.UNSET:
            state.refused = set(wish.refused)
        return _json({})

    return [
        Route("/_sim/stats", _plainly(stats)),
        Route("/_sim/reset", _plainly(reset), methods=["POST"]),
        Route("/_sim/faults", _plainly(faults), methods=["GET", "POST", "DELETE"]),
        Route("/_sim/advance", _plainly(advance), methods=["POST"]),
        Route("/_sim/tasks", _plainly(tasks)),
        Route("/_sim/tasks/{id}", _plainly(force), methods=["POST"]),
        Route("/_sim/keys", _plainly(keys), methods=["POST"]),
    ]


def _plainly(handle: Any) -> Any:  # noqa: ANN401 -- Starlette's own type for an endpoint
    """Wrap `handle` so that a wish it cannot read becomes a 400 with the reason."""

    async def handled(request: Request) -> Response:
        try:
            answer: Response = await handle(request)
            return answer
        except (msgspec.DecodeError, Trouble) as error:
            return _json({"error": str(error)}, 400)

    return handled
