"""Saving the draft while it is written: soon after each change, and at once on the way out."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from textual.timer import Timer

from qr_tui.core.catalogue import DEFAULT_MODEL, Catalogue
from qr_tui.core.task import Task
from qr_tui.i18n import _
from qr_tui.ui.compose.draft import Draft, DraftFile
from qr_tui.ui.widgets.notes import Note

SAVE_AFTER: Final = 0.5  # seconds without a change before the draft is written


class OpenedDraft(NamedTuple):
    """The draft to begin with, a few words on where it is from, and what a person should know of it."""

    draft: Draft
    state: str
    notes: tuple[Note, ...]


class Autosave:
    """Writes the draft when it differs from what is on disk, and says how that went.

    Args:
        file: Where it is stored.
        read: Returns the draft as it is now.
        say: Told ``draft saved`` or why it is not.
        set_timer: Calls a function after so many seconds, as every widget can.
        model: The model that a draft begins with where a person has chosen one in the settings.
    """

    def __init__(
        self,
        file: DraftFile,
        read: Callable[[], Draft],
        say: Callable[[str], None],
        set_timer: Callable[[float, Callable[[], Awaitable[None]]], Timer],
        *,
        model: str = DEFAULT_MODEL,
    ) -> None:
        self._file = file
        self._read = read
        self._say = say
        self._set_timer = set_timer
        self._timer: Timer | None = None
        self._model = model
        self._saved = Draft()

    def open(self, start: Task | None, swap_key: str, catalogue: Catalogue) -> OpenedDraft:
        """Return the draft left behind, or one that starts as `start` with the other kept behind `swap_key`."""
        draft, aside, problem = self._file.load()
        if draft.empty and self._model != DEFAULT_MODEL:
            draft = Draft(model=self._model, kept=draft.kept)
        self._saved = draft
        notes: list[Note] = []
        if aside is not None:
            text = _("The draft could not be read and was put aside as {name}.").format(name=aside.name)
            notes.append(Note(text, "warn"))
        if problem:
            notes.append(Note(_("The draft cannot be read: {reason}").format(reason=problem), "warn"))
        if start is None:
            return OpenedDraft(draft, "" if draft.empty else _("draft restored"), tuple(notes))
        draft = draft.restarted(start, catalogue)
        if draft.kept is not None:
            text = _("Your earlier draft is kept: {key} brings it back.").format(key=swap_key)
            notes.append(Note(text))
        return OpenedDraft(draft, "", tuple(notes))

    def save_soon(self) -> None:
        """Write the draft after `SAVE_AFTER` seconds without another call."""
        if self._timer is None:
            self._timer = self._set_timer(SAVE_AFTER, self._save)
        else:
            self._timer.reset()

    async def _save(self) -> None:
        """Write the draft in a thread; a write that was overtaken by a later one is skipped."""
        self._timer = None
        draft = self._read()
        ticket = self._file.ticket()
        if draft == self._saved:
            return
        try:
            await asyncio.to_thread(self._file.save, draft, ticket)
        except OSError as error:
            self._failed(error)
            return
        self._saved = draft
        self._say(_("draft saved"))

    def save_now(self) -> None:
        """Write the draft before returning: at the way out, by a key or by a signal."""
        draft = self._read()
        if draft == self._saved:
            return
        try:
            self._file.save(draft)
        except OSError as error:
            self._failed(error)
            return
        self._saved = draft

    def _failed(self, error: OSError) -> None:
        self._say(_("draft NOT saved: {reason}").format(reason=error.strerror or error))
