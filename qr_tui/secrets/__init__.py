"""Keys: where they come from, where they are kept, and how they never show."""

from qr_tui.secrets.key import Key, Place, clean, hide
from qr_tui.secrets.ring import KeyRing, Source
from qr_tui.secrets.system import keyring_works

__all__ = ["Key", "KeyRing", "Place", "Source", "clean", "hide", "keyring_works"]
