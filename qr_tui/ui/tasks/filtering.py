"""Which tasks the list shows: the filter typed at its foot, and unfinished ones only."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from qr_tui.core.text.display import inert
from qr_tui.i18n import _, translate
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.tasks.task_list import TaskList
from qr_tui.ui.toasts import say
from qr_tui.ui.widgets.bar import Bar

if TYPE_CHECKING:
    from qr_tui.ui.tasks.filter_bar import FilterBar

AT_ONCE = 4_000  # up to so many tasks a filter is applied within the keystroke


class Filtering:
    """The filter in force and the bar it is typed in.

    Args:
        screen: Where the bar is shown.
        task_list: What is filtered.
        below: The line above which the bar stands.
        save: Saves the state of the list for the next start.

    Attributes:
        bar: The filter's bar, None while no filter is typed or in force.
    """

    def __init__(
        self, screen: CommandScreen[None], task_list: TaskList, *, below: Bar, save: Callable[[], None]
    ) -> None:
        self._screen = screen
        self._list = task_list
        self._model = task_list.list_model
        self._below = below
        self._save = save
        self.bar: FilterBar | None = None

    async def do_filter(self) -> None:
        """Type a filter; the one in force stands there to be changed."""
        bar = await self._open_bar()
        bar.input.focus()

    def do_toggle_finished(self) -> None:
        """Show unfinished tasks only, or all."""
        self._model.only_unfinished = not self._model.only_unfinished
        self._list.rebuild()
        say(self._screen.app, _("unfinished tasks only") if self._model.only_unfinished else _("all tasks"))
        self._save()

    def apply_filter(self, text: str) -> None:
        """Show only what fits `text`; one that cannot be read is pointed at, and hides nothing."""
        from qr_tui.core.query import QueryError, parse

        try:
            query = parse(text)
        except QueryError as error:
            # half a filter's tasks under another filter's words would be a lie: until it can be read, all are shown
            query = None
            if self.bar is not None:
                self.bar.show_error(inert(translate(error.message), limit=200), error.start, error.end)
        else:
            if self.bar is not None:
                self.bar.clear_error()
        self._model.filter_text = text.strip() if query else ""
        self._model.query = query if query else None
        if len(self._model.tasks) <= AT_ONCE:
            self._list.rebuild()
        else:
            self._screen.run_worker(self._list.rebuild_gently(), group="filter", exclusive=True)

    def keep_filter(self) -> None:
        """Go back to the list; the filter stays in force, unless it is empty."""
        self._screen.set_focus(None)
        if self._model.query is None:
            self.clear_filter()
        self._save()

    def clear_filter(self) -> None:
        """Show all tasks again and close the bar."""
        bar, self.bar = self.bar, None
        if bar is not None:
            bar.remove()
        self.apply_filter("")
        self._save()

    async def set_filter(self, text: str) -> None:
        """Put a whole filter in force, as a saved view does."""
        if not text:
            self.clear_filter()
            return
        bar = await self._open_bar()
        with bar.prevent(bar.input.Changed):
            bar.input.value = text
        self.apply_filter(text)

    def show_all(self) -> None:
        """Undo what hides tasks: the filter, and then that only unfinished ones are shown."""
        if self.bar is not None or self._model.query is not None:
            self.clear_filter()
        elif self._model.only_unfinished:
            self.do_toggle_finished()

    def refresh_count(self) -> None:
        """Count again how many tasks fit."""
        if self.bar is not None:
            self.bar.refresh_count()

    def refresh_ages(self) -> None:
        """Filter again if the filter is about the age of tasks: time alone lets tasks in and out of it."""
        if "age" in self._model.filter_text and len(self._model.tasks) <= AT_ONCE:
            self._list.rebuild()

    async def _open_bar(self) -> "FilterBar":
        from qr_tui.ui.tasks.filter_bar import FilterBar

        if self.bar is None:
            self.bar = bar = FilterBar(self._model.filter_text, self, self._model, lambda: self._list.appearance)
            await self._screen.mount(bar, before=self._below)
        return self.bar
