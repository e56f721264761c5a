"""`config.toml` as a whole, in the person's editor: a copy is edited, and only what is sound takes the file's place."""

import asyncio
from typing import Any, Final

from textual.app import App

from qr_tui import config
from qr_tui.config import Settings
from qr_tui.i18n import _
from qr_tui.terminal import editor
from qr_tui.ui.context import AppContext
from qr_tui.ui.textual_fixes.suspend import suspended

_EXAMPLES: Final = """\
#
# [limits]
# videos_per_day = 20
#
# [prices]
# sora-2-pro = 0.8
"""


class ConfigText:
    """The text of the file, and what a person made of it that could not be written yet.

    Attributes:
        waiting: The edited text that was refused; the editor begins with it the next time. None when there is none.
    """

    def __init__(self, app_context: AppContext) -> None:
        self._app_context = app_context
        self._path = app_context.paths.config_file
        self.waiting: str | None = None

    async def edit(self, app: App[Any]) -> Settings | None:
        """Open it, and write what comes back; return the new settings, None when nothing was changed.

        Raises:
            Trouble: The editor failed, or something in the text is wrong; the file is as it was then.
        """
        before = await asyncio.to_thread(config.read_text, self._path)
        start = before or _head()
        if self.waiting is not None:
            start = self.waiting
        folder, env = self._app_context.paths.state, self._app_context.env
        edited = await suspended(app, lambda: editor.edit(start, folder, env, name=self._path.name))
        if _same(edited, before) or (_same(edited, start) and self.waiting is None):
            self.waiting = None
            return None
        self.waiting = edited + "\n" if edited else ""
        if "\r\n" in before:
            self.waiting = self.waiting.replace("\n", "\r\n")
        settings = await asyncio.to_thread(config.replace, self._path, self.waiting, before=before)
        self.waiting = None
        return settings


def _head() -> str:
    """Return what a file begins with that is not there yet."""
    return "# " + _("Settings of qr-tui. This lists every one of them: qr-tui config show") + "\n" + _EXAMPLES


def _same(one: str, two: str) -> bool:
    """Tell whether two texts differ in nothing but how their lines end."""
    return one.splitlines() == two.splitlines()
