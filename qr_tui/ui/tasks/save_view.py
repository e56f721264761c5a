"""Giving the filter and order in force a name and a digit; an empty name frees the digit."""

from collections.abc import Awaitable, Callable, Mapping

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from qr_tui.config import View
from qr_tui.core.failures import Trouble
from qr_tui.core.text.display import cut, inert
from qr_tui.i18n import _
from qr_tui.ui.widgets.dialog import Dialog
from qr_tui.ui.widgets.notes import Notes, trouble_note
from qr_tui.ui.widgets.paragraph import Paragraph
from qr_tui.ui.widgets.text_fields import OneLine

DIGITS = "123456789"


class SaveViewScreen(Dialog[tuple[int, str] | None]):
    """Ends with (digit, name) once that is written, or with None; with an empty name the digit is freed.

    What cannot be written stays here to be tried again.

    Args:
        views: What is saved so far, by digit.
        filter_text: The filter in force: the name that is offered.
        write: Writes the view under (digit, name).
    """

    CSS = """
    SaveViewScreen #name { dock: top; height: auto; }
    SaveViewScreen .row { padding: 0 1; }
    SaveViewScreen .row.-chosen { background: $row-cursor; }
    """

    def __init__(
        self, views: Mapping[str, View], filter_text: str, write: Callable[[int, str], Awaitable[object]]
    ) -> None:
        super().__init__()
        self._write_view = write
        self._views = views
        self._offered = filter_text or _("all tasks")
        self._digit = next((digit for digit in DIGITS if digit not in views), "1")

    def compose(self) -> ComposeResult:
        """Yield the name and the nine digits."""
        with Vertical(id="box"):
            with Vertical(id="name"):
                yield Paragraph(_("name; an empty one frees the digit"), classes="muted")
                field = OneLine(inert(self._offered, limit=60), max_length=60, select_on_focus=True)
                field.cursor_blink = False
                yield field
                yield Notes()
                yield Paragraph(_("digit: up and down choose it"), classes="muted")
            for digit in DIGITS:
                yield Static(id=f"d{digit}", classes="row", markup=False)

    def on_mount(self) -> None:
        """Offer the first free digit."""
        self.frame(_("Save this view"), _("↑↓ digit · enter save · esc"))
        self.query_one(Input).focus()
        self._show()

    def on_key(self, event: events.Key) -> None:
        """Choose the digit while the name is typed."""
        if event.key in ("up", "down"):
            event.stop()
            step = 1 if event.key == "down" else -1
            self._digit = DIGITS[(DIGITS.index(self._digit) + step) % len(DIGITS)]
            self._show()
        elif event.key == "escape":
            event.stop()
            self.dismiss(None)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._show()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        name = event.value.strip()
        if name or self._digit in self._views:
            self.run_worker(self._write(int(self._digit), name), exclusive=True)

    async def _write(self, digit: int, name: str) -> None:
        try:
            await self._write_view(digit, name)
        except Trouble as trouble:
            self.query_one(Notes).tell(trouble_note(trouble))
            return
        self.dismiss((digit, name))

    def _show(self) -> None:
        named = bool(self.query_one(Input).value.strip())
        for digit in DIGITS:
            line = self.query_one(f"#d{digit}", Static)
            view = self._views.get(digit)
            chosen = digit == self._digit
            said = cut(inert(view.name, limit=60), 48) if view else _("free")
            if view and chosen:
                said = (_("{name}, will be replaced") if named else _("{name}, empty name: freed")).format(name=said)
            line.update(Content(f"{'>' if chosen else ' '} {digit}  {said}"))
            line.set_class(chosen, "-chosen")
            if chosen:
                self.call_after_refresh(line.scroll_visible, animate=False)
