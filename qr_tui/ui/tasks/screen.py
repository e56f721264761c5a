"""The home screen: the list of tasks, what is wrong, and the keys."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.strip import Strip

from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text.display import inert
from qr_tui.core.transfer import Transfer
from qr_tui.i18n import _, ngettext
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.tasks.arranging import Arranging
from qr_tui.ui.tasks.bulk_actions import BulkActions
from qr_tui.ui.tasks.empty_list import empty_lines
from qr_tui.ui.tasks.filtering import Filtering
from qr_tui.ui.tasks.list_model import ListModel
from qr_tui.ui.tasks.marking import Marking
from qr_tui.ui.tasks.pane_placement import PanePlacement
from qr_tui.ui.tasks.saved_views import SavedViews
from qr_tui.ui.tasks.task_actions import TaskActions
from qr_tui.ui.tasks.task_list import TaskList
from qr_tui.ui.tasks.undo import UndoStack
from qr_tui.ui.toasts import say
from qr_tui.ui.widgets.bar import Bar
from qr_tui.ui.widgets.header_footer import ListCounts, footer_line, header_line, keys_line, status_line

if TYPE_CHECKING:
    from qr_tui.ui.tasks.list_state import ListState

TICK = 2.0  # seconds between looks at the clock; only what reads differently is sent


class TasksScreen(CommandScreen[None]):
    """One line a task; nothing moves under the cursor.

    The screen lays out, passes on what the app tells, and moves the cursor. Its other commands are handled by the
    objects it holds (`command_handlers`).

    Attributes:
        list_model: All tasks, which of them are shown, the marks and the cursor.
        list: The rows.
        filtering: The filter in force and its bar.
    """

    scope = "tasks"
    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [(0, "-low"), (21, "-tall")]  # noqa: RUF012 -- as Textual has it

    def __init__(self) -> None:
        super().__init__()
        self.list_model = ListModel()
        self._ticks = 0
        self._status: tuple[tuple[str, str], ...] = ()

    def compose(self) -> ComposeResult:
        """Lay out header, titles, list, status and footer; the pane and the filter come when they are needed."""
        app = self.qr
        self.list = TaskList(
            self.list_model,
            app.appearance,
            app.app_context.clock,
            lambda: empty_lines(self.list_model, self.keymap, undoable=self.undoable),
            on_rows_changed=self._rows_changed,
            on_cursor_moved=self._cursor_moved,
        )
        self.header = Bar(self._header_line, classes="raised")
        self.titles = Bar(
            lambda width: self.list.titles().adjust_cell_length(width, app.appearance.palette.style("muted"))
        )
        body = Horizontal(self.list, id="body")
        self.status = Bar(lambda width: status_line(width, app.appearance, self._status), classes="status")
        self.footer = Bar(self._footer_line, classes="raised")
        self.status.display = False
        self._hold_parts(body)
        yield self.header
        yield self.titles
        yield body
        yield self.status
        yield self.footer

    def _hold_parts(self, body: Horizontal) -> None:
        save, refresh = self.save_list_state, self.refresh_header_and_footer
        self.pane = PanePlacement(
            body,
            self.list_model,
            lambda: self.qr.appearance,
            self.qr.app_context.clock,
            self.qr.standing,
            self.qr.whole,
            lambda: self.keymap,
        )
        self.filtering = Filtering(self, self.list, below=self.status, save=save)
        self.arranging = Arranging(self, self.list, save=save)
        self.views = SavedViews(self, self.list, self.filtering, save=save)
        self.marking = Marking(self.list, on_marks_changed=refresh)
        # what cost money once shall not cost it again by a key hit twice: what was sent again is no longer marked
        self.undo = UndoStack(self, on_changed=refresh)
        self.actions = TaskActions(self, undo=self.undo, on_retried=self.marking.unmark)
        self.bulk = BulkActions(self, self.actions, self.undo, go_to=self.go_to)

    def command_handlers(self) -> Sequence[object]:
        """Return who handles this screen's commands."""
        return (
            self,
            self.filtering,
            self.arranging,
            self.views,
            self.marking,
            self.actions,
            self.bulk,
            self.undo,
            self.pane,
        )

    def on_mount(self) -> None:
        """Start the engine once this is on the screen."""
        preloaded = self.qr.app_context.preload()
        if preloaded is not None and preloaded[0]:
            tasks, state = preloaded
            self._apply_list_state(state)
            self.take_all(tasks)
        self.call_after_refresh(self.qr.begin)
        self.set_interval(TICK, self.tick)

    def on_descendant_focus(self) -> None:
        """Show the keys of what has the focus now."""
        self.footer.renew()

    def on_descendant_blur(self) -> None:
        """Show the keys of the list again."""
        self.footer.renew()

    @on(TaskList.ColumnsChanged)
    def _columns_changed(self) -> None:
        self.titles.renew()

    # what the app tells ----------------------------------------------------------------------------------------
    def take_all(self, tasks: Iterable[Task]) -> None:
        """Show these tasks instead of all that were there."""
        self.list.load(tasks)
        self._tasks_changed()

    def add_archived(self, tasks: Sequence[Task]) -> None:
        """Show these old tasks too."""
        self.list.add_archived(tasks)
        self._tasks_changed()

    def take(self, tasks: Sequence[Task], removed: Sequence[str]) -> None:
        """Show new and changed tasks, and no longer those with the keys `removed`."""
        self.list.update(tasks, removed)
        self._tasks_changed()

    async def restore(self, state: "ListState") -> None:
        """Show the list as it was left."""
        self._apply_list_state(state)
        if state.filter:
            await self.filtering.set_filter(state.filter)

    def _apply_list_state(self, state: "ListState") -> None:
        self.filtering.apply_filter(state.filter)
        if state.columns is not None:
            self.list.set_columns(state.columns)
        self.list.sort_by(state.sort, reverse=state.reverse)

    def save_list_state(self) -> None:
        """Save filter, order and columns for the next start."""
        from qr_tui.ui.tasks import list_state

        state = list_state.state_of(self.list_model)
        write = asyncio.to_thread(list_state.save, self.qr.app_context.paths.list_file, state)
        self.app.run_worker(write, group="list state")

    def show_status(self, words: Sequence[tuple[str, str]]) -> None:
        """Say what is wrong or unusual, as colours and words; nothing hides the line."""
        self._status = tuple(words)
        self.status.display = bool(words)
        self.status.renew()

    def take_transfers(self, keys: Sequence[str], transfers: Sequence[Transfer]) -> None:
        """Show how far films are on their way; `keys` are those that differ."""
        self.list_model.transfers = {transfer.key: transfer for transfer in transfers}
        self.list.redraw(keys)
        self.header.renew()
        current = self.current
        if current is not None and current.key in keys:
            self.pane.refresh()

    def go_to(self, key: str) -> None:
        """Put the cursor on a task that the person has just made, or say that it is there and why it is not seen."""
        row = self.list_model.rows.get(key)
        if row is not None:
            self.list.move_to(row)
        elif key in self.list_model.tasks:
            shows = self.keymap.show("tasks.clear")
            hidden = _("It is on the list; a filter hides it: {key} shows all.").format(key=shows)
            say(self.app, hidden, warn=True, timeout=8)

    def restyle(self) -> None:
        """Draw everything in the app's appearance of now: another theme, language or keymap."""
        self.list.restyle(self.qr.appearance)
        self.pane.restyle()
        for bar in self.query(Bar):
            bar.on_resize()
        self._cursor_moved()

    def refresh_header_and_footer(self) -> None:
        """Draw what differs in header and footer."""
        self.header.renew()
        self.footer.renew()

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
    def films(self) -> list[Task]:
        """The tasks shown whose films are saved, and the one under the cursor."""
        model = self.list_model
        tasks = [model.tasks[key] for key in model.shown]
        return [task for task in tasks if task.file_state is FileState.SAVED or task.key == model.cursor]

    @property
    def marked(self) -> int:
        """How many are marked."""
        return len(self.list_model.marks)

    @property
    def shown(self) -> int:
        """How many rows there are."""
        return len(self.list_model.shown)

    @property
    def undoable(self) -> bool:
        """Whether there is anything to undo."""
        return self.undo.undoable

    # commands --------------------------------------------------------------------------------------------------
    def do_down(self) -> None:
        """Next task."""
        self.list.move_to(self.list_model.index + 1)

    def do_up(self) -> None:
        """Previous task."""
        self.list.move_to(self.list_model.index - 1)

    def do_top(self) -> None:
        """First task."""
        self.list.move_to(0)

    def do_bottom(self) -> None:
        """Last task."""
        self.list.move_to(len(self.list_model.shown) - 1)

    def do_next_needed(self) -> None:
        """The next task that waits for a decision, round at the end; says when a filter hides all of them."""
        model = self.list_model
        rows = [*range(model.index + 1, len(model.shown)), *range(model.index + 1)]
        row = next((row for row in rows if model.tasks[model.shown[row]].needs_you), None)
        if row is not None:
            self.list.move_to(row)
        elif hidden := model.count(Status.UNCONFIRMED):
            said = ngettext("{n} needs you, hidden by the filter", "{n} need you, hidden by the filter", hidden)
            say(self.app, said.format(n=hidden), warn=True)
        else:
            say(self.app, _("nothing waits for your decision"))

    def do_page_down(self) -> None:
        """One page down."""
        self.list.move_to(self.list_model.index + self.list.page - 1)

    def do_page_up(self) -> None:
        """One page up."""
        self.list.move_to(self.list_model.index - self.list.page + 1)

    def do_clear(self) -> None:
        """Clear the marks; if there are none, what hides tasks."""
        if self.list_model.marks:
            self.marking.clear()
        else:
            self.filtering.show_all()

    async def do_new(self) -> None:
        """Write a new video."""
        await self.qr.compose_from(None)

    async def do_details(self) -> None:
        """Show everything known of the task under the cursor."""
        from qr_tui.ui.details.screen import DetailsScreen

        task = self.current
        if task is not None:
            await self.qr.push_screen_wait(DetailsScreen(await self.qr.whole(task)))

    # what follows a change -------------------------------------------------------------------------------------
    def on_resize(self) -> None:
        """Show the details pane where there is room for it."""
        self.call_later(self._place_pane)

    async def _place_pane(self) -> None:
        await self.pane.place(self.size.width)

    def _tasks_changed(self) -> None:
        self.refresh_header_and_footer()
        self.filtering.refresh_count()
        self.pane.refresh()

    def _rows_changed(self) -> None:
        self.refresh_header_and_footer()
        self.filtering.refresh_count()
        self.titles.renew()  # the order in force stands there
        self._cursor_moved()

    def _cursor_moved(self) -> None:
        """Show what depends on the task under the cursor: the keys that can run, and a moment later the pane."""
        self.footer.renew()
        self.pane.follow_cursor()

    def tick(self) -> None:
        """Draw what reads differently as time passes; called every `TICK` seconds."""
        self._ticks += 1
        self.header.renew()
        if self._ticks % 5 == 0:
            minute = self._ticks % 30 == 0
            self.list.tick(self.qr.app_context.clock(), minute=minute)
            if minute:
                self.pane.refresh()
                self.filtering.refresh_ages()

    # drawing ---------------------------------------------------------------------------------------------------
    def _header_line(self, width: int) -> Strip:
        app, list_model = self.qr, self.list_model
        due = app.next_look()
        counts = ListCounts(
            running=list_model.count(Status.RUNNING),
            waiting=list_model.count(Status.WAITING),
            needs_you=list_model.count(Status.UNCONFIRMED),
            total=len(list_model.tasks),
            marked=len(list_model.marks),
            hidden_marks=list_model.hidden_marks,
            loaded=list_model.loaded,
            downloads=len(list_model.transfers),
            download_rate=sum(transfer.rate or 0.0 for transfer in list_model.transfers.values()),
            not_saved=list_model.count_files(FileState.FAILED),
            next_look=None if due is None else max(0.0, due - app.app_context.clock()),
        )
        model = "" if "model" in self.list.columns_with_room else inert(list_model.shared_model, limit=60)
        return header_line(width, app.appearance, app.place, counts, model=model, demo=app.app_context.demo)

    def _footer_line(self, width: int) -> Strip:
        bar = self.filtering.bar
        if bar is not None and bar.input.has_focus:  # the keys of the list are text there
            items = [(True, "enter", _("keep")), (True, "escape", _("show all")), (False, "f1", _("help"))]
            return keys_line(width, self.qr.appearance, items)
        return footer_line(width, self.qr.appearance, self.keymap, self.scope, self)
