"""The one adapter between the engine and the app: its events become Textual messages, rows, notices and the title."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.message import Message

from qr_tui.core.events import (
    ArchivesRead,
    Event,
    HostChanged,
    HostStatus,
    IdsUnsaved,
    Notice,
    PollingChanged,
    TaskFinished,
    TasksLoaded,
    TransfersChanged,
)
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status
from qr_tui.i18n import _, clauses
from qr_tui.terminal.notify import Notifier
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.event_inbox import REPAINT_EVERY, EventInbox
from qr_tui.ui.tasks.screen import TasksScreen
from qr_tui.ui.toasts import tell

STAYS = 86_400.0  # seconds: a toast that a person has to put away


class EngineEvent(Message):
    """The engine sent an event that is not a change of tasks."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class TasksPending(Message):
    """Tasks changed; what exactly waits in the inbox, so that a burst is one message and one repaint."""

    def can_replace(self, message: Message) -> bool:
        """One waiting message is enough."""
        return isinstance(message, TasksPending)


class EngineListener:
    """Shows what the engine reports.

    Args:
        app: Where the messages are posted; it hands them back to `tasks_pending` and `handle`.
        tasks: The list that shows the tasks.
        notifier: Announces finished tasks, and sets the terminal's title.
        renew_status: Called when the status line may say something else.

    Attributes:
        inbox: The engine's sink; may be called on any thread.
        polling: Whether this process looks at the tasks, as the engine last reported.
    """

    def __init__(
        self, app: App[Any], tasks: TasksScreen, notifier: Notifier, renew_status: Callable[[], object]
    ) -> None:
        self._app = app
        self._tasks = tasks
        self._notifier = notifier
        self._renew_status = renew_status
        self.inbox = EventInbox(
            lambda: app.post_message(TasksPending()), lambda event: app.post_message(EngineEvent(event))
        )
        self.polling = PollingChanged(here=True)
        self._last_repaint = float("-inf")
        self._repaint_waits = False

    def tasks_pending(self) -> None:
        """Show changed tasks: at once where a state changed, else no more often than the pace of repaints."""
        now = asyncio.get_running_loop().time()
        wait = self._last_repaint + REPAINT_EVERY - now
        if self.inbox.urgent or wait <= 0:
            self._show_changes()
        elif not self._repaint_waits:
            self._repaint_waits = True
            self._app.set_timer(wait, self._show_changes)

    def catch_up(self) -> None:
        """Show on the list at once what waits in the inbox."""
        self._tasks.take(*self.inbox.take())

    def handle(self, event: Event) -> None:
        """Show an event that is not a change of tasks."""
        match event:
            case TasksLoaded():
                self.inbox.clear()
                self._tasks.take_all(event.tasks)
                self._set_title()
            case ArchivesRead():
                self._tasks.add_archived(event.tasks)
            case TaskFinished():
                self._notifier.notify([event.task])
            case TransfersChanged():
                self._tasks.take_transfers(event.keys, event.transfers)
                for screen in self._app.screen_stack[1:]:
                    if isinstance(screen, CommandScreen):
                        screen.transfers_changed(event.keys)
            case HostChanged():
                self._renew_status()
                if event.status is HostStatus.NO_KEY:
                    self._tasks.refresh_header_and_footer()
            case PollingChanged():
                self.polling = event
                self._renew_status()
                self._tasks.refresh_header_and_footer()
            case Notice():
                tell(self._app, Trouble(event.kind, event.detail))
            case IdsUnsaved():
                if event.ids:
                    tell(self._app, Trouble(Kind.ID_UNSAVED, event.detail), timeout=STAYS)
                self._renew_status()

    def _show_changes(self) -> None:
        self._repaint_waits = False
        self._last_repaint = asyncio.get_running_loop().time()
        tasks, removed = self.inbox.take()
        if not tasks and not removed:
            return
        self._tasks.take(tasks, removed)
        for screen in self._app.screen_stack[1:]:
            if isinstance(screen, CommandScreen):
                screen.tasks_changed(tasks)
        self._set_title()

    def _set_title(self) -> None:
        running, waiting = (self._tasks.list_model.count(status) for status in (Status.RUNNING, Status.WAITING))
        counts = [_("{n} running").format(n=running)] if running else []
        counts += [_("{n} waiting").format(n=waiting)] if waiting else []
        self._notifier.set_title(clauses(counts))
