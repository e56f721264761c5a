"""One line of a batch file, and what is wrong with one, whatever the format."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from qr_tui.core.text.messages import Detail

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_LINES: Final = 10_000
LONGEST_LINE: Final = 1024 * 1024  # characters

Value = str | int | float | bool | None

# what a field may be called besides its own name; the words people have in their tables
NAMES: Final[Mapping[str, str]] = {
    "提示词": "prompt",
    "模型": "model",
    "图片": "images",
    "image": "images",
    "份数": "copies",
    "标签": "tags",
    "tag": "tags",
    "custom_id": "id",
    "首帧": "first_frame",
    "尾帧": "last_frame",
}
FIELDS: Final = ("id", "prompt", "model", "images", "first_frame", "last_frame", "copies", "tags")


class BatchLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one record of the file asks for, as it stands there.

    Attributes:
        number: The line where it begins, from 1.
        prompt: The prompt.
        id: The person's own name of it; empty for none.
        model: The model; empty for the usual one.
        images: Links and paths.
        first_frame: The picture that the film begins with.
        last_frame: The picture that it ends with.
        copies: How many videos.
        tags: Words.
        values: Settings and parameters by the name that the file gives them.
    """

    number: int
    prompt: str
    id: str = ""
    model: str = ""
    images: tuple[str, ...] = ()
    first_frame: str = ""
    last_frame: str = ""
    copies: int = 1
    tags: tuple[str, ...] = ()
    values: dict[str, Value] = {}


class BadLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one line.

    Attributes:
        number: The line, from 1.
        column: The character in it, from 1; None where it is about all of it.
        field: The field it is about; empty for none.
        kind: What sort of mistake.
        detail: What exactly.
    """

    number: int
    kind: str
    detail: Detail
    column: int | None = None
    field: str = ""


class BatchFile(msgspec.Struct, frozen=True):
    """Everything in a file: the lines that can be understood, and what is wrong with the others."""

    lines: tuple[BatchLine, ...] = ()
    bad: tuple[BadLine, ...] = ()


def identities(lines: Sequence[BatchLine], given: Mapping[str, Any], digests: Mapping[str, str]) -> list[str]:
    """Return what makes each line the same line the next time, in order: its own id, or what it asks for.

    Neither host nor account nor route is in it, nor any default: a file that is run again elsewhere, or after an
    upgrade, is the same file. Equal lines are told apart by their place among their equals.

    Args:
        lines: The lines.
        given: What the command line says for all of them.
        digests: The sha256 of pictures of this machine, by their path as it stands in the file.
    """
    seen: dict[str, int] = {}
    found = []
    for line in lines:
        if line.id:
            found.append(f"id:{line.id}")
            continue
        pictures = [digests.get(image, image) for image in (*line.images, line.first_frame, line.last_frame)]
        said = [line.model, line.prompt, pictures, line.values, {**given}]
        digest = hashlib.sha256(msgspec.json.encode(said, order="deterministic")).hexdigest()[:16]
        seen[digest] = seen.get(digest, 0) + 1
        found.append(f"{digest}.{seen[digest]}")
    return found


def content_digest(line: BatchLine, given: Mapping[str, Any], digests: Mapping[str, str]) -> str:
    """Return what a line with an id of its own asks for, in 16 digits: one id asks for one thing."""
    return identities([msgspec.structs.replace(line, id="", number=0)], given, digests)[0].partition(".")[0]
