"""Serves an application on a bound socket with uvicorn's HTTP protocol, and stops at once when told to.

uvicorn's own server waits for its clients on the way out and installs signal handlers; a simulator whose clients may
hang on purpose, in a thread of somebody else's program, can do neither.
"""

import asyncio
import socket
from collections.abc import Callable

from starlette.applications import Starlette
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from qr_tui.simulator.responses import TRANSPORT


class Protocol(H11Protocol):
    """HTTP/1.1 that leaves its connection where a fault can reach it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin a connection."""
        self.app_state = {**self.app_state, TRANSPORT: transport}
        super().connection_made(transport)


async def serve(app: Starlette, sock: socket.socket, ready: Callable[[], None], ended: asyncio.Event) -> None:
    """Serve `app` on the listening `sock` until `ended` is set; `ready` is called once connections are taken."""
    config = Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        log_level="critical",  # a client that goes away in the middle is what we are here for
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Protocol(config=config, server_state=state, app_state={}), sock=sock)
    try:
        ready()
        await ended.wait()
    finally:
        server.close()
        for one in list(state.connections):
            one.transport.abort()
        tasks = list(state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
