"""The first line of the compose screen: what is written and for which host, and at the right how the draft is."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Static

from qr_tui.core.address import host_name
from qr_tui.core.text.display import cells, cut, inert, tail
from qr_tui.i18n import _
from qr_tui.ui.widgets.glyph_set import respelled

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio


class TitleLine(Static):
    """The title, cut to the width there is.

    Args:
        studio: Asked for the host and for the task that the draft started from.
        parent: Key of that task, None if there is none.
        state: A few words on the draft, as that it is saved.
    """

    def __init__(self, studio: "Studio", parent: str | None, state: str) -> None:
        super().__init__(id="title", markup=False)
        self._studio = studio
        self._parent_key = parent
        self._state = state

    def on_mount(self) -> None:
        """Draw what was given."""
        self._draw()

    def on_resize(self) -> None:
        """Cut the line to the new width."""
        self._draw()

    def show_parent(self, parent: str | None) -> None:
        """Name another task that the draft started from."""
        self._parent_key = parent
        self._draw()

    def show_state(self, text: str) -> None:
        """Say something else of the draft; a draft that is saved when the screen is gone has nobody to tell."""
        if text != self._state and self.is_mounted:
            self._state = text
            self._draw()

    def _draw(self) -> None:
        title = _("new video")
        if self._parent_key and (parent := self._studio.get(self._parent_key)):
            name = tail(inert(parent.id or parent.key), 8)
            title = _("new video from {id}").format(id=name)
        host = inert(host_name(self._studio.base_url))
        width = max(self.app.size.width - 2, 0)
        right = cut(respelled(self, self._state), max(width - cells(title) - 12, 0))
        left = cut(respelled(self, f"qr-tui · {title} · {host}"), max(width - cells(right) - 1, 0), ellipsis="")
        gap = " " * max(1, width - cells(left) - cells(right))
        self.update(Content.assemble((left, "bold"), gap, (right, "$text-muted")))
