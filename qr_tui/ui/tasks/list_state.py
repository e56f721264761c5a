"""What the list looked like when it was left: filter, order, columns. Losing it costs a keystroke, so nothing fails."""

from pathlib import Path
from typing import Final

import msgspec

from qr_tui import files
from qr_tui.core.sorting import DEFAULT_ORDER, ORDERS

_LONGEST: Final = 64 * 1024


class ListState(msgspec.Struct, frozen=True):
    """The list as it was left."""

    filter: str = ""
    sort: str = DEFAULT_ORDER
    reverse: bool = False
    only_unfinished: bool = False
    columns: tuple[str, ...] | None = None


def load(path: Path) -> ListState:
    """Return what was remembered in the file at `path` (`Paths.list_file`); defaults if it is missing or damaged."""
    try:
        with path.open("rb") as file:
            found = msgspec.json.decode(file.read(_LONGEST), type=ListState)
    except (OSError, msgspec.DecodeError, ValueError, RecursionError):
        return ListState()
    if found.sort not in ORDERS:
        found = msgspec.structs.replace(found, sort=DEFAULT_ORDER)
    return found


def save(path: Path, list_: ListState) -> bool:
    """Keep `list_` for the next start; False if it could not be written."""
    try:
        files.write_private(path, msgspec.json.encode(list_))
    except OSError:
        return False
    return True
