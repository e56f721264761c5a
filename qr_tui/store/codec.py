"""The bytes of the store file: one JSON document that plain TinyDB opens, with a checksum over the rest."""

import re
from typing import Any, Final

import msgspec

from qr_tui.store import migrations

Document = dict[str, dict[str, Any]]
"""What TinyDB calls the tables: name, then document id, then the document itself."""

META: Final = "meta"
TASKS: Final = "tasks"
PATCHES: Final = "archived"  # what was changed in tasks that stand in an archive: fields by key
_HEAD: Final = b'{"meta":{"1":{"checksum":"'
_DIGITS: Final = 32
HEAD_SIZE: Final = 512  # bytes within which `head_revision` finds what it looks for
_HEAD_REVISION: Final = re.compile(rb'"revision":(\d{1,20})[,}]')
_BOM: Final = b"\xef\xbb\xbf"


class DamagedError(Exception):
    """The bytes are not a whole store file; the argument says why, in English, for the log."""


class EditedError(DamagedError):
    """The bytes were written by something else than this program, but are whole: `document` is what they say."""

    def __init__(self, document: Document) -> None:
        super().__init__("wrong checksum")
        self.document = document


def empty() -> Document:
    """Return a document without tasks."""
    return {META: {"1": {"schema": migrations.SCHEMA, "revision": 0}}, TASKS: {}}


def schema(document: Document) -> int:
    """Return the schema version `document` is written in."""
    return int(document[META]["1"]["schema"])


def revision(document: Document) -> int:
    """Return how often the file was written up to `document`."""
    return int(document[META]["1"]["revision"])


def at_revision(document: Document, number: int) -> Document:
    """Return `document` as one of this revision."""
    meta = document[META]
    return {**document, META: {**meta, "1": {**meta["1"], "revision": number}}}


def recovered(document: Document) -> int:
    """Return the revision at which the file was last put together from several copies, 0 if it never was."""
    number = document[META]["1"].get("recovered", 0)
    return number if type(number) is int else 0


def marked(document: Document) -> bool:
    """Tell whether the revision of the file was kept outside it, too, when it was written."""
    return document[META]["1"].get("marked") is True


def head_revision(head: bytes) -> int:
    """Return the revision told by the first bytes of a file that this program wrote, 0 if they tell none."""
    found = _HEAD_REVISION.search(head) if head.startswith(_HEAD) else None
    return int(found[1]) if found else 0


def encode(document: Document) -> bytes:
    """Return the bytes of `document`, checksum first, so that it is found without parsing."""
    meta = {**document[META], "1": {"checksum": "", **_without_checksum(document[META]["1"])}}
    head = {"1": meta.pop("1"), **meta}
    data = msgspec.json.encode({META: head, **{n: table for n, table in document.items() if n != META}})
    return _HEAD + _digest(data).encode() + data[len(_HEAD) :]


def decode(data: bytes) -> Document:
    """Return the document in `data`.

    A newer schema may keep its checksum elsewhere, so it is returned unchecked for `migrations` to refuse.

    Raises:
        EditedError: Whole, but not as this program writes it: edited, re-indented, given a mark or other line ends.
        DamagedError: Cut short, altered, or never a store file.
    """
    try:
        document = msgspec.json.decode(data.removeprefix(_BOM))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError(f"not JSON: {error}") from error
    if not isinstance(document, dict) or not all(isinstance(table, dict) for table in document.values()):
        raise DamagedError("not an object of tables")
    meta = document.get(META, {}).get("1")
    numbers = [meta.get(name) for name in ("schema", "revision")] if isinstance(meta, dict) else [None]
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise DamagedError("no schema version")
    document.setdefault(TASKS, {})
    if schema(document) <= migrations.SCHEMA and not is_whole(data):
        raise EditedError(document)
    return document


def is_whole(data: bytes) -> bool:
    """Tell whether `data` carries the checksum of what it holds."""
    end = len(_HEAD) + _DIGITS
    return data.startswith(_HEAD) and data[len(_HEAD) : end] == _digest(_HEAD + data[end:]).encode()


def _digest(data: bytes) -> str:
    # hashlib would bring OpenSSL in, which takes longer than reading a thousand tasks
    from _blake2 import blake2b

    return blake2b(data, digest_size=_DIGITS // 2).hexdigest()


def _without_checksum(meta: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in meta.items() if name != "checksum"}
