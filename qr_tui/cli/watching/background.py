"""The watcher that outlives its terminal: one process a store, known by a lock that dies with it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from qr_tui.cli import output, stored_tasks
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.core.environment import BACKGROUND
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Task
from qr_tui.core.text.messages import N_, Message
from qr_tui.i18n import _, ngettext

if TYPE_CHECKING:
    from qr_tui.store.lease import Lease

_OWNER: Final = re.compile(r"pid (\d+) on .* since (\S+)")
_BEGIN: Final = 15.0  # seconds a new watcher may take to hold its lock
_END: Final = 10.0
_LOOK: Final = 0.05


class Watcher(NamedTuple):
    """The process that watches in the background."""

    pid: int
    since: str


def _lease(context: CliContext) -> "Lease":
    from qr_tui.store.lease import Lease

    return Lease(context.paths.state / "watch.lock")


def is_me() -> bool:
    """Tell whether this process was started to be the watcher."""
    return os.environ.get(BACKGROUND) == "1"


def find(context: CliContext) -> Watcher | None:
    """Return the watcher of this store, None when there is none."""
    owner = _lease(context).owner()
    if owner is None:
        return None
    match = _OWNER.match(owner.words)
    return Watcher(int(match[1]), match[2]) if match else Watcher(0, "")


def _unfinished(context: CliContext) -> list[Task]:
    return [task for task in stored_tasks.read(context).live() if not task.final and not task.needs_you]


def _document(context: CliContext, watcher: Watcher | None) -> dict[str, Any]:
    return {
        "watching": watcher is not None,
        "pid": watcher.pid if watcher else None,
        "since": watcher.since.replace("+00:00", "Z") if watcher else None,
        "unfinished": len(_unfinished(context)),
    }


def _sentence(context: CliContext, watcher: Watcher | None) -> str:
    count = len(_unfinished(context))
    tasks = ngettext("{n} unfinished task", "{n} unfinished tasks", count).format(n=count)
    if watcher is None:
        return _("nobody watches in the background; {tasks}").format(tasks=tasks)
    since = watcher.since
    with contextlib.suppress(ValueError):
        since = datetime.fromisoformat(since).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return _("process {pid} watches since {since}; {tasks}").format(pid=watcher.pid, since=since, tasks=tasks)


def status(context: CliContext, *, as_json: bool) -> int:
    """Say whether a watcher runs, since when, and how much there is to watch."""
    watcher = find(context)
    if as_json:
        output.document(_document(context, watcher))
    else:
        output.line(_sentence(context, watcher))
    return Exit.OK


def start(context: CliContext, *, timeout: float | None, as_json: bool) -> int:
    """Start the watcher unless one runs, and return once it holds its lock."""
    context.require_valid_settings()  # what is wrong with the file should be said here, not in a log
    watcher = find(context)
    if watcher is None and not _unfinished(context):
        output.say(_("nothing to watch: no task is unfinished"))
    elif watcher is None:
        arguments = [sys.executable, "-m", "qr_tui", "watch"]
        if timeout is not None:
            arguments += ["--timeout", str(timeout)]
        child = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env=os.environ | {BACKGROUND: "1"},
        )
        watcher = _await_start(context, child)
    if as_json:
        output.document(_document(context, watcher))
    else:
        output.line(_sentence(context, watcher))
    return Exit.OK


def _await_start(context: CliContext, child: "subprocess.Popen[bytes]") -> Watcher | None:
    """Wait until some watcher holds the lock (ours, or one that was a moment quicker)."""
    found: list[Watcher] = []

    def begun() -> bool:
        watcher = find(context)
        if watcher is not None and watcher.pid:
            found.append(watcher)
        return bool(found) or child.poll() is not None

    _until(begun, _BEGIN)
    if found:
        return found[0]
    if child.poll() == 0:  # there was so little to do that it is done already
        return None
    raise Trouble(Kind.INTERNAL, Message(N_("the background process did not start; see qr-tui doctor")))


def stop(context: CliContext, *, as_json: bool) -> int:
    """End the watcher and return once it is gone.

    Raises:
        Trouble: NOT_NOW, it does not go.
    """
    watcher = find(context)
    if watcher is not None and watcher.pid:
        try:
            os.kill(watcher.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        except PermissionError:
            raise Trouble(Kind.NOT_NOW, Message(N_("process {pid} is not yours"), {"pid": watcher.pid})) from None
        if not _until(lambda: find(context) is None, _END):
            raise Trouble(Kind.NOT_NOW, Message(N_("process {pid} does not end"), {"pid": watcher.pid}))
    if as_json:
        output.document(_document(context, None))
    else:
        output.line(_sentence(context, None))
    return Exit.OK


def _until(ready: Callable[[], bool], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while not ready():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK)
    return True


def main(context: CliContext, *, timeout: float | None) -> int:
    """Be the watcher: hold the lock, watch until nothing is unfinished or the time is over."""
    lease = _lease(context)
    if not lease.acquire():
        return Exit.OK  # another one was quicker
    try:
        return _watch(context, timeout)
    finally:
        lease.release()


def _watch(context: CliContext, timeout: float | None) -> int:
    from qr_tui.cli import engine_session

    async def work() -> bool:
        deadline = None if timeout is None else time.monotonic() + timeout
        async with engine_session.studio(context, lambda _event: None, download=True) as studio:
            while True:
                keys = [task.key for task in studio.tasks() if not task.final and not task.needs_you]
                films = [task.key for task in studio.tasks() if task.is_fetched]
                left = None if deadline is None else max(0.0, deadline - time.monotonic())
                if not keys and not films:
                    return True
                if left == 0.0:
                    return False
                if keys:
                    await studio.wait(keys, timeout=left)
                else:
                    await studio.fetched(films, timeout=left)

    try:
        return Exit.OK if engine_session.run(work) else Exit.UNFINISHED
    except engine_session.Stopped as stopped:
        return stopped.exit_code
