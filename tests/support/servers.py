"""A raw TCP server for the tests: it notes what it received and answers byte for byte what it is told to."""

import asyncio
import ssl
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from qr_tui.api.client import QuickRouter
from qr_tui.api.transport import Timeouts
from qr_tui.core.answers import CallFailed
from qr_tui.core.task import Request
from qr_tui.secrets import Key
from tests.support.wire import wire

SECRET = "sk-" + "test0secret0value"
PATIENT = Timeouts()
HASTY = Timeouts(read=0.1, create=0.1)  # only where the server is silent on purpose

SEED = Request(
    model="sora-2-pro",
    prompt="make animate",
    parameters={"orientation": "portrait", "size": "large", "duration": 15, "watermark": False, "private": True},
)


class Received:
    """One request as it came."""

    def __init__(self, connection: int, head: bytes, body: bytes) -> None:
        self.connection = connection
        self.line, _, rest = head.decode("latin-1").partition("\r\n")
        pairs = (line.partition(":") for line in rest.split("\r\n") if line)
        self.headers = {name.lower(): value.strip() for name, _, value in pairs}
        self.body = body


class Server:
    """Listens on a free loopback port while its `running` lasts."""

    def __init__(self, *answers: bytes | Callable[[asyncio.StreamWriter], Awaitable[None]] | None) -> None:
        self.answers = list(answers)
        self.requests: list[Received] = []
        self.connections = 0
        self._writers: list[asyncio.StreamWriter] = []
        self.base_url = ""
        self.gate = asyncio.Event()  # opened at the end: what hangs, hangs until then

    def client(self, *, secret: str = SECRET, ca_file: str = "", timeouts: Timeouts | None = None) -> QuickRouter:
        return QuickRouter(
            self.base_url,
            Key(secret, "memory", self.base_url),
            ca_file=ca_file,
            timeouts=timeouts,
            allow_plain_http=True,
        )

    @asynccontextmanager
    async def running(self, context: ssl.SSLContext | None = None) -> AsyncIterator["Server"]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        scheme = "https" if context else "http"
        self.base_url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            self.gate.set()
            server.close()
            await server.wait_closed()
            # what is still open would be found by the garbage collector, in the middle of another test
            for writer in self._writers:
                writer.transport.abort()
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.append(writer)
        number = self.connections
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
                got = Received(number, head, b"")
                got.body = await reader.readexactly(int(got.headers.get("content-length", "0")))
                self.requests.append(got)
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if answer is None:  # a reset, with everything received
                    writer.transport.abort()
                    return
                if isinstance(answer, bytes):
                    writer.write(answer)
                    await writer.drain()
                else:
                    await answer(writer)
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def hang(self, writer: asyncio.StreamWriter) -> None:
        """Answer nothing until the test is over."""
        await self.gate.wait()


def answer(body: bytes | str, status: str = "200 OK", **headers: str) -> bytes:
    """Return the bytes of a plain answer."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


OK = answer('{"id":"sora-2:task_1","status":"pending"}')


async def create(client: QuickRouter) -> object:
    return await client.create(wire(SEED))


async def query(client: QuickRouter) -> object:
    return await client.query("sora-2:task_1")


async def models(client: QuickRouter) -> object:
    return await client.models()


Call = Callable[[QuickRouter], Awaitable[object]]


async def outcome(server: Server, call: Call, timeouts: Timeouts = PATIENT) -> object:
    """Return what one call gives, or the failure it ends in."""
    client = server.client(timeouts=timeouts)
    try:
        return await call(client)
    except CallFailed as failed:
        return failed
    finally:
        await client.aclose()


def ask(server: Server, call: Call, timeouts: Timeouts = PATIENT) -> object:
    async def run() -> object:
        async with server.running():
            return await outcome(server, call, timeouts)

    return asyncio.run(run())


def fail(server: Server, call: Call, timeouts: Timeouts = PATIENT) -> CallFailed:
    failed = ask(server, call, timeouts)
    assert isinstance(failed, CallFailed), failed
    shown = f"{failed} {failed.detail} {failed.raw} " + "".join(traceback.format_exception(failed))
    assert SECRET not in shown and "Bearer" not in shown
    return failed
