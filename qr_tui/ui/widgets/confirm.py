"""A question with a yes and a no; the no is where the cursor stands, and a yes that costs has a key of its own."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from qr_tui.core.text.display import cells, inert, inert_lines
from qr_tui.i18n import _
from qr_tui.ui.widgets.dialog import Dialog
from qr_tui.ui.widgets.glyph_set import respelled
from qr_tui.ui.widgets.paragraph import Paragraph
from qr_tui.ui.widgets.paying import PayingKeys, paying_keys

_FRAME = 6  # cells of the upper edge that a title cannot have


class ConfirmScreen(Dialog[bool]):
    """Ends with True only on a plain yes. Question, answers and keys stay in sight; what is too long between scrolls.

    Args:
        title: The question.
        lines: What to know before answering; may hold words from outside.
        yes_label: What yes does.
        no_label: What no does.
        pays: Yes spends money: only a paying key says it then, once the question has stood there for a moment.
    """

    CSS = """
    ConfirmScreen #question { dock: top; color: $accent; text-style: bold; display: none; }
    ConfirmScreen #question.-on { display: block; }
    ConfirmScreen #answers { dock: bottom; height: 3; }
    ConfirmScreen #more { height: 1; color: $text-muted; text-align: right; }
    ConfirmScreen .answer { padding: 0 1; }
    ConfirmScreen .answer.-chosen { background: $row-cursor; text-style: bold; }
    """

    def __init__(
        self, title: str, lines: Sequence[str], yes_label: str = "", no_label: str = "", *, pays: bool = False
    ) -> None:
        super().__init__()
        self._pays = pays
        self._paying: PayingKeys | None = None
        self._title = inert(title, limit=200)
        self._lines = lines
        self._labels = (yes_label or _("yes"), no_label or _("no"))
        self._yes = False

    def compose(self) -> ComposeResult:
        """Yield the question for where the edge is too short for it, the lines and the two answers."""
        with Vertical(id="box"):
            yield Paragraph(self._title, id="question", most=3)
            yield Paragraph(inert_lines("\n".join(self._lines), limit=4_000), id="text")
            with Vertical(id="answers"):
                yield Static("", id="more", markup=False)
                yield Static(id="yes", classes="answer", markup=False)
                yield Static(id="no", classes="answer", markup=False)

    def on_mount(self) -> None:
        """Stand on no."""
        if self._pays:
            self._paying = paying_keys(self)
            self.frame(self._title, _("{key} pays · n no").format(key=self._paying.shown))
            self.call_after_refresh(self._paying.painted)
        else:
            self.frame(self._title, _("↑↓ enter · y yes · n no"))
        self.watch(self.box, "scroll_y", self._tell_more, init=False)
        self.watch(self.box, "virtual_size", self._tell_more, init=False)
        self._show()

    def on_resize(self) -> None:
        """Put the question where it can be read whole."""
        self.call_after_refresh(self._place_question)

    def on_key(self, event: events.Key) -> None:
        """Answer, move between the answers, or read on."""
        event.stop()
        if self._paying is not None and event.key in self._paying:
            event.prevent_default()
            if self._paying.counts(event):
                self.dismiss(True)
            return
        match event.key:
            case "n" | "N" | "escape" | "q":
                self.dismiss(False)
            case "pagedown" | "pageup" | "space":
                event.prevent_default()
                page = max(1, self._text_height - 1)
                self.box.scroll_relative(y=-page if event.key == "pageup" else page, animate=False)
            case _ if self._pays:
                event.prevent_default()  # neither enter nor a letter pays, so there is nothing to choose between
            case "y" | "Y":
                self.dismiss(True)
            case "enter":
                self.dismiss(self._yes)
            case "up" | "down" | "left" | "right" | "tab" | "shift+tab":
                event.prevent_default()
                self._yes = not self._yes
                self._show()

    @property
    def _text_height(self) -> int:
        """How many lines of the text are in sight."""
        question = self.query_one("#question").size.height if self.query_one("#question").display else 0
        return self.box.size.height - question - self.query_one("#answers").size.height

    def _place_question(self) -> None:
        fits = cells(self._title) <= self.box.outer_size.width - _FRAME
        self.box.border_title = Content(self._title if fits else "")
        self.query_one("#question").set_class(not fits, "-on")
        self.call_after_refresh(self._tell_more)

    def _tell_more(self) -> None:
        """Say that there is more text than is in sight, and which key shows it."""
        box = self.box
        keys = []
        if box.scroll_offset.y > 0:
            keys.append("pgup")
        if box.scroll_offset.y < box.max_scroll_y:
            keys.append("pgdn")
        more = _("more: {keys}").format(keys=" ".join(keys)) if keys else ""
        self.query_one("#more", Static).update(Content(more))

    def _show(self) -> None:
        for name, key, label, chosen in (
            ("yes", self._paying.shown if self._paying else "y", self._labels[0], self._yes),
            ("no", "n", self._labels[1], not self._yes),
        ):
            answer = self.query_one(f"#{name}", Static)
            marked = chosen and not self._pays
            sign = ">" if marked else " "
            answer.update(Content(respelled(self, f"{sign} {key}  {label}")))
            answer.set_class(marked, "-chosen")
