"""Pictures of saved films: made by a decoder in a process of its own, kept in the cache, one at a time."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, NamedTuple

from qr_tui import files
from qr_tui.core.text.messages import N_, Message
from qr_tui.services import installation
from qr_tui.services.daemon_thread import in_thread

Mode = Literal["key", "exact"]

PATIENCE: Final[dict[Mode, float]] = {"key": 10.0, "exact": 30.0}  # seconds
KEPT: Final = 30 * 86_400.0  # seconds that a picture nobody looks at stays in the cache
_MOST: Final = 64 << 20  # bytes that a decoder may hand over

NOT_INSTALLED = N_("pictures need one more package: {command}")
NO_PICTURE = N_("no picture: the decoder cannot read this film")
TOO_SLOW = N_("no picture: the decoder did not get done in time")
CRASHED = N_("no picture: the decoder ended by signal {number}")
GONE = N_("no picture: the file is not there")


class Picture(NamedTuple):
    """One picture of a film.

    Attributes:
        at: Where in the film, in seconds.
        width: In pixels.
        height: In pixels.
        data: Three bytes a pixel (red, green, blue), line by line.
    """

    at: float
    width: int
    height: int
    data: bytes


class NoPicture(Exception):
    """There is none; `message` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(str(message))
        self.message = message


class Previews:
    """Makes pictures and keeps them.

    Args:
        cache: The folder that they are kept in.
        python: The program that runs the decoder.
    """

    def __init__(self, cache: Path, python: str = sys.executable) -> None:
        self._cache = cache
        self._python = python
        self._turn = asyncio.Lock()
        self._is_swept = False

    async def pictures(self, film: Path, count: int, width: int, height: int, mode: Mode = "key") -> list[Picture]:
        """Return `count` pictures spread over a film, or fewer, each in its shape within `width` by `height` pixels.

        One alone is from a tenth of it on: a first picture is often black.

        Raises:
            NoPicture: There are none.
        """
        place = await asyncio.to_thread(self._place, film, f"{mode} {count} {width} {height}")
        known = await asyncio.to_thread(_read, place)
        if known is not None:
            return known
        if not installation.has("preview"):
            raise NoPicture(Message(NOT_INSTALLED, {"command": installation.command_for("preview")}))
        async with self._turn:
            if not self._is_swept:
                self._is_swept = True
                await in_thread(self.sweep)
            written = await self._decode(film, mode, str(count), str(width), str(height))
        found = _pictures(written)
        if not found:
            raise NoPicture(Message(NO_PICTURE))
        with suppress(OSError):
            await asyncio.to_thread(files.write_private, place, zlib.compress(written))
        return found

    async def _decode(self, film: Path, mode: Mode, *numbers: str) -> bytes:
        command = (self._python, "-m", "qr_tui.frames", str(film), mode, *numbers)
        decoder = _Decoder(command, PATIENCE[mode])
        try:
            return await in_thread(decoder.run)
        finally:
            decoder.end()  # also when nobody waits for it any more

    def _place(self, film: Path, what: str) -> Path:
        try:
            stat = film.stat()
        except OSError:
            raise NoPicture(Message(GONE)) from None
        name = hashlib.sha256(f"{film} {stat.st_size} {stat.st_mtime_ns} {what}".encode("utf-8", "replace"))
        return self._cache / "frames" / name.hexdigest()[:32]

    def sweep(self) -> None:
        """Drop what nobody has looked at for long."""
        limit = time.time() - KEPT
        with suppress(OSError):
            for path in (self._cache / "frames").iterdir():
                with suppress(OSError):
                    if path.stat().st_mtime < limit:
                        path.unlink()


class _Decoder:
    """One run of the decoder, in a process group of its own."""

    def __init__(self, command: tuple[str, ...], patience: float) -> None:
        self._command = command
        self._patience = patience
        self._child: subprocess.Popen[bytes] | None = None
        self._is_late = False
        self._is_ended = False

    def run(self) -> bytes:
        """Return what it wrote; nothing where it says that it cannot.

        Raises:
            NoPicture: It crashed, took too long, or wrote without end.
        """
        nothing = subprocess.DEVNULL
        try:
            self._child = child = subprocess.Popen(
                self._command, stdin=nothing, stdout=subprocess.PIPE, stderr=nothing, start_new_session=True
            )
        except OSError:
            raise NoPicture(Message(NO_PICTURE)) from None
        alarm = threading.Timer(self._patience, self._be_late)
        alarm.start()
        try:
            written = child.stdout.read(_MOST + 1) if child.stdout and not self._is_ended else b""
            if len(written) > _MOST:
                self.end()
                raise NoPicture(Message(NO_PICTURE))
            code = child.wait()
        finally:
            alarm.cancel()
            self.end()
            child.wait()
            if child.stdout:
                child.stdout.close()
        if self._is_late:
            raise NoPicture(Message(TOO_SLOW))
        if code < 0:
            raise NoPicture(Message(CRASHED, {"number": -code}))
        return written if code == 0 else b""

    def end(self) -> None:
        """End it if it still runs, from any thread."""
        self._is_ended = True
        child = self._child
        if child is not None and child.returncode is None:
            with suppress(OSError):
                os.killpg(child.pid, signal.SIGKILL)

    def _be_late(self) -> None:
        self._is_late = True
        self.end()


def _read(place: Path) -> list[Picture] | None:
    try:
        return _pictures(zlib.decompress(place.read_bytes())) or None
    except (OSError, zlib.error):
        return None


def _pictures(written: bytes) -> list[Picture]:
    """Return the pictures in what the decoder wrote; none where that makes no sense."""
    head, _, data = written.partition(b"\n")
    try:
        sizes = [(float(at), int(width), int(height)) for at, width, height in json.loads(head)["frames"]]
    except (ValueError, KeyError, TypeError):
        return []
    found, start = [], 0
    for at, width, height in sizes:
        size = width * height * 3
        if width < 1 or height < 1 or start + size > len(data):
            return []
        found.append(Picture(at, width, height, data[start : start + size]))
        start += size
    return found
