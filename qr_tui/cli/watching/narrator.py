"""What a person sees while a command waits: a progress bar on a terminal, elsewhere a line for each change."""

import sys
import time
from collections.abc import Callable, Iterable
from typing import Final, TextIO

from qr_tui.cli import output
from qr_tui.cli.task_words import describe, status_colour
from qr_tui.core.events import (
    Event,
    HostChanged,
    HostStatus,
    IdsUnsaved,
    Notice,
    PollingChanged,
    TasksChanged,
    TransfersChanged,
)
from qr_tui.core.failures import WORDS, Kind
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text import sizes
from qr_tui.core.text.display import cut, inert
from qr_tui.core.text.messages import N_
from qr_tui.core.transfer import Transfer
from qr_tui.i18n import _, span, translate

_HOST_NEWS: Final = {
    HostStatus.DOWN: N_("{host} cannot be reached: {detail}"),
    HostStatus.RATE_LIMITED: N_("{host} asks for a slower pace"),
    HostStatus.NO_KEY: N_("there is no key for {host}"),
    HostStatus.PLAIN_HTTP: N_("{host} is not encrypted: the key is not sent there"),
    HostStatus.KEY_REFUSED: N_("{host} refuses the key"),
    HostStatus.SETTING: N_("nothing can be sent to {host} or asked there: {detail}"),
    HostStatus.OK: N_("{host} answers again"),
}
_BAR: Final = 24
_STEP: Final = 10.0  # percent between two lines where there is no bar
_FRAME: Final = 0.2  # seconds between two pictures of the bar


class Narrator:
    """Prints the changes of some tasks as they come; it is an event sink.

    Args:
        keys: The tasks to report on; None means every one.
        results: Where the lines of change go: stderr for a command with another result, stdout for `watch`.
    """

    def __init__(
        self,
        keys: Iterable[str] | None = None,
        *,
        results: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.keys = None if keys is None else set(keys)
        self._results = results or sys.stderr
        self._links = results is sys.stdout
        self._bar = output.is_terminal(sys.stderr)
        self._clock = clock
        self._began = clock()
        self._shown: dict[str, Task] = {}
        self._reported: dict[str, tuple[Status, FileState, Kind | None, float]] = {}
        self._transfers: dict[str, Transfer] = {}
        self._drawn = ""
        self._drawn_at = 0.0
        self._host_statuses: dict[str, HostStatus] = {}

    def __call__(self, event: Event) -> None:
        """Report `event` if it concerns the tasks we follow."""
        match event:
            case TasksChanged():
                for task in event.tasks:
                    self.see(task)
                for key in event.removed:
                    self._shown.pop(key, None)
            case TransfersChanged():
                self._transfers = {transfer.key: transfer for transfer in event.transfers}
                self._draw()
            case HostChanged():
                self._host(event)
            case Notice():
                title, detail = _(WORDS[event.kind].title), inert(translate(event.detail), limit=400)
                self._above(_("{title}: {detail}").format(title=title, detail=detail), "yellow")
            case IdsUnsaved() if event.ids:
                title, detail = _(WORDS[Kind.ID_UNSAVED].title), inert(translate(event.detail), limit=2_000)
                self._above(_("{title}: {detail}").format(title=title, detail=detail), "red")
            case PollingChanged(here=False):
                self._above(_("another qr-tui on these tasks does the looking"), "dim")
            case _:
                pass

    def see(self, task: Task) -> None:
        """Report where `task` stands if that has changed."""
        if self.keys is not None and task.key not in self.keys:
            return
        self._shown[task.key] = task
        status, file, trouble, progress = self._reported.get(task.key, (None, None, None, -_STEP))
        now, failed = task.progress or 0.0, task.look_failure.kind if task.look_failure else None
        if task.status is Status.SENDING:
            return  # a moment between two lines that say more
        news = task.status is not status or task.file_state is not file or failed is not trouble
        if task.file_state is FileState.DOWNLOADING and file is FileState.QUEUED:
            news = False  # a moment between two lines that say more
        if news or (not self._bar and now - progress >= _STEP):
            self._reported[task.key] = (task.status, task.file_state, failed, now)
            self._above(describe(task, link=self._links), status_colour(task), self._results)
        self._draw()

    def end(self) -> None:
        """Take the bar away."""
        if self._drawn:
            self._put("")

    def _host(self, event: HostChanged) -> None:
        known = self._host_statuses.get(event.base_url, HostStatus.OK)
        self._host_statuses[event.base_url] = event.status
        if event.status is known:
            return
        detail = inert(translate(event.detail), limit=200)
        text = _(_HOST_NEWS[event.status]).format(host=inert(event.base_url), detail=detail)
        self._above(text.removesuffix(": "), "" if event.status is HostStatus.OK else "yellow")

    def _above(self, text: str, colour: str = "", stream: TextIO | None = None) -> None:
        """Print a line that stays, above the bar."""
        stream = stream or sys.stderr
        drawn = self._drawn
        if drawn:
            self._put("")
        output.write(output.paint(text, colour, stream), stream)
        if drawn:
            self._put(drawn)

    def _draw(self) -> None:
        going = [task for task in self._shown.values() if self._is_going(task)]
        if not self._bar or (going and self._clock() - self._drawn_at < _FRAME and self._drawn):
            return
        if not going:
            self.end()
            return
        total = len(self._shown)
        share = sum(map(self._share, self._shown.values())) / total
        filled = int(_BAR * share / 100)
        counted = _("{done} of {total}").format(done=total - len(going), total=total)
        elapsed = span(self._clock() - self._began)
        bar = "━" * filled + "─" * (_BAR - filled)
        rates = [self._transfers[task.key].rate for task in going if task.key in self._transfers]
        speed = f"  {sizes.rate(sum(rate or 0.0 for rate in rates))}" if any(rates) else ""
        self._put(f"{bar} {share:3.0f} %  {counted}  {elapsed}{speed}")

    @staticmethod
    def _is_going(task: Task) -> bool:
        return (not task.final and not task.needs_you) or task.is_fetched

    def _share(self, task: Task) -> float:
        """Return how much of what is waited for is there, 0–100: of the film once the video is done."""
        if not self._is_going(task):
            return 100.0
        transfer = self._transfers.get(task.key)
        return (transfer.percent or 0.0) if transfer else (0.0 if task.final else task.progress or 0.0)

    def _put(self, text: str) -> None:
        self._drawn, self._drawn_at = text, self._clock()
        columns = output.width(sys.stderr) or 80
        try:
            sys.stderr.write("\r\x1b[K" + cut(text, columns - 1))
            sys.stderr.flush()
        except (BrokenPipeError, OSError):
            self._bar = False
