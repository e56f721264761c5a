"""The engine for as long as one command needs it, and how it ends when a signal comes."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Final, TypeVar

from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.core.events import IdsUnsaved, Sink
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status, Task
from qr_tui.i18n import _

if TYPE_CHECKING:
    from qr_tui.cli.watching.narrator import Narrator
    from qr_tui.services.studio import Studio

T = TypeVar("T")
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_SEND_GRACE: Final = 75.0  # seconds the answer to a POST under way may take: longer than the call's own limit


class Stopped(Exception):
    """A signal asked the command to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def exit_code(self) -> int:
        """The code by which a shell knows a process that ended by this signal."""
        return 128 + self.number


class IdsLostError(Trouble):
    """An id that was paid for is nowhere on disk: the command has not done what it was for."""


def run(work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` to its end on an event loop of its own; the first signal cancels it, so that it can clean up.

    Raises:
        Stopped: A signal came and the work has cleaned up.
    """

    async def main() -> T:
        loop = asyncio.get_running_loop()
        task = asyncio.ensure_future(work())
        received: list[int] = []

        def stop(number: int) -> None:
            received.append(number)
            task.cancel()

        for number in _SIGNALS:
            loop.add_signal_handler(number, stop, number)
        try:
            return await task
        except asyncio.CancelledError:
            if received:
                raise Stopped(received[0]) from None
            raise
        finally:
            for number in _SIGNALS:
                loop.remove_signal_handler(number)

    return asyncio.run(main())


@contextlib.asynccontextmanager
async def studio(
    context: CliContext, sink: Sink, *, watch: bool = True, download: bool = False
) -> AsyncIterator["Studio"]:
    """Open the engine; at the end let the answer to a request under way come in first, then close it.

    With `download` films are fetched too, if no other process does that.

    A second signal while it waits for that answer leaves at once; the task is then unconfirmed.

    Raises:
        IdsLostError: After all of it, when an id could be saved nowhere.
    """
    from qr_tui import log
    from qr_tui.services.studio import Studio

    log.setup(context.paths)
    engine = Studio(context.paths, context.settings, context.keys, sink=sink, pace=context.pace)
    engine.downloader.enabled = download
    try:
        await engine.start(watch=watch)
        yield engine
    except asyncio.CancelledError:
        sending = [task.key for task in engine.tasks() if task.status is Status.SENDING and _ours(task)]
        if sending:
            output.say(_("a request is under way: waiting for its answer, so that nothing is lost; again: leave now"))
            with contextlib.suppress(asyncio.CancelledError):
                await engine.sent(sending, timeout=_SEND_GRACE)
        raise
    finally:
        await engine.close()
        if engine.unsaved_ids:
            raise IdsLostError(Kind.ID_UNSAVED, IdsUnsaved(engine.unsaved_ids).detail)


async def following(
    context: CliContext,
    narrator: "Narrator",
    latest: dict[str, Task],
    work: Callable[["Studio"], Awaitable[T]],
    *,
    download: bool = False,
) -> T:
    """Do `work` with an engine that tells `narrator` what happens.

    In the end `latest`, which `work` fills with the tasks that it is about, holds them as they stand then: closing may
    still learn what became of a request under way.
    """
    opened: list[Studio] = []
    try:
        async with studio(context, narrator, download=download) as engine:
            opened.append(engine)
            return await work(engine)
    finally:
        narrator.end()
        latest.update((key, known) for engine in opened for key in latest if (known := engine.get(key)))


def _ours(task: Task) -> bool:
    """Tell whether it is this process that sends `task` (an instance's name begins with its process id)."""
    return (task.sender or "").startswith(f"{os.getpid()}-")
