"""A host of one large film that costs next to no processor time: what is measured is the other side."""

import contextlib
import os
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from qr_tui.api.download import Download
from qr_tui.api.safe_get import Source
from qr_tui.simulator.sample_media import film
from qr_tui.store.part_file import PartFile

PIECE = 4 << 20


def write(path: Path, size: int) -> None:
    """Write a real film, made up to `size` bytes."""
    with path.open("wb") as file:
        file.writelines(film("portrait.mp4", size).part(0, size))


@contextlib.contextmanager
def serving(path: Path) -> Iterator[str]:
    """Serve the film at `path`; gives its link."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, path), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/film.mp4"
    finally:
        listener.close()


def _accept(listener: socket.socket, path: Path) -> None:
    while True:
        try:
            line, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=_serve, args=(line, path), daemon=True).start()


def _serve(line: socket.socket, path: Path) -> None:
    with contextlib.suppress(OSError), line, path.open("rb") as file:
        head = b""
        while b"\r\n\r\n" not in head:
            head += line.recv(65_536)
        size = path.stat().st_size
        found = re.search(rb"(?i)range: bytes=(\d+)-", head)
        start = int(found[1]) if found else 0
        span = f"Content-Range: bytes {start}-{size - 1}/{size}\r\n" if found else ""
        status = "206 Partial Content" if found else "200 OK"
        line.sendall(f'HTTP/1.1 {status}\r\nETag: "1"\r\nContent-Length: {size - start}\r\n{span}\r\n'.encode())
        while start < size:
            start += os.sendfile(line.fileno(), file.fileno(), start, min(PIECE, size - start))


def main() -> None:
    """Fetch the link of the first argument into the folder of the second, and print the seconds that took."""
    part = PartFile(Path(sys.argv[2]), "film")
    part.open()
    began = time.perf_counter()
    Download(part).fetch(Source(sys.argv[1], "http://127.0.0.1:1"))
    print(time.perf_counter() - began)  # noqa: T201 -- the bench reads it
    part.close()
    part.discard()


if __name__ == "__main__":
    main()
