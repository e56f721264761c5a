"""The file that every copy is also appended to, newest last: the route that always works."""

import fcntl
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from qr_tui.core.text.unsafe_characters import NEVER_NEEDED
from qr_tui.i18n import _
from qr_tui.paths import make

MOST_BYTES: Final = 256 * 1024  # bytes; older copies go first, the newest stays whatever its size
_HEADING: Final = b"# copied "
# A person will `cat` this file: what could act on the terminal or turn its text around is left out; line breaks, tabs
# and what honest text needs stay.
_UNSAFE: Final = re.compile(f"[{NEVER_NEEDED}]")


def append(file: Path, text: str, now: float) -> tuple[bool, str]:
    """Append one copy, made at `now` (Unix seconds); return whether it was written, and if not, why."""
    when = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    body = _UNSAFE.sub("·", text.replace("\r\n", "\n")).encode("utf-8", "replace")
    entry = _HEADING + when.encode() + b"\n" + body + b"\n"
    try:
        make(file.parent)
        # no link is followed: the file must be ours
        number = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(number, "r+b") as opened:
            os.fchmod(number, 0o600)
            fcntl.flock(number, fcntl.LOCK_EX)  # two windows copy at once: neither cuts the other's line
            _write(opened.fileno(), entry)
    except OSError as error:
        return False, _("{file} cannot be written: {why}").format(file=file.name, why=error.strerror or str(error))
    return True, ""


def _write(number: int, entry: bytes) -> None:
    end = os.lseek(number, 0, os.SEEK_END)
    if end + len(entry) > MOST_BYTES:
        os.lseek(number, 0, os.SEEK_SET)
        kept = _newest(_read(number, end), MOST_BYTES - len(entry))
        os.ftruncate(number, 0)
        os.lseek(number, 0, os.SEEK_SET)
        entry = kept + entry
    while entry:
        entry = entry[os.write(number, entry) :]


def _read(number: int, count: int) -> bytes:
    read = bytearray()
    while len(read) < count and (piece := os.read(number, count - len(read))):
        read += piece
    return bytes(read)


def _newest(content: bytes, room: int) -> bytes:
    """Return the newest whole copies of `content` in half of `room`, so that not every copy rewrites."""
    if room <= 0:
        return b""
    start = content.find(b"\n" + _HEADING, max(0, len(content) - room // 2) - 1)
    return content[start + 1 :] if start >= 0 else b""
