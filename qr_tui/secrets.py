"""Keys: where they come from, where they are kept, and how they never show."""

import hashlib
from typing import Literal

import msgspec


class Key(msgspec.Struct, frozen=True, repr_omit_defaults=True):
    """An API key. It never prints itself; `reveal` is called in one place, where the header is made."""

    _value: str
    source: Literal["environment", "keyring", "file", "memory"]
    base_url: str

    @property
    def account(self) -> str:
        """Twelve hex digits that tell keys apart without telling the key."""
        return hashlib.sha256(self._value.encode()).hexdigest()[:12]

    def reveal(self) -> str:
        """Return the key itself."""
        return self._value

    def __repr__(self) -> str:
        return f"Key({self.account}, from {self.source})"


class KeyRing:
    """The keys at hand, by host: environment first, then the keyring, then the 0600 file."""

    def key_for(self, base_url: str, account: str = "") -> Key | None:
        """Return the key that paid (`account`) at this host if it is known, else the host's key in use, else None."""
        ...
