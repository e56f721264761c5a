"""The order and the columns of the list."""

from collections.abc import Callable

from qr_tui.i18n import _
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.tasks.task_list import TaskList


class Arranging:
    """Handlers of the commands that choose order and columns.

    Args:
        screen: Where the dialogs open.
        task_list: What is arranged.
        save: Saves the state of the list for the next start.
    """

    def __init__(self, screen: CommandScreen[None], task_list: TaskList, *, save: Callable[[], None]) -> None:
        self._screen = screen
        self._list = task_list
        self._model = task_list.list_model
        self._save = save

    async def do_sort(self) -> None:
        """Choose the order; the one in force, chosen again, is turned round."""
        from qr_tui.core.sorting import ORDERS
        from qr_tui.ui.widgets.choose import ChooseScreen

        options = []
        for order in ORDERS.values():
            note = ""
            if order.id == self._model.order:
                note = _("in force; again turns it round") if not self._model.reverse else _("turned round")
            options.append((order.id, _(order.title), note))
        chosen = await self._screen.qr.push_screen_wait(
            ChooseScreen(_("Sort by"), options, self._model.order, keys=[order.letter for order in ORDERS.values()])
        )
        if chosen is None:
            return
        self._list.sort_by(chosen, reverse=chosen == self._model.order and not self._model.reverse)
        self._save()

    async def do_columns(self) -> None:
        """Choose the columns."""
        from qr_tui.ui.tasks.columns import ColumnsScreen
        from qr_tui.ui.tasks.task_row import USUAL

        def show(columns: tuple[str, ...]) -> None:
            self._list.set_columns(columns)
            self._save()

        wanted = USUAL if self._model.columns is None else self._model.columns
        await self._screen.qr.push_screen_wait(ColumnsScreen(wanted, lambda: self._list.columns_with_room, show))
