"""Opening outside: only files that exist and web links, only where there is a desktop, and never hanging."""

import asyncio
from pathlib import Path

import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.terminal.detect import Terminal, detect
from qr_tui.terminal.opener import open_outside


@pytest.fixture
def desk(tmp_path: Path) -> Terminal:
    """A desktop whose opener notes what it was given."""
    tools = tmp_path / "bin"
    tools.mkdir()
    script = tools / "xdg-open"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path}/opened\ntest "$1" != https://bad/ || exit 3\n')
    script.chmod(0o755)
    env = {"TERM": "xterm", "DISPLAY": ":0", "PATH": f"{tools}:/usr/bin:/bin", "LANG": "C.UTF-8"}
    return detect(env, size=(80, 24), tty=True, platform="linux")


def test_a_link_is_opened(desk: Terminal, tmp_path: Path) -> None:
    said = asyncio.run(open_outside("https://example.com/video.mp4", desk))
    assert (tmp_path / "opened").read_text() == "https://example.com/video.mp4"
    assert "https://example.com/video.mp4" in said


def test_a_file_is_opened(desk: Terminal, tmp_path: Path) -> None:
    video = tmp_path / "boat.mp4"
    video.write_bytes(b"x")
    asyncio.run(open_outside(str(video), desk))
    assert (tmp_path / "opened").read_text() == str(video)


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "javascript:alert(1)", "/no/such/file.mp4", "--help", "", "http://["]
)
def test_anything_else_is_refused(desk: Terminal, tmp_path: Path, target: str) -> None:
    with pytest.raises(Trouble) as refused:
        asyncio.run(open_outside(target, desk))
    assert refused.value.kind is Kind.USAGE
    assert not (tmp_path / "opened").exists()


def test_an_opener_that_fails_is_told(desk: Terminal) -> None:
    with pytest.raises(Trouble):
        asyncio.run(open_outside("https://bad/", desk))


@pytest.mark.parametrize("away", [{"SSH_CONNECTION": "1 2 3 4", "DISPLAY": ":10"}, {}])
def test_without_a_desktop_nothing_is_started(tmp_path: Path, away: dict[str, str]) -> None:
    terminal = detect({"TERM": "xterm", "PATH": "/usr/bin", **away}, size=(80, 24), tty=True, platform="linux")
    with pytest.raises(Trouble) as refused:
        asyncio.run(open_outside("https://example.com/", terminal))
    assert refused.value.kind is Kind.NOT_NOW
