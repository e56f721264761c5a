"""A burst of what the engine tells is one repaint, and another state never waits."""

from qr_tui.core.events import Event, HostChanged, HostStatus, TasksChanged
from qr_tui.core.task import Status
from qr_tui.ui.event_inbox import EventInbox
from tests.support.fake_app import make_task


def test_the_newest_of_each_task_is_kept_and_progress_may_wait() -> None:
    woken: list[None] = []
    inbox = EventInbox(lambda: woken.append(None), lambda _event: None)
    inbox(TasksChanged((make_task(1, progress=1.0),)))
    inbox.take()
    for percent in range(2, 50):
        inbox(TasksChanged((make_task(1, progress=float(percent)),)))
    assert not inbox.urgent
    tasks, removed = inbox.take()
    assert [task.progress for task in tasks] == [49.0]
    assert removed == []
    assert inbox.take() == ([], [])


def test_another_state_or_a_removal_does_not_wait() -> None:
    inbox = EventInbox(lambda: None, lambda _event: None)
    inbox(TasksChanged((make_task(1),)))
    inbox.take()
    inbox(TasksChanged((make_task(1, status=Status.DONE),)))
    assert inbox.urgent
    inbox.take()
    assert not inbox.urgent
    inbox(TasksChanged(removed=("key000001",)))
    assert inbox.urgent
    assert inbox.take() == ([], ["key000001"])


def test_a_task_that_comes_back_is_not_removed() -> None:
    inbox = EventInbox(lambda: None, lambda _event: None)
    inbox(TasksChanged(removed=("key000001",)))
    inbox(TasksChanged((make_task(1),)))
    tasks, removed = inbox.take()
    assert [task.key for task in tasks] == ["key000001"]
    assert removed == []


def test_everything_else_goes_straight_on() -> None:
    told: list[Event] = []
    woken: list[None] = []
    inbox = EventInbox(lambda: woken.append(None), told.append)
    event = HostChanged("https://x", HostStatus.DOWN)
    inbox(event)
    inbox(TasksChanged())
    assert told == [event]
    assert woken == []
