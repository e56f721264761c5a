"""What each status is called by a person, and how it is coloured, in the app and on the command line alike."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from qr_tui.core.failures import WORDS
from qr_tui.core.task import Failure, Status, Task
from qr_tui.core.text.display import cut, inert
from qr_tui.core.text.messages import N_, Detail, Message, Value

STATUS_WORDS: Final[Mapping[Status, str]] = {
    Status.QUEUED: N_("queued"),
    Status.SENDING: N_("sending"),
    Status.UNCONFIRMED: N_("unconfirmed"),
    Status.WAITING: N_("waiting"),
    Status.RUNNING: N_("running"),
    Status.DONE: N_("done"),
    Status.FAILED: N_("failed"),
    Status.STOPPED: N_("stopped"),
}

# how it stands, for each front end to give a colour to
Tone = Literal["idle", "active", "attention", "good", "bad", "over"]

STATUS_TONES: Final[Mapping[Status, Tone]] = {
    Status.QUEUED: "idle",
    Status.SENDING: "active",
    Status.UNCONFIRMED: "attention",
    Status.WAITING: "idle",
    Status.RUNNING: "active",
    Status.DONE: "good",
    Status.FAILED: "bad",
    Status.STOPPED: "over",
}

_FIRST_WORDS: Final = 60  # cells


def provider_word(status: Status, word: str) -> str:
    """Return the provider's own word for a status where it says more than ours."""
    return "" if word.casefold() == status.value else word


def look_failed(failure: Failure, wait: Detail | None = None) -> Message:
    """Return that the last look failed, why, and after which time (`wait`) the next one comes, if that is known."""
    why = failure.detail or Message(WORDS[failure.kind].title)
    if wait is None:
        return Message(N_("last look failed: {why}"), {"why": why})
    return Message(N_("last look failed: {why}, next in {time}"), {"why": why, "time": wait})


def sent_words(task: Task, *, with_prompt: bool = True) -> Message:
    """Return what finds `task` in the provider's own records: when it was sent, with what, and its first words."""
    try:
        when = f"{datetime.fromtimestamp(task.submitted_at or task.created_at).astimezone():%Y-%m-%d %H:%M:%S}"
    except (OverflowError, ValueError, OSError):
        when = "?"
    words = cut(inert(task.prompt, limit=200), _FIRST_WORDS)
    values: dict[str, Value] = {"when": when, "model": inert(task.model, limit=60), "words": words}
    if not with_prompt:
        return Message(N_("sent {when} with {model}"), values)
    return Message(N_("sent {when} with {model}: {words}"), values)
