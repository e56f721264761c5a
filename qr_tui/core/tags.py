"""Tags: words of a person's own on a task, for the filter ``tag:x``."""

from collections.abc import Iterable, Sequence
from typing import Final

from qr_tui.core.task import Task
from qr_tui.core.text.display import inert

LONGEST: Final = 40  # characters of one tag
MOST: Final = 20  # tags of one task
FAVOURITE: Final = "fav"  # the tag of what a person wants to keep


def read(text: str) -> tuple[str, ...]:
    """Return the tags written in `text`, separated by spaces or commas; a ``#`` before one is dropped."""
    words = inert(text.replace(",", " ").replace("，", " "), limit=2_000).split()
    found = dict.fromkeys(word.lstrip("#")[:LONGEST] for word in words)
    return tuple(word for word in found if word)[:MOST]


def shared(tasks: Sequence[Task]) -> tuple[str, ...]:
    """Return the tags that all of `tasks` have."""
    first, *rest = tasks
    return tuple(tag for tag in first.tags if all(tag in task.tags for task in rest))


def changed(tags: Sequence[str], *, add: Iterable[str] = (), drop: Iterable[str] = ()) -> tuple[str, ...]:
    """Return `tags` without those to drop and with those to add behind them."""
    gone = set(drop)
    return tuple(dict.fromkeys([*(tag for tag in tags if tag not in gone), *add]))[:MOST]
