"""What is worth saying about a video before it is sent, as notes on the screen."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from qr_tui.core.catalogue import Catalogue, Model
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Request
from qr_tui.core.text import cut, inert
from qr_tui.i18n import _, translate
from qr_tui.services.checks import Concern, is_link
from qr_tui.ui.widgets.notes import Note, of

if TYPE_CHECKING:
    from qr_tui.services.studio import Studio


_STANDING = (Kind.MODEL_UNAVAILABLE, Kind.OVER_LIMIT, Kind.NO_KEY, Kind.CONFIG)


class BadImage(NamedTuple):
    """The first line of the images that is no link: its place (from 0), its length, and the words for it."""

    line: int
    length: int
    note: Note


def bad_image(images: str) -> BadImage | None:
    """Return what is wrong with the image links, None when each is http or https."""
    for number, line in enumerate(images.split("\n")):
        if line.strip() and not is_link(line.strip()):
            text = _('images, line {number}: "{text}" is not an http or https link').format(
                number=number + 1, text=cut(inert(line), 60)
            )
            return BadImage(number, len(line), Note(text, "bad"))
    return None


def standing(studio: "Studio", request: Request, copies: int, hint: Callable[[Kind], str]) -> tuple[Note, ...]:
    """Return what should stand on the screen while a person still chooses; `hint` says what helps without a key."""
    notes = [_note(concern, hint) for concern in studio.check(request, copies) if _while_writing(concern)]
    model = studio.catalogue.get(request.model)
    if model.note and not model.retired:
        notes.append(Note(_(model.note)))
    return tuple(notes)


def trouble(concern: Concern) -> Trouble:
    """Return a concern as the trouble it would be."""
    return Trouble(concern.kind, concern.detail)


def models(catalogue: Catalogue, current: str) -> list[tuple[str, str, str]]:
    """Return the models to choose from, each with a few words; `current` is there even if nobody knows it."""
    options = [(model.id, model.id, _about(model)) for model in catalogue]
    if current not in catalogue:
        options.insert(0, (current, current, _("not in the catalogue")))
    return options


def _about(model: Model) -> str:
    usual = _("{minutes} minutes").format(minutes=model.minutes)
    if not model.retired:
        return usual
    return _("{usual} · off at its source since {day}").format(usual=usual, day=model.retired)


def _while_writing(concern: Concern) -> bool:
    """Tell whether a concern is worth a line before anyone asked to send."""
    return concern.weight == "note" or concern.kind in _STANDING


def _note(concern: Concern, hint: Callable[[Kind], str]) -> Note:
    if concern.weight == "note":
        return Note(translate(concern.detail) or of(trouble(concern)).text, "warn")
    # without the title it would be a bare host
    text = of(trouble(concern), hint(concern.kind) if concern.kind is Kind.NO_KEY else "").text
    return Note(text, "bad" if concern.weight == "stop" else "warn")
