"""The sample videos and thumbnails, and the part of one that a Range header asks for (RFC 9110 §14)."""

import functools
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import msgspec

Shape = Literal["portrait", "landscape"]
SIZES: Final[dict[Shape, tuple[int, int]]] = {"portrait": (352, 640), "landscape": (640, 352)}
TAKES: Final = 3  # videos of each shape
FOLDER: Final = Path(__file__).parent / "media"
CHUNK: Final = 256 * 1024


class Sample(msgspec.Struct, frozen=True):
    """A file to serve: its bytes, then as many zero bytes as make up `size`."""

    data: bytes
    media_type: str
    size: int
    etag: str

    def part(self, start: int, end: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to, not including, `end`, in pieces."""
        while start < end:
            stop = min(end, start + CHUNK)
            piece = self.data[start:stop]
            yield piece + bytes(stop - start - len(piece))
            start = stop


@functools.cache
def film(name: str, size: int = 0) -> Sample:
    """Return the sample file `name`; a video is made up to `size` bytes by a ``free`` box that players skip.

    Raises:
        FileNotFoundError: There is none of that name.
    """
    data = (FOLDER / name).read_bytes()
    video = name.endswith(".mp4")
    if video and size >= len(data) + 16:
        # the long form of a box: size 1, type, then the real size in 8 bytes
        data += (1).to_bytes(4, "big") + b"free" + (size - len(data)).to_bytes(8, "big")
    else:
        size = len(data)
    etag = hashlib.sha256(data).hexdigest()[:16]
    return Sample(data, "video/mp4" if video else "image/webp", size, f'"{etag}"')


def wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """Return start and end (exclusive) that a Range header asks for; None means the whole file.

    Raises:
        ValueError: It lies outside the file (416).
    """
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", header.strip()) if header else None
    if match is None or match.groups() == ("", ""):
        return None  # no range, or one we do not do: a server may always send the whole
    first, last = match.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if start >= size or start >= end:
        raise ValueError(header)
    return start, end
