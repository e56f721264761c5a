"""The lines between form and footer: what is worth knowing, what went wrong, and what to do."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from textual.content import Content
from textual.widgets import Static

from qr_tui.core.failures import WORDS, Trouble
from qr_tui.core.text.display import inert
from qr_tui.core.text.wrapping import wrap
from qr_tui.i18n import _, sentences, translate
from qr_tui.ui.app_services import services
from qr_tui.ui.widgets.glyph_set import respelled

MOST_LINES = 6


class Note(NamedTuple):
    """One remark and how loud it is."""

    text: str
    tone: Literal["plain", "good", "warn", "bad"] = "plain"


_COLOURS = {"plain": "$text-muted", "good": "$success", "warn": "$warning", "bad": "$error"}
_SIGNS = {"plain": "·", "good": "✓", "warn": "!", "bad": "✗"}
_ASCII_SIGNS = {"plain": "-", "good": "+", "warn": "!", "bad": "x"}


class Notes(Static):
    """Remarks, each on as many lines as it needs; no line at all when there is nothing to say."""

    DEFAULT_CSS = """
    Notes { height: auto; max-height: 6; padding: 0 1; }
    """

    def __init__(self, notes: Sequence[Note] = (), *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(markup=False, id=id)
        self.notes: tuple[Note, ...] = tuple(notes)

    def tell(self, *notes: Note) -> None:
        """Show these notes instead of what stood here."""
        if notes != self.notes:
            self.notes = notes
            self._draw()

    def on_mount(self) -> None:
        """Draw what was given."""
        self._draw()

    def on_resize(self) -> None:
        """Wrap for the new width."""
        self._draw()

    def _draw(self) -> None:
        self.display = bool(self.notes)
        width = (self.size.width or self.app.size.width - 2) - 2
        ascii_only = services(self).glyphs.ascii_only
        signs = _ASCII_SIGNS if ascii_only else _SIGNS
        lines: list[Content] = []
        for note in self.notes:
            sign, colour = signs[note.tone], _COLOURS[note.tone]
            for number, line in enumerate(wrap(respelled(self, inert(note.text, limit=600)), width)):
                lines.append(Content.assemble((f"{sign} " if not number else "  ", f"{colour} bold"), (line, colour)))
        self.update(Content("\n").join(lines[:MOST_LINES]))


def trouble_note(trouble: Trouble, hint: str | None = None) -> Note:
    """Return the note that shows a `Trouble`: title, detail, and what to do next: `hint`, or the table's own."""
    words = WORDS[trouble.kind]
    said = _(words.title)
    if trouble.detail:  # it may be no sentence, only a host
        said = _("{title}: {detail}").format(title=said, detail=translate(trouble.detail))
    return Note(sentences(said, _(words.hint) if hint is None else hint), "bad")
