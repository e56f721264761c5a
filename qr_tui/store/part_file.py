"""What has arrived of a film, and how it gets its name: from the first byte to the last rename, whatever dies when.

While it is fetched it stands in a hidden folder beside the films, ``.qr-tui/KEY.part``, with what is known of it in
``KEY.json``: on the same file system, so that it gets its name in one step. The order of publishing is what makes it
safe: the name is noted, then given, then the task is told, then the part goes, and the note goes last.
"""

import errno
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from shutil import disk_usage
from typing import BinaryIO, Final

import msgspec

from qr_tui import files, paths
from qr_tui.core import video_file
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.filenames import numbered
from qr_tui.core.text.display import size
from qr_tui.core.text.messages import N_, Message
from qr_tui.core.video_file import Film
from qr_tui.store.locks import FileLock

FOLDER: Final = ".qr-tui"
KEPT: Final = 7 * 86_400.0  # seconds that a part nobody goes on with is kept
_LOOK_EVERY: Final = 16 << 20  # bytes between two looks at the room that is left
_SYNC_EVERY: Final = 64 << 20  # bytes that a power cut may cost
_LOCK_PATIENCE: Final = 10.0  # seconds
_MOST_NUMBERS: Final = 10_000  # names tried that differ by their number
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


class Published(msgspec.Struct, frozen=True):
    """A film under its name: where, how many bytes, and their SHA-256."""

    path: str
    size: int
    sha256: str


class _Note(msgspec.Struct, omit_defaults=True):
    """What stands beside a part. The link is not in it: it carries a signature."""

    v: int = 1
    key: str = ""
    id: str = ""
    origin: str = ""
    etag: str | None = None
    last_modified: str | None = None
    total: int | None = None
    received_synced: int = 0
    boot: str = ""
    started_at: float = 0.0
    publish: Published | None = None


class LostToAnother(Exception):
    """Another process downloads now: nothing more may be written here."""


