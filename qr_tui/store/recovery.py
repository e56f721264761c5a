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


def words(
    path: Path, aside: Path | None, found: bool, count: int, *, doubtful: int, spoiled: bool, lost: bool
) -> Detail:
    """Return what a person should know of a recovery; nothing if there was nothing to recover.

    Args:
        path: The file.
        aside: Where it was put, if it was damaged.
        found: Whether there was a copy to go on with.
        count: How many tasks that has.
        doubtful: How many of them may or may not have been sent.
        spoiled: Whether the backup was damaged, too.
        lost: Whether there was a file before, though nothing of it is left.
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
            "The last good copy was used, with {n} task; the last change may be missing.",
            "The last good copy was used, with {n} tasks; the last change may be missing.",
            count,
        )
        lines.extend((text, *_words_for_doubtful(doubtful)))
    else:
        lines.append(Message(N_("No good copy was found: the list starts empty.")))
    return paragraph(lines)


def words_for_older(path: Path, *, newer: bool, doubtful: int) -> Detail:
    """Return what a person should know when an older copy of the file had been put in its place.

    `newer` says that a newer copy was there; `doubtful` is how many tasks may or may not have been sent.
    """
    lines = [Message(N_("{file} was an older copy (a restored backup, a sync or a snapshot)."), {"file": str(path)})]
    if newer:
        lines.append(Message(N_("It was brought up to date with what is known here.")))
    else:
        lines.append(Message(N_("No newer copy was found: what came after it may be missing.")))
    return paragraph([*lines, *_words_for_doubtful(doubtful)])


def _words_for_doubtful(count: int) -> list[Detail]:
    """Return what to say of tasks that were queued there and may have been sent since."""
    if not count:
        return []
    text = counted(
        "{n} task that was queued may have been sent: it waits for your decision.",
        "{n} tasks that were queued may have been sent: they wait for your decision.",
        count,
    )
    return [text]


def words_for_edited(path: Path) -> Detail:
    """Return what a person should know when another program wrote the file."""
    text = N_("{file} was changed by another program than qr-tui; the change was taken over and nothing was lost.")
    return Message(text, {"file": str(path)})
