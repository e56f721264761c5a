"""Which tasks the list shows: by the filter typed at its foot, or by one of those that a letter chooses."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_
from qr_tui.i18n import _, translate
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.tasks.task_list import TaskList
from qr_tui.ui.widgets.bar import Bar

if TYPE_CHECKING:
    from qr_tui.ui.tasks.filter_bar import FilterBar

# letter, filter and words of each kind of tasks that is one key away
QUICK: Final = (
    ("a", "", N_("all")),
    ("u", "is:unfinished", N_("unfinished")),
    ("f", "status:failed", N_("failed")),
    ("n", "is:needs-you", N_("needs you")),
    ("s", "status:done !is:saved", N_("done, not saved")),
    ("d", "is:finished", N_("finished")),
)
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

    async def do_quick_filter(self) -> None:
        """Show all tasks, or one kind of them, by a letter; the filter it stands for can be changed then."""
        from qr_tui.ui.widgets.choose import ChooseScreen

        options = [(words, _(title), words) for _letter, words, title in QUICK]
        chosen = await self._screen.qr.push_screen_wait(
            ChooseScreen(_("Show"), options, self._model.filter_text, keys=[letter for letter, _words, _title in QUICK])
        )
        if chosen is not None:
            await self.set_filter(chosen)
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
            self._list.refilter()
        else:
            self._screen.run_worker(self._list.refilter_gently(), group="filter", exclusive=True)

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
        """Undo what hides tasks."""
        if self.bar is not None or self._model.query is not None:
            self.clear_filter()

    def refresh_count(self) -> None:
        """Count again how many tasks fit."""
        if self.bar is not None:
            self.bar.refresh_count()

    def refresh_ages(self) -> None:
        """Filter again if the filter is about the age of tasks: time alone lets tasks in and out of it."""
        if "age" in self._model.filter_text and len(self._model.tasks) <= AT_ONCE:
            self._list.refilter()

    async def _open_bar(self) -> "FilterBar":
        from qr_tui.ui.tasks.filter_bar import FilterBar

        if self.bar is None:
            self.bar = bar = FilterBar(self._model.filter_text, self, self._model, lambda: self._list.appearance)
            await self._screen.mount(bar, before=self._below)
        return self.bar
