"""The home screen: the list of tasks, what is wrong, and the keys."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip
from textual.timer import Timer

from qr_tui.core.task import Status, Task
from qr_tui.i18n import _
from qr_tui.ui.tasks.bulk_actions import Bulk
from qr_tui.ui.tasks.filtering import Anchor, Finding
from qr_tui.ui.tasks.list_model import ListModel
from qr_tui.ui.tasks.task_list import TaskList
from qr_tui.ui.toasts import say
from qr_tui.ui.widgets.bar import Bar
from qr_tui.ui.widgets.header_footer import ListCounts, footer_line, header_line, status_line

if TYPE_CHECKING:
    from qr_tui.ui.details.pane import DetailsPane
    from qr_tui.ui.tasks.list_state import ListState

PANE_FROM = 120  # columns
TICK = 2.0  # seconds between looks at the clock; only what reads differently is sent


class TasksScreen(Finding, Bulk):
    """One line a task; nothing moves under the cursor."""

    scope = "tasks"
    AUTO_FOCUS = ""

    def __init__(self) -> None:
        super().__init__()
        self.list_model = ListModel()
        self._ticks = 0
        self._status: tuple[tuple[str, str], ...] = ()
        self._pane: DetailsPane | None = None
        self._pane_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay out header, titles, list, status and footer; the pane and the filter come when they are needed."""
        app = self.qr
        self.list = TaskList(self.list_model, app.appearance, app.app_context.clock, self.empty_words)
        self.header = Bar(self._header_line, classes="raised")
        self.titles = Bar(
            lambda width: self.list.titles().adjust_cell_length(width, app.appearance.palette.style("muted"))
        )
        self.status = Bar(lambda width: status_line(width, app.appearance, self._status), classes="status")
        self.footer = Bar(self._footer_line, classes="raised")
        self.status.display = False
        yield self.header
        yield self.titles
        with Horizontal(id="body"):
            yield self.list
        yield self.status
        yield self.footer

    def on_mount(self) -> None:
        """Start the engine once this is on the screen."""
        glanced = self.qr.app_context.preload()
        if glanced is not None and glanced[0]:
            tasks, left = glanced
            self._as_left(left)
            self.take_all(tasks)
        self.call_after_refresh(self.qr.begin)
        self.set_interval(TICK, self._tick)

    @on(TaskList.Laid)
    def _laid(self) -> None:
        self.titles.renew()

    # what the app tells ----------------------------------------------------------------------------------------
    def take_all(self, tasks: Iterable[Task]) -> None:
        """Show the whole list anew."""
        self.list.load(tasks)
        self._after_change()

    def take(self, tasks: Sequence[Task], removed: Sequence[str]) -> None:
        """Show changed tasks."""
        self.list.update(tasks, removed)
        self._after_change()

    async def restore(self, left: "ListState") -> None:
        """Look as the list did when it was left."""
        self._as_left(left)
        if left.filter:
            await self.set_filter(left.filter)

    def _as_left(self, left: "ListState") -> None:
        self.list_model.only_unfinished = left.only_unfinished
        if left.columns is not None:
            self.set_columns(left.columns)
        self._arrange(left.sort, left.reverse)

    def show_status(self, words: Sequence[tuple[str, str]]) -> None:
        """Say what is wrong or unusual; nothing hides the line."""
        self._status = tuple(words)
        self.status.display = bool(words)
        self.status.renew()

    def go_to(self, key: str) -> None:
        """Put the cursor on a task that the person has just made, or say that it is there and why it is not seen."""
        row = self.list_model.rows.get(key)
        if row is not None:
            self.list.move_to(row)
            self._moved()
        elif key in self.list_model.tasks:
            shows = self.keymap.show("tasks.clear")
            hidden = _("It is on the list; a filter hides it: {key} shows all.").format(key=shows)
            say(self.app, hidden, warn=True, timeout=8)

    def restyle(self) -> None:
        """Draw everything in the app's look of now: another theme, language or keymap."""
        self.list.restyle(self.qr.appearance)
        if self._pane is not None:
            self._pane.restyle(self.qr.appearance)
        for bar in self.query(Bar):
            bar.on_resize()
        self._moved()

    # the registry's questions ----------------------------------------------------------------------------------
    @property
    def targets(self) -> list[Task]:
        """The marked tasks, or the one under the cursor."""
        return self.list_model.targets

    @property
    def current(self) -> Task | None:
        """The task under the cursor."""
        return self.list_model.current

    @property
    def marked(self) -> int:
        """How many are marked."""
        return len(self.list_model.marks)

    @property
    def shown(self) -> int:
        """How many rows there are."""
        return len(self.list_model.shown)

    # moving and marking ----------------------------------------------------------------------------------------
    def do_down(self) -> None:
        """Next task."""
        self._go(self.list_model.index + 1)

    def do_up(self) -> None:
        """Previous task."""
        self._go(self.list_model.index - 1)

    def do_top(self) -> None:
        """First task."""
        self._go(0)

    def do_bottom(self) -> None:
        """Last task."""
        self._go(len(self.list_model.shown) - 1)

    def do_page_down(self) -> None:
        """One page down."""
        self._go(self.list_model.index + self.list.page - 1)

    def do_page_up(self) -> None:
        """One page up."""
        self._go(self.list_model.index - self.list.page + 1)

    def do_mark(self) -> None:
        """Mark or unmark, and step on."""
        key = self.list_model.cursor
        if key:
            self.list_model.toggle_mark(key)
            self._marks_changed([key])
            self.do_down()

    def do_mark_range(self) -> None:
        """Mark from the last mark to here; without one, this task."""
        last = self.list_model.last_mark()
        here = self.list_model.index
        self.list_model.mark_rows(here if last is None else last, here)
        self._marks_changed(self.list_model.shown)

    def do_mark_all(self) -> None:
        """Mark every task shown."""
        self.list_model.mark_rows(0, len(self.list_model.shown) - 1)
        self._marks_changed(self.list_model.shown)

    def do_clear(self) -> None:
        """Clear the marks; if there are none, what hides tasks."""
        if self.list_model.marks:
            keys = list(self.list_model.marks)
            self.list_model.marks.clear()
            self._marks_changed(keys)
        else:
            self.show_all()

    # one task or the marked ones -------------------------------------------------------------------------------
    async def do_new(self) -> None:
        """Write a new video."""
        await self.qr.compose_from(None)

    async def do_details(self) -> None:
        """Show everything known of the task under the cursor."""
        from qr_tui.ui.details.screen import DetailsScreen

        task = self.current
        if task is not None:
            await self.qr.push_screen_wait(DetailsScreen(task))

    # inside ----------------------------------------------------------------------------------------------------
    def on_resize(self) -> None:
        """Show the details pane where there is room for it."""
        self.call_later(self._place_pane)

    async def _place_pane(self) -> None:
        if self.size.width >= PANE_FROM and self._pane is None:
            from qr_tui.ui.details.pane import DetailsPane

            self._pane = DetailsPane(self.qr.appearance, self.qr.app_context.clock)
            await self.query_one("#body").mount(self._pane)
            self._fill_pane()
        elif self.size.width < PANE_FROM and self._pane is not None:
            pane, self._pane = self._pane, None
            await pane.remove()

    def _fill_pane(self) -> None:
        if self._pane is not None:
            self._pane.show_task(self.list_model.current)

    def _shown_anew(self, anchor: Anchor) -> None:
        super()._shown_anew(anchor)
        self.titles.renew()  # the order in force stands there
        self._moved()

    def _go(self, row: int) -> None:
        self.list.move_to(row)
        self._moved()

    def _moved(self) -> None:
        """The cursor is on another task: the keys that can run may differ, and the pane follows a moment later."""
        self.footer.renew()
        if self._pane is not None:
            if self._pane_timer is not None:
                self._pane_timer.stop()
            # a held key does not repaint the pane at every row it passes
            self._pane_timer = self.set_timer(0.08, self._fill_pane)

    def unmark(self, keys: Sequence[str]) -> None:
        """Take the marks off these."""
        for key in keys:
            self.list_model.marks.pop(key, None)
        self._marks_changed(keys)

    def _marks_changed(self, keys: Iterable[str]) -> None:
        if self.list_model.asks_marks:
            self._rebuild()
            return
        self.list.redraw(keys)
        self.renew_edges()

    def _after_change(self) -> None:
        self.renew_edges()
        self.renew_filter()
        self._fill_pane()

    def renew_edges(self) -> None:
        """Look again at what header and footer say."""
        self.header.renew()
        self.footer.renew()

    def _tick(self) -> None:
        self._ticks += 1
        self.header.renew()
        if self._ticks % 5 == 0:
            minute = self._ticks % 30 == 0
            now = self.qr.app_context.clock()
            self.list.tick(now, minute=minute)
            if minute:
                self._fill_pane()
                self.renew_ages()

    def _header_line(self, width: int) -> Strip:
        app, list_model = self.qr, self.list_model
        due = app.next_look()
        tally = ListCounts(
            running=list_model.count(Status.RUNNING),
            waiting=list_model.count(Status.WAITING),
            needs_you=list_model.count(Status.UNCONFIRMED),
            total=len(list_model.tasks),
            marked=len(list_model.marks),
            hidden_marks=list_model.hidden_marks,
            only_unfinished=list_model.only_unfinished,
            loaded=list_model.loaded,
            next_look=None if due is None else max(0.0, due - app.app_context.clock()),
        )
        return header_line(width, app.appearance, app.place, tally, demo=app.app_context.demo)

    def _footer_line(self, width: int) -> Strip:
        return footer_line(width, self.qr.appearance, self.keymap, self.scope, self)
