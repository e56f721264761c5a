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
from qr_tui.store import atomic, codec, merging, migrations, recovery
from qr_tui.store.codec import DamagedError, Document, EditedError
from qr_tui.store.locks import FileLock
from qr_tui.store.names import backup_of
from qr_tui.store.revision_mark import RevisionMark

PATIENCE: Final = 10.0  # seconds to wait for another process's write


class FileStorage(tinydb.Storage):
    """Keeps the parsed file and reads it again only when its stamp changed; writes once a transaction.

    Not thread-safe: `TaskStore` serialises. `notices` collects what a person must be told.

    Every write counts the file's revision up. A file that is not the successor of what is known here (memory, the
    backup, the mark that stands outside) is not believed: it is merged with that.
    """

    def __init__(self, path: Path, clock: Callable[[], float], mark: Path | None = None) -> None:
        self.path: Final = path.resolve()  # a linked file stays linked: the link's target is replaced
        self.backup: Final = backup_of(self.path)
        self.notices: list[Notice] = []
        self.restored = False  # whether an older copy had to do, which may lack ids that were known before
        self._clock = clock
        self._mark = RevisionMark(mark, self.path)
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
            floor = self._floor()  # read before the file, which only ever grows beyond it
            loaded = self._read_file(self.path)
            if loaded is not None and codec.schema(loaded[1]) == migrations.SCHEMA and self._succeeds(loaded[1], floor):
                self._stamp, self._document = loaded
                return
        with self.transaction():
            pass

    @contextmanager
    def transaction(self, patience: float | None = None) -> Iterator[None]:
        """Hold the lock between processes, begin with the newest content, write at most once, at the end.

        If the block raises, or the write fails, disk and memory stay as they were.

        Args:
            patience: Seconds to wait for the lock, when not `PATIENCE`.

        Raises:
            Trouble: The file cannot be used or written, or another process keeps the lock (STORE).
        """
        with plainly(self.path):
            patience = PATIENCE if patience is None else patience
            if not self._lock.acquire(patience):
                text = N_("{file}: another qr-tui has been writing for {n} seconds; nothing was saved")
                raise Trouble(Kind.STORE, Message(text, {"file": str(self.path), "n": int(patience)}))
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
        except EditedError as edited:
            document, version = edited.document, codec.schema(edited.document)
            migrations.migrate(document, version, str(self.path))
            if not merging.all_read(document):
                return self._recover(damaged=True)
            if version < migrations.SCHEMA:
                atomic.copy_name(self.path, self.path.with_name(f"{self.path.name}.v{version}.bak"))
            return self._mend(document, edited=True)
        except DamagedError:
            return self._recover(damaged=True)
        if loaded is None:
            return self._recover(damaged=False)
        stamp, document = loaded
        version = codec.schema(document)
        if version == migrations.SCHEMA:
            if not self._succeeds(document, self._floor()):
                return self._mend(document, stamp)
            self._stamp, self._document = stamp, document
            return document
        migrations.migrate(document, version, str(self.path))
        atomic.copy_name(self.path, self.path.with_name(f"{self.path.name}.v{version}.bak"))
        if not self._succeeds(document, self._floor()):
            return self._mend(document)
        return self._commit(document, backup=self.backup)

    def _floor(self) -> int:
        """Return the revision that the file has at least, by what stands outside it."""
        head = b""
        with suppress(OSError), self.backup.open("rb") as file:
            head = file.read(codec.HEAD_SIZE)
        return max(self._mark.read(), codec.head_revision(head))

    def _succeeds(self, document: Document, floor: int) -> bool:
        """Tell whether `document` came of what is known: not older, and not put together without our memory."""
        number, memory = codec.revision(document), self._document
        if number < floor or self._is_stray(document):
            return False
        if memory is None:
            return True
        ours = codec.revision(memory)
        if number == ours:
            return bool(document[codec.TASKS] == memory[codec.TASKS])
        return ours < number and codec.recovered(document) <= ours

    def _is_stray(self, document: Document) -> bool:
        """Tell whether the file was carried here without the mark that was kept beside it where it was written.

        It may be a restored backup or a copy: what it holds as queued may have been sent since.
        """
        kept_mark = self._mark.read() or self._document is not None
        return self._mark.enabled and codec.marked(document) and not kept_mark

    def _mend(self, document: Document, stamp: atomic.Stamp | None = None, *, edited: bool = False) -> Document:
        """Bring what stands in the file together with what is known, under the lock.

        A `stamp` allows to leave the file as it is when it lacks nothing.
        """
        memory, floor = self._document, self._floor()
        older = codec.revision(document) < max(floor, codec.revision(memory) if memory else 0)
        older = older or self._is_stray(document)
        kept = None
        if older or edited:
            with suppress(DamagedError):
                kept = self._read_backup()
        others = [copy for copy in (memory, kept) if copy is not None]
        merged = merging.merge([document, *others])
        believed = merging.queued(document) if not older else self._vouched(kept)
        doubtful = merging.queued(merged) - believed
        merged = merging.distrust(merged, self._clock(), believed=believed)
        same = merged[codec.TASKS] == document[codec.TASKS]
        if same and not older and stamp is not None:
            self._stamp, self._document = stamp, document
            return document
        merged = self._commit(merged, backup=None, recovered=True)
        if older:
            self.restored = True
            words = recovery.words_for_older(self.path, newer=bool(others), doubtful=len(doubtful))
            self.notices.append(Notice(Kind.RECOVERED, words))
        elif edited:
            self.notices.append(Notice(Kind.RECOVERED, recovery.words_for_edited(self.path)))
        return merged

    def _vouched(self, kept: Document | None) -> set[str]:
        """Return the keys that our memory knows as queued, if nothing was ever written after it was read."""
        memory = self._document
        if memory is None or codec.revision(memory) < self._mark.read():
            return set()
        if kept is not None and codec.revision(memory) <= codec.revision(kept):
            return set()
        return merging.queued(memory)

    def _recover(self, *, damaged: bool) -> Document:
        """Put a damaged file aside and go on with the best that is left: our memory, the backup, or nothing."""
        kept, spoiled, lost = None, False, self._mark.read() > 0
        try:
            kept = self._read_backup()
        except DamagedError:
            spoiled = True
        copies = [copy for copy in (self._document, kept) if copy is not None]
        copies.sort(key=codec.revision, reverse=True)
        now = self._clock()
        aside = recovery.put_aside(self.path, now) if damaged else None
        if spoiled:
            recovery.put_aside(self.backup, now)
            self.backup.unlink(missing_ok=True)
        rest, count, doubtful = None, 0, 0
        if copies:
            merged, believed = merging.merge(copies), self._vouched(kept)
            doubtful = len(merging.queued(merged) - believed)
            rest = merging.distrust(merged, now, believed=believed)
            count = len(rest[codec.TASKS])
        document = self._commit(rest or codec.empty(), backup=None, recovered=bool(copies) or spoiled or lost)
        self.restored = self.restored or bool(copies) or lost
        found = rest is not None
        words = recovery.words(self.path, aside, found, count, doubtful=doubtful, spoiled=spoiled, lost=lost)
        if words:
            self.notices.append(Notice(Kind.RECOVERED if found else Kind.STORE, words))
        return document

    def _read_backup(self) -> Document | None:
        """Return what the backup holds, in today's format; None if there is none.

        Raises:
            DamagedError: It cannot be read.
        """
        try:
            loaded = self._read_file(self.backup)
        except EditedError as edited:
            if not merging.all_read(edited.document):
                raise
            document = edited.document
        else:
            if loaded is None:
                return None
            document = loaded[1]
        migrations.migrate(document, codec.schema(document), str(self.backup))
        return document

    def _commit(self, document: Document, *, backup: Path | None, recovered: bool = False) -> Document:
        meta = document[codec.META]
        known = codec.revision(self._document) if self._document else 0
        number = max(codec.revision(document), known, self._floor()) + 1
        first = {**meta["1"], "revision": number}
        first |= {"recovered": number} if recovered else {}
        first |= {"marked": True} if self._mark.enabled else {}
        document = {**document, codec.META: {**meta, "1": first}}
        self._stamp = atomic.replace(self.path, codec.encode(document), backup=backup)
        self._document = document
        self._mark.remember(number)
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
