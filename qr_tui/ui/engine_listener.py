"""The one adapter between the engine and the screens: what it tells becomes rows, notices and the status line."""

import asyncio
from typing import TYPE_CHECKING

from textual import on

from qr_tui.config import FileTrouble
from qr_tui.core.address import host_name
from qr_tui.core.events import HostChanged, HostStatus, Notice, PollingChanged, TaskFinished, TasksLoaded
from qr_tui.core.failures import WORDS, Trouble
from qr_tui.core.task import Status
from qr_tui.core.text import inert
from qr_tui.i18n import _, clauses
from qr_tui.terminal.notify import Notifier
from qr_tui.ui.event_inbox import REPAINT_EVERY, EventInbox
from qr_tui.ui.tasks.screen import TasksScreen
from qr_tui.ui.textual_fixes.typeahead import Reading
from qr_tui.ui.toasts import EngineEvent, TasksPending, tell
from qr_tui.ui.widgets.header_footer import host_status_words

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio


class Hearing(Reading):
    """The part of the app that hears the engine.

    Attributes:
        file_problem: The mistake that stands in `config.toml`, None while there is none.
    """

    tasks: TasksScreen
    notifier: Notifier

    def __init__(self) -> None:
        super().__init__()
        self._inbox = EventInbox(
            lambda: self.post_message(TasksPending()), lambda event: self.post_message(EngineEvent(event))
        )
        self._studio: Studio | None = None
        self._failure: Trouble | None = None
        self.file_problem: FileTrouble | None = None
        self._polling = PollingChanged(here=True)
        self._last_repaint = float("-inf")
        self._repaint_waits = False

    @on(TasksPending)
    def _tasks_pending(self) -> None:
        now = asyncio.get_running_loop().time()
        wait = self._last_repaint + REPAINT_EVERY - now
        if self._inbox.urgent or wait <= 0:
            self._take_tasks()
        elif not self._repaint_waits:
            self._repaint_waits = True
            self.set_timer(wait, self._take_tasks)

    def _take_tasks(self) -> None:
        self._repaint_waits = False
        self._last_repaint = asyncio.get_running_loop().time()
        tasks, removed = self._inbox.take()
        if not tasks and not removed:
            return
        self.tasks.take(tasks, removed)
        for screen in self.screen_stack[1:]:
            changed = getattr(screen, "tasks_changed", None)
            if changed is not None:
                changed(tasks)
        self._retitle()

    @on(EngineEvent)
    def _told(self, message: EngineEvent) -> None:
        event = message.event
        match event:
            case TasksLoaded():
                self._inbox.clear()
                self.tasks.take_all(event.tasks)
                self._retitle()
            case TaskFinished():
                self.notifier.finished([event.task])
            case HostChanged():
                self._renew_status()
                if event.status is HostStatus.NO_KEY:
                    self.tasks.renew_edges()
            case PollingChanged():
                self._polling = event
                self._renew_status()
                self.tasks.renew_edges()
            case Notice():
                tell(self, Trouble(event.kind, event.detail))

    def _renew_status(self) -> None:
        """Say what is wrong or unusual, the worst first."""
        words: list[tuple[str, str]] = []
        if self._failure is not None:
            words.append(("bad", inert(self._failure.detail or _(WORDS[self._failure.kind].title), limit=200)))
        if self.file_problem is not None:
            words.append(_mistake(self.file_problem))
        studio = self._studio
        statuses = studio.host_statuses if studio is not None else {}
        connect = self.keymap.show("app.connect")
        for status in (HostStatus.KEY_REFUSED, HostStatus.NO_KEY, HostStatus.DOWN, HostStatus.RATE_LIMITED):
            for url, host_status in statuses.items():
                told = host_status_words(host_name(url), status, connect=connect) if host_status is status else None
                if told is not None:
                    words.append(told)
        if self._polling.paused:
            key = self.keymap.show("tasks.pause")
            words.append(("warn", _("looking is paused: {key} goes on").format(key=key)))
        elif not self._polling.here and studio is not None:
            words.append(("muted", _("another qr-tui on this store looks at the tasks")))
        self.tasks.show_status(words)

    def _retitle(self) -> None:
        running, waiting = (self.tasks.list_model.count(status) for status in (Status.RUNNING, Status.WAITING))
        counts = [_("{n} running").format(n=running)] if running else []
        counts += [_("{n} waiting").format(n=waiting)] if waiting else []
        self.notifier.title(clauses(counts))


def _mistake(problem: FileTrouble) -> tuple[str, str]:
    """Return the status line's colour and words for a mistake in the settings' file: it stands until it is mended."""
    if problem.limits_known:
        return "warn", _("a mistake in {place}").format(place=problem.place)
    return "bad", _("a mistake in {place}: your limits are not in force").format(place=problem.place)
