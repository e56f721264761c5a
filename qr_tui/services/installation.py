"""How this program was installed, as far as it matters to whoever wants a part of it that is optional."""

import importlib.util
import sys
from typing import Final

PARTS: Final = {"preview": "av", "keyring": "keyring"}  # the module that each optional part needs


def has(part: str) -> bool:
    """Tell whether an optional part is there."""
    return importlib.util.find_spec(PARTS[part]) is not None


def command_for(part: str) -> str:
    """Return the command that adds an optional part to this very installation."""
    place = sys.prefix.replace("\\", "/")
    wanted = f"'qr-tui[{part}]'"
    if "/pipx/venvs/" in place:
        return f"pipx install --force {wanted}"
    if "/uv/tools/" in place:
        return f"uv tool install --force {wanted}"
    if "/archive-v" in place and "uv" in place:
        return f"uvx --from {wanted} qr-tui"
    return f"pip install {wanted}"
