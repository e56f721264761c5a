"""The journal: what was changed since the checkpoint, one checked line a change, so that a save costs its own bytes."""

import os
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from qr_tui import files
from qr_tui.store import atomic, codec
from qr_tui.store.codec import META, Document

Table = Mapping[str, Mapping[str, Any]]
"""Documents by their keys."""

_CHECK: Final = 9  # bytes: eight hex digits of the checksum, a space


class Line(msgspec.Struct, frozen=True, array_like=True):
    """One change of the file.

    Attributes:
        revision: The file's, from this line on.
        put: The documents that are new, by table and key.
        drop: The keys that went, by table.
        patch: What changed in documents that were there, by table and key: fields, None for one that went.
    """

    revision: int
    put: dict[str, dict[str, Any]] = {}
    drop: dict[str, list[str]] = {}
    patch: dict[str, dict[str, dict[str, Any]]] = {}


class Lines(NamedTuple):
    """What stands in a journal.

    Attributes:
        lines: Its whole lines.
        end: How many bytes they take; what follows is a line that was cut short.
        damaged: Whether something unreadable stands between whole lines, so that changes are lost.
    """

    lines: list[Line]
    end: int
    damaged: bool


def encode(line: Line) -> bytes:
    """Return the bytes of `line`, checksum first, line end last."""
    body = msgspec.json.encode(line)
    return b"%08x " % zlib.crc32(body) + body + b"\n"


def decode(data: bytes) -> Lines:
    """Return the lines in `data`, which begins where a line does."""
    lines: list[Line] = []
    place = end = 0
    bad = damaged = False
    while place < len(data):
        stop = data.find(b"\n", place)
        line = None if stop < 0 else _line(data[place:stop])
        place = len(data) if stop < 0 else stop + 1
        if line is None:
            bad = True
            continue
        damaged = damaged or bad
        lines.append(line)
        end = place
    return Lines(lines, end, damaged)


