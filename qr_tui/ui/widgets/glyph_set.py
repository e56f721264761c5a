"""What widgets draw in the app's glyph set."""

from textual.widget import Widget

from qr_tui.ui.app_services import services


def focus_mark(widget: Widget) -> str:
    """Return the mark at the left of what has the focus, one cell."""
    return services(widget).glyphs.cursor


def respelled(widget: Widget, text: str) -> str:
    """Return `text` with its few typographic signs in ASCII where the app draws with ASCII alone."""
    if not services(widget).glyphs.ascii_only:
        return text
    return text.translate({0xB7: "-", 0xD7: "x", 0x2013: "-", 0x2026: "...", 0x2191: "^", 0x2193: "v"})
