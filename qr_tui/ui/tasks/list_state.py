"""How the list was left: filter, order, columns. Losing it costs a few keystrokes, so nothing here fails."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from qr_tui import files
from qr_tui.core.sorting import DEFAULT_ORDER, ORDERS

if TYPE_CHECKING:
    from qr_tui.ui.tasks.list_model import ListModel

_MOST_BYTES: Final = 64 * 1024


class ListState(msgspec.Struct, frozen=True):
    """The list as it was left."""

    filter: str = ""
    sort: str = DEFAULT_ORDER
    reverse: bool = False
    only_unfinished: bool = False  # as 0.1 wrote what is a filter now
    columns: tuple[str, ...] | None = None


def state_of(list_model: "ListModel") -> ListState:
    """Return what is worth saving of the list; a filter by marks is not, as marks end with the app."""
    return ListState(
        filter="" if list_model.asks_marks else list_model.filter_text,
        sort=list_model.order,
        reverse=list_model.reverse,
        columns=list_model.columns,
    )


def load(path: Path) -> ListState:
    """Return the state in the file at `path` (`Paths.list_file`); defaults if it is missing or damaged."""
    try:
        with path.open("rb") as file:
            state = msgspec.json.decode(file.read(_MOST_BYTES), type=ListState)
    except (OSError, msgspec.DecodeError, ValueError, RecursionError):
        return ListState()
    if state.only_unfinished:
        words = f"{state.filter} is:unfinished".strip()
        state = msgspec.structs.replace(state, filter=words, only_unfinished=False)
    if state.sort not in ORDERS:
        state = msgspec.structs.replace(state, sort=DEFAULT_ORDER)
    return state


def save(path: Path, state: ListState) -> bool:
    """Write `state` for the next start; False if it could not be written."""
    try:
        files.write_private(path, msgspec.json.encode(state))
    except OSError:
        return False
    return True
