"""The archives: what is over and old, one file a month, and beside each a small row for every task in it.

An archive is a file that TinyDB opens. It is written as a whole and then only read: the rows say where each document
stands, so one is read without the others. Both files bear the stamp of the writing that made them; rows that do not fit
their archive are made anew from it.
"""

import contextlib
import logging
import mmap
import os
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from qr_tui import paths
from qr_tui.core.events import Notice
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import LEFT_OUT, ArchivedTask, Task
from qr_tui.core.text.messages import N_, Message
from qr_tui.store import atomic, documents, recovery
from qr_tui.store.migrations import SCHEMA

log = logging.getLogger(__name__)

DAMAGED: Final = N_("{file} is damaged; it was kept beside it. Its tasks are on the list as far as known.")
_HEAD: Final = b'{"meta":{"1":{"schema":%d,"stamp":"%s"}},"tasks":{'
_TAIL: Final = b"}}"
_KEPT: Final = tuple(name for name in Task.__struct_fields__ if name not in LEFT_OUT)
_SHARED: Final = ("model", "base_url", "account", "provider_status", "month")


class _RowsHead(msgspec.Struct):
    """The first line of a file of rows, which then has all ids and keys on one line, and one row a line.

    Attributes:
        schema: The version of the format.
        stamp: Which writing of the archive it is of.
        crc: The checksum of the other lines.
        size: How many bytes they are.
        newest: When the newest of the tasks was made, Unix seconds.
    """

    schema: int
    stamp: str
    crc: int
    size: int
    newest: float


class _Whole(msgspec.Struct):
    meta: dict[str, dict[str, Any]]
    tasks: dict[str, dict[str, Any]]


def month_of(task: Task) -> str:
    """Return the name of the archive that `task` belongs into: the month it was made in, UTC."""
    try:
        return f"{datetime.fromtimestamp(task.created_at, UTC):%Y-%m}"
    except (OverflowError, ValueError, OSError):
        return "1970-01"


