"""A simulator on a real port: in a thread of its own for tests and the demo, or blocking for the command line."""

import errno
import socket
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar

from qr_tui.core.failures import Kind, Trouble
from qr_tui.simulator.options import Fault, Options, parse_fault
from qr_tui.simulator.state import SimulatorState

if TYPE_CHECKING:
    import asyncio

    from qr_tui.simulator.task import Stage

T = TypeVar("T")
PATIENCE = 10.0  # seconds for the thread to start or end


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on `host` and `port` (0: a free one).

    Raises:
        Trouble: PORT_IN_USE, or USAGE when this machine has no such address or may not open the port.
    """
    sock = None
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        sock = socket.socket(family, kind, protocol)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(address)
        sock.listen(512)
    except OSError as error:
        if sock is not None:
            sock.close()
        taken = error.errno == errno.EADDRINUSE
        words = f"{host}:{port}" if taken else f"{host}:{port}: {error.strerror or error}"
        raise Trouble(Kind.PORT_IN_USE if taken else Kind.USAGE, words) from None
    return sock


class Simulator:
    """A simulator in a background thread; a context manager.

    Its tasks, counts and port outlive `stop`, so that a test can take the host away and bring it back.

    Args:
        options: How it behaves.
        clock: Unix seconds; `advance` moves it on.

    Raises:
        Trouble: USAGE, when a fault of the options cannot be read.
    """

    def __init__(self, options: Options | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self.options = options or Options()
        self.state = SimulatorState(self.options, clock)
        self.port = self.options.port
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None

    @property
    def url(self) -> str:
        """The base URL for a client."""
        host = self.options.host
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def start(self) -> Self:
        """Begin to serve; when it returns, connections are taken.

        Raises:
            Trouble: PORT_IN_USE or USAGE, before anything was started.
        """
        if self._thread is not None:
            return self
        sock = listen(self.options.host, self.port)
        self.port = sock.getsockname()[1]
        ready = threading.Event()
        thread = threading.Thread(target=self._run, args=(sock, ready), name="simulator", daemon=True)
        thread.start()
        if not ready.wait(PATIENCE):
            raise Trouble(Kind.INTERNAL, "the simulator did not start")
        self._thread = thread
        return self

    def _run(self, sock: socket.socket, ready: threading.Event) -> None:
        import asyncio

        from qr_tui.simulator.app import create_app
        from qr_tui.simulator.uvicorn_server import serve

        async def main() -> None:
            self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
            await serve(create_app(self.options, state=self.state), sock, ready.set, self._ended)

        asyncio.run(main())

    def stop(self) -> None:
        """Take the port away and drop every connection at once."""
        thread, self._thread = self._thread, None
        if thread is None or self._loop is None or self._ended is None:
            return
        self._loop.call_soon_threadsafe(self._ended.set)
        thread.join(PATIENCE)
        self._loop = self._ended = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # looking in, from any thread -------------------------------------------------------------------------------
    def _inside(self, work: Callable[[], T]) -> T:
        """Do `work` where its state may be touched."""
        if self._loop is None:
            return work()
        import asyncio

        async def do() -> T:
            return work()

        return asyncio.run_coroutine_threadsafe(do(), self._loop).result(PATIENCE)

    def stats(self) -> dict[str, Any]:
        """Return everything received (`record.Record.told`)."""
        return self._inside(lambda: self.state.request_log.told())

    def tasks(self) -> list[dict[str, Any]]:
        """Return every task and where it stands, oldest first."""
        return self._inside(self.state.told)

    def fault(self, spec: str | Fault) -> None:
        """Let a fault stand from now on; text is read by `parse_fault`."""
        fault = parse_fault(spec) if isinstance(spec, str) else spec
        self._inside(lambda: self.state.faults.add(fault))

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        self._inside(self.state.faults.clear)

    def advance(self, seconds: float) -> None:
        """Move the simulator's clock on."""
        self._inside(lambda: self.state.advance(seconds))

    def force(
        self,
        task_id: str,
        *,
        status: "Stage | None" = None,
        progress: float | None = None,
        reason: str = "",
        word: str | None = None,
        hold: bool | None = None,
    ) -> None:
        """Put a task somewhere; see `SimulatorState.force`."""

        def put() -> object:
            return self.state.force(task_id, status=status, progress=progress, reason=reason, word=word, hold=hold)

        self._inside(put)


def run(options: Options, *, ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM, then return; `ready` is called with the base URL once connections are taken.

    Raises:
        Trouble: PORT_IN_USE or USAGE, before anything was started.
    """
    simulator = Simulator(options)
    sock = listen(options.host, options.port)
    simulator.port = sock.getsockname()[1]
    import asyncio
    import signal

    from qr_tui.simulator.app import create_app
    from qr_tui.simulator.uvicorn_server import serve

    async def main() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
        app = create_app(options, state=simulator.state)
        await serve(app, sock, lambda: ready(simulator.url) if ready else None, ended)

    asyncio.run(main())
