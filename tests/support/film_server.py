"""A server of one film that does to each request what a test tells it, on real sockets in threads."""

import contextlib
import random
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator

from qr_tui.simulator.sample_media import FOLDER

ETAG = '"film-1"'


def film(size: int = 600_000, seed: int = 1) -> bytes:
    """Return a film of exactly `size` bytes that no other seed makes: a real one with a box of noise behind it."""
    data = (FOLDER / "landscape.mp4").read_bytes()
    room = size - len(data)
    return data + struct.pack(">I4s", room, b"free") + random.Random(seed).randbytes(room - 8)


class FilmRequest:
    """One request that came in, and ways to answer it."""

    def __init__(self, server: "FilmServer", line: socket.socket, head: str, number: int) -> None:
        self.server, self.line, self.number = server, line, number
        first, *rest = head.split("\r\n")
        self.path = first.split(" ")[1]
        self.headers = {name.lower(): value.strip() for name, _, value in (text.partition(":") for text in rest)}
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("range", ""))
        self.start = int(found[1]) if found else None

    def send(self, data: bytes) -> None:
        self.line.sendall(data)

    def head(self, status: int, **headers: object) -> None:
        lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
        self.send("\r\n".join([*lines, "Connection: close", "", ""]).encode())

    def whole(self, data: bytes | None = None, *, etag: str | None = ETAG, cut: int | None = None) -> None:
        data = self.server.data if data is None else data
        self.head(200, Content_Length=len(data), **({"ETag": etag} if etag else {}))
        self.send(data if cut is None else data[:cut])

    def rest(
        self, data: bytes | None = None, *, etag: str | None = ETAG, cut: int | None = None, start: int | None = None
    ) -> None:
        """Answer a range as a good server does; the whole where none is asked for."""
        data = self.server.data if data is None else data
        condition = self.headers.get("if-range")
        if self.start is None or (condition is not None and etag is not None and condition != etag):
            self.whole(data, etag=etag, cut=cut)
            return
        start = self.start if start is None else start
        if start >= len(data):
            self.head(416, Content_Range=f"bytes */{len(data)}", Content_Length=0)
            return
        span = f"bytes {start}-{len(data) - 1}/{len(data)}"
        self.head(206, Content_Range=span, Content_Length=len(data) - start, **({"ETag": etag} if etag else {}))
        self.send(data[start:] if cut is None else data[start : start + cut])

    def reset(self) -> None:
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.line.close()


Answer = Callable[[FilmRequest], None]


class FilmServer:
    """Serves `data`; `answers` are used up one after another, the last one stays."""

    def __init__(self, data: bytes, *answers: Answer) -> None:
        self.data = data
        self.answers = list(answers) or [FilmRequest.rest]
        self.requests: list[FilmRequest] = []
        self.ended = threading.Event()
        self.url = ""

    @contextlib.contextmanager
    def running(self) -> Iterator["FilmServer"]:
        listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        try:
            yield self
        finally:
            self.ended.set()
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()

    def _accept(self, listener: socket.socket) -> None:
        while not self.ended.is_set():
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), line:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = line.recv(65_536)
                if not piece:
                    return
                head += piece
            request = FilmRequest(self, line, head.split(b"\r\n\r\n")[0].decode("latin-1"), len(self.requests))
            self.requests.append(request)
            answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
            answer(request)
            line.shutdown(socket.SHUT_WR)
            line.recv(1)
