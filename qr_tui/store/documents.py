"""Tasks as documents and back. A document keeps what this version does not know."""

from collections.abc import Mapping
from typing import Any

import msgspec

from qr_tui.core.task import WORDED_HERE, Failure, Task
from qr_tui.core.text.messages import Message


def read(key: str, document: Mapping[str, Any]) -> Task:
    """Return the task that stands under `key` as `document`.

    Raises:
        msgspec.ValidationError: It is not one this version can read.
    """
    task = msgspec.convert(document, Task)
    if task.key != key:
        raise msgspec.ValidationError(f"its key is {task.key!r}, it stands under {key!r}")
    return task


def write(task: Task, old_task: Task | None, old: Mapping[str, Any]) -> tuple[Task, dict[str, Any]]:
    """Return `task` as it will be read again, and its document: `old` with only the changed fields set.

    Raises:
        msgspec.ValidationError: A field has a value of the wrong type.
    """
    fields = _plain(task)
    document = dict(old)
    for name in Task.__struct_fields__:
        if old_task is not None and getattr(task, name) == getattr(old_task, name):
            continue
        if name in fields:
            document[name] = fields[name]
        else:
            document.pop(name, None)
    return read(task.key, document), document


def _plain(task: Task) -> dict[str, Any]:
    try:
        fields: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(task))
        if task.failure is not None and _is_bare(task.failure):
            # as older versions write and read it; `Failure` knows it again
            fields["failure"]["detail"] = fields["failure"]["detail"]["text"]
    except UnicodeEncodeError:
        # half a surrogate pair: no file can hold it, and it must not stop a save
        return _plain(msgspec.convert(_whole(msgspec.to_builtins(task)), Task))
    return fields


def _is_bare(failure: Failure) -> bool:
    """Tell whether the detail is a message of this side with nothing to fill in."""
    detail = failure.detail
    return failure.kind in WORDED_HERE and isinstance(detail, Message) and detail == Message(detail.text)


def _whole(value: Any) -> Any:  # noqa: ANN401 -- whatever JSON holds
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_whole(name): _whole(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_whole(item) for item in value]
    return value
