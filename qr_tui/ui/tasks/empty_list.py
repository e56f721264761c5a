"""What stands in the list while it shows no task."""

from qr_tui.commands.keymap import Keymap
from qr_tui.core.text.display import inert
from qr_tui.i18n import _
from qr_tui.ui.tasks.list_model import ListModel


def empty_lines(list_model: ListModel, keymap: Keymap, *, undoable: bool) -> list[str]:
    """Return why no task is shown, and what to do about it; `undoable` says that there is something to undo."""
    if not list_model.loaded:
        return [_("Reading your tasks")]
    if list_model.tasks:
        text = inert(list_model.filter_text, limit=200)
        return [
            _("No task fits {filter}").format(filter=text),
            _("{key} clears the filter").format(key=keymap.show("tasks.clear")),
        ]
    if undoable:
        return [
            _("Nothing is left on the list"),
            _("{key} brings back what was removed").format(key=keymap.show("tasks.undo")),
            _("{key} writes a new video").format(key=keymap.show("tasks.new")),
        ]
    return [
        _("No videos yet"),
        _("Press {key} to write the first one").format(key=keymap.show("tasks.new")),
        _("Press {key} to see every key").format(key=keymap.show("app.help")),
    ]