def _line(data: bytes) -> Line | None:
    body = data[_CHECK:]
    if data[:_CHECK] != b"%08x " % zlib.crc32(body):
        return None
    try:
        line = msgspec.json.decode(body, type=Line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return line


def difference(old: Document, new: Document, revision: int) -> Line | None:
    """Return the line that makes `old` into `new`; None if nothing differs.

    What was not touched has to be the very same object in both, as TinyDB leaves it.
    """
    put: dict[str, dict[str, Any]] = {}
    drop: dict[str, list[str]] = {}
    patch: dict[str, dict[str, dict[str, Any]]] = {}
    for name in old.keys() | new.keys():
        before, after = old.get(name, {}), new.get(name, {})
        if name == META or before is after:
            continue
        for key, document in after.items():
            known = before.get(key)
            if known is document:
                continue
            fields = None if known is None else _changes(known, document)
            if fields is None:
                put.setdefault(name, {})[key] = document
            elif fields:
                patch.setdefault(name, {})[key] = fields
        gone = [key for key in before if key not in after]
        if gone:
            drop[name] = gone
    return Line(revision, put, drop, patch) if put or drop or patch else None


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the fields that make `before` into `after`; None where they cannot say it."""
    fields = {name: value for name, value in after.items() if name not in before or before[name] != value}
    if None in fields.values():
        return None
    return fields | {name: None for name in before if name not in after}


def patched(document: Mapping[str, Any], fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return `document` with `fields` set; None takes one away."""
    merged = {**document, **fields}
    return {name: value for name, value in merged.items() if value is not None or name not in fields}


def follow(document: Document, lines: Iterable[Line]) -> tuple[Document, list[Line]]:
    """Return `document` after `lines`, and those of them that do not follow because one before them is missing.

    Lines that are not newer than the document are in it already.
    """
    revision = codec.revision(document)
    new: list[Line] = []
    rest: list[Line] = []
    for line in lines:
        if rest or line.revision > revision + 1:
            rest.append(line)
        elif line.revision > revision:
            revision = line.revision
            new.append(line)
    return (onto(document, new) if new else document), rest


def onto(document: Document, lines: Sequence[Line]) -> Document:
    """Return what `lines` make of `document`, whether or not a line is missing before them.

    What changed in a document that is not there cannot be told and is left out.
    """
    tables: dict[str, dict[str, Any]] = {}

    def table(name: str) -> dict[str, Any]:
        if name not in tables:
            tables[name] = dict(document.get(name, {}))
        return tables[name]

    for line in lines:
        for name, put in line.put.items():
            table(name).update(put)
        for name, patch in line.patch.items():
            for key, fields in patch.items():
                if key in table(name):
                    table(name)[key] = patched(table(name)[key], fields)
        for name, keys in line.drop.items():
            for key in keys:
                table(name).pop(key, None)
    revision = max((line.revision for line in lines), default=0)
    return codec.at_revision({**document, **tables}, max(revision, codec.revision(document)))


class Journal:
    """The file that the lines stand in, and how far it was read. Writing needs the lock of the file it belongs to."""

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        self._stamp: atomic.Stamp | None = None
        self._last = b""  # the checksum of the last line that was read, and where it stands
        self._last_at = 0
        self.end = 0  # bytes: how far it was read or written

    @property
    def changed(self) -> bool:
        """Whether the file is another than the one we know. Costs one stat."""
        return atomic.stamp_of(self.path) != self._stamp

    def read(self, *, anew: bool = False) -> Lines | None:
        """Return the lines that came since the last call; None if it is another file now, to be read `anew`.

        Raises:
            OSError: It cannot be read.
        """
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            if not anew and self._stamp is not None:
                return None
            self._know(None, 0)
            return Lines([], 0, damaged=False)
        try:
            stamp = atomic.stamp_of_fd(fd)
            start = 0 if anew else self.end
            if not anew and not self._goes_on(fd, stamp):
                return None
            data = _from(fd, start, stamp.size)
        finally:
            os.close(fd)
        found = decode(data)
        self._know(stamp, start + found.end)
        self._remember(data[: found.end], start)
        return Lines(found.lines, start + found.end, found.damaged)

    def forget(self) -> None:
        """Forget what was read, so that all of it counts as new."""
        self._know(None, 0)

    def append(self, line: bytes, *, sync: bool) -> None:
        """Write `line` behind the last whole one; with `sync` it is on disk when this returns.

        Raises:
            OSError: It is not; then the file is as it was.
        """
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            is_new = os.fstat(fd).st_size == 0
            try:
                os.ftruncate(fd, self.end)  # a line that a dying writer cut short
                files.write_at(fd, line, self.end)
                if sync:
                    files.sync_data(fd)
                    if is_new:
                        files.sync_folder(self.path.parent)
            except BaseException:
                os.ftruncate(fd, self.end)
                raise
            start = self.end
            self._know(atomic.stamp_of_fd(fd), start + len(line))
            self._remember(line, start)
        finally:
            os.close(fd)

    def begin(self) -> None:
        """Begin a fresh file; the caller has put all that the old one held into the checkpoint.

        A new file, not the old one emptied: those who have it open notice.

        Raises:
            OSError: It cannot be done; the old one does no harm.
        """
        if not os.path.lexists(self.path):
            self._know(None, 0)
            return
        fresh = self.path.with_name(f"{self.path.name}.tmp")
        fresh.unlink(missing_ok=True)
        files.write_new(fresh, b"")
        stamp = atomic.stamp_of(fresh)
        fresh.replace(self.path)
        self._know(stamp, 0)

    def _goes_on(self, fd: int, stamp: atomic.Stamp) -> bool:
        """Tell whether the file is the one we read, with what we read still in it."""
        if self._stamp is None or stamp.inode != self._stamp.inode or stamp.size < self.end:
            return False
        return os.pread(fd, len(self._last), self._last_at) == self._last

    def _know(self, stamp: atomic.Stamp | None, end: int) -> None:
        self._stamp, self.end = stamp, end
        if end == 0:
            self._last, self._last_at = b"", 0

    def _remember(self, data: bytes, start: int) -> None:
        """Remember the checksum of the last of the whole lines in `data`, which stand from `start` on."""
        if data:
            place = data.rfind(b"\n", 0, -1) + 1
            self._last, self._last_at = data[place : place + _CHECK], start + place


def _from(fd: int, start: int, size: int) -> bytes:
    parts = []
    while start < size:
        part = os.pread(fd, size - start, start)
        if not part:
            break
        parts.append(part)
        start += len(part)
    return b"".join(parts)
