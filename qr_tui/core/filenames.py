"""What a film is called on the disk: from a template and its task, whatever words a prompt holds.

Limits are bytes of UTF-8, as file systems count them, and never characters: a name of 80 Chinese characters is 240.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from qr_tui.core.task import Task
from qr_tui.core.text.messages import N_, Message, Value

DEFAULT_TEMPLATE: Final = "{date}_{prompt}_{id}"
LONGEST_VALUE: Final = 80  # bytes of one value where the template says nothing else
LONGEST_NAME: Final = 200  # bytes of a whole name; most file systems take 255, and a sidecar's name is longer by 5
NAMELESS: Final = "video"  # where nothing of a name is left

_PLACE: Final = re.compile(r"\{(\w+)(?::(\d{1,3}))?\}")
_BLANKS: Final = re.compile(r"\s+")
_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|]')  # somewhere: on Windows, on exFAT, in a shell
_JOINER: Final = "\u200d"
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


class TemplateError(ValueError):
    """A template that cannot be used; `message` says why."""

    def __init__(self, message: Message) -> None:
        self.message = message
        super().__init__(str(message))


class NameTemplate:
    """How names are made: ``{date}_{prompt:40}_{id}``; a slash in the template makes folders.

    Args:
        text: The template; a number behind a field is the most bytes that its value may take.

    Raises:
        TemplateError: It names a field that there is not, or has a brace that belongs to none.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        for found in _PLACE.finditer(text):
            if found[1] not in FIELDS:
                told: dict[str, Value] = {"field": found[0], "known": " ".join(f"{{{name}}}" for name in FIELDS)}
                raise TemplateError(Message(N_("{field} is not known; there are {known}"), told))
        if set("{}") & set(_PLACE.sub("", text)):
            raise TemplateError(Message(N_("a brace in it belongs to no field")))

    def path(self, values: Mapping[str, str]) -> PurePosixPath:
        """Return the path of a film below its folder, without an extension; it never leads out of that folder."""
        filled = [self._fill(part, values) for part in self._text.split("/") if part.strip()]
        return PurePosixPath(*[safe(part, LONGEST_NAME) or NAMELESS for part in filled or [""]])

    @staticmethod
    def _fill(part: str, values: Mapping[str, str]) -> str:
        # in one go: what a value holds is never taken for a field
        return _PLACE.sub(lambda found: safe(values.get(found[1], ""), int(found[2] or LONGEST_VALUE)), part)


def values(task: Task, *, number: int = 1) -> dict[str, str]:
    """Return what each field of a template stands for with `task`; times are local ones."""
    return {name: read(task, number) for name, read in FIELDS.items()}


def numbered(stem: str, number: int, extension: str) -> str:
    """Return the whole name of a film: ``boat.mp4``, and ``boat-2.mp4`` where that one is taken."""
    ending = f"-{number}{extension}" if number > 1 else extension
    return (safe(stem, LONGEST_NAME - len(ending.encode())) or NAMELESS) + ending


def safe(text: str, most: int) -> str:
    """Return `text` as a part of a file name of at most `most` bytes: nothing hidden, nothing that means a place.

    Empty where nothing of it may stand in a name.
    """
    text = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode())
    text = _FORBIDDEN.sub("_", _BLANKS.sub("-", text.strip()))
    kept, used = [], 0
    for cluster in _clusters(text):
        size = len(cluster.encode())
        if used + size > most:
            break
        kept.append(cluster)
        used += size
    name = "".join(kept).lstrip("-.~").rstrip(". -")
    return f"{name[: most - 1]}_" if _DEVICES.fullmatch(name) else name


def _clusters(text: str) -> Iterator[str]:
    """Yield what a person sees as one character each: a letter with its marks, emoji that are joined to one."""
    cluster = ""
    for char in text:
        joins = cluster.endswith(_JOINER)
        category = unicodedata.category(char)
        if char == _JOINER and cluster:
            cluster += char
        elif category[0] == "C":
            continue
        elif cluster and (joins or category[0] == "M" or "\U0001f3fb" <= char <= "\U0001f3ff"):
            cluster += char
        else:
            if cluster:
                yield cluster.rstrip(_JOINER)
            cluster = char
    if cluster.rstrip(_JOINER):
        yield cluster.rstrip(_JOINER)


def _moment(task: Task, form: str) -> str:
    try:
        return f"{datetime.fromtimestamp(task.created_at).astimezone():{form}}"
    except (OverflowError, ValueError, OSError):
        return ""


def _parameter(name: str) -> Callable[[Task, int], str]:
    return lambda task, _number: "" if task.parameters.get(name) is None else str(task.parameters[name])


FIELDS: Final[Mapping[str, Callable[[Task, int], str]]] = {
    "date": lambda task, _number: _moment(task, "%Y-%m-%d"),
    "time": lambda task, _number: _moment(task, "%H%M%S"),
    "model": lambda task, _number: task.model,
    "prompt": lambda task, _number: task.prompt,
    # the part behind the model: what tells one id from another
    "id": lambda task, _number: (task.id or task.key).rpartition(":")[2],
    "key": lambda task, _number: task.key,
    "orientation": lambda task, _number: str(
        task.parameters.get("orientation") or task.parameters.get("aspect_ratio") or ""
    ),
    "size": _parameter("size"),
    "duration": _parameter("duration"),
    "n": lambda task, number: str(task.copy or number),
    "parent": lambda task, _number: task.parent or "",
}
