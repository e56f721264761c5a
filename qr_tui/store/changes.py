"""What the store is asked to do, and what it tells."""

from typing import Any, NamedTuple

import msgspec

from qr_tui.core.task import Status, Task


class Change(msgspec.Struct, frozen=True):
    """New values for some fields of one task.

    `expect` guards it: the change is applied only if the freshest status on disk is one of these.
    """

    key: str
    fields: dict[str, Any]
    expect: frozenset[Status] | None = None


class Delta(NamedTuple):
    """What other processes did to the list: tasks new or different, and keys that are gone from it."""

    changed: tuple[Task, ...]
    removed: tuple[str, ...]
