"""What a film says of itself, whole, cut, odd, or no film at all."""

import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.video_file import HEAD, kind_of, read
from qr_tui.simulator.sample_media import SIZES, Shape, film


def box(name: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def mvhd(scale: int, length: int, *, long: bool = False) -> bytes:
    if long:
        return box(b"mvhd", b"\x01" + bytes(19) + struct.pack(">IQ", scale, length) + bytes(80))
    return box(b"mvhd", bytes(12) + struct.pack(">II", scale, length) + bytes(80))


def tkhd(width: int, height: int, *, long: bool = False) -> bytes:
    lead = b"\x01" + bytes(87) if long else bytes(76)
    return box(b"tkhd", lead + struct.pack(">II", width << 16, height << 16))


FTYP = box(b"ftyp", b"isom" + bytes(4))
MDAT = box(b"mdat", bytes(100))
MOOV = box(b"moov", mvhd(600, 9_000) + box(b"trak", tkhd(0, 0)) + box(b"trak", tkhd(1080, 1920)))


@pytest.mark.parametrize("shape", list(SIZES))
def test_the_sample_films_are_whole_and_tell_their_sides(shape: Shape) -> None:
    found = read(io.BytesIO(film(f"{shape}.mp4").data))
    assert found is not None
    assert found.complete is True
    assert (found.width, found.height) == SIZES[shape]
    assert found.seconds is not None
    assert 4 < found.seconds < 20


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (FTYP, ".mp4"),
        (box(b"ftyp", b"qt  " + bytes(4)), ".mov"),
        (b"\x1a\x45\xdf\xa3" + bytes(12), ".webm"),
        (b"GIF89a" + bytes(10), ".gif"),
        (b"<!doctype html>.", None),
        (b'{"error": "no"}.', None),
        (b"", None),
    ],
)
def test_the_kind_is_told_by_the_first_bytes(head: bytes, extension: str | None) -> None:
    kind = kind_of(head[:HEAD])
    assert (kind and kind.extension) == extension
    found = read(io.BytesIO(head))
    assert (found and found.kind) == kind


def test_one_missing_byte_is_found() -> None:
    whole = FTYP + MOOV + MDAT
    assert read(io.BytesIO(whole)).complete is True  # type: ignore[union-attr]
    for cut in (1, 7, 50, len(MDAT), len(MDAT) + 1):
        assert read(io.BytesIO(whole[:-cut])).complete is False  # type: ignore[union-attr]
    assert read(io.BytesIO(whole + b"x")).complete is False  # type: ignore[union-attr]


def test_long_forms_and_a_last_box_without_a_length() -> None:
    movie = box(b"moov", mvhd(1_000, 15_000, long=True) + box(b"trak", tkhd(1280, 720, long=True)))
    large = struct.pack(">I4sQ", 1, b"free", 16 + 4) + bytes(4)
    last = struct.pack(">I4s", 0, b"mdat") + bytes(500)
    found = read(io.BytesIO(FTYP + movie + large + last))
    assert found is not None
    assert (found.complete, found.seconds, found.width, found.height) == (True, 15.0, 1280, 720)


@pytest.mark.parametrize("movie", [mvhd(0, 5), box(b"mvhd", b"\x00"), box(b"trak", box(b"tkhd")), b""])
def test_headers_that_say_nothing_say_nothing(movie: bytes) -> None:
    found = read(io.BytesIO(FTYP + box(b"moov", movie) + MDAT))
    assert found is not None
    assert (found.seconds, found.width) == (None, None)


@given(st.binary(max_size=400))
def test_whatever_stands_behind_the_first_box_raises_nothing(rest: bytes) -> None:
    found = read(io.BytesIO(FTYP + rest))
    assert found is not None
    assert found.complete in (True, False)
