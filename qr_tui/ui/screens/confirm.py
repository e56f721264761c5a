"""A question with a yes and a no; the no is where the cursor stands."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from qr_tui.core.text import inert_lines
from qr_tui.i18n import _
from qr_tui.ui.screens.dialog import Dialog


class ConfirmScreen(Dialog[bool]):
    """Ends with True only on a plain yes.

    Args:
        title: The question.
        lines: What to know before answering; may hold words from outside.
        yes_label: What yes does.
        no_label: What no does.
    """

    CSS = """
    ConfirmScreen .answer { padding: 0 1; }
    ConfirmScreen .answer.-chosen { background: $row-cursor; text-style: bold; }
    """

    def __init__(self, title: str, lines: Sequence[str], yes_label: str = "", no_label: str = "") -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._labels = (yes_label or _("yes"), no_label or _("no"))
        self._yes = False

    def compose(self) -> ComposeResult:
        """Yield the lines and the two answers."""
        with Vertical(id="box"):
            yield Static(Content(inert_lines("\n".join(self._lines), limit=4_000)), markup=False)
            yield Static("", markup=False)
            yield Static(id="yes", classes="answer", markup=False)
            yield Static(id="no", classes="answer", markup=False)

    def on_mount(self) -> None:
        """Stand on no."""
        self.frame(self._title, _("y yes · n no · enter takes the marked one"))
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Answer, or move between the answers."""
        event.stop()
        match event.key:
            case "y" | "Y":
                self.dismiss(True)
            case "n" | "N" | "escape" | "q":
                self.dismiss(False)
            case "enter":
                self.dismiss(self._yes)
            case "up" | "down" | "left" | "right" | "tab" | "shift+tab" | "j" | "k":
                event.prevent_default()
                self._yes = not self._yes
                self._show()

    def _show(self) -> None:
        for name, key, label, chosen in (
            ("yes", "y", self._labels[0], self._yes),
            ("no", "n", self._labels[1], not self._yes),
        ):
            answer = self.query_one(f"#{name}", Static)
            sign = ">" if chosen else " "
            answer.update(Content(f"{sign} {key}  {label}"))
            answer.set_class(chosen, "-chosen")