class Archive:
    """The folder of archives. Who writes holds the lock of the task file; who reads only puts aside what is damaged.

    Args:
        folder: Where they stand; made when the first is written.
        clock: Names what is damaged.

    Attributes:
        notices: What a person must be told.
    """

    def __init__(self, folder: Path, clock: Callable[[], float]) -> None:
        self.folder: Final = folder
        self.notices: list[Notice] = []
        self._clock = clock
        self._read: dict[str, tuple[object, list[ArchivedTask]]] = {}
        self._added: list[ArchivedTask] | None = None  # what others put into archives since it was asked for

    def months(self) -> list[str]:
        """Return the names of the archives, newest first."""
        try:
            names = [path.name for path in self.folder.iterdir()]
        except OSError:
            return []
        found = {name.partition(".")[0] for name in names if name.endswith((".json", ".rows"))}
        return sorted(found, reverse=True)

    def has_read(self, month: str) -> bool:
        """Whether the rows of this month are in memory."""
        return month in self._read

    def rows(self, month: str) -> list[ArchivedTask]:
        """Return the rows of `month`, made anew from the archive where they do not fit it. Not to be altered.

        What cannot be read is told in `notices`, and the rest goes on.
        """
        stamps = self._stamps(month)
        known = self._read.get(month)
        if known is not None and known[0] == stamps:
            return known[1]
        rows = self._load(month)
        if known is not None and self._added is not None:
            before = {row.key for row in known[1]}
            self._added += [row for row in rows if row.key not in before]
        self._read[month] = stamps, rows
        return rows

    def follow(self) -> None:
        """Let `additions` tell what others put into archives from now on."""
        self._added = []

    def additions(self) -> list[ArchivedTask]:
        """Return the rows that came since the last call. Costs two stats a month if there are none."""
        if self._added is None:
            return []
        for month in self.months():
            is_new = month not in self._read
            rows = self.rows(month)
            self._added += rows if is_new else []
        added, self._added = self._added, []
        return added

    def newest(self, month: str) -> float:
        """Return when the newest task of `month` was made, Unix seconds; reads no more than it must."""
        head = self._fitting_head(month)
        if head is not None:
            return head.newest
        return max((row.created_at for row in self.rows(month)), default=0.0)

    def search(self, month: str, words: str) -> list[ArchivedTask]:
        """Return the rows of `month` whose id or key holds `words`, and perhaps some more; no others are read."""
        if self._fitting_head(month) is None:
            return self.rows(month)
        wanted = msgspec.json.encode(words)[1:-1]
        found = []
        try:
            with (
                self._rows_path(month).open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
            ):
                ids = data.find(b"\n") + 1
                first = data.find(b"\n", ids)
                place = data.find(wanted, first) if data.find(wanted, ids, first) >= 0 else -1
                while place >= 0:
                    start, end = data.rfind(b"\n", 0, place) + 1, data.find(b"\n", place)
                    found.append(msgspec.json.decode(data[start:end], type=ArchivedTask))
                    place = data.find(wanted, end)
        except (OSError, ValueError, msgspec.MsgspecError, UnicodeDecodeError):
            return self.rows(month)
        return found

    def document(self, row: ArchivedTask) -> dict[str, Any]:
        """Return the document that `row` is about, also when the archive was written anew since the row was read.

        Raises:
            Trouble: It cannot be read (STORE).
        """
        document = self._document(row)
        if document is None:
            fresh = next((found for found in self.search(row.month, row.key) if found.key == row.key), None)
            document = None if fresh is None else self._document(fresh)
        if document is None:
            text = N_("{file} cannot be read")
            raise Trouble(Kind.STORE, Message(text, {"file": str(self._path(row.month))}))
        return document

    def write(self, month: str, put: Mapping[str, Mapping[str, Any]], drop: Collection[str] = ()) -> None:
        """Bring the archive of `month` forward: with the documents in `put`, without those called in `drop`.

        On disk when this returns; the old files stand until then.

        Raises:
            OSError: It cannot be done.
        """
        paths.make(self.folder)
        kept = [row for row in self.rows(month) if row.key not in put and row.key not in drop]
        old = self._path(month).read_bytes() if self._path(month).exists() else b""
        stamp = os.urandom(8).hex()
        out = bytearray(_HEAD % (SCHEMA, stamp.encode()))
        rows: list[ArchivedTask] = []

        def add(key: str, data: bytes, row: ArchivedTask) -> None:
            if rows:
                out.extend(b",")
            out.extend(msgspec.json.encode(key) + b":")
            rows.append(msgspec.structs.replace(row, month=month, offset=len(out), length=len(data)))
            out.extend(data)

        damaged = False
        for row in kept:
            data = old[row.offset : row.offset + row.length]
            if _document(row, data) is None:
                damaged = damaged or row.length > 0
                data = msgspec.json.encode(bare(row))
            add(row.key, data, row)
        if damaged:  # whoever wants to look at it finds it as it was
            recovery.put_aside(self._path(month), self._clock())
            self._tell(month, DAMAGED)
        for key, document in put.items():
            add(key, msgspec.json.encode(document), _row(documents.read(key, document)))
        out.extend(_TAIL)
        if rows:
            atomic.replace(self._path(month), bytes(out), backup=None)
            self._write_rows(month, stamp, rows)
        else:
            self._path(month).unlink(missing_ok=True)
            self._rows_path(month).unlink(missing_ok=True)
        self._read[month] = self._stamps(month), _shared(rows)

    def unfit(self) -> list[str]:
        """Return the months whose rows do not fit their archive: whoever reads them has to read all of it."""
        return [month for month in self.months() if self._fitting_head(month) is None and self._path(month).exists()]

    def mend(self, month: str) -> None:
        """Write rows that fit; the caller holds the lock of the task file.

        Raises:
            OSError: It cannot be done; they are made anew by each who reads them, then.
        """
        rows, stamp = self.rows(month), self._stamp(month)
        if stamp is not None and self._fitting_head(month) is None:
            self._write_rows(month, stamp, rows)

    # inside ----------------------------------------------------------------------------------------------------
    def _path(self, month: str) -> Path:
        return self.folder / f"{month}.json"

    def _rows_path(self, month: str) -> Path:
        return self.folder / f"{month}.rows"

    def _stamps(self, month: str) -> tuple[atomic.Stamp | None, atomic.Stamp | None]:
        return atomic.stamp_of(self._path(month)), atomic.stamp_of(self._rows_path(month))

    def _document(self, row: ArchivedTask) -> dict[str, Any] | None:
        """Return what stands where `row` says, None if that is not its document."""
        try:
            fd = os.open(self._path(row.month), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                return _document(row, os.pread(fd, row.length, row.offset))
            finally:
                os.close(fd)
        except OSError:
            return None

    def _write_rows(self, month: str, stamp: str, rows: Sequence[ArchivedTask]) -> None:
        names = [name for row in rows for name in (row.id, row.key) if name]
        body = msgspec.json.encode(names) + b"\n" + msgspec.json.Encoder().encode_lines(rows)
        newest = max((row.created_at for row in rows), default=0.0)
        head = msgspec.json.encode(_RowsHead(SCHEMA, stamp, zlib.crc32(body), len(body), newest))
        atomic.replace(self._rows_path(month), head + b"\n" + body, backup=None)

    def _load(self, month: str) -> list[ArchivedTask]:
        stamp = self._stamp(month)
        head, rows = self._saved_rows(month)
        if head is not None and head.stamp == stamp:
            return rows
        if stamp is None and head is not None and not self._path(month).exists():
            text = N_("{file} is gone: its tasks are on the list, without their details.")
            self._tell(month, text)
            return [msgspec.structs.replace(row, length=0) for row in rows]
        try:
            return self._made_anew(month)
        except FileNotFoundError:
            return []
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, ValueError) as error:
            log.error("%s: %s", self._path(month), error)
        with contextlib.suppress(OSError):
            recovery.put_aside(self._path(month), self._clock())
            self._path(month).unlink(missing_ok=True)
        self._tell(month, DAMAGED)
        return [msgspec.structs.replace(row, length=0) for row in rows]

    def _tell(self, month: str, text: str) -> None:
        self.notices.append(Notice(Kind.STORE, Message(text, {"file": str(self._path(month))})))

    def _stamp(self, month: str) -> str | None:
        """Return the stamp in the first bytes of an archive."""
        begin, _, _ = _HEAD.partition(b"%s")
        begin %= SCHEMA
        with contextlib.suppress(OSError), self._path(month).open("rb") as file:
            head = file.read(len(begin) + 16)
            if head.startswith(begin):
                return head[len(begin) :].decode("ascii", "replace")
        return None

    def _fitting_head(self, month: str) -> _RowsHead | None:
        """Return the first line of the rows of `month`, if they fit their archive."""
        try:
            with self._rows_path(month).open("rb") as file:
                first = file.readline()
                head = msgspec.json.decode(first, type=_RowsHead)
                whole = len(first) + head.size == os.fstat(file.fileno()).st_size
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None
        return head if whole and head.schema == SCHEMA and head.stamp == self._stamp(month) else None

    def _saved_rows(self, month: str) -> tuple[_RowsHead | None, list[ArchivedTask]]:
        try:
            first, _, body = self._rows_path(month).read_bytes().partition(b"\n")
            head = msgspec.json.decode(first, type=_RowsHead)
            if head.schema > SCHEMA or head.crc != zlib.crc32(body):
                return None, []
            return head, _shared(msgspec.json.Decoder(ArchivedTask).decode_lines(body.partition(b"\n")[2]))
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None, []

    def _made_anew(self, month: str) -> list[ArchivedTask]:
        """Read the whole archive and return its rows."""
        data = self._path(month).read_bytes()
        whole = msgspec.json.decode(data, type=_Whole)
        rows, place = [], 0
        for key, document in whole.tasks.items():
            name = msgspec.json.encode(key) + b":"
            offset = data.index(name, place) + len(name)
            text = msgspec.json.encode(document)
            place = offset + len(text) if data[offset : offset + len(text)] == text else offset
            length = len(text) if place > offset else 0
            try:
                row = _row(documents.read(key, document))
            except msgspec.ValidationError as error:
                log.error("%s: %s: %s", self._path(month), key, error)
                continue
            rows.append(msgspec.structs.replace(row, month=month, offset=offset, length=length))
        return _shared(rows)


