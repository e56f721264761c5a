"""Pictures of real films, and decoders that crash, hang, or want everything."""

import asyncio
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qr_tui import frames
from qr_tui.services import installation
from qr_tui.services.films import previews
from qr_tui.services.films.previews import Mode, NoPicture, Picture, Previews
from qr_tui.simulator.sample_media import FOLDER

PORTRAIT = FOLDER / "portrait.mp4"
needs_av = pytest.mark.skipif(not installation.has("preview"), reason="needs PyAV to decode films")


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer than the program does: on a machine that runs tests beside it a decoder is slow."""
    for mode in ("key", "exact"):
        monkeypatch.setitem(previews.PATIENCE, mode, 60.0)


def pictures(
    home: Path, film: Path = PORTRAIT, count: int = 6, mode: Mode = "key", python: str | None = None
) -> list[Picture]:
    made = Previews(home, python) if python else Previews(home)
    return asyncio.run(made.pictures(film, count, 40, 44, mode))


def refused(home: Path, film: Path = PORTRAIT, *, python: str | None = None) -> str:
    with pytest.raises(NoPicture) as caught:
        pictures(home, film, python=python)
    return str(caught.value.message)


def decoder(home: Path, script: str) -> str:
    """Return a decoder that does what a line of shell says."""
    path = home / "decoder"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


@needs_av
@pytest.mark.parametrize("film", ["portrait.mp4", "landscape.mp4", "portrait.webp"])
def test_pictures_keep_their_shape(tmp_path: Path, film: str) -> None:
    (one,) = pictures(tmp_path, FOLDER / film, count=1)
    assert len(one.data) == one.width * one.height * 3
    assert (one.width, one.height) == ((40, 22) if "landscape" in film else (24, 44))


@needs_av
def test_key_pictures_are_quick_and_exact_ones_are_at_their_place(tmp_path: Path) -> None:
    exact = pictures(tmp_path, mode="exact")
    assert [round(picture.at, 1) for picture in exact] == [1.2, 3.8, 6.2, 8.8, 11.2, 13.8]
    key = pictures(tmp_path)
    assert 2 <= len(key) <= 6
    assert len({picture.data for picture in exact}) == 6


@needs_av
def test_what_was_made_is_kept(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(PORTRAIT.read_bytes())
    made = pictures(tmp_path, film)
    assert pictures(tmp_path, film, python="/nowhere") == made
    film.write_bytes((FOLDER / "portrait-2.mp4").read_bytes())
    assert pictures(tmp_path, film) != made
    (kept, *_rest) = (tmp_path / "frames").iterdir()
    kept.write_bytes(b"spoiled")
    assert pictures(tmp_path, film)


@needs_av
@pytest.mark.parametrize("data", [b"", b"no film at all", PORTRAIT.read_bytes()[:2000]])
def test_what_is_no_film(tmp_path: Path, data: bytes) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(data)
    assert refused(tmp_path, film) == "no picture: the decoder cannot read this film"


def test_a_film_that_is_gone(tmp_path: Path) -> None:
    assert refused(tmp_path, tmp_path / "gone.mp4") == "no picture: the file is not there"


@needs_av
@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("kill -SEGV $$", "no picture: the decoder ended by signal 11"),
        ("exit 3", "no picture: the decoder cannot read this film"),
        ("echo '{\"frames\": [[0, 99999, 99999]]}'", "no picture: the decoder cannot read this film"),
        ("echo '{\"frames\": 7}'", "no picture: the decoder cannot read this film"),
        ("head -c 100000000 /dev/zero", "no picture: the decoder cannot read this film"),
    ],
)
def test_a_decoder_that_goes_wrong(tmp_path: Path, script: str, said: str) -> None:
    assert refused(tmp_path, python=decoder(tmp_path, script)) == said


@needs_av
def test_a_decoder_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(previews.PATIENCE, "key", 0.2)
    began = time.monotonic()
    child = tmp_path / "child"
    assert refused(tmp_path, python=decoder(tmp_path, f"echo $$ > {child}; sleep 60")).endswith("in time")
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        for _attempt in range(100):
            os.kill(int(child.read_text()), 0)
            time.sleep(0.02)


@needs_av
def test_a_decoder_may_not_take_all_memory(tmp_path: Path) -> None:
    assert frames.MEMORY == 2 << 30
    code = f"import resource, qr_tui.frames as f; f.MEMORY = 1 << 26; f.main([{str(PORTRAIT)!r}, 'key', '1', '9', '9'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode != 0


@needs_av
def test_one_decoder_at_a_time(tmp_path: Path) -> None:
    log = tmp_path / "log"
    python = decoder(tmp_path, f"echo in >> {log}; sleep 0.1; echo out >> {log}; exit 1")

    async def main() -> None:
        made = Previews(tmp_path, python)
        await asyncio.gather(*(made.pictures(PORTRAIT, 6, size, 9) for size in (7, 8, 9)), return_exceptions=True)

    asyncio.run(main())
    assert log.read_text().split() == ["in", "out"] * 3


def test_without_the_part_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "has", lambda _part: False)
    assert refused(tmp_path) == "pictures need one more package: pip install 'qr-tui[preview]'"


@pytest.mark.parametrize(
    ("prefix", "command"),
    [
        ("/home/me/.local/share/pipx/venvs/qr-tui", "pipx install --force 'qr-tui[preview]'"),
        ("/home/me/.local/share/uv/tools/qr-tui", "uv tool install --force 'qr-tui[preview]'"),
        ("/home/me/.cache/uv/archive-v0/abc", "uvx --from 'qr-tui[preview]' qr-tui"),
        ("/usr", "pip install 'qr-tui[preview]'"),
    ],
)
def test_the_command_fits_the_installation(monkeypatch: pytest.MonkeyPatch, prefix: str, command: str) -> None:
    monkeypatch.setattr(sys, "prefix", prefix)
    assert installation.command_for("preview") == command


def test_old_pictures_are_swept_away(tmp_path: Path) -> None:
    kept = tmp_path / "frames"
    kept.mkdir()
    for name, age in (("old", previews.KEPT + 60), ("young", 60)):
        (kept / name).write_text("")
        os.utime(kept / name, (time.time() - age,) * 2)
    Previews(tmp_path).sweep()
    assert [path.name for path in kept.iterdir()] == ["young"]
