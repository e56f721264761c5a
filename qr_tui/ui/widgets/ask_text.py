"""A question that is answered with one line of text."""

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from qr_tui.i18n import _
from qr_tui.ui.widgets.dialog import Dialog
from qr_tui.ui.widgets.text_fields import PlainInput


class AskTextScreen(Dialog[str | None]):
    """Ends with the text as it was typed, or with None.

    Args:
        title: What is asked for.
        hint: How it is written, and what becomes of it.
        text: What stands there at first, selected: typing replaces it, an arrow keeps it.
    """

    def __init__(self, title: str, hint: str, text: str = "") -> None:
        super().__init__()
        self._asked = title
        self._hint = hint
        self._text = text

    def compose(self) -> ComposeResult:
        """Yield the field and what it is for."""
        with Vertical(id="box"):
            yield PlainInput(self._text)
            yield Static(Content(self._hint), classes="muted", markup=False)

    def on_mount(self) -> None:
        """Begin in the field."""
        self.frame(self._asked, _("enter keep · esc back"))
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