class PartFile:
    """One film that is being fetched.

    Args:
        folder: Where it will stand in the end.
        key: Of its task.
        task_id: The provider's id, for people who look into the note.
        may_write: Asked before each write: another process may have taken over.
        keep_free: Bytes of the disk that are left alone.
        make_folder: Whether the folder may be made: only the usual one is.
    """

    def __init__(
        self,
        folder: Path,
        key: str,
        task_id: str = "",
        *,
        may_write: Callable[[], bool] = lambda: True,
        keep_free: int = 0,
        make_folder: bool = False,
    ) -> None:
        self.folder: Final = folder
        self.received = 0
        self._key = key
        self._task_id = task_id
        self._may_write = may_write
        self._keep_free = keep_free
        self._make_folder = make_folder
        self._path = folder / FOLDER / f"{key}.part"
        self._note_path = folder / FOLDER / f"{key}.json"
        self._aside = folder / FOLDER / f"{key}.new"
        self._note = _Note(key=key, id=task_id)
        self._file: BinaryIO | None = None
        self._looked = self._synced = 0  # how much was there at the last look at the room, and is surely on the disk

    # what is known ---------------------------------------------------------------------------------------------
    @property
    def total(self) -> int | None:
        """Bytes of the whole film, None while nobody has said."""
        return self._note.total

    @property
    def origin(self) -> str:
        """Scheme and host that it came from."""
        return self._note.origin

    @property
    def etag(self) -> str | None:
        """The strong validator of the film, as that host gave it."""
        return self._note.etag

    @property
    def last_modified(self) -> str | None:
        """When the film was changed last, as that host says."""
        return self._note.last_modified

    # life ------------------------------------------------------------------------------------------------------
    def open(self) -> None:
        """Take up what is there.

        Raises:
            Trouble: DISK_FULL or NO_ACCESS.
        """
        with self._plainly():
            self._make_place()
            self._note = self._read_note()
            known = self._path.exists() and bool(self._note.key)
            if self._note.publish is not None and not self._path.exists():
                return
            self._file = open(self._path, "r+b" if known else "w+b", buffering=0, opener=_opener)  # noqa: SIM115
            self.received = self._file.seek(0, os.SEEK_END)
            if self._note.boot != _boot() and self.received > self._note.received_synced:
                # the machine went down meanwhile: what was not synced may be nothing but zeros
                self._file.truncate(self._note.received_synced)
                self.received = self._note.received_synced
            if not known:
                self._note = _Note(key=self._key, id=self._task_id, boot=_boot(), started_at=time.time())
            self._looked = self._synced = self.received
        self._look_at_room((self._note.total or 0) - self.received)

    def close(self) -> None:
        """Let the file go; what has arrived stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    # what arrives ----------------------------------------------------------------------------------------------
    def learn(self, origin: str, *, total: int | None, etag: str | None, last_modified: str | None) -> None:
        """Note what a server says of the film."""
        old = msgspec.structs.asdict(self._note)
        self._note.origin, self._note.total = origin, total
        self._note.etag, self._note.last_modified = etag, last_modified
        if old != msgspec.structs.asdict(self._note) or not self._note_path.exists():
            self._write_note()
        self._look_at_room((total or 0) - self.received)

    def restart(self) -> None:
        """Forget everything that arrived."""
        self._guard()
        with self._plainly():
            self._opened().truncate(0)
            self.received = self._looked = self._synced = 0
            self._note.total = self._note.etag = self._note.last_modified = None
            self._note.received_synced = 0
        self._write_note()

    def read(self, at: int, size: int) -> bytes:
        """Return what is there."""
        with self._plainly():
            return os.pread(self._opened().fileno(), size, at)

    def write(self, at: int, data: bytes) -> None:
        """Write at a place."""
        self._guard()
        with self._plainly():
            files.write_at(self._opened().fileno(), data, at)
        self.received = max(self.received, at + len(data))
        if self.received - self._looked >= _LOOK_EVERY:
            self._looked = self.received
            self._look_at_room((self._note.total or self.received) - self.received)
        if self.received - self._synced >= _SYNC_EVERY:
            with self._plainly():
                files.sync_data(self._opened().fileno())
            self._synced = self._note.received_synced = self.received
            self._write_note()

    def film(self) -> Film | None:
        """Return what the film says of itself."""
        with self._plainly():
            return video_file.read(self._opened())

    # its name --------------------------------------------------------------------------------------------------
    def digest(self) -> str:
        """Return the SHA-256 of what is there, all of which is on the disk then."""
        with self._plainly():
            files.sync_data(self._opened().fileno())
            return _sha256(self._path)

    def publish(
        self, name: PurePosixPath, extension: str, sha256: str, lock: Path, sidecar: Callable[[str], bytes] | None
    ) -> Published:
        """Give the film its name; never one that is taken.

        Args:
            name: The wanted path below the folder, without an extension.
            extension: What its bytes ask for.
            sha256: As `digest` says.
            lock: A lock file that all who choose a name here share.
            sidecar: Makes the content of the file beside it from its name; None makes no such file.

        Raises:
            Trouble: DISK_FULL or NO_ACCESS.
        """
        guard = FileLock(lock)
        with self._plainly():
            paths.make(lock.parent)
            guard.acquire(_LOCK_PATIENCE)
        try:
            self._guard()
            with self._plainly():
                final = _free_name(self.folder / name, extension)
                self._note.publish = Published(str(final), self.received, sha256)
                self._write_note()
                with suppress(OSError):
                    files.sync_folder(self._path.parent)  # the note has to be there before the name is
                if sidecar is not None:
                    self._put(final.with_name(f"{final.name}.json"), sidecar(final.name))
                self.close()
                _link(self._path, final)
                with suppress(OSError):  # the film stands there; only its name may not outlive a power cut
                    files.sync_folder(final.parent)
                return self._note.publish
        finally:
            guard.release()

    def finish_publishing(self) -> Published | None:
        """Return the film that has its name already; None if it has to get one (again)."""
        known = self._note.publish
        if known is None:
            return None
        final = Path(known.path)
        with self._plainly():
            if final.exists():
                if self._path.exists() and final.samefile(self._path):
                    return known
                size = final.stat().st_size
                if not self._path.exists() and size == known.size and _sha256(final) == known.sha256:
                    return known
                if size == 0 and self._path.exists():
                    final.unlink()  # it only kept the name
            if not final.exists():
                final.with_name(f"{final.name}.json").unlink(missing_ok=True)
            self._note.publish = None
            if not self._path.exists():
                self._note = _Note(key=self._key, id=self._task_id, boot=_boot(), started_at=time.time())
                self._file = open(self._path, "w+b", buffering=0, opener=_opener)  # noqa: SIM115
                self.received = 0
        self._write_note()
        return None

    def discard(self) -> None:
        """Take away what is left of the part, its note last."""
        self.close()
        with suppress(OSError):
            self._aside.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)
            self._note_path.unlink(missing_ok=True)
            self._path.parent.rmdir()

    # inside ----------------------------------------------------------------------------------------------------
    def _opened(self) -> BinaryIO:
        if self._file is None:
            raise Trouble(Kind.NO_ACCESS, str(self._path))
        return self._file

    def _guard(self) -> None:
        if not self._may_write():
            raise LostToAnother

    def _make_place(self) -> None:
        if self._make_folder:
            paths.make(self.folder)
        (self.folder / FOLDER).mkdir(mode=0o700, exist_ok=True)

    def _read_note(self) -> _Note:
        try:
            return msgspec.json.decode(self._note_path.read_bytes(), type=_Note)
        except (FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError):
            return _Note()

    def _write_note(self) -> None:
        self._guard()
        with self._plainly():
            self._put(self._note_path, msgspec.json.encode(self._note))

    def _put(self, path: Path, content: bytes) -> None:
        """Write a small file whole; what a death leaves of it stands among the parts, under one name."""
        self._aside.unlink(missing_ok=True)
        files.write_new(self._aside, content)
        self._aside.replace(path)

    def _look_at_room(self, needed: int) -> None:
        with self._plainly():
            free = disk_usage(self.folder).free
        if free < max(0, needed) + self._keep_free:
            values = {"free": size(free), "kept": size(self._keep_free)}
            if needed > 0:
                values["needed"] = size(needed)
                text = N_("{needed} are needed and {kept} are to stay free; there are {free}")
            else:
                text = N_("{kept} are to stay free; there are {free}")
            raise Trouble(Kind.DISK_FULL, Message(text, {**values}))

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        """Turn what the system says into what a person reads."""
        try:
            yield
        except OSError as error:
            if error.errno in _FULL:
                trouble = Trouble(Kind.DISK_FULL, str(self.folder))
            else:
                values = {"folder": str(self.folder), "reason": error.strerror or str(error)}
                trouble = Trouble(Kind.NO_ACCESS, Message(N_("{folder}: {reason}"), {**values}))
        else:
            return
        raise trouble


def peek(folder: Path, key: str) -> tuple[int, int | None] | None:
    """Return how many bytes of a film have arrived, and of how many, while another process fetches it."""
    try:
        received = (folder / FOLDER / f"{key}.part").stat().st_size
        note = msgspec.json.decode((folder / FOLDER / f"{key}.json").read_bytes(), type=_Note)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return received, note.total


def sweep(folder: Path, *, saved: Callable[[str], bool], wanted: Callable[[str], bool], now: float) -> None:
    """Take away parts of films that are saved, and those that nobody went on with for a week.

    Args:
        folder: Where films stand.
        saved: Tells by the key of a task whether its film is saved.
        wanted: Tells whether it is still to be fetched.
        now: Unix seconds.
    """
    place = folder / FOLDER
    with suppress(OSError):
        for path in place.iterdir():
            key = path.stem
            if wanted(key):
                continue
            with suppress(OSError):
                if saved(key) or now - path.stat().st_mtime > KEPT:
                    path.unlink()
        place.rmdir()


def is_intact(path: Path, size: int | None, sha256: str | None, *, thorough: bool) -> bool:
    """Tell whether a saved film is there and as it was; `thorough` reads all of it.

    Raises:
        OSError: It cannot be told.
    """
    try:
        if not path.is_file() or (size is not None and path.stat().st_size != size):
            return False
    except (FileNotFoundError, NotADirectoryError):
        return False
    return not thorough or sha256 is None or _sha256(path) == sha256


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _free_name(wanted: Path, extension: str) -> Path:
    """Return the first name that neither a film nor a sidecar has, however its letters are written."""
    folder = wanted.parent
    folder.mkdir(parents=True, exist_ok=True)
    taken = {entry.name.casefold() for entry in folder.iterdir()}
    for number in range(1, _MOST_NUMBERS):
        name = numbered(wanted.name, number, extension)
        if name.casefold() not in taken and f"{name}.json".casefold() not in taken:
            return folder / name
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(wanted))


def _link(part: Path, final: Path) -> None:
    """Give the file `part` the name `final` too, which nothing has; where links are unknown, only that name."""
    try:
        os.link(part, final)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(final, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666))
        part.replace(final)


def _opener(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o666)


def _boot() -> str:
    """Return what tells this run of the machine from others, empty where nothing does."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
