"""The list of tasks: one line a task, and on any change only the cells that differ are sent."""

from collections.abc import Callable, Iterable, Sequence

from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from qr_tui.core.sorting import DEFAULT_ORDER
from qr_tui.core.task import Task
from qr_tui.core.text.display import fit
from qr_tui.ui.tasks.list_model import ListModel
from qr_tui.ui.tasks.task_row import (
    LEAST_PROMPT,
    LEAST_ROOMY_PROMPT,
    OPTIONAL,
    ROOMY,
    SORTED_BY,
    USUAL,
    Layout,
    age,
    layout,
    render_row,
    render_titles,
)
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.strips import changed_span, line

USUAL_WIDTH = 80
_KEPT = 600  # strips kept; more than any screen shows


class TaskList(ScrollView, inherit_bindings=False):
    """The rows of a `ListModel`. It takes no focus: its keys are the screen's commands.

    Args:
        list_model: What is shown; every change of it goes through this widget once it is mounted.
        appearance: How rows are drawn.
        clock: Returns the time, Unix seconds.
        empty: Returns the lines that say why no row is shown.
        on_rows_changed: Called after another filter or order has changed which rows are shown.
        on_cursor_moved: Called after the cursor was sent to a row.
    """

    class ColumnsChanged(Message):
        """The columns are others than before."""

    DEFAULT_CSS = "TaskList { height: 1fr; width: 1fr; scrollbar-size: 0 0; background: $background; }"
    can_focus = False

    def __init__(
        self,
        list_model: ListModel,
        appearance: Appearance,
        clock: Callable[[], float],
        empty: Callable[[], Sequence[str]],
        *,
        on_rows_changed: Callable[[], None],
        on_cursor_moved: Callable[[], None],
    ) -> None:
        super().__init__()
        self.list_model = list_model
        self.appearance = appearance
        self._clock = clock
        self._empty = empty
        self._on_rows_changed = on_rows_changed
        self._on_cursor_moved = on_cursor_moved
        self._column_layout = layout(USUAL_WIDTH)
        self._drawn: dict[str, tuple[Strip, str, Task]] = {}

    @property
    def columns_with_room(self) -> list[str]:
        """The names of the columns that are shown at this width."""
        return [name for name, _width in self._column_layout.columns]

    @property
    def top(self) -> int:
        """The first row in view."""
        return round(self.scroll_offset.y)

    @property
    def page(self) -> int:
        """How many rows fit."""
        return max(1, self.size.height)

    # what the screen calls -------------------------------------------------------------------------------------
    def load(self, tasks: Iterable[Task]) -> None:
        """Show these tasks instead of all that were there."""
        anchor = self._find_anchor()
        self.list_model.load(tasks, self._clock())
        self.show_all(anchor)

    def update(self, tasks: Sequence[Task], removed: Sequence[str] = ()) -> None:
        """Show new and changed tasks; nothing else is drawn again unless rows came or went."""
        anchor = self._find_anchor()
        changed = self.list_model.update(tasks, removed, self._clock())
        if changed.everything:
            self.show_all(anchor)
        else:
            self.redraw(changed.rows)

    def sort_by(self, order: str, *, reverse: bool) -> None:
        """Sort by another order; the task under the cursor stays on its line."""
        anchor = self._find_anchor()
        self.list_model.arrange(order, reverse, self._clock())
        self._show_chosen_rows(anchor)

    def add_archived(self, tasks: Sequence[Task]) -> None:
        """Show these old tasks too; the row under the cursor stays where it is."""
        anchor = self._find_anchor()
        self.list_model.add_archived(tasks, self._clock())
        self._show_chosen_rows(anchor)

    def refilter(self) -> None:
        """Show the rows that pass the filter in force; the task under the cursor stays on its line."""
        anchor = self._find_anchor()
        self.list_model.refilter(self._clock())
        self._show_chosen_rows(anchor)

    async def refilter_gently(self) -> None:
        """Like `refilter`, giving way to keys meanwhile: for very many tasks."""
        anchor = self._find_anchor()
        await self.list_model.refilter_gently(self._clock())
        self._show_chosen_rows(anchor)

    def set_columns(self, columns: Sequence[str]) -> None:
        """Show these columns, as far as there is room."""
        known = tuple(column for column in OPTIONAL if column in columns)
        self.list_model.columns = None if known == USUAL else known
        self.restyle(self.appearance)

    def show_all(self, anchor: tuple[str, int] | None = None) -> None:
        """Draw every row in view; `anchor` is a task and the line it should stay on."""
        self._fit_columns()
        self._drawn.clear()
        self.virtual_size = Size(self.size.width, len(self.list_model.shown))
        top = self.top
        # at the very top the list stays there, so that what is new is seen; elsewhere the rows stay where they are
        if anchor is not None and top > 0 and anchor[0] in self.list_model.rows:
            top = self.list_model.rows[anchor[0]] - anchor[1]
        self._scroll(top)
        self.reveal()
        self.refresh()

    def redraw(self, keys: Iterable[str]) -> None:
        """Draw these rows again, sending only the cells that differ."""
        for key in keys:
            row = self.list_model.rows.get(key)
            if row is None or not 0 <= row - self.top < self.size.height:
                self._drawn.pop(key, None)
                continue
            old = self._drawn.pop(key, None)
            strip = self._strip(key)
            span = (0, self.size.width) if old is None else changed_span(old[0], strip)
            if span is not None:
                self.refresh(Region(span[0], row - self.top, span[1], 1))

    def move_to(self, row: int) -> None:
        """Put the cursor on a row and keep it in view."""
        before = self.list_model.cursor
        self.list_model.move_to(row)
        if self.list_model.cursor != before:
            self.redraw([key for key in (before, self.list_model.cursor) if key])
            self.reveal()
        self._on_cursor_moved()

    def reveal(self) -> None:
        """Scroll as little as it takes to see the cursor."""
        row, top = self.list_model.index, self.top
        if row < top:
            self._scroll(row)
        elif row >= top + self.page:
            self._scroll(row - self.page + 1)

    def tick(self, now: float, *, minute: bool) -> None:
        """Draw again the rows in view whose age reads differently now; old ones only once a minute."""
        stale = [
            key
            for key in self._in_view()
            if (drawn := self._drawn.get(key)) is not None
            and (minute or now - drawn[2].created_at < 75)
            and age(drawn[2], now) != drawn[1]
        ]
        self.redraw(stale)

    def restyle(self, appearance: Appearance) -> None:
        """Draw everything in another look."""
        self.appearance = appearance
        self._column_layout = self._layout()
        self._drawn.clear()
        self.post_message(self.ColumnsChanged())
        self.refresh()

    # drawing ---------------------------------------------------------------------------------------------------
    def on_resize(self) -> None:
        """Choose the columns for the new width; the cursor stays in view."""
        self.show_all(self._find_anchor())

    def render_line(self, y: int) -> Strip:
        """Return one line of the view."""
        row = self.top + y
        if row < len(self.list_model.shown):
            return self._strip(self.list_model.shown[row])
        text = self.appearance.palette.style("text")
        if not self.list_model.shown:
            lines = self._empty()
            at = y - min(3, max(0, (self.size.height - len(lines)) // 3))
            if 0 <= at < len(lines):
                style = text if at == 0 else self.appearance.palette.style("muted")
                words = fit(lines[at], max(0, self.size.width - 4), ellipsis=self.appearance.glyphs.ellipsis)
                return line([("   ", style), (words, style)], self.size.width, text)
        return line([], self.size.width, text)

    def titles(self) -> Strip:
        """Return the line of column titles."""
        list_model, glyphs = self.list_model, self.appearance.glyphs
        if list_model.order == DEFAULT_ORDER and not list_model.reverse:
            return render_titles(self._column_layout, self.appearance.palette)
        sign = glyphs.up if list_model.reverse else glyphs.down
        sorted_by = SORTED_BY.get(list_model.order)
        return render_titles(self._column_layout, self.appearance.palette, sorted_by=sorted_by, sign=sign)

    def _show_chosen_rows(self, anchor: tuple[str, int] | None) -> None:
        self.show_all(anchor)
        self._on_rows_changed()

    def _fit_columns(self) -> None:
        """Choose the columns anew: the width, what a person wants, or what the rows share may be others now."""
        found = self._layout()
        if found != self._column_layout:
            self._column_layout = found
            self._drawn.clear()
            self.post_message(self.ColumnsChanged())

    def _layout(self) -> Layout:
        columns: Sequence[str] | None = self.list_model.columns
        if columns is None:  # a model that all rows share stands in the header
            columns = [column for column in USUAL if column != "model" or not self.list_model.shared_model]
        least = LEAST_ROOMY_PROMPT if self.app.size.width >= ROOMY else LEAST_PROMPT
        # before the first layout: rows of some width are cut or filled up, rows of none would be a blank first paint
        return layout(self.size.width or USUAL_WIDTH, columns, least=least)

    def _strip(self, key: str) -> Strip:
        drawn = self._drawn.get(key)
        if drawn is not None:
            return drawn[0]
        task, now = self.list_model.tasks[key], self._clock()
        strip = render_row(
            task,
            self._column_layout,
            self.appearance,
            now,
            cursor=key == self.list_model.cursor,
            marked=key in self.list_model.marks,
            transfer=self.list_model.transfers.get(key),
        )
        if len(self._drawn) > _KEPT:
            self._drawn.clear()
        self._drawn[key] = (strip, age(task, now), task)
        return strip

    def _in_view(self) -> list[str]:
        return self.list_model.shown[self.top : self.top + self.size.height]

    def _find_anchor(self) -> tuple[str, int] | None:
        """Return the task that must not move, and its line: the cursor's while it is in view, else the first row's."""
        if not self.list_model.shown:
            return None
        row = self.list_model.index
        if not self.top <= row < self.top + self.page:
            row = min(self.top, len(self.list_model.shown) - 1)
        return self.list_model.shown[row], row - self.top

    def _scroll(self, top: int) -> None:
        top = max(0, min(top, len(self.list_model.shown) - self.page))
        if top != self.top:
            self.scroll_to(y=top, animate=False, force=True)
