"""The frame of the small dialogs: a titled box over the list, its keys in the lower edge."""

from typing import ClassVar, Generic, TypeVar

from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget

from qr_tui.core.text.display import inert
from qr_tui.ui.app_services import services

Result = TypeVar("Result")


class Dialog(ModalScreen[Result], Generic[Result]):
    """A modal screen whose content stands in the widget ``#box``; `frame` gives that its title and keys."""

    DEFAULT_CSS: ClassVar[str] = """
    Dialog { align: center middle; background: $background 60%; }
    Dialog #box {
        width: 64; max-width: 96%; height: auto; max-height: 96%; padding: 0 1; background: $surface;
        border: round $accent; border-title-color: $accent; border-title-style: bold;
        border-subtitle-color: $text-muted; overflow-y: auto; scrollbar-size: 0 0;
    }
    Dialog Static { width: 100%; height: auto; }
    Dialog .muted { color: $text-muted; }
    Dialog .bad { color: $error; }
    Dialog Input {
        border: none; height: 1; padding: 0 1; background: $background; color: $foreground;
        &:focus { border: none; background: $field-focus; background-tint: $foreground 0%; }
    }
    Dialog.-ascii #box { border: ascii $accent; }
    """

    @property
    def box(self) -> Widget:
        """What stands in the frame."""
        return self.query_one("#box", Widget)

    def frame(self, title: str, keys: str) -> None:
        """Put `title` into the upper edge of the box and `keys` into the lower one."""
        ascii_only = services(self).glyphs.ascii_only
        self.set_class(ascii_only, "-ascii")
        box = self.box
        box.border_title = Content(inert(title, limit=200))
        if ascii_only:
            keys = keys.replace("·", "-").replace("↑↓", "up down")
        box.border_subtitle = Content(keys)
