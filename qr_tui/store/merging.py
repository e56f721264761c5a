"""Several copies of the tasks made one: the newest fact of each task wins, and no id and no sending is forgotten."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, Status, Task, advance, with_candidate
from qr_tui.store import documents
from qr_tui.store.codec import PATCHES, TASKS, Document, revision


def merge(copies: Sequence[Document]) -> Document:
    """Return the first of `copies` with what the others know better; of what is equally new the first has it.

    What was noted of archived tasks is taken from all of them, the newest copy's word last.
    """
    first, *others = copies
    tasks = dict(first[TASKS])
    for other in others:
        for key, document in other[TASKS].items():
            if key not in tasks:
                tasks[key] = document
            elif tasks[key] != document:
                tasks[key] = newest(key, tasks[key], document)
    notes: dict[str, Any] = {}
    for copy in sorted(copies, key=revision):
        notes.update(copy.get(PATCHES, {}))
    return {**first, TASKS: tasks} | ({PATCHES: notes} if notes else {})


def distrust(document: Document, now: float, *, believed: Collection[str] = ()) -> Document:
    """Return `document` with every queued task unconfirmed, except those whose keys are in `believed`.

    What was lost may have recorded that it was sent, and to send it again could pay twice: a person decides.
    """
    tasks = dict(document[TASKS])
    for key, old in tasks.items():
        if key in believed:
            continue
        with suppress(msgspec.ValidationError):
            task = documents.read(key, old)
            sending = advance(task, {"status": Status.SENDING}, now) if task.status is Status.QUEUED else None
            failure = Failure(kind=Kind.LOST_ANSWER)
            lost = sending and advance(sending, {"status": Status.UNCONFIRMED, "failure": failure}, now)
            if lost:
                tasks[key] = documents.write(lost, task, old)[1]
    return {**document, TASKS: tasks}


def all_read(document: Document) -> bool:
    """Tell whether this version can read every task in `document`."""
    try:
        for key, task in document[TASKS].items():
            documents.read(key, task)
    except msgspec.ValidationError:
        return False
    return True


def queued(document: Document) -> set[str]:
    """Return the keys of the tasks that wait to be sent."""
    return {
        key
        for key, task in document[TASKS].items()
        if isinstance(task, dict) and task.get("status", Status.QUEUED) == Status.QUEUED
    }


def newest(key: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the newest of two documents of one task, with every id that either knows."""
    try:
        second = documents.read(key, other)
    except msgspec.ValidationError:
        return one
    try:
        first = documents.read(key, one)
    except msgspec.ValidationError:
        return other
    winner = _newer(first, second)
    loser = second if winner is first else first
    base, known = (one, first) if winner is first else (other, second)
    result = winner
    if _was_sent_before(winner, loser) or (loser.id and not winner.id):
        # what is known of a sending outweighs a later doubt; what a person did to the list is kept
        base, known = (other, second) if winner is first else (one, first)
        result = msgspec.structs.replace(loser, tags=winner.tags, removed_at=winner.removed_at)
        winner, loser = result, winner
    if loser.id and loser.id != result.id:
        result = msgspec.structs.replace(result, id_candidates=with_candidate(result.id_candidates, loser.id))
    for candidate in loser.id_candidates:
        if candidate != result.id:
            result = msgspec.structs.replace(result, id_candidates=with_candidate(result.id_candidates, candidate))
    if result.created is None and loser.created is not None:
        result = msgspec.structs.replace(result, created=loser.created)
    return base if result == known else documents.write(result, known, base)[1]


def _newer(first: Task, second: Task) -> Task:
    """Return the one that came of the other if one did, else the one changed last; the first if neither tells."""
    if _continues(first, second):
        return second
    if _continues(second, first):
        return first
    return second if (second.updated_at or 0.0) > (first.updated_at or 0.0) else first


def _continues(old: Task, new: Task) -> bool:
    """Tell whether the history of `new` begins with all of the history of `old` and goes on."""
    return len(new.history) > len(old.history) and new.history[: len(old.history)] == old.history


def _was_sent_before(winner: Task, loser: Task) -> bool:
    """Tell whether `winner` would be sent though `loser` was, and nothing says that it is to be sent again."""
    return winner.status is Status.QUEUED and loser.status is not Status.QUEUED and not _continues(loser, winner)
