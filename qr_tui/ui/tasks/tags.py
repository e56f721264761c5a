"""Writing the tags of a task, or of all marked ones."""

from collections.abc import Sequence

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from qr_tui.i18n import _, ngettext
from qr_tui.ui.widgets.dialog import Dialog
from qr_tui.ui.widgets.text_fields import PlainInput


class TagsScreen(Dialog[str | None]):
    """Ends with the tags as typed, or None.

    Args:
        tags: What all of the tasks have now.
        count: How many tasks it is about.
    """

    def __init__(self, tags: Sequence[str], count: int) -> None:
        super().__init__()
        self._tags = " ".join(tags)
        self._count = count

    def compose(self) -> ComposeResult:
        """Yield the field and what it is for."""
        with Vertical(id="box"):
            yield PlainInput(self._tags)
            hint = _("words separated by spaces; the filter tag:word finds them")
            if self._count > 1:
                hint = _("what stands here all of them have; what you take away all of them lose")
            yield Static(Content(hint), classes="muted", markup=False)

    def on_mount(self) -> None:
        """Begin with what stands there selected: typing replaces it, an arrow keeps it."""
        title = ngettext("Tags", "Tags of {n} tasks", self._count).format(n=self._count)
        self.frame(title, _("enter keep · esc back"))
        self.query_one(PlainInput).focus()

    def on_key(self, event: events.Key) -> None:
        """Go back without a change."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss(event.value)
