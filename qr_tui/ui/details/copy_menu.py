"""What to copy of a task or of the marked ones: id, link, file path, prompt, curl, JSON."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip

from qr_tui.core.routes import Route, built_in
from qr_tui.core.task import Task
from qr_tui.core.text.display import cells, cut, inert
from qr_tui.i18n import _, ngettext
from qr_tui.ui.app_services import services
from qr_tui.ui.details.copy_choices import CopyChoice, SshLine, choices
from qr_tui.ui.widgets.option_lines import Line, OptionLines
from qr_tui.ui.widgets.paragraph import Paragraph

_WIDEST = 76


class CopyMenu(ModalScreen[CopyChoice | None]):
    """A dialog that ends with what is to be copied, or None. A line that has nothing stays and says why.

    Args:
        tasks: The task under the cursor, or the marked ones.
        now: Unix seconds, to say how long a link still works.
        write: Puts text on the terminal past the screen's own drawing (`PlainPageScreen`); None where there is none.
        over: The ssh line that this program is used over, if it is.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", show=False)]
    CSS = """
    CopyMenu {
        align: center middle;
        #box { width: auto; max-width: 96%; height: auto; max-height: 96%; background: $surface;
            border: round $accent; border-title-color: $accent; border-subtitle-color: $text-muted;
            padding: 0 1; }
        OptionLines { background: $surface; }
        OptionLines > .option--cursor { background: $row-cursor; color: $foreground; }
        OptionLines > .option--help { color: $text-muted; }
        #why { color: $warning; }
        &.-ascii #box { border: ascii $accent; }
    }
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        now: float,
        *,
        write: Callable[[str], None] | None = None,
        over: SshLine | None = None,
        route_of: Callable[[str], Route | None] = built_in,
    ) -> None:
        super().__init__()
        self._count = len(tasks)
        self._write = write
        self._choices = choices(tasks, now, over=over, route_of=route_of)
        self._lines = [Line(choice, f"{choice.key} {choice.label}", _help_of(choice)) for choice in self._choices]

    def compose(self) -> ComposeResult:
        """Yield the lines, and a place to say why one cannot be copied."""
        with Vertical(id="box"):
            yield _CopyLines(self._lines)
            yield Paragraph(id="why")

    def on_mount(self) -> None:
        """Give the box the width of its longest line."""
        ascii_only = services(self).glyphs.ascii_only
        self.set_class(ascii_only, "-ascii")
        box = self.query_one("#box")
        label = max(cells(line.label) for line in self._lines)
        note = max(cells(inert(line.help, limit=_WIDEST)) for line in self._lines)
        keys = _("enter copy · s show alone · esc") if not ascii_only else _("enter copy, s show alone, esc")
        box.styles.width = min(_WIDEST, max(label + note + 11, cells(keys) + 8))
        title = ngettext("Copy", "Copy from {n} tasks", self._count).format(n=self._count)
        box.border_title = Content(title)
        box.border_subtitle = Content(keys)
        self.query_one("#why").display = False
        lines = self.query_one(OptionLines)
        lines.move_to(next((index for index, choice in enumerate(self._choices) if choice.text), 0))
        lines.focus()

    def on_key(self, event: events.Key) -> None:
        """Take a line by its letter, or show one alone with ``s``."""
        lines = self.query_one(OptionLines)
        key = event.character or ""
        if key and (found := next((choice for choice in self._choices if choice.key == key), None)):
            event.stop()
            lines.move_to(self._choices.index(found))
            self._choose(found)
        elif key == "s" and lines.at is not None:
            event.stop()
            self._show(lines.at.value)

    @on(OptionLines.Chosen)
    def _chosen(self, event: OptionLines.Chosen) -> None:
        event.stop()
        self._choose(event.line.value)

    def _choose(self, choice: CopyChoice) -> None:
        if choice.text:
            self.dismiss(choice)
        else:
            self._say_why_not(choice)

    def _show(self, choice: CopyChoice) -> None:
        if not choice.text:
            self._say_why_not(choice)
            return
        from qr_tui.ui.details.plain_page import PlainPageScreen

        self.app.push_screen(PlainPageScreen(choice.text, self._write))

    def _say_why_not(self, choice: CopyChoice) -> None:
        why = self.query_one("#why", Paragraph)
        why.text = _("{title}: {detail}").format(title=choice.label, detail=choice.why)
        why.display = True

    def action_leave(self) -> None:
        """Close without copying."""
        self.dismiss(None)


class _CopyLines(OptionLines):
    """The lines of the menu; one that cannot be copied is muted as a whole."""

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        strip = super().render_line(y)
        index = y + self.scroll_offset.y
        if index >= len(self.lines) or self.lines[index].value.text:
            return strip
        colour = Style(color=self.get_component_rich_style("option--help", partial=True).color)
        return Strip(Segment.apply_style(strip, post_style=colour), strip.cell_length)


def _help_of(choice: CopyChoice) -> str:
    """Return what stands beside a label: why it cannot be copied, or a note and the beginning of the text."""
    if not choice.text:
        return choice.why
    start = cut(inert(choice.text, limit=200), 50)
    return _("({note}) {text}").format(note=choice.note, text=start) if choice.note else start
