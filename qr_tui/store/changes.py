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


class Fact(msgspec.Struct, frozen=True):
    """What a call taught about one task. Unlike a change it may not be refused when it carries an id.

    Attributes:
        key: The task it is about.
        fields: New values for some of its fields.
        at: When it was learned, in Unix seconds.
        origin: The task as it was when the call was made, for an id that its task cannot take any more.
    """

    key: str
    fields: dict[str, Any]
    at: float
    origin: Task | None = None

    @property
    def id(self) -> str | None:
        """The provider's id that it carries."""
        return self.fields.get("id")


class Delta(NamedTuple):
    """What other processes did to the list: tasks new or different, and keys that are gone from it."""

    changed: tuple[Task, ...]
    removed: tuple[str, ...]
