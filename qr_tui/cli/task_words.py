"""The words and colours of a task's status on the command line."""

from collections.abc import Mapping
from typing import Final

from qr_tui.core.failures import WORDS
from qr_tui.core.status_words import STATUS_TONES, STATUS_WORDS, Tone, look_failed
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text.display import inert, tail
from qr_tui.i18n import _, translate

_COLOURS: Final[Mapping[Tone, str]] = {
    "idle": "",
    "active": "cyan",
    "attention": "yellow",
    "good": "green",
    "bad": "red",
    "over": "dim",
}
_WITH_REASON: Final = (Status.FAILED, Status.UNCONFIRMED, Status.DONE)


def status_word(task: Task | Status) -> str:
    """Return the status in the language in use."""
    return _(STATUS_WORDS[task if isinstance(task, Status) else task.status])


def status_colour(task: Task) -> str:
    """Return the colour of the status, as `output.paint` calls it; empty for none."""
    return _COLOURS[STATUS_TONES[task.status]]


def name(task: Task) -> str:
    """Return what a line calls the task: the end of its id, or its key until it has one."""
    return inert(tail(task.id, 14) if task.id else task.key)


def file_words(task: Task) -> str:
    """Return where the film of `task` stands, empty when there is nothing to say of it."""
    match task.file_state:
        case FileState.QUEUED | FileState.DOWNLOADING:
            return _("downloading")
        case FileState.SAVED:
            return _("saved: {file}").format(file=inert(task.file or "", limit=4_000))
        case FileState.FAILED | FileState.MISSING:
            failure = task.file_failure
            reason = _(WORDS[failure.kind].title) if failure else ""
            detail = inert(translate(failure.detail), limit=400) if failure else ""
            word = _("not saved") if task.file_state is FileState.FAILED else ""
            return " · ".join(filter(None, (word, reason, detail)))
    return ""


def describe(task: Task, *, link: bool = False) -> str:
    """Return one line for where `task` stands: name, status, percentage, the provider's word, reason."""
    words = [name(task), status_word(task)]
    if task.status is Status.RUNNING and task.progress is not None:
        words.append(f"{task.progress:.0f} %")
    if task.provider_status and task.status in (Status.WAITING, Status.RUNNING):
        words.append(f"({inert(task.provider_status, limit=40)})")
    if task.failure is not None and task.status in _WITH_REASON:
        words.append("· " + _(WORDS[task.failure.kind].title))
        if task.failure.detail:
            words.append("· " + inert(translate(task.failure.detail), limit=400))
    if task.look_failure is not None:
        words.append("· " + inert(translate(look_failed(task.look_failure)), limit=400))
    if file_words(task):
        words.append("· " + file_words(task))
    if link and task.video_url and task.file_state is not FileState.SAVED:
        words.append(inert(task.video_url, limit=4_000))
    return " ".join(words)
