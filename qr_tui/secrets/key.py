"""One API key, and how it never shows."""

import hashlib
import hmac
import re
from typing import Final, Literal, NoReturn

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import N_, Message
from qr_tui.core.text.redact import redact

Place = Literal["environment", "keyring", "file", "memory"]

_LONGEST: Final = 4096
_seen: set[str] = set()  # every key this process has held, so that none of them can slip into a log


class Key:
    """An API key that never prints, pickles or encodes itself.

    `reveal` is called in one place, where the header is made.
    """

    __slots__ = ("__value", "base_url", "source")

    def __init__(self, value: str, source: Place, base_url: str) -> None:
        self.__value = value
        self.source: Place = source
        self.base_url = base_url
        if value:
            _seen.add(value)

    @property
    def account(self) -> str:
        """Twelve hex digits that tell keys apart without telling the key."""
        return hashlib.sha256(self.__value.encode()).hexdigest()[:12]

    def reveal(self) -> str:
        """Return the key itself."""
        return self.__value

    def __repr__(self) -> str:
        return f"Key({self.account}, from {self.source})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Key):
            return NotImplemented
        same = hmac.compare_digest(self.__value.encode(), other.reveal().encode())
        return same and self.base_url == other.base_url

    def __hash__(self) -> int:
        return hash((self.account, self.base_url))

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a key is never written out")

    def __copy__(self) -> "Key":
        return self

    def __deepcopy__(self, _memo: object) -> "Key":
        return self


def clean(value: str) -> str:
    """Return a key as it was typed or pasted, without the space around it.

    Raises:
        Trouble: USAGE, it cannot be a key; the detail never repeats it.
    """
    value = value.strip()
    _seen.add(value)  # mangled or not, it is somebody's key
    if not value:
        raise Trouble(Kind.USAGE, Message(N_("the key is empty")))
    if not re.fullmatch(r"[!-~]+", value):
        raise Trouble(Kind.USAGE, Message(N_("a key is made of plain letters, digits and signs, without spaces")))
    if len(value) > _LONGEST:
        raise Trouble(Kind.USAGE, Message(N_("this is too long to be a key")))
    return value


def clean_all(values: list[str]) -> list[str]:
    """Return those of `values` that can be keys."""
    kept = []
    for value in values:
        try:
            kept.append(clean(value))
        except Trouble:
            continue
    return kept


def hide(text: str) -> str:
    """Return `text` without any key this process has held, or anything that looks like one."""
    return redact(text, _seen)
