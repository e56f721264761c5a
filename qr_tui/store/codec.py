"""The bytes of the store file: one JSON document that plain TinyDB opens, with a checksum over the rest."""

from typing import Any, Final

import msgspec

from qr_tui.store import migrations

Document = dict[str, dict[str, Any]]
"""What TinyDB calls the tables: name, then document id, then the document itself."""

META: Final = "meta"
TASKS: Final = "tasks"
_HEAD: Final = b'{"meta":{"1":{"checksum":"'
_DIGITS: Final = 32


class DamagedError(Exception):
    """The bytes are not a whole store file; the argument says why, in English, for the log."""


def empty() -> Document:
    """Return a document without tasks."""
    return {META: {"1": {"schema": migrations.SCHEMA, "revision": 0}}, TASKS: {}}


def schema(document: Document) -> int:
    """Return the schema version `document` is written in."""
    return int(document[META]["1"]["schema"])


def revision(document: Document) -> int:
    """Return how often the file was written up to `document`."""
    return int(document[META]["1"]["revision"])


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
        DamagedError: Cut short, altered, or never a store file.
    """
    try:
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError(f"not JSON: {error}") from error
    if not isinstance(document, dict) or not all(isinstance(table, dict) for table in document.values()):
        raise DamagedError("not an object of tables")
    meta = document.get(META, {}).get("1")
    numbers = [meta.get(name) for name in ("schema", "revision")] if isinstance(meta, dict) else [None]
    if not all(type(number) is int and number >= 0 for number in numbers):
        raise DamagedError("no schema version")
    if data.startswith(_HEAD):
        if not is_whole(data):
            raise DamagedError("wrong checksum")
    elif schema(document) <= migrations.SCHEMA:
        raise DamagedError("no checksum")
    document.setdefault(TASKS, {})
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
