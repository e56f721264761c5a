import asyncio
import struct
import zlib
from pathlib import Path

import msgspec
import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.routes import ImageLimits, built_in
from qr_tui.core.task import Request
from qr_tui.services import images

LIMITS = ImageLimits(("png", "jpeg"), most_bytes=2_000, least_side=300, most_side=600)


def png(width: int = 320, height: int = 400) -> bytes:
    """Return a picture that says it has these sides."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + b"\0" * 20


def trouble(path: Path, limits: ImageLimits = LIMITS) -> str:
    with pytest.raises(Trouble) as caught:
        images.inspect(path, limits)
    assert caught.value.kind is Kind.IMAGE_FILE
    return str(caught.value.detail)


def test_a_picture_is_known_by_size_digest_and_sides(tmp_path: Path) -> None:
    path = tmp_path / "boat.png"
    path.write_bytes(png())
    file = images.inspect(path, LIMITS)
    assert (file.path, file.size, file.type, file.width, file.height) == (str(path), len(png()), "png", 320, 400)
    assert len(file.sha256) == 64
    assert images.about_sides(file, LIMITS) is None


def test_what_is_wrong_with_a_picture_is_said(tmp_path: Path) -> None:
    path = tmp_path / "boat"
    assert "No such file" in trouble(path)
    assert "Is a directory" in trouble(tmp_path)
    path.write_bytes(b"")
    assert "is not a picture" in trouble(path)
    path.write_bytes(b"<svg>" + b" " * 40)
    assert "is not a picture" in trouble(path)
    path.write_bytes(b"RIFF\0\0\0\0WEBPVP8 ")
    assert "is webp; the route takes png, jpeg" in trouble(path)
    path.write_bytes(png() + b"\0" * 2_000)
    assert "the route takes 2,000 at most" in trouble(path)
    assert "null" in trouble(Path("a\0b")) or "embedded" in trouble(Path("a\0b"))


@pytest.mark.parametrize(("sides", "words"), [((200, 400), "from 300 to 600"), ((400, 700), "400×700")])
def test_sides_are_a_remark_and_no_wall(tmp_path: Path, sides: tuple[int, int], words: str) -> None:
    path = tmp_path / "boat.png"
    path.write_bytes(png(*sides))
    remark = images.about_sides(images.inspect(path, LIMITS), LIMITS)
    assert remark is not None
    assert words in str(remark)
    assert images.about_sides(images.inspect(path, LIMITS), ImageLimits()) is None


@pytest.mark.parametrize(
    "typed",
    [
        "{home}/my boat.png",
        "~/my boat.png",
        "'{home}/my boat.png'",
        r"{home}/my\ boat.png",
        "file://{home}/my%20boat.png",
    ],
)
def test_a_path_is_understood_as_a_terminal_pastes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert images.path_of(typed.replace("{home}", str(tmp_path))) == tmp_path / "my boat.png"


def test_a_request_learns_its_files_and_finds_them_again(tmp_path: Path) -> None:
    path = tmp_path / "boat.png"
    path.write_bytes(png())
    kling, unified = built_in("kling"), built_in("")
    assert kling is not None
    assert unified is not None
    asked = Request(model="m", prompt="p", images=("https://a/b.png", f"'{path}'"), roles=("first_frame", "last_frame"))
    known = asyncio.run(images.with_files(asked, kling))
    assert known.images == ("https://a/b.png", str(path))
    assert list(known.files) == [str(path)]
    assert asyncio.run(images.with_files(known, kling)) == known
    assert asyncio.run(images.read_all(known)) == {str(path): png()}
    # links only: nothing is read, and the check of the request says no
    assert asyncio.run(images.with_files(asked, unified)) == asked

    path.write_bytes(png(330))
    for again in (images.with_files(known, kling), images.read_all(known)):
        with pytest.raises(Trouble) as caught:
            asyncio.run(again)
        assert "has changed" in str(caught.value.detail)
    fresh = msgspec.structs.replace(known, files={})
    assert asyncio.run(images.with_files(fresh, kling)).files[str(path)].width == 330
    path.unlink()
    with pytest.raises(Trouble):
        asyncio.run(images.read_all(known))
