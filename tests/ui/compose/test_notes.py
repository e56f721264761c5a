"""The notes below the form: a problem goes with the next change, and a bad link is found with its line."""

import asyncio

from textual.app import App, ComposeResult

from qr_tui.core.catalogue import Catalogue
from qr_tui.ui.compose.draft import Draft
from qr_tui.ui.compose.notes import ChoiceNotes, find_bad_image
from qr_tui.ui.theme.glyphs import UNICODE
from qr_tui.ui.widgets.notes import Note

OPENING, PROBLEM, CHOICE = Note("opened"), Note("not sent", "bad"), Note("it takes long", "warn")


class NotesApp(App[None]):
    """The notes alone."""

    glyphs = UNICODE

    def compose(self) -> ComposeResult:
        self.choice = (CHOICE,)
        self.notes = ChoiceNotes(lambda: self.choice, (OPENING,))
        yield self.notes


def test_what_is_shown_first_goes_with_the_next_change() -> None:
    async def script() -> None:
        app = NotesApp()
        async with app.run_test():
            notes = app.notes
            notes.show_choice()
            assert list(notes.notes) == [OPENING]
            notes.show_problem(PROBLEM)
            assert list(notes.notes) == [PROBLEM, OPENING]
            notes.show_choice()
            assert list(notes.notes) == [PROBLEM, OPENING]
            notes.forget_problem()
            notes.drop_outdated()
            assert list(notes.notes) == []
            notes.show_choice()
            assert list(notes.notes) == [CHOICE]

    asyncio.run(script())


def test_a_bad_link_is_found_with_its_line() -> None:
    sora = Catalogue().get("sora-2-pro")
    assert find_bad_image(Draft(), sora, takes_files=False) is None
    assert find_bad_image(Draft(images="https://a.example/x.png\n\n"), sora, takes_files=False) is None
    bad = find_bad_image(Draft(images="https://a.example/x.png\nftp://b"), sora, takes_files=False)
    assert bad is not None
    assert (bad.field, bad.line, bad.length) == ("images", 1, len("ftp://b"))
    assert "line 2" in bad.note.text


def test_a_path_is_bad_only_where_links_alone_are_taken() -> None:
    sora, kling = (Catalogue().get(model) for model in ("sora-2-pro", "kling-v2-6"))
    bad = find_bad_image(Draft(images="~/boat.png"), sora, takes_files=False)
    assert bad is not None
    assert "takes links only" in bad.note.text
    assert find_bad_image(Draft(first_frame="~/boat.png"), kling, takes_files=True) is None
    odd = find_bad_image(Draft(last_frame="boat", images="ftp://not-shown"), kling, takes_files=True)
    assert odd is not None
    assert odd.field == "last_frame"
