"""Saved views: a filter and an order under a name and a digit."""

import asyncio
from collections.abc import Callable
from functools import partialmethod

import msgspec

from qr_tui.core.text.display import inert
from qr_tui.i18n import _
from qr_tui.ui.command_screen import CommandScreen
from qr_tui.ui.tasks.filtering import Filtering
from qr_tui.ui.tasks.task_list import TaskList
from qr_tui.ui.toasts import say


class SavedViews:
    """Handlers of the commands that save a view and switch to one.

    Args:
        screen: Where the dialog opens.
        task_list: What a view orders.
        filtering: What a view filters with.
        save: Saves the state of the list for the next start.
    """

    def __init__(
        self, screen: CommandScreen[None], task_list: TaskList, filtering: Filtering, *, save: Callable[[], None]
    ) -> None:
        self._screen = screen
        self._list = task_list
        self._model = task_list.list_model
        self._filtering = filtering
        self._save = save

    async def do_save_view(self) -> None:
        """Name the filter and order in force, and give them a digit."""
        from qr_tui import config
        from qr_tui.ui.tasks.save_view import SaveViewScreen

        qr, model = self._screen.qr, self._model

        async def write(digit: int, name: str) -> None:
            view = config.View(name, model.filter_text, model.order, model.reverse) if name else None
            value = msgspec.to_builtins(view)
            await asyncio.to_thread(config.save, qr.app_context.paths.config_file, {f"views.{digit}": value})
            qr.keep_view(digit, view)

        answer = await qr.push_screen_wait(SaveViewScreen(qr.settings.views, model.filter_text, write))
        if answer is None:
            return
        digit, name = answer
        said = _("view {digit}: {name}") if name else _("digit {digit} is free")
        say(self._screen.app, said.format(digit=digit, name=inert(name, limit=60)))

    async def _switch_view(self, digit: int) -> None:
        view = self._screen.qr.settings.views.get(str(digit))
        if view is None:
            key = self._screen.keymap.show("tasks.save_view")
            text = _("nothing is saved under {digit}; {key} saves the filter and order in force")
            say(self._screen.app, text.format(digit=digit, key=key), warn=True)
            return
        self._list.sort_by(view.sort, reverse=view.reverse)
        await self._filtering.set_filter(view.filter)
        self._save()
        say(self._screen.app, _("view {digit}: {name}").format(digit=digit, name=inert(view.name, limit=60)))

    do_view_1 = partialmethod(_switch_view, 1)
    do_view_2 = partialmethod(_switch_view, 2)
    do_view_3 = partialmethod(_switch_view, 3)
    do_view_4 = partialmethod(_switch_view, 4)
    do_view_5 = partialmethod(_switch_view, 5)
    do_view_6 = partialmethod(_switch_view, 6)
    do_view_7 = partialmethod(_switch_view, 7)
    do_view_8 = partialmethod(_switch_view, 8)
    do_view_9 = partialmethod(_switch_view, 9)