def _row(task: Task) -> ArchivedTask:
    """Return what lists need of `task`."""
    return ArchivedTask(**{name: getattr(task, name) for name in _KEPT})


def _document(row: ArchivedTask, data: bytes) -> dict[str, Any] | None:
    """Return the document in `data`, None if it is not that of `row`."""
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return document if isinstance(document, dict) and document.get("key") == row.key else None


def bare(row: ArchivedTask) -> dict[str, Any]:
    """Return a document made of what the row knows, where the archive itself is lost."""
    plain: dict[str, Any] = msgspec.to_builtins(row)
    return {name: value for name, value in plain.items() if name not in ("month", "offset", "length")}


def _shared(rows: list[ArchivedTask]) -> list[ArchivedTask]:
    """Let rows that say the same hold one object for it: many thousand of them stay in memory."""
    seen: dict[Any, Any] = {}
    parameters: dict[bytes, Any] = {}
    put = msgspec.structs.force_setattr
    for row in rows:
        for name in _SHARED:
            value = getattr(row, name)
            put(row, name, seen.setdefault(value, value))
        if row.parameters:
            put(row, "parameters", parameters.setdefault(msgspec.json.encode(row.parameters), row.parameters))
        if row.failure is not None:
            put(row, "failure", seen.setdefault(msgspec.json.encode(row.failure), row.failure))
        if row.tags:
            put(row, "tags", seen.setdefault(row.tags, row.tags))
    return rows
