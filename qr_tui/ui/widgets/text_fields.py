"""Text fields that take anything typed or pasted and hand nothing of it to the terminal as control."""

import re
from typing import Any, ClassVar, Final

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.widgets import Input, TextArea

from qr_tui.core.text.unsafe_characters import JOINERS_AND_MARKS, NEVER_NEEDED, SURROGATES
from qr_tui.ui.textual_fixes.text_area import SteadyTextArea

# Joiners and direction marks stay (Persian and emoji are written with them), hidden when shown.
_NEVER: Final = re.compile(f"[{NEVER_NEEDED}{SURROGATES}]")
_BREAKS: Final = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
# Shown as a mark that takes no cell and does nothing, so that every column stays where it was.
_HIDDEN: Final = re.compile(f"[{JOINERS_AND_MARKS}]")
_NOTHING: Final = "\u034f"

# The keys of these stand for other things on our screens.
_TAKEN: Final = frozenset({"f6", "f7", "ctrl+e", "ctrl+a"})

FULL_WIDTH_SPACE: Final = "\u3000"  # an input method's; Textual takes it for no character


def clean(text: str) -> str:
    """Return `text` without what a terminal could act on; line breaks and tabs stay."""
    return _NEVER.sub("", _BREAKS.sub("\n", text))


def _bindings() -> list[BindingType]:
    kept: list[BindingType] = []
    for binding in TextArea.BINDINGS:
        assert isinstance(binding, Binding)
        keys = [key for key in binding.key.split(",") if key not in _TAKEN]
        if keys:
            kept.append(Binding(",".join(keys), binding.action, binding.description, show=False))
    return kept


class PlainEditor(SteadyTextArea, inherit_bindings=False):
    """A multi-line editor: soft wrap, undo, paste of any size; no blink, no colouring."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *_bindings(),
        Binding("ctrl+home", "document_start", show=False),
        Binding("ctrl+end", "document_end", show=False),
    ]

    DEFAULT_CSS = """
    PlainEditor { background: $background; }
    PlainEditor .text-area--placeholder { color: $text-muted; }
    /* Textual draws it half transparent on light grounds: grey, where there are 16 colours */
    PlainEditor:light .text-area--cursor { color: $input-cursor-foreground; background: $input-cursor-background; }
    """

    def __init__(self, text: str = "", **options: Any) -> None:  # noqa: ANN401 -- what every widget takes
        super().__init__(clean(text), soft_wrap=True, tab_behavior="focus", highlight_cursor_line=False, **options)
        self.cursor_blink = False
        self.match_cursor_bracket = False

    @property
    def length(self) -> int:
        """How many characters it holds, without building the whole text."""
        return sum(map(len, self.document.lines)) + self.document.line_count - 1

    def get_line(self, line_index: int) -> Text:
        """Return one line as it is drawn."""
        return Text(_HIDDEN.sub(_NOTHING, self.document.get_line(line_index)), end="", no_wrap=True, tab_size=4)

    def set_text(self, text: str) -> None:
        """Put `text` in the place of everything, one step for undo; the cursor goes to its end."""
        if (text := clean(text)) != self.text:
            self.replace(text, self.document.start, self.document.end, maintain_selection_offset=False)
            self.move_cursor(self.document.end)

    def on_key(self, event: events.Key) -> None:
        """Take the space of an input method as a character, a line feed as what it is: text pasted without brackets."""
        if event.character == FULL_WIDTH_SPACE or event.key == "ctrl+j":
            event.stop()
            event.prevent_default()
            self._put("\n" if event.key == "ctrl+j" else FULL_WIDTH_SPACE)

    def on_paste(self, event: events.Paste) -> None:
        """Paste without what a terminal could act on."""
        event.prevent_default()
        event.stop()
        self._put(clean(event.text))

    def _put(self, text: str) -> None:
        result = self.replace(text, *self.selection, maintain_selection_offset=False)
        self.move_cursor(result.end_location)

    def action_document_start(self) -> None:
        """Go to the first character."""
        self.move_cursor(self.document.start)

    def action_document_end(self) -> None:
        """Go behind the last character."""
        self.move_cursor(self.document.end)


class OneLine(Input):
    """A one-line field that input methods can be used in: its cursor is where they draw, their space is a space."""

    @property
    def cursor_screen_offset(self) -> Offset:
        """The cell of the cursor; Textual counts one too many at the end of the text."""
        return super().cursor_screen_offset - Offset(int(self.cursor_at_end), 0)

    def on_key(self, event: events.Key) -> None:
        """Take the space of an input method as a plain one."""
        if event.character == FULL_WIDTH_SPACE:
            event.stop()
            event.prevent_default()
            self.insert_text_at_cursor(" ")


class PlainInput(OneLine):
    """A one-line field: no blink, what it opens with is selected, and a paste loses its line breaks, not its lines."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]
    DEFAULT_CSS = """
    PlainInput > .input--placeholder { color: $text-muted; }
    """

    def __init__(self, value: str = "", **options: Any) -> None:  # noqa: ANN401 -- what every widget takes
        super().__init__(_one_line(value), compact=True, **options)
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        """Paste all lines as one."""
        event.prevent_default()
        event.stop()
        self.replace(_one_line(event.text), *self.selection)


def _one_line(text: str) -> str:
    return " ".join(_HIDDEN.sub("", clean(text)).split())
