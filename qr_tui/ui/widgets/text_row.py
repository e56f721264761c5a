"""One line of a form with a text field in it, in line with the `FieldRow`s around it."""

from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, Static, TextArea

from qr_tui.core.text.display import cells, fit
from qr_tui.ui.widgets.field_row import KEY_CELLS, Columns
from qr_tui.ui.widgets.glyph_set import focus_mark, respelled
from qr_tui.ui.widgets.text_fields import PlainEditor, PlainInput

LEAST_FIELD = 12  # cells; a remark that would leave less of the field goes under the label


class TextRow(Horizontal):
    """A label and a text field; `field` is the parameter it sets."""

    DEFAULT_CSS = """
    TextRow {
        width: 100%; height: auto;
        &> Static { height: auto; }
        &> .remark { width: auto; color: $warning; display: none; }
        &> Input { width: 1fr; height: 1; border: none; padding: 0; background: $surface; }
        &> TextArea {
            width: 1fr; height: auto; max-height: 4; border: none; padding: 0; background: $surface;
        }
        &:focus-within { background: $row-cursor; }
    }
    """

    def __init__(
        self,
        name: str,
        label: str,
        value: str = "",
        *,
        placeholder: str = "",
        lines: bool = False,
        secret: bool = False,
        key: str = "",
        suggester: Suggester | None = None,
        **options: Any,  # noqa: ANN401 -- what every widget takes
    ) -> None:
        super().__init__(name=name, **options)
        self.field = name
        self.label = label
        self.key = key
        self._head = Static(markup=False)
        self._remark = Static(classes="remark", markup=False)
        self._said = ""
        self._here = False
        self._columns = Columns(12, 20)
        self.entry: PlainEditor | PlainInput = (
            PlainEditor(value, placeholder=placeholder, compact=True)
            if lines
            else PlainInput(value, placeholder=placeholder, password=secret, suggester=suggester)
        )

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self.entry.text if isinstance(self.entry, PlainEditor) else self.entry.value

    @text.setter
    def text(self, text: str) -> None:
        if isinstance(self.entry, PlainEditor):
            self.entry.set_text(text)
        else:
            self.entry.value = text

    @property
    def columns(self) -> Columns:
        """How wide the labels of the form are."""
        return self._columns

    @columns.setter
    def columns(self, columns: Columns) -> None:
        self._columns = columns
        self._head.styles.width = 2 + KEY_CELLS + columns.label + 2
        self._draw()

    @property
    def remark(self) -> str:
        """A few words on the state of the field, beside it or, where there is no room, under its label."""
        return self._said

    @remark.setter
    def remark(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self._draw()

    def compose(self) -> ComposeResult:
        """Yield the label, the field and what is said of it."""
        yield self._head
        yield self.entry
        yield self._remark

    def on_resize(self) -> None:
        """Put the remark where there is room for it."""
        self._draw()

    def on_mount(self) -> None:
        """Draw the label."""
        self.columns = self._columns
        self.entry.placeholder = respelled(self, str(self.entry.placeholder))

    def on_descendant_focus(self) -> None:
        """Mark the row while it has the focus."""
        self._here = True
        self._draw()

    def on_descendant_blur(self) -> None:
        """Unmark the row."""
        self._here = False
        self._draw()

    def _draw(self) -> None:
        said = respelled(self, self._said)
        start = 2 + KEY_CELLS
        beside = self.size.width - start - self._columns.label - 2 - cells(said) - 2 >= LEAST_FIELD
        if said or self._remark.display:
            self._remark.display = bool(said) and beside
            self._remark.update(Content(f"  {said}"))
        below = ("\n" + " " * start, (said, "$warning")) if said and not beside else ()
        self._head.update(
            Content.assemble(
                (focus_mark(self) if self._here else " ", "$accent bold"),
                " ",
                (fit(self.key, KEY_CELLS), "$accent"),
                (fit(self.label, self._columns.label), "bold" if self._here else "$text-muted"),
                *below,
            )
        )


Edited = Input.Changed | TextArea.Changed
