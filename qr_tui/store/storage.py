"""The TinyDB storage under the tasks: a checkpoint and a journal, cached, checked, shared between processes."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
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
from qr_tui.store.journal import Journal, Line, Lines, difference, encode, follow, onto
from qr_tui.store.locks import FileLock
from qr_tui.store.names import backup_of, journal_of
from qr_tui.store.revision_mark import RevisionMark

log = logging.getLogger(__name__)

PATIENCE: Final = 10.0  # seconds to wait for another process's write
FOLD_AT: Final = 1 << 20  # bytes: a journal that is longer is folded into a new checkpoint
_TRIES: Final = 3  # how often to read without the lock while others make checkpoints


class FileStorage(tinydb.Storage):
    """A checkpoint (all the tables) and a journal (what was changed since), for several processes.

    A save appends one line; readers take only what is new. Now and then the journal is folded into a new checkpoint.
    Not thread-safe: `TaskStore` serialises. `notices` collects what a person must be told.

    Every write counts the revision up. What is not the successor of what is known here (memory, the backup, the mark
    that stands outside) is not believed: it is merged with that.
    """

    def __init__(self, path: Path, clock: Callable[[], float], mark: Path | None = None) -> None:
        self.path: Final = path.resolve()  # a linked file stays linked: the link's target is replaced
        self.backup: Final = backup_of(self.path)
        self.notices: list[Notice] = []
        self.restored = False  # whether an older copy had to do, which may lack ids that were known before
        self._clock = clock
        self._journal = Journal(journal_of(self.path))
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
        """Whether there is something on disk that we do not know. Costs two stats."""
        with plainly(self.path):
            known = self._document is not None and atomic.stamp_of(self.path) == self._stamp
            return not known or self._journal.changed

    def load(self) -> None:
        """Bring the cache up to date, without a lock where the files are whole; else recover or migrate them.

        Raises:
            Trouble: They cannot be read, or a newer version wrote them (STORE).
        """
        if not self.changed:
            return
        for _ in range(_TRIES):
            with suppress(DamagedError), plainly(self.path):
                floor = self._floor()  # read before the files, which only ever grow beyond it
                if self._read_on(floor) is not None:
                    return
                loaded = self._read_file(self.path)
                lines = self._journal.read(anew=True)
                if atomic.stamp_of(self.path) != (loaded[0] if loaded else None):
                    continue  # a checkpoint came in between: its journal does not go on from what was read
                if loaded is None or lines is None or lines.damaged:
                    break
                stamp, document = loaded
                document, rest = follow(document, lines.lines)
                if codec.schema(document) == migrations.SCHEMA and not rest and self._succeeds(document, floor):
                    self._stamp, self._document = stamp, document
                    return
            break
        self._journal.forget()  # what was read of it was not taken in
        with self.transaction():
            pass

    @contextmanager
    def transaction(self, patience: float | None = None, *, sync: bool = True) -> Iterator[None]:
        """Hold the lock between processes, begin with the newest content, write at most once, at the end.

        If the block raises, or the write fails, disk and memory stay as they were.

        Args:
            patience: Seconds to wait for the lock, when not `PATIENCE`.
            sync: Whether the change is on disk when the block is left. Without, others see it at once, and only a
                machine that loses its power may forget it.

        Raises:
            Trouble: The files cannot be used or written, or another process keeps the lock (STORE).
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
                    self._save(self._draft, sync=sync)
        finally:
            self._draft = None
            self._lock.release()

    def fold(self) -> None:
        """Write a checkpoint now: after very much was dropped, the old one is a burden to every start.

        Raises:
            Trouble: The disk refuses, or another process keeps the lock; nothing is lost.
        """
        with self.transaction(), plainly(self.path):
            if self._document is not None:
                self._checkpoint(self._document, backup=True)

    # inside --------------------------------------------------------------------------------------------
    def _read_on(self, floor: int) -> Document | None:
        """Take in what the journal has gained; None if that does not follow from what is known."""
        if self._document is None or atomic.stamp_of(self.path) != self._stamp:
            return None
        lines = self._journal.read()
        if lines is None or lines.damaged:
            self._journal.forget()
            return None
        document, rest = follow(self._document, lines.lines)
        if rest or codec.revision(document) < floor:
            self._journal.forget()  # what was read of it was not taken in
            return None
        self._document = document
        return document

    def _freshest(self) -> Document:
        """Return the newest content, under the lock: recovered and migrated where that is needed."""
        if not self.changed and self._document is not None:
            return self._document
        floor = self._floor()
        document = self._read_on(floor)
        if document is not None:
            return document
        lines = self._journal.read(anew=True) or Lines([], 0, damaged=False)
        try:
            loaded = self._read_file(self.path)
        except EditedError as edited:
            document, version = edited.document, codec.schema(edited.document)
            migrations.migrate(document, version, str(self.path))
            if not merging.all_read(document):
                return self._recover(lines, damaged=True)
            if version < migrations.SCHEMA:
                atomic.copy_name(self.path, self.path.with_name(f"{self.path.name}.v{version}.bak"))
            return self._mend(document, lines.lines, edited=True)
        except DamagedError:
            return self._recover(lines, damaged=True)
        if loaded is None:
            return self._recover(lines, damaged=False)
        stamp, document = loaded
        version = codec.schema(document)
        if version < migrations.SCHEMA:
            migrations.migrate(document, version, str(self.path))
            atomic.copy_name(self.path, self.path.with_name(f"{self.path.name}.v{version}.bak"))
        document, rest = follow(document, lines.lines)
        if lines.damaged:
            return self._mend_journal(document, rest)
        if rest or not self._succeeds(document, floor):
            return self._mend(document, rest, stamp if version == migrations.SCHEMA else None)
        if version < migrations.SCHEMA:
            return self._checkpoint(document, backup=True)
        self._stamp, self._document = stamp, document
        return document

    def _floor(self) -> int:
        """Return the revision that the files have at least, by what stands outside them."""
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

    def _mend(
        self, document: Document, lines: Sequence[Line], stamp: atomic.Stamp | None = None, *, edited: bool = False
    ) -> Document:
        """Bring what stands in the file together with what is known, under the lock.

        Args:
            document: What stands in the file.
            lines: Lines of the journal that are not part of it.
            stamp: Allows to leave the file as it is when it lacks nothing.
            edited: Whether another program wrote the file.
        """
        memory, floor = self._document, self._floor()
        older = codec.revision(document) < max(floor, codec.revision(memory) if memory else 0)
        older = older or self._is_stray(document) or (bool(lines) and not edited)
        kept = None
        if older or edited:
            with suppress(DamagedError):
                kept = self._read_backup()
        loose = _loose(lines, document, kept, memory)
        others = [copy for copy in (loose, memory, kept) if copy is not None]
        merged = merging.merge([document, *others])
        believed = merging.queued(document) if not older else self._vouched(kept, loose)
        doubtful = merging.queued(merged) - believed
        merged = merging.distrust(merged, self._clock(), believed=believed)
        same = merged[codec.TASKS] == document[codec.TASKS]
        if same and not older and stamp is not None:
            self._stamp, self._document = stamp, document
            return document
        merged = self._checkpoint(merged, backup=False, recovered=True, above=_newest(others))
        if older:
            self.restored = True
            words = recovery.words_for_older(self.path, newer=bool(others), doubtful=len(doubtful))
            self.notices.append(Notice(Kind.RECOVERED, words))
        elif edited:
            self.notices.append(Notice(Kind.RECOVERED, recovery.words_for_edited(self.path)))
        return merged

    def _mend_journal(self, document: Document, lines: Sequence[Line]) -> Document:
        """Go on without the lines that cannot be read, under the lock; what they held may be a sending."""
        aside = recovery.put_aside(self._journal.path, self._clock())
        kept = None
        with suppress(DamagedError):
            kept = self._read_backup()
        loose = _loose(lines, document, kept, self._document)
        others = [copy for copy in (loose, self._document, kept) if copy is not None]
        merged = merging.merge([document, *others])
        believed = self._vouched(kept, loose)
        doubtful = len(merging.queued(merged) - believed)
        merged = merging.distrust(merged, self._clock(), believed=believed)
        merged = self._checkpoint(merged, backup=False, recovered=True, above=_newest(others))
        self.restored = True
        count = len(merged[codec.TASKS])
        words = recovery.words(self._journal.path, aside, True, count, doubtful=doubtful, spoiled=False, lost=False)
        self.notices.append(Notice(Kind.RECOVERED, words))
        return merged

    def _vouched(self, *copies: Document | None) -> set[str]:
        """Return the keys that our memory knows as queued, if nothing was ever written after it was read."""
        memory = self._document
        if memory is None or codec.revision(memory) < self._mark.read():
            return set()
        if any(copy is not None and codec.revision(memory) <= codec.revision(copy) for copy in copies):
            return set()
        return merging.queued(memory)

    def _recover(self, lines: Lines, *, damaged: bool) -> Document:
        """Put a damaged file aside and go on with the best that is left: memory, backup, journal, or nothing."""
        kept, spoiled, lost = None, False, self._mark.read() > 0
        try:
            kept = self._read_backup()
        except DamagedError:
            spoiled = True
        rest = lines.lines
        if kept is not None:
            kept, rest = follow(kept, rest)
        loose = _loose(rest, kept, self._document)
        copies = [copy for copy in (self._document, kept, loose) if copy is not None]
        copies.sort(key=codec.revision, reverse=True)
        now = self._clock()
        aside = recovery.put_aside(self.path, now) if damaged else None
        if spoiled:
            recovery.put_aside(self.backup, now)
            self.backup.unlink(missing_ok=True)
        best, count, doubtful = None, 0, 0
        if copies:
            merged, believed = merging.merge(copies), self._vouched(kept, loose)
            doubtful = len(merging.queued(merged) - believed)
            best = merging.distrust(merged, now, believed=believed)
            count = len(best[codec.TASKS])
        document = self._checkpoint(
            best or codec.empty(),
            backup=False,
            recovered=bool(copies) or spoiled or lost,
            above=_newest(copies),
        )
        self.restored = self.restored or bool(copies) or lost
        found = best is not None
        words = recovery.words(self.path, aside, found, count, doubtful=doubtful, spoiled=spoiled, lost=lost)
        if words:
            self.notices.append(Notice(Kind.RECOVERED if found else Kind.STORE, words))
        return document

    def _read_backup(self) -> Document | None:
        """Return what the backup and its journal hold, in today's format; None if there is none.

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
        lines = Journal(journal_of(self.backup)).read(anew=True)
        document, rest = follow(document, lines.lines if lines else [])
        return merging.merge([document, onto(document, rest)]) if rest else document

    def _save(self, draft: Document, *, sync: bool) -> None:
        """Write what the transaction changed as one line, and a checkpoint when the journal has grown long.

        The line comes first, so that the backup and the journals together hold every change, even if the checkpoint
        is lost.
        """
        known = self._document or codec.empty()
        number = codec.revision(known) + 1
        line = difference(known, draft, number)
        if line is None:
            return
        self._journal.append(encode(line), sync=sync)
        self._document = codec.at_revision(draft, number)
        if sync:  # a mark that outlived its line would make the file look older than it is
            self._mark.remember(number)
        if self._journal.end > FOLD_AT:
            try:
                self._checkpoint(self._document, backup=True)
            except OSError as error:  # the change itself is on disk; the journal may grow meanwhile
                log.warning("%s: no new checkpoint: %s", self.path, error)

    def _checkpoint(self, document: Document, *, backup: bool, recovered: bool = False, above: int = 0) -> Document:
        """Write all of `document` and begin a fresh journal; with `backup` the old pair is kept as that.

        The lines that the old journal held are not newer than the checkpoint, so dying in between is harmless.
        """
        meta = document[codec.META]
        known = codec.revision(self._document) if self._document else 0
        number = max(codec.revision(document), known, self._floor(), above) + 1
        first = {**meta["1"], "revision": number}
        first |= {"recovered": number} if recovered else {}
        first |= {"marked": True} if self._mark.enabled else {}
        document = {**document, codec.META: {**meta, "1": first}}
        if backup and os.path.lexists(self._journal.path):
            atomic.copy_name(self._journal.path, journal_of(self.backup), move=False)
        self._stamp = atomic.replace(self.path, codec.encode(document), backup=self.backup if backup else None)
        self._document = document
        self._mark.remember(number)
        with suppress(OSError):
            self._journal.begin()
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


def _loose(lines: Sequence[Line], *bases: Document | None) -> Document | None:
    """Return what `lines` tell though one before them is missing, on the newest of `bases` that is older than they."""
    if not lines:
        return None
    older = [base for base in bases if base is not None and codec.revision(base) < lines[0].revision]
    return onto(max(older, key=codec.revision, default=codec.empty()), lines)


def _newest(copies: Sequence[Document]) -> int:
    return max(map(codec.revision, copies), default=0)


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
