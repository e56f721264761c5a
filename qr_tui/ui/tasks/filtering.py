"""Finding tasks on the home screen: filter, order, unfinished only, saved views."""

import asyncio
from collections.abc import Sequence
from functools import partialmethod
from typing import TYPE_CHECKING

import msgspec

from qr_tui.core.text import inert
from qr_tui.i18n import _, translate
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.toasts import say

if TYPE_CHECKING:
    from qr_tui.ui.tasks.filter_bar import FilterBar
    from qr_tui.ui.tasks.list_model import ListModel
    from qr_tui.ui.tasks.task_list import TaskList
    from qr_tui.ui.widgets.bar import Bar

AT_ONCE = 4_000  # up to so many tasks a filter is applied within the keystroke
Anchor = tuple[str, int] | None


class Finding(CommandScreen[None]):
    """The part of the home screen that chooses what is shown."""

    list_model: "ListModel"
    list: "TaskList"
    status: "Bar"
    filter_bar: "FilterBar | None" = None

    def renew_edges(self) -> None:
        """Look again at what header and footer say."""

    # the filter ------------------------------------------------------------------------------------------------
    async def do_filter(self) -> None:
        """Type a filter; the one in force stands there to be changed."""
        bar = await self._open_filter()
        bar.input.focus()

    def apply_filter(self, text: str) -> None:
        """Show only what fits `text`; one that cannot be read is pointed at, and hides nothing."""
        from qr_tui.core.query import QueryError, parse

        bar = self.filter_bar
        try:
            query = parse(text)
        except QueryError as error:
            # half a filter's tasks under another filter's words would be a lie: until it can be read, all are shown
            query = None
            if bar is not None:
                bar.show_error(inert(translate(error.message), limit=200), error.start, error.end)
        else:
            if bar is not None:
                bar.clear_error()
        self.list_model.filter_text = text.strip() if query else ""
        self.list_model.query = query if query else None
        if len(self.list_model.tasks) <= AT_ONCE:
            self._rebuild()
        else:
            self.run_worker(self._rebuild_gently(), group="filter", exclusive=True)

    def keep_filter(self) -> None:
        """Go back to the list; the filter stays in force, unless it is empty."""
        self.set_focus(None)
        if self.list_model.query is None:
            self.clear_filter()
        self.remember()

    def clear_filter(self) -> None:
        """Show all tasks again and put the filter away."""
        bar, self.filter_bar = self.filter_bar, None
        if bar is not None:
            bar.remove()
        self.apply_filter("")
        self.remember()

    async def set_filter(self, text: str) -> None:
        """Put a whole filter in force, as a saved view does."""
        if not text:
            self.clear_filter()
            return
        bar = await self._open_filter()
        with bar.prevent(bar.input.Changed):
            bar.input.value = text
        self.apply_filter(text)

    def renew_filter(self) -> None:
        """Count anew what fits."""
        if self.filter_bar is not None:
            self.filter_bar.renew()

    def renew_ages(self) -> None:
        """A filter by age lets tasks in and out as time passes."""
        if "age" in self.list_model.filter_text and len(self.list_model.tasks) <= AT_ONCE:
            self._rebuild()

    # order and views -------------------------------------------------------------------------------------------
    async def do_sort(self) -> None:
        """Choose the order; the one in force, chosen again, is turned round."""
        from qr_tui.core.sorting import ORDERS
        from qr_tui.ui.widgets.choose import ChooseScreen

        list_model = self.list_model
        options = []
        for order in ORDERS.values():
            note = ""
            if order.id == list_model.order:
                note = _("in force; again turns it round") if not list_model.reverse else _("turned round")
            options.append((order.id, _(order.title), note))
        chosen = await self.qr.push_screen_wait(ChooseScreen(_("Order"), options, list_model.order))
        if chosen is None:
            return
        self._arrange(chosen, not list_model.reverse if chosen == list_model.order else False)
        self.remember()

    async def do_columns(self) -> None:
        """Choose the columns."""
        from qr_tui.ui.tasks.columns import ColumnsScreen
        from qr_tui.ui.tasks.task_row import USUAL

        def take(columns: tuple[str, ...]) -> None:
            self.set_columns(columns)
            self.remember()

        def shown() -> list[str]:
            return [name for name, _width in self.list.form.columns]

        wanted = USUAL if self.list_model.columns is None else self.list_model.columns
        await self.qr.push_screen_wait(ColumnsScreen(wanted, shown, take))

    def set_columns(self, columns: tuple[str, ...]) -> None:
        """Show these columns, as far as there is room."""
        from qr_tui.ui.tasks.task_row import OPTIONAL, USUAL

        known = tuple(column for column in OPTIONAL if column in columns)
        self.list_model.columns = None if known == USUAL else known
        self.list.restyle(self.qr.appearance)

    def show_all(self) -> None:
        """Put away whatever hides tasks: the filter, and then that only unfinished ones are shown."""
        if self.filter_bar is not None or self.list_model.query is not None:
            self.clear_filter()
        elif self.list_model.only_unfinished:
            self.do_toggle_finished()

    def do_toggle_finished(self) -> None:
        """Show unfinished tasks only, or all."""
        self.list_model.only_unfinished = not self.list_model.only_unfinished
        self._rebuild()
        say(self.app, _("unfinished tasks only") if self.list_model.only_unfinished else _("all tasks"))
        self.remember()

    async def do_save_view(self) -> None:
        """Name the filter and order in force, and give them a digit."""
        from qr_tui import config
        from qr_tui.ui.tasks.save_view import SaveViewScreen

        list_model = self.list_model

        async def keep(digit: int, name: str) -> None:
            # "unfinished only" is no filter, but what a view shows is all that it shows
            words = f"{list_model.filter_text} is:unfinished" if list_model.only_unfinished else list_model.filter_text
            view = config.View(name, words.strip(), list_model.order, list_model.reverse) if name else None
            written = msgspec.to_builtins(view)
            await asyncio.to_thread(config.save, self.qr.app_context.paths.config_file, {f"views.{digit}": written})
            self.qr.keep_view(digit, view)

        answer = await self.qr.push_screen_wait(SaveViewScreen(self.qr.settings.views, list_model.filter_text, keep))
        if answer is None:
            return
        digit, name = answer
        said = _("view {digit}: {name}") if name else _("digit {digit} is free")
        say(self.app, said.format(digit=digit, name=inert(name, limit=60)))

    async def _switch_view(self, digit: int) -> None:
        view = self.qr.settings.views.get(str(digit))
        if view is None:
            key = self.keymap.show("tasks.save_view")
            text = _("nothing is saved under {digit}; {key} saves the filter and order in force")
            say(self.app, text.format(digit=digit, key=key), warn=True)
            return
        self.list_model.only_unfinished = False
        self._arrange(view.sort, view.reverse)
        await self.set_filter(view.filter)
        self.remember()
        say(self.app, _("view {digit}: {name}").format(digit=digit, name=inert(view.name, limit=60)))

    do_view_1 = partialmethod(_switch_view, 1)
    do_view_2 = partialmethod(_switch_view, 2)
    do_view_3 = partialmethod(_switch_view, 3)
    do_view_4 = partialmethod(_switch_view, 4)
    do_view_5 = partialmethod(_switch_view, 5)
    do_view_6 = partialmethod(_switch_view, 6)
    do_view_7 = partialmethod(_switch_view, 7)
    do_view_8 = partialmethod(_switch_view, 8)
    do_view_9 = partialmethod(_switch_view, 9)

    def empty_words(self) -> Sequence[str]:
        """Say why no task is shown, and what to do about it."""
        if not self.list_model.loaded:
            return [_("Reading your tasks")]
        if self.list_model.tasks:
            key = self.keymap.show("tasks.clear")
            if self.list_model.query is not None:
                text = inert(self.list_model.filter_text, limit=200)
                return [_("No task fits {filter}").format(filter=text), _("{key} clears the filter").format(key=key)]
            return [
                _("Nothing is unfinished"),
                _("{key} shows all tasks").format(key=self.keymap.show("tasks.toggle_finished")),
            ]
        if self.undoable:
            return [
                _("Nothing is left on the list"),
                _("{key} brings back what was removed").format(key=self.keymap.show("tasks.decide")),
                _("{key} writes a new video").format(key=self.keymap.show("tasks.new")),
            ]
        return [
            _("No videos yet"),
            _("Press {key} to write the first one").format(key=self.keymap.show("tasks.new")),
            _("Press {key} to see every key").format(key=self.keymap.show("app.help")),
        ]

    def remember(self) -> None:
        """Keep filter, order and columns for the next start."""
        from qr_tui.ui.tasks import list_state

        list_model = self.list_model
        left = list_state.ListState(
            filter="" if list_model.asks_marks else list_model.filter_text,  # marks end with the app
            sort=list_model.order,
            reverse=list_model.reverse,
            only_unfinished=list_model.only_unfinished,
            columns=list_model.columns,
        )
        write = asyncio.to_thread(list_state.save, self.qr.app_context.paths.list_file, left)
        self.app.run_worker(write, group="remember")

    # inside ----------------------------------------------------------------------------------------------------
    async def _open_filter(self) -> "FilterBar":
        from qr_tui.ui.tasks.filter_bar import FilterBar

        if self.filter_bar is None:
            self.filter_bar = bar = FilterBar(self.list_model.filter_text, self)
            await self.mount(bar, before=self.status)
        return self.filter_bar

    def _arrange(self, order: str, reverse: bool) -> None:
        anchor = self.list.hold()
        self.list_model.arrange(order, reverse, self.qr.app_context.clock())
        self._shown_anew(anchor)

    def _rebuild(self) -> None:
        anchor = self.list.hold()
        self.list_model.rebuild(self.qr.app_context.clock())
        self._shown_anew(anchor)

    async def _rebuild_gently(self) -> None:
        anchor = self.list.hold()
        await self.list_model.rebuild_gently(self.qr.app_context.clock())
        self._shown_anew(anchor)

    def _shown_anew(self, anchor: Anchor) -> None:
        self.list.show_all(anchor)
        self.renew_edges()
        self.renew_filter()
