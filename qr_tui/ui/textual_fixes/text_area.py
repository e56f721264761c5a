"""A text area whose cursor may stand behind the end of the text for a moment."""

from textual.widgets import TextArea


class SteadyTextArea(TextArea):
    """Survives the undo of a long paste.

    Undoing it takes the scroll bar away before the cursor is put back: for that moment the cursor stands behind the
    end of the text, which the base class does not survive.
    """

    def _recompute_cursor_offset(self) -> None:
        if self.cursor_location[0] < self.document.line_count:
            super()._recompute_cursor_offset()  # type: ignore[no-untyped-call]
        else:
            self._cursor_offset = self.wrapped_document.location_to_offset(self.document.end)
