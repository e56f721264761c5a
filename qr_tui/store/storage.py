"""The TinyDB storage under the tasks: cached, checked, replaced as a whole, shared between processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final

import tinydb

from qr_tui.core.events import Notice
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import N_, Message, titled
from qr_tui.store import atomic, codec, migrations, recovery
from qr_tui.store.codec import DamagedError, Document
from qr_tui.store.locks import FileLock

PATIENCE: Final = 10.0  # seconds to wait for another process's write


class FileStorage(tinydb.Storage):
    """Keeps the parsed file and reads it again only when its stamp changed; writes once a transaction.

    Not thread-safe: `TaskStore` serialises. `notices` collects what a person must be told.
    """

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self.path: Final = path.resolve()  # a linked file stays linked: the link's target is replaced
        self.backup: Final = self.path.with_name(f"{self.path.name}.bak")
        self.notices: list[Notice] = []
        self._clock = clock
        self._lock = FileLock(self.path.with_name(f"{self.path.name}.lock"))
        self._stamp: atomic.Stamp | None = None
        self._document: Document | None = None
        self._draft: Document | None = None
        self._dirty = False

    # what TinyDB calls ---------------------------------------------------------------------------------
    def read(self) -> Document:
        """Return the tables: in a transaction its own draft, else the newest on disk. Not to be altered."""
        if self._draft is not None:
            return self._draft
        self.load()
        return self.known

    def write(self, data: Document) -> None:
        """Take `data` as what the transaction will leave on disk.

        Raises:
            RuntimeError: Outside a transaction, where another process's change would be lost.
        """
        if self._draft is None:
            raise RuntimeError("a write needs a transaction")
        self._draft, self._dirty = data, True

    @property
    def known(self) -> Document:
        """The tables as last read or written, whatever is on disk by now. Not to be altered."""
        return self._draft or self._document or codec.empty()

    # what TaskStore calls ------------------------------------------------------------------------------
    @property
    def changed(self) -> bool:
        """Whether the file is another than the one we know. Costs one stat."""
        with plainly(self.path):
            return self._document is None or atomic.stamp_of(self.path) != self._stamp

    def load(self) -> None:
        """Bring the cache up to date, without a lock where the file is whole; else recover or migrate it.

        Raises:
            Trouble: It cannot be read, or a newer version wrote it (STORE).
        """
        if not self.changed:
            return
        with suppress(DamagedError):
            loaded = self._read_file(self.path)
            if loaded is not None and codec.schema(loaded[1]) == migrations.SCHEMA:
                self._stamp, self._document = loaded
                return
        with self.transaction():
            pass

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold the lock between processes, begin with the newest content, write at most once, at the end.

        If the block raises, or the write fails, disk and memory stay as they were.

        Raises:
            Trouble: The file cannot be used or written, or another process keeps the lock (STORE).
        """
        with plainly(self.path):
            if not self._lock.acquire(PATIENCE):
                text = N_("{file}: another qr-tui has been writing for {n} seconds; nothing was saved")
                raise Trouble(Kind.STORE, Message(text, {"file": str(self.path), "n": int(PATIENCE)}))
        try:
            with plainly(self.path):
                document = self._freshest()
            self._draft, self._dirty = dict(document), False
            yield
            if self._dirty:
                with plainly(self.path):
                    self._commit(self._draft, backup=self.backup)
        finally:
            self._draft = None
            self._lock.release()

    # inside --------------------------------------------------------------------------------------------
    def _freshest(self) -> Document:
        """Return the newest content, under the lock: recovered and migrated where that is needed."""
        if not self.changed and self._document is not None:
            return self._document
        try:
            loaded = self._read_file(self.path)
        except DamagedError:
            return self._recover(damaged=True)
        if loaded is None:
            return self._recover(damaged=False)
        stamp, document = loaded
        version = codec.schema(document)
        if version == migrations.SCHEMA:
            self._stamp, self._document = stamp, document
            return document
        migrations.migrate(document, version, str(self.path))
        atomic.copy_name(self.path, self.path.with_name(f"{self.path.name}.v{version}.bak"))
        return self._commit(document, backup=self.backup)

    def _recover(self, *, damaged: bool) -> Document:
        """Put a damaged file aside and go on with the best that is left: our memory, the backup, or nothing."""
        rest, spoiled = self._document, False
        try:
            kept = self._read_file(self.backup)
        except DamagedError:
            kept, spoiled = None, True
        if kept is not None:
            migrations.migrate(kept[1], codec.schema(kept[1]), str(self.backup))
            if rest is None or codec.revision(kept[1]) > codec.revision(rest):
                rest = kept[1]
        now = self._clock()
        aside = recovery.put_aside(self.path, now) if damaged else None
        if spoiled:
            recovery.put_aside(self.backup, now)
            self.backup.unlink(missing_ok=True)
        count = 0
        if rest is not None:
            rest = recovery.distrust(rest, now)
            count = len(rest[codec.TASKS])
        document = self._commit(rest or codec.empty(), backup=None)
        words = recovery.words(self.path, aside, rest is not None, count, spoiled=spoiled)
        if words:
            self.notices.append(Notice(Kind.STORE, words))
        return document

    def _commit(self, document: Document, *, backup: Path | None) -> Document:
        meta = document[codec.META]
        number = max(codec.revision(document), codec.revision(self._document) if self._document else 0) + 1
        document = {**document, codec.META: {**meta, "1": {**meta["1"], "revision": number}}}
        self._stamp = atomic.replace(self.path, codec.encode(document), backup=backup)
        self._document = document
        return document

    def _read_file(self, path: Path) -> tuple[atomic.Stamp, Document] | None:
        with plainly(path):
            try:
                if not S_ISREG(path.stat().st_mode):
                    raise Trouble(Kind.STORE, titled(str(path), Message(N_("not a plain file"))))
                with path.open("rb", buffering=0) as file:
                    stamp = atomic.stamp_of_fd(file.fileno())
                    data = file.readall()
            except FileNotFoundError:
                return None
        document = codec.decode(data)
        migrations.refuse_newer(codec.schema(document), str(path))
        return stamp, document


class TaskTable(tinydb.table.Table):
    """Documents under our own keys, written several at a time, without TinyDB's caches between."""

    document_id_class = str  # type: ignore[assignment]  # TinyDB allows any class here, its types do not

    def put(self, documents: dict[str, dict[str, Any]]) -> None:
        """Set each document whole, new or not, in one go."""
        self.clear_cache()
        self._update_table(lambda table: table.update(documents))  # type: ignore[arg-type]

    def drop(self, keys: list[str]) -> None:
        """Drop the documents under `keys`, in one go."""
        self.clear_cache()
        self.remove(doc_ids=keys)  # type: ignore[arg-type]


@contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Turn what the system says about a file into a `Trouble` a person can read."""
    try:
        yield
    except OSError as error:
        raise Trouble(Kind.STORE, f"{error.filename or path}: {error.strerror or error}") from error
