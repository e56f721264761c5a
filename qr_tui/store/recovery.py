"""After damage: the file is kept aside, the backup steps in, and what it cannot vouch for is not trusted."""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, Status, advance
from qr_tui.core.text.messages import N_, Detail, Message, Value, counted, paragraph
from qr_tui.store import documents
from qr_tui.store.codec import TASKS, Document


def put_aside(path: Path, now: float) -> Path:
    """Give the damaged file at `path` a name that says so and that nothing else has; return that name.

    The old name stays too until something whole replaces it.

    Raises:
        OSError: It cannot be done.
    """
    time = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    number, other = 1, path.with_name(f"{path.name}.damaged-{time}")
    while os.path.lexists(other):
        number += 1
        other = path.with_name(f"{path.name}.damaged-{time}-{number}")
    try:
        os.link(path, other)
    except OSError:
        path.rename(other)
    return other


def distrust(document: Document, now: float) -> Document:
    """Return `document` with every queued task unconfirmed.

    What was lost may have recorded that it was sent, and to send it again could pay twice: a person decides.
    """
    tasks = dict(document[TASKS])
    for key, old in tasks.items():
        with suppress(msgspec.ValidationError):
            task = documents.read(key, old)
            sending = advance(task, {"status": Status.SENDING}, now) if task.status is Status.QUEUED else None
            failure = Failure(kind=Kind.LOST_ANSWER)
            lost = sending and advance(sending, {"status": Status.UNCONFIRMED, "failure": failure}, now)
            if lost:
                tasks[key] = documents.write(lost, task, old)[1]
    return {**document, TASKS: tasks}


def words(path: Path, aside: Path | None, found: bool, count: int, *, spoiled: bool) -> Detail:
    """Return what a person should know of a recovery; nothing if there was nothing to recover."""
    lines: list[Detail] = []
    if aside is not None:
        values: dict[str, Value] = {"file": str(path), "name": aside.name}
        lines.append(Message(N_("{file} is damaged; it was kept as {name}."), values))
    elif found or spoiled:
        lines.append(Message(N_("{file} is gone."), {"file": str(path)}))
    else:
        return ""
    if spoiled:
        lines.append(Message(N_("The backup is damaged too and was kept beside it.")))
    if found:
        text = counted(
            "The last good copy was used, with {n} task; the last change may be missing, "
            "and what was queued waits for you.",
            "The last good copy was used, with {n} tasks; the last change may be missing, "
            "and what was queued waits for you.",
            count,
        )
        lines.append(text)
    else:
        lines.append(Message(N_("No good copy was found: the list starts empty.")))
    return paragraph(lines)
