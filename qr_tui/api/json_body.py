"""An answer's bytes as a tree, and careful ways to look into it: any type may stand anywhere."""

import json
import math
import re
from collections.abc import Iterator
from typing import Any, Final

TEXT_LIMIT: Final = 2_000  # characters of any text kept
RAW_LIMIT: Final = 4 * 1024  # bytes of an answer kept with its task: whole answers are about one kilobyte
_CODE_LIMIT: Final = 100  # characters
_LONGEST_INT: Final = 300  # digits; longer ones become floats: Python refuses thousands, and a float ends at 10**308
_PREFIX_LIMIT: Final = 200  # characters that may stand before JSON inside a text
_TITLE: Final = re.compile(r"<title[^>]{0,200}>([^<]{1,300})", re.IGNORECASE)


class Unreadable(ValueError):
    """The bytes are not JSON, or not JSON anyone could mean."""


def decode(body: bytes) -> Any:  # noqa: ANN401 -- any JSON
    """Return `body` as JSON.

    Raises:
        Unreadable: It is not JSON, or nested beyond reason.
    """
    try:
        return json.loads(body.decode("utf-8-sig", "replace"), parse_int=_integer)
    except (ValueError, RecursionError):
        raise Unreadable from None


def unpacked(words: str) -> object:
    """Return the JSON object that stands in `words`, alone or after a few words of a relay's; None when none does."""
    start = words.find("{")
    if not 0 <= start <= _PREFIX_LIMIT or not words.rstrip().endswith("}"):
        return None
    try:
        found = json.loads(words[start:], parse_int=_integer)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and found else None


def raw(body: bytes) -> str:
    """Return the first `RAW_LIMIT` bytes of `body` as text."""
    text = body[:RAW_LIMIT].decode("utf-8", "replace")
    return text.rstrip("\ufffd") if len(body) > RAW_LIMIT else text


def html_title(body: bytes) -> str:
    """Return the title of an HTML page, empty when `body` is none: a proxy's error page says it there."""
    found = _TITLE.search(body[:RAW_LIMIT].decode("utf-8", "replace"))
    return " ".join(found.group(1).split()) if found else ""


def at(tree: object, path: str) -> object:
    """Return what stands at a dotted `path`, None when the way there is not all objects.

    A name ending in ``[]`` steps into the first element of a list.
    """
    for name in path.split("."):
        if not isinstance(tree, dict):
            return None
        tree = tree.get(name.removesuffix("[]"))
        if name.endswith("[]"):
            tree = tree[0] if isinstance(tree, list) and tree else None
    return tree


def each(tree: object, paths: tuple[str, ...]) -> Iterator[object]:
    """Yield what stands at each of `paths`, in order."""
    return (at(tree, path) for path in paths)


def text(value: object, limit: int = TEXT_LIMIT) -> str:
    """Return a string value trimmed and cut, fit for any encoder; empty for every other type."""
    if not isinstance(value, str):
        return ""
    # lone surrogates are legal in JSON escapes and in no encoding
    return value[: limit * 2].encode("utf-8", "replace").decode().strip()[:limit]


def code(value: object) -> str:
    """Return a code, a text or a whole number, as text; empty for every other type."""
    return (
        str(value)[:_CODE_LIMIT] if isinstance(value, int) and not isinstance(value, bool) else text(value, _CODE_LIMIT)
    )


def number(value: object) -> float | None:
    """Return a finite number, or a string that spells one; None for everything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    return None


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _LONGEST_INT else float(digits)
