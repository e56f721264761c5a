"""What is worth knowing about a video before it is sent, as notes on the screen."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from qr_tui.core.catalogue import Model
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Request
from qr_tui.core.text.display import cut, inert
from qr_tui.core.wire.images import REFERENCE, looks_like_path, may_be_sent
from qr_tui.i18n import _, translate
from qr_tui.services.checks import Concern
from qr_tui.ui.compose.draft import PICTURES, Draft
from qr_tui.ui.widgets.notes import Note, Notes, trouble_note

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio

# of the concerns that would stop a video or ask back, those that are worth a line before anyone asked to send
_SHOWN_EARLY = (Kind.MODEL_UNAVAILABLE, Kind.OVER_LIMIT, Kind.NO_KEY, Kind.PLAIN_HTTP, Kind.NO_PRICE, Kind.CONFIG)


class BadImage(NamedTuple):
    """The first picture that is none: its field, its line (from 0), the length of that, and the words for it."""

    field: str
    line: int
    length: int
    note: Note


class ChoiceNotes(Notes):
    """The notes below the form: on the draft as it was opened, on a failed try to send, else on the choice so far.

    Args:
        read: Returns the notes on the choice as it is now.
        opening: Shown until the first change.
    """

    def __init__(self, read: Callable[[], tuple[Note, ...]], opening: tuple[Note, ...]) -> None:
        super().__init__(id="notes")
        self._read_choice = read
        self._opening = opening
        self._problem: tuple[Note, ...] = ()
        self._choice: tuple[Note, ...] = ()

    def show_problem(self, *notes: Note) -> None:
        """Show why it was not sent, until the next change."""
        self._problem = notes
        self.tell(*self._problem, *self._opening)

    def show_choice(self) -> None:
        """Show the notes on the choice as it is now, unless a problem is shown."""
        if self._problem or self._opening:
            self.tell(*self._problem, *self._opening)
        else:
            self._choice = self._read_choice()
            self.tell(*self._choice)

    def forget_problem(self) -> None:
        """Know that the draft was changed: what was said of it before is outdated."""
        self._problem = self._opening = ()

    def drop_outdated(self) -> None:
        """Show the notes on the choice as they were; for changes of the prompt, which they are not about."""
        self.tell(*self._choice)


def find_bad_image(draft: Draft, model: Model, *, takes_files: bool) -> BadImage | None:
    """Return what is wrong with the pictures of a draft, None when each is a link, or a path where those are taken."""
    shown = {role or "images" for _image, role in draft.pictures(model)}
    shown = {"images" if role == REFERENCE else role for role in shown}
    for field in PICTURES:
        text = getattr(draft, field) if field in shown else ""
        for number, line in enumerate(text.split("\n")):
            image = line.strip()
            if not image or may_be_sent(image, takes_files=takes_files):
                continue
            text_shown = cut(inert(image), 60)
            if takes_files:
                words = _('"{text}" is neither an http or https link nor a path').format(text=text_shown)
            elif looks_like_path(image):
                words = _('"{text}" is on this machine, and this model takes links only').format(text=text_shown)
            else:
                words = _('"{text}" is not an http or https link').format(text=text_shown)
            if field == "images":
                words = _("images, line {number}: {words}").format(number=number + 1, words=words)
            return BadImage(field, number, len(line), Note(words, "bad"))
    return None


def notes_on_choice(studio: "Studio", request: Request, copies: int, hint: Callable[[Kind], str]) -> tuple[Note, ...]:
    """Return what to show while a person still chooses; `hint` returns what to do about a missing key."""
    notes = [_note(concern, hint) for concern in studio.check(request, copies) if _while_writing(concern)]
    model = studio.catalogue.get(request.model, request.route)
    if model.note and not model.retired:
        notes.append(Note(_(model.note)))
    return tuple(notes)


def trouble_of(concern: Concern) -> Trouble:
    """Return a concern as the trouble it would be."""
    return Trouble(concern.kind, concern.detail)


def _while_writing(concern: Concern) -> bool:
    """Tell whether a concern is worth a line before anyone asked to send."""
    return concern.weight == "note" or concern.kind in _SHOWN_EARLY


def _note(concern: Concern, hint: Callable[[Kind], str]) -> Note:
    if concern.weight == "note":
        return Note(translate(concern.detail) or trouble_note(trouble_of(concern)).text, "warn")
    # without the title it would be a bare host
    text = trouble_note(trouble_of(concern), hint(concern.kind) if concern.kind is Kind.NO_KEY else "").text
    return Note(text, "bad" if concern.weight == "stop" else "warn")
