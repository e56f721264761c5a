"""The editor of the prompt: in its border the length, and the key that opens the person's own editor."""

from collections.abc import Callable

from textual.content import Content

from qr_tui.i18n import _, ngettext
from qr_tui.services.checks import LONGEST_PROMPT
from qr_tui.ui.widgets.glyph_set import respelled
from qr_tui.ui.widgets.text_fields import PlainEditor


class PromptEditor(PlainEditor):
    """The prompt.

    Args:
        text: What stands there at first; the cursor is behind it.
        editor_key: Returns the key that opens the person's editor, as shown.
    """

    def __init__(self, text: str, editor_key: Callable[[], str]) -> None:
        hint = _("Describe the video: what is seen, how it moves, the light, the style. Any language.")
        super().__init__(text, id="prompt", placeholder=hint)
        self._editor_key = editor_key

    def on_mount(self) -> None:
        """Show title and length, and go behind the text."""
        self.border_title = _("prompt")
        self.move_cursor(self.document.end)
        self.show_length()

    def show_length(self) -> None:
        """Show how long the prompt is, with a warning once it is too long."""
        count = self.length
        words, style = ngettext("{n} character", "{n} characters", count).format(n=f"{count:,}"), ""
        if count > LONGEST_PROMPT:
            words = _("{n} characters, {most} at most").format(n=f"{count:,}", most=f"{LONGEST_PROMPT:,}")
            words, style = f"! {words}", "bold $warning"
        key = respelled(self, f"{self._editor_key()} $EDITOR · ")
        self.border_subtitle = Content.assemble(key, (words, style))
