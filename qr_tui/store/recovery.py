"""After damage: the file is kept aside, and what a person should know of it is put in words."""

import os
from datetime import UTC, datetime
from pathlib import Path

from qr_tui.core.text.messages import N_, Detail, Message, Value, counted, paragraph


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


def words(path: Path, aside: Path | None, found: bool, count: int, *, spoiled: bool, lost: bool) -> Detail:
    """Return what a person should know of a recovery; nothing if there was nothing to recover.

    `lost` says that there was a file before, though nothing of it is left.
    """
    lines: list[Detail] = []
    if aside is not None:
        values: dict[str, Value] = {"file": str(path), "name": aside.name}
        lines.append(Message(N_("{file} is damaged; it was kept as {name}."), values))
    elif found or spoiled or lost:
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


def words_for_older(path: Path, *, newer: bool) -> Detail:
    """Return what a person should know when an older copy of the file had been put in its place."""
    lines = [Message(N_("{file} was an older copy (a restored backup, a sync or a snapshot)."), {"file": str(path)})]
    if newer:
        lines.append(Message(N_("It was brought up to date with what is known here; what was queued waits for you.")))
    else:
        text = N_("No newer copy was found: what came after it may be missing, and what was queued waits for you.")
        lines.append(Message(text))
    return paragraph(lines)


def words_for_edited(path: Path) -> Detail:
    """Return what a person should know when another program wrote the file."""
    text = N_("{file} was changed by another program than qr-tui; the change was taken over and nothing was lost.")
    return Message(text, {"file": str(path)})
