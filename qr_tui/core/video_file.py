"""What the bytes of a film say: which kind of file it is, whether it is whole, how long and how large its picture is.

ISO/IEC 14496-12 (boxes) for mp4 and mov. No decoder: nothing here looks at a picture.
"""

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

HEAD: Final = 16  # bytes that tell the kind
_DEEP_ENOUGH: Final = 100_000  # boxes; more than any film has, and an end for one that is made to have none
_WHOLE: Final = 1 << 16  # seconds and pixels of a track header are numbers of 16.16 bits


class Kind(NamedTuple):
    """A kind of video file, as its first bytes tell it and not its link or its type of media."""

    extension: str
    media_type: str


class Film(NamedTuple):
    """What is known of a film.

    Attributes:
        kind: Which kind of file it is.
        complete: Whether every box is there to its end; None where the kind has none that tell.
        cut: Whether its last box runs over the end: bytes are missing there.
        seconds: How long it plays, where it says so.
        width: Of its picture, in pixels.
        height: Of its picture, in pixels.
    """

    kind: Kind
    complete: bool | None = None
    cut: bool = False
    seconds: float | None = None
    width: int | None = None
    height: int | None = None


_MP4: Final = Kind(".mp4", "video/mp4")
_MOV: Final = Kind(".mov", "video/quicktime")
_WEBM: Final = Kind(".webm", "video/webm")
_GIF: Final = Kind(".gif", "image/gif")
_AT_THE_TOP: Final = frozenset(
    {b"moov", b"mdat", b"free", b"skip", b"wide", b"uuid", b"moof", b"mfra", b"meta", b"sidx", b"udta", b"pdin"}
)


class _Box(NamedTuple):
    name: bytes
    start: int  # of what it holds
    end: int


def kind_of(head: bytes) -> Kind | None:
    """Return which kind of video begins with these `HEAD` bytes, None for anything else."""
    if head[4:8] == b"ftyp":
        return _MOV if head[8:12] == b"qt  " else _MP4
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return _WEBM
    return _GIF if head.startswith(b"GIF8") else None


def read(file: BinaryIO) -> Film | None:
    """Return what `file` says of itself, None if it is no video; never raises for what stands in it.

    Raises:
        OSError: It cannot be read.
    """
    file.seek(0)
    kind = kind_of(file.read(HEAD))
    if kind is None or kind not in (_MP4, _MOV):
        return None if kind is None else Film(kind)
    size = file.seek(0, os.SEEK_END)
    film, at, names = Film(kind), 0, set()
    for box in _boxes(file, 0, size):
        at = box.end
        names.add(box.name)
        if box.name == b"moov":
            film = _movie(file, box, film)
    return film._replace(complete=at == size and {b"moov", b"mdat"} <= names, cut=_breaks_off(file, at, size))


def _breaks_off(file: BinaryIO, at: int, size: int) -> bool:
    """Tell whether a box begins at `at` that is not there to its end; what is no box at all is none."""
    file.seek(at)
    head = file.read(8)
    return at < size and (len(head) < 8 or head[4:] in _AT_THE_TOP)


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    """Yield the boxes that stand whole between `start` and `end`; stops at the first one that does not."""
    for _count in range(_DEEP_ENOUGH):
        if start >= end:
            return
        file.seek(start)
        head = file.read(16)
        if len(head) < 8 or end - start < 8:
            return
        length, name = struct.unpack_from(">I4s", head)
        inside = start + 8
        if length == 1:
            if len(head) < 16:
                return
            length = struct.unpack_from(">Q", head, 8)[0]
            inside += 8
        elif length == 0:  # to the end of the file
            length = end - start
        if length < inside - start or start + length > end:
            return
        yield _Box(name, inside, start + length)
        start += length


def _movie(file: BinaryIO, movie: _Box, film: Film) -> Film:
    for box in _boxes(file, movie.start, movie.end):
        if box.name == b"mvhd":
            film = film._replace(seconds=_seconds(_content(file, box)))
        elif box.name == b"trak":
            for inner in _boxes(file, box.start, box.end):
                if inner.name == b"tkhd":
                    width, height = _sides(_content(file, inner))
                    if width and height:  # a track of sound has none
                        film = film._replace(width=width, height=height)
    return film


def _content(file: BinaryIO, box: _Box) -> bytes:
    file.seek(box.start)
    return file.read(min(box.end - box.start, 256))


def _seconds(header: bytes) -> float | None:
    """Return the length of a film from its ``mvhd``."""
    form, at = (">IQ", 20) if header[:1] == b"\x01" else (">II", 12)
    if len(header) < at + struct.calcsize(form):
        return None
    scale, length = struct.unpack_from(form, header, at)
    return length / scale if scale else None


def _sides(header: bytes) -> tuple[int, int]:
    """Return width and height of a track from its ``tkhd``, as they are shown."""
    at = 88 if header[:1] == b"\x01" else 76
    if len(header) < at + 8:
        return 0, 0
    width, height = struct.unpack_from(">II", header, at)
    return width // _WHOLE, height // _WHOLE
