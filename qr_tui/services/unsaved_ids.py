"""The ids that the task file has not taken: kept beside it, and shown to a person when even that fails."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor

from qr_tui.core.events import IdsUnsaved, Sink
from qr_tui.store.changes import Fact

log = logging.getLogger(__name__)


class UnsavedIds:
    """Knows of each id whether it is on disk somewhere; those that are not are `lost`, and told until they are."""

    def __init__(self, sink: Sink) -> None:
        self.lost: tuple[str, ...] = ()
        self._sink = sink
        self._aside: set[str] = set()
        self._turn = asyncio.Lock()

    async def keep(self, facts: Sequence[Fact], write: Callable[[Sequence[Fact]], None]) -> None:
        """Let `write` put the ids in `facts` on disk, except those that are; it is called in a thread of its own."""
        async with self._turn:
            fresh = [fact for fact in facts if fact.id is not None and fact.id not in self._aside]
            if not fresh:
                return
            loop = asyncio.get_running_loop()
            writer = ThreadPoolExecutor(1, thread_name_prefix="ids")
            try:
                await loop.run_in_executor(writer, write, fresh)
            except OSError as error:
                ids = (*self.lost, *(fact.id for fact in fresh if fact.id and fact.id not in self.lost))
                for fact in fresh:
                    log.error("could not save id %s of task %s: %s", fact.id, fact.key, error)
                self._tell(ids)
            else:
                self._aside.update(fact.id for fact in fresh if fact.id)
                self._safe(self._aside)
            finally:
                writer.shutdown(wait=False)

    def saved(self, facts: Iterable[Fact]) -> None:
        """Take note that the file has taken `facts`."""
        ids = {fact.id for fact in facts if fact.id}
        self._aside -= ids
        self._safe(ids)

    def _safe(self, ids: set[str]) -> None:
        self._tell(tuple(task_id for task_id in self.lost if task_id not in ids))

    def _tell(self, ids: tuple[str, ...]) -> None:
        if ids != self.lost:
            self.lost = ids
            self._sink(IdsUnsaved(ids))
