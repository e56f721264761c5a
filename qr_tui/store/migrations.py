"""The schema version of the store file, and the way up from older ones."""

from collections.abc import Callable
from typing import Any, Final

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import N_, Message

SCHEMA = 2

Step = Callable[[dict[str, dict[str, Any]]], None]

# version -> what changes a document of that version, in place, into one of the next
STEPS: Final[dict[int, Step]] = {
    # nothing in the file differs; a program that knows only format 1 would not read the journal beside it
    1: lambda _document: None,
}


def refuse_newer(version: int, file: str) -> None:
    """Refuse a file that a later version of the program wrote: it may hold what we would destroy.

    Raises:
        Trouble: `version` is newer than ours (STORE).
    """
    if version > SCHEMA:
        text = N_("{file} was written by a newer qr-tui (format {theirs}, this one knows {ours}): update qr-tui")
        raise Trouble(Kind.STORE, Message(text, {"file": file, "theirs": version, "ours": SCHEMA}))


def migrate(document: dict[str, dict[str, Any]], version: int, file: str) -> None:
    """Change `document` in place, step by step, from `version` to `SCHEMA`.

    Raises:
        Trouble: There is no way from there, or a step failed (STORE).
    """
    for number in range(version, SCHEMA):
        try:
            STEPS[number](document)
        except Exception as error:
            text = N_("{file}: the tasks could not be brought from format {old} to {new}")
            raise Trouble(Kind.STORE, Message(text, {"file": file, "old": number, "new": number + 1})) from error
    document["meta"]["1"]["schema"] = SCHEMA
