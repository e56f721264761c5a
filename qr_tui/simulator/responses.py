"""How an answer goes out over uvicorn: properly, in part, cut off, or not at all."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterable

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from qr_tui.simulator.replies import Reply
from qr_tui.simulator.sample_media import CHUNK, Sample, wanted

TRANSPORT = "transport"  # where the server leaves the connection, in the scope's state


class NoAnswer(Response):
    """Sends nothing. Ends when the client has gone; before that, after `seconds`, the connection is reset."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait, then reset."""
        try:
            async with asyncio.timeout(self.seconds):
                await client_gone(receive)
        except TimeoutError:
            reset(scope)
            await client_gone(receive)


class CutResponse(Response):
    """Announces the whole body, sends a part of it, and closes the connection in order (FIN)."""

    def __init__(
        self, whole: int, part: Iterable[bytes], *, headers: dict[str, str], status: int, media_type: str
    ) -> None:
        headers = {**headers, "content-length": str(whole)}
        super().__init__(status_code=status, media_type=media_type, headers=headers)
        self.part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the part, then close."""
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(start)
        for piece in self.part:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        connection(scope).close()
        await client_gone(receive)


async def client_gone(receive: Receive) -> None:
    """Return when the connection is no more."""
    while (await receive())["type"] != "http.disconnect":
        pass


def connection(scope: Scope) -> asyncio.Transport:
    """Return the connection a request came in on."""
    transport: asyncio.Transport = scope["state"][TRANSPORT]
    return transport


def reset(scope: Scope) -> None:
    """Cut the connection with RST, dropping whatever was not sent yet."""
    transport = connection(scope)
    lingering = struct.pack("ii", 1, 0)  # on, for no time: close() then sends RST instead of FIN
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingering)
    transport.abort()


def response(answer: Reply, request: Request) -> Response:
    """Return what sends `answer` to `request`."""
    if answer.ending in ("reset", "hang"):
        return NoAnswer(0 if answer.ending == "reset" else answer.delay or None)
    if answer.film is not None and answer.raw is None:
        return _film_response(answer, answer.film, request)
    body = msgspec.json.encode(answer.body) if answer.raw is None else answer.raw
    if answer.ending == "cut":
        part = body[: answer.size or len(body) // 2]
        return CutResponse(
            len(body), [part], headers=answer.headers, status=answer.status, media_type=answer.media_type
        )
    return Response(body, answer.status, answer.headers, answer.media_type)


def _film_response(answer: Reply, film: Sample, request: Request) -> Response:
    headers = {**answer.headers, "etag": film.etag}
    start, end, status = 0, film.size, 200
    if answer.ranges:
        headers["accept-ranges"] = "bytes"
        fresh = request.headers.get("if-range", film.etag) == film.etag
        try:
            part = wanted(request.headers.get("range") if fresh else None, film.size)
        except ValueError:
            return Response(status_code=416, headers={"content-range": f"bytes */{film.size}"})
        if part is not None:
            (start, end), status = part, 206
            headers["content-range"] = f"bytes {start}-{end - 1}/{film.size}"
    whole = end - start
    if answer.film_fault:
        return _odd_film(answer.film_fault, film, (start, end), status, headers)
    if answer.ending == "cut":
        sent = film.part(start, start + min(whole, answer.size or whole // 2))
        return CutResponse(whole, sent, headers=headers, status=status, media_type=film.media_type)
    headers["content-length"] = str(whole)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=film.media_type)
    return StreamingResponse(_pieces(film, start, end), status, headers, film.media_type)


def _odd_film(fault: str, film: Sample, part: tuple[int, int], status: int, headers: dict[str, str]) -> Response:
    """Return what a server sends that does something else with a film than it should."""
    (start, end), ranged = part, status == 206
    if fault == "bad_range" and ranged:
        return Response(status_code=416, headers={"content-range": f"bytes */{film.size + 1}"})
    if fault == "no_etag":
        del headers["etag"]
    if fault == "early_range" and ranged:
        start = max(0, start - 1000)
        headers["content-range"] = f"bytes {start}-{end - 1}/{film.size}"
    if fault == "long_total" and ranged:
        headers["content-range"] = f"bytes {start}-{end - 1}/{film.size + 1}"
    length = end - start - (fault == "short_length")
    if fault not in ("no_length", "endless"):
        headers["content-length"] = str(length)
    if fault == "multipart" and ranged:
        return StreamingResponse(_pieces(film, start, end), status, headers, "multipart/byteranges; boundary=x")
    pieces = _odd_pieces(fault, film, start, start + length)
    return StreamingResponse(pieces, status, headers, film.media_type)


async def _odd_pieces(fault: str, film: Sample, start: int, end: int) -> AsyncIterator[bytes]:
    if fault == "drip":
        for at in range(start, end):
            yield b"".join(film.part(at, at + 1))
            await asyncio.sleep(1.0)
    for piece in film.part(start, end):
        # another film, and still one by its first bytes
        yield piece[:64] + bytes(byte ^ 0x55 for byte in piece[64:]) if fault == "other_film" else piece
    while fault == "endless":
        yield bytes(CHUNK)


async def _pieces(film: Sample, start: int, end: int) -> AsyncIterator[bytes]:
    for piece in film.part(start, end):
        yield piece
