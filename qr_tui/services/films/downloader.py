"""Films on their way to the disk: of all processes on one store one fetches them, a few at a time, to the end.

Nothing here ever sends what costs, and nothing here changes the state of a task: a film that cannot be fetched is a
matter of its file alone.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from qr_tui.api.rate_limit import RateLimit
from qr_tui.core import filenames
from qr_tui.core.address import host_name
from qr_tui.core.events import Sink, TransfersChanged
from qr_tui.core.export import sidecar_json
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.schedule import SILENCE
from qr_tui.core.task import Failure, FileState, Status, Task
from qr_tui.core.text.messages import N_, Message
from qr_tui.core.transfer import Transfer
from qr_tui.paths import Paths
from qr_tui.services.clock import Clock
from qr_tui.services.daemon_thread import in_thread
from qr_tui.services.films.download_rules import DownloadRules
from qr_tui.services.hosts import Hosts
from qr_tui.services.looks.poller import Poller
from qr_tui.services.task_index import TaskIndex
from qr_tui.store.changes import Change

if TYPE_CHECKING:
    from qr_tui.api.download import Download, Patience
    from qr_tui.api.safe_get import Source
    from qr_tui.store.lease import Lease
    from qr_tui.store.part_file import PartFile, Published

log = logging.getLogger(__name__)

LEASE_EVERY: Final = 2.0  # seconds between tries to become the one that downloads, and between signs of life
SAMPLE_EVERY: Final = 0.5  # seconds between two reports of how far it is
RATE_OVER: Final = 5.0  # seconds that a rate is taken over
AGAIN_AFTER: Final = 5.0  # seconds until what could not be written down is tried again
FRESH: Final = 600.0  # seconds after its end in which a film may not be there yet
LINK_EVERY: Final = 60.0  # seconds between two queries for a fresh link of one task
FROM_ONE_HOST: Final = 2  # downloads at the same time
ENDING: Final = 2.0  # seconds that a thread may take to let go

NOT_FINISHED = N_("it is not finished")
SAVED_ALREADY = N_("it is saved already: {file}")
UNDER_WAY = N_("it is being fetched already")
UNDER_WAY_ELSEWHERE = N_("another qr-tui is fetching it already")


class Refusal(NamedTuple):
    """A film that is not fetched though it was asked for, and why: NOT_NOW."""

    task: Task
    trouble: Trouble


class _Job:
    """One download under way here."""

    def __init__(self, task: Task, folder: Path) -> None:
        self.key: Final = task.key
        self.host: Final = host_name(task.video_url or task.base_url)
        self.folder: Final = folder
        self.part: PartFile | None = None
        self.download: Download | None = None
        self.is_stopped = False
        self.work: asyncio.Task[None] | None = None
        self._samples: deque[tuple[float, int]] = deque()

    def stop(self) -> None:
        self.is_stopped = True
        if self.download is not None:
            self.download.stop()

    def transfer(self, now: float) -> Transfer:
        received = self.part.received if self.part is not None else 0
        total = self.part.total if self.part is not None else None
        samples = self._samples
        if samples and received < samples[-1][1]:
            samples.clear()  # it began anew
        samples.append((now, received))
        while len(samples) > 2 and samples[1][0] <= now - RATE_OVER:
            samples.popleft()
        span = now - samples[0][0]
        rate = (received - samples[0][1]) / span if span > 0 else None
        return Transfer(self.key, received, total, rate)


class Downloader:
    """Fetches every film that is queued, in the order in which they were finished.

    Args:
        paths: Where everything is kept.
        index: The tasks.
        hosts: Who has the keys.
        poller: Asks for fresh links.
        rules: How films are to be kept.
        sink: Receives `TransfersChanged`.
        clock: The engine's.
        silence: Seconds without a sign of life after which another process that downloads is replaced.
        patience: How long to wait for lines, when not as usual.
    """

    def __init__(
        self,
        paths: Paths,
        index: TaskIndex,
        hosts: Hosts,
        poller: Poller,
        rules: DownloadRules,
        *,
        sink: Sink,
        clock: Clock,
        silence: float = SILENCE,
        patience: "Patience | None" = None,
    ) -> None:
        self.wake: Callable[[], None] = lambda: None
        self.here = False  # whether this process is the one that downloads
        self.enabled = True
        self.rules = rules
        self.patience = patience
        self._paths = paths
        self._index = index
        self._hosts = hosts
        self._poller = poller
        self._sink = sink
        self._clock = clock
        self._silence = silence
        self._lease: Lease | None = None
        self._limit = RateLimit(rules.limit)
        self._jobs: dict[str, _Job] = {}
        self._transfers: dict[str, Transfer] = {}
        self._later: dict[str, float] = {}  # steady times before which these are not begun
        self._asked: dict[str, float] = {}  # when a fresh link was asked for last, steady seconds
        self._next_lease = self._next_sample = 0.0
        self._suspended = False
        self._chores: set[asyncio.Task[None]] = set()
        self._elsewhere: dict[str, Transfer] = {}  # what another process fetches, as far as that was seen

    # what front ends ask for -----------------------------------------------------------------------------------
    async def request(self, keys: Sequence[str], *, folder: Path | None = None) -> tuple[list[Task], list[Refusal]]:
        """Have these films fetched, again if they failed or are gone; return the tasks, and what is not fetched.

        Args:
            keys: Of tasks.
            folder: Where they are to go, a whole path, when not to the usual folder; what is saved elsewhere is fetched
                again then.

        Raises:
            Trouble: STORE, when the wish cannot be written down.
        """
        tasks = [task for task in map(self._index.get, keys) if task is not None]
        reasons = [(task, await self._why_not(task, folder)) for task in tasks]
        refusals = [Refusal(task, Trouble(Kind.NOT_NOW, why)) for task, why in reasons if why is not None]
        refused = {refusal.task.key for refusal in refusals}
        fields = {
            "file_state": FileState.QUEUED,
            "file_failure": None,
            "file_folder": None if folder is None else str(folder),
        }
        changes = [Change(task.key, fields) for task in tasks if task.key not in refused]
        for change in changes:
            self._later.pop(change.key, None)
        queued = await self._index.apply(changes)
        self.wake()
        return queued, refusals

    async def cancel(self, keys: Sequence[str]) -> list[Task]:
        """Fetch these no more; what has arrived is kept for a week."""
        tasks = [task for task in map(self._index.get, keys) if task is not None and task.is_fetched]
        stopped = await self._index.apply([Change(task.key, {"file_state": FileState.NONE}) for task in tasks])
        for task in stopped:
            if task.key in self._jobs:
                self._jobs[task.key].stop()
        self.wake()
        return stopped

    async def check(self, keys: Sequence[str], *, thorough: bool = False) -> list[Task]:
        """Look whether saved films are there, with `thorough` whether they are as they were; return the changed tasks.

        Raises:
            Trouble: STORE, when what was found cannot be written down.
        """
        from qr_tui.store.part_file import is_intact

        changes = []
        for task in map(self._index.get, keys):
            if task is None or task.file is None or task.file_state not in (FileState.SAVED, FileState.MISSING):
                continue
            path, size, sha256 = Path(task.file), task.file_size, task.file_sha256
            try:
                there = await in_thread(lambda p=path, s=size, h=sha256: is_intact(p, s, h, thorough=thorough))  # type: ignore[misc]
            except OSError as error:
                log.warning("%s: %s", path, error.strerror)
                continue
            state = FileState.SAVED if there else FileState.MISSING
            if state is not task.file_state:
                failure = None if there else Failure(kind=Kind.FILE_MISSING, detail=task.file)
                changes.append(Change(task.key, {"file_state": state, "file_failure": failure}))
        return await self._index.apply(changes)

    def transfer(self, key: str) -> Transfer | None:
        """Return how far the film of this task is, None when it is not on its way."""
        return self._transfers.get(key)

    @property
    def transfers(self) -> list[Transfer]:
        """Everything that is on its way, here and elsewhere."""
        return list(self._transfers.values())

    def folder_for(self, task: Task) -> Path:
        """Return where the film of `task` goes."""
        return Path(task.file_folder) if task.file_folder else self.rules.folder

    def use(self, rules: DownloadRules) -> None:
        """Keep to other rules, from the next film on; the rate at once."""
        self.rules = rules
        self._limit.rate = rules.limit

    async def _why_not(self, task: Task, folder: Path | None) -> Message | None:
        if task.status is not Status.DONE:
            return Message(NOT_FINISHED)
        if task.is_fetched:
            here = task.key in self._jobs or self.here or task.file_state is FileState.QUEUED
            return Message(UNDER_WAY if here else UNDER_WAY_ELSEWHERE)
        if task.file_state is FileState.SAVED and task.file:
            file = Path(task.file)
            if folder is not None and folder not in file.parents:
                return None
            if await in_thread(file.is_file):
                return Message(SAVED_ALREADY, {"file": task.file})
        return None

    # life ------------------------------------------------------------------------------------------------------
    async def step(self) -> None:
        """Do what is due: begin what is queued, end what is not wanted any more, tell how far it is."""
        if self._suspended or not self.enabled:
            return
        now, wanted = self._clock.steady(), self._index.open_files()
        if self.here and self._lease is not None and not self._lease.held:  # we were stopped, and another took over
            self._lose()
        if now >= self._next_lease:
            self._next_lease = now + min(LEASE_EVERY, self._silence / 6)
            await self._hold_lease()
        for key, job in self._jobs.items():
            if key not in wanted:
                job.stop()
        if self.here:
            self._begin(wanted, now)
        if now >= self._next_sample:
            self._next_sample = now + SAMPLE_EVERY
            self._sample(wanted, now)

    def suspend(self) -> None:
        """Let another process download while this one is stopped by the shell."""
        self._suspended = True
        self._lose()

    def resume(self) -> None:
        """Go on after `suspend`."""
        self._suspended, self._next_lease = False, 0.0

    async def close(self) -> None:
        """Stop; what has arrived stays, and what was under way is queued again."""
        self._suspended = True
        for chore in list(self._chores):
            chore.cancel()
        jobs = list(self._jobs.values())
        held = self.here and self._lease is not None and self._lease.held
        for job in jobs:
            job.stop()
        work = [job.work for job in jobs if job.work is not None]
        if work:
            _done, pending = await asyncio.wait(work, timeout=ENDING)
            for task in pending:
                task.cancel()
        left = [job.key for job in jobs if _is_downloading(self._index.get(job.key))]
        if held and left:
            with suppress(Trouble):
                await self._index.apply([Change(key, {"file_state": FileState.QUEUED}) for key in left])
        self.let_go()

    def let_go(self) -> None:
        """Let go of the lease."""
        if self._lease is not None:
            self._lease.release()
        self.here = False

    def _lose(self) -> None:
        for job in self._jobs.values():
            job.stop()
        self.let_go()

    async def _hold_lease(self) -> None:
        if self._lease is None:
            from qr_tui.store.lease import Lease

            self._lease = Lease(self._paths.store.with_name("downloads.lock"), patience=self._silence)
        if self.here:
            self._lease.beat()
            return
        try:
            held = await asyncio.to_thread(self._lease.acquire)
        except Trouble as trouble:
            log.warning("downloads.lock: %s", trouble.detail)
            return
        if self._suspended:  # asked for meanwhile
            self._lease.release()
        elif held:
            self.here = True
            self._start_chore(self._tidy())

    def _start_chore(self, work: Coroutine[Any, Any, None]) -> None:
        """Do what looks into folders beside the engine's loop: a disk that hangs must not hold up what is paid."""
        chore = asyncio.create_task(work)
        self._chores.add(chore)
        chore.add_done_callback(self._chores.discard)

    async def _tidy(self) -> None:
        """Sweep away parts that nobody needs, and see which saved films are still there."""
        from qr_tui.store import part_file

        wanted = self._index.open_files()
        saved = {task.key for task in self._index.tasks() if task.file_state is FileState.SAVED}
        folder, now = self.rules.folder, self._clock.now()
        await in_thread(lambda: part_file.sweep(folder, saved=saved.__contains__, wanted=wanted.__contains__, now=now))
        gone = [task.key for task in self._index.live() if task.file_state in (FileState.SAVED, FileState.MISSING)]
        with suppress(Trouble):
            await self.check(gone)

    def _holds_lease(self) -> bool:
        return self._lease is not None and self._lease.held

    def _begin(self, wanted: dict[str, Task], now: float) -> None:
        running = list(self._jobs.values())
        if len(running) >= self.rules.at_once:
            return
        for task in sorted(wanted.values(), key=lambda task: (task.finished_at or 0.0, task.created_at)):
            if len(running) >= self.rules.at_once:
                return
            if task.key in self._jobs or now < self._later.get(task.key, 0.0):
                continue
            job = _Job(task, self.folder_for(task))
            if sum(other.host == job.host for other in running) >= FROM_ONE_HOST:
                continue
            self._jobs[task.key] = job
            running.append(job)
            job.work = asyncio.create_task(self._run(job, task), name=f"download {task.key}")

    def _sample(self, wanted: dict[str, Task], now: float) -> None:
        found = {key: job.transfer(now) for key, job in self._jobs.items() if not job.is_stopped}
        others = [task for task in wanted.values() if task.file_state is FileState.DOWNLOADING]
        if not self.here:
            found |= {task.key: self._elsewhere[task.key] for task in others if task.key in self._elsewhere}
            if others and not self._chores:
                self._start_chore(self._peek(others))
        changed = {key for key in found.keys() | self._transfers.keys() if found.get(key) != self._transfers.get(key)}
        self._transfers = found
        if changed:
            self._sink(TransfersChanged(tuple(sorted(changed)), tuple(found.values())))

    async def _peek(self, tasks: Sequence[Task]) -> None:
        """See how far films are that another process fetches."""
        from qr_tui.store import part_file

        places = [(task.key, self.folder_for(task)) for task in tasks]
        seen = await in_thread(lambda: {key: part_file.peek(folder, key) for key, folder in places})
        self._elsewhere = {key: Transfer(key, *parts) for key, parts in seen.items() if parts is not None}

    # one film --------------------------------------------------------------------------------------------------
    async def _run(self, job: _Job, task: Task) -> None:
        from qr_tui.api.safe_get import Stopped
        from qr_tui.store.part_file import LostToAnother

        try:
            fields: dict[str, Any] = {"file_state": FileState.DOWNLOADING, "file_failure": None}
            if not await self._index.apply([Change(job.key, fields)]):
                return
            published = await self._fetch(job, await self._index.whole(task))
            await self._index.apply([Change(job.key, self._saved(published))])
            if job.part is not None:
                await in_thread(job.part.discard)
        except (Stopped, LostToAnother):
            log.info("download of %s stopped", job.key)
        except Trouble as trouble:
            await self._failed(job, trouble)
        except Exception as error:  # a mistake of ours ends one download, and no other
            log.exception("download of %s", job.key)
            await self._failed(job, Trouble(Kind.INTERNAL, type(error).__name__))
        finally:
            if job.part is not None:
                job.part.close()
            self._jobs.pop(job.key, None)
            self.wake()

    def _saved(self, published: "Published") -> dict[str, Any]:
        return {
            "file_state": FileState.SAVED,
            "file": published.path,
            "file_size": published.size,
            "file_sha256": published.sha256,
            "file_saved_at": self._clock.now(),
            "file_failure": None,
        }

    async def _failed(self, job: _Job, trouble: Trouble) -> None:
        if job.is_stopped:
            return
        log.warning("download of %s: %s %s", job.key, trouble.kind, trouble.detail)
        if trouble.kind is Kind.STORE:  # the film may have its name: the next try finds out
            self._later[job.key] = self._clock.steady() + AGAIN_AFTER
            return
        if trouble.kind in (Kind.TOO_LARGE, Kind.FILE_CHANGED) and job.part is not None:  # nothing of it is of use
            await in_thread(job.part.discard)
        failure = Failure(kind=trouble.kind, detail=trouble.detail, request_id=trouble.request_id)
        try:
            await self._index.apply([Change(job.key, {"file_state": FileState.FAILED, "file_failure": failure})])
        except Trouble:
            self._later[job.key] = self._clock.steady() + AGAIN_AFTER

    async def _fetch(self, job: _Job, task: Task) -> "Published":
        from qr_tui.api.download import Download
        from qr_tui.store.part_file import PartFile

        rules = self.rules
        part = PartFile(
            job.folder,
            task.key,
            task.id or "",
            may_write=self._holds_lease,
            keep_free=rules.keep_free,
            make_folder=rules.is_usual and job.folder == rules.folder,
        )
        await in_thread(part.open)
        job.part = part
        known = await in_thread(part.finish_publishing)
        if known is not None:
            return known
        finished = task.finished_at or 0.0
        job.download = Download(
            part,
            ca_file=self._hosts.ca_file,
            limit=self._limit,
            max_size=rules.max_size,
            is_fresh=self._clock.now() - finished < FRESH,
            patience=self.patience,
        )
        if job.is_stopped:
            job.download.stop()
        await self._from_sources(job.download, task)
        return await self._publish(job, part, task)

    async def _from_sources(self, download: "Download", task: Task) -> None:
        """Try the link, a fresh one, and the host itself, in this order.

        Raises:
            Trouble: Why none gave the film: the first reason that says more than "not there".
        """
        from qr_tui.api.safe_get import SourceFailed

        reasons: list[SourceFailed] = []
        tried: set[str] = set()
        for find in (self._link, self._fresh_link, self._content):
            try:
                source = await find(task)
            except Trouble as trouble:
                reasons.append(SourceFailed(trouble.kind, trouble.detail))
                continue
            if source is None or source.url in tried:
                continue
            tried.add(source.url)
            try:
                await in_thread(lambda found=source: download.fetch(found))  # type: ignore[misc]
            except SourceFailed as failure:
                if failure.last:
                    raise
                reasons.append(failure)
            else:
                return
        if not reasons:
            raise Trouble(Kind.LINK_EXPIRED if task.video_url else Kind.NO_LINK)
        raise next((reason for reason in reasons if not reason.weak), reasons[0])

    async def _link(self, task: Task) -> "Source | None":
        from qr_tui.api.safe_get import Source

        is_over = task.expires_at is not None and task.expires_at <= self._clock.now()
        return None if is_over or not task.video_url else Source(task.video_url, task.base_url)

    async def _fresh_link(self, task: Task) -> "Source | None":
        from qr_tui.api.safe_get import Source

        now = self._clock.steady()
        if not task.id or now - self._asked.get(task.key, float("-inf")) < LINK_EVERY:
            return None
        self._asked[task.key] = now
        link = await self._poller.fresh_link(task)
        return Source(link, task.base_url) if link else None

    async def _content(self, task: Task) -> "Source | None":
        from qr_tui.api.safe_get import Source

        route = self._hosts.route(task.route)
        if not task.id or route is None or not route.content:
            return None
        client, key = await self._hosts.client_for(task)
        return Source(client.content_url(task.id, route.content), client.base_url, key.reveal())

    async def _publish(self, job: _Job, part: "PartFile", task: Task) -> "Published":
        film = await in_thread(part.film)
        if film is None:
            raise Trouble(Kind.NOT_A_VIDEO)
        sha256 = await in_thread(part.digest)
        now, host, download = self._clock.now(), host_name(part.origin), job.download
        source: dict[str, Any] = {"host": host, "etag": part.etag, "last_modified": part.last_modified}
        # 0 and 0 for one whose end another process saw
        source |= {"resumed": download.resumed if download else 0, "began_anew": download.began_anew if download else 0}

        def sidecar(name: str) -> bytes:
            facts = {"name": name, "size": part.received, "sha256": sha256, "type": film.kind.media_type}
            facts |= {"width": film.width, "height": film.height, "seconds": film.seconds, "complete": film.complete}
            document = sidecar_json(task, file=facts, source=source, saved_at=now)
            return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"

        path = self.rules.name.path(filenames.values(task))
        lock = self._paths.state / "names.lock"
        about = sidecar if self.rules.sidecar else None
        return await in_thread(lambda: part.publish(path, film.kind.extension, sha256, lock, about))


def _is_downloading(task: Task | None) -> bool:
    return task is not None and task.file_state is FileState.DOWNLOADING
