"""What every command shares: the folders, settings, keys and tasks of this user, each read when first needed."""

import os
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from qr_tui import i18n, paths
from qr_tui.paths import Paths

if TYPE_CHECKING:
    from qr_tui.config import FileTrouble, Settings
    from qr_tui.core.events import Notice
    from qr_tui.core.schedule import Pace
    from qr_tui.secrets import KeyRing
    from qr_tui.store.tasks import TaskStore


class CliContext:
    """What every command may ask for; nothing is read before it is asked for.

    Args:
        folders: Other folders than this user's, for the demo.
        settings: Settings that are not read from a file, with `folders`.
        pace: Another pace of polling than the settings'.
    """

    def __init__(
        self, folders: Paths | None = None, settings: "Settings | None" = None, pace: "Pace | None" = None
    ) -> None:
        self.paths = folders or paths.find()
        self.pace = pace
        self._given = settings

    @cached_property
    def lenient_settings(self) -> "tuple[Settings, FileTrouble | None]":
        """The settings that are sound, and what is wrong with the file: for the app and for doctor."""
        if self._given is not None:
            return self._given, None
        from qr_tui import config

        return config.load_or_default(self.paths.config_file)

    @property
    def settings(self) -> "Settings":
        """The settings.

        Raises:
            Trouble: CONFIG, naming file, line and key.
        """
        settings, trouble = self.lenient_settings
        if trouble:
            raise trouble
        return settings

    @property
    def base_url(self) -> str:
        """Where new tasks go: the environment's word, else the settings'.

        Raises:
            Trouble: USAGE, it is no address; CONFIG, the settings cannot be read.
        """
        from qr_tui import config

        return config.base_url(self.settings, os.environ)

    @cached_property
    def keys(self) -> "KeyRing":
        """The keys at hand; the environment's belongs to the host in use."""
        from qr_tui import config
        from qr_tui.secrets import KeyRing

        host = config.base_url(self.lenient_settings[0], os.environ)
        return KeyRing(self.paths, os.environ, base_url=host)

    def open_store(self) -> "TaskStore":
        """Open the task store for reading and say what it had to repair; the caller closes it."""
        from qr_tui.store.tasks import TaskStore

        store = TaskStore(self.paths.store, state=self.paths.state)
        self.tell(store.open())
        return store

    def tell(self, notices: "Sequence[Notice]") -> None:
        """Say what a person must know of the files."""
        if not notices:
            return
        from qr_tui.cli import output
        from qr_tui.core.failures import WORDS
        from qr_tui.core.text.display import inert

        for notice in notices:
            title, detail = i18n._(WORDS[notice.kind].title), inert(i18n.translate(notice.detail))
            output.say(i18n._("{title}: {detail}").format(title=title, detail=detail), "yellow")

    @property
    def _configured(self) -> bool:
        """Whether there is anything to read: without it a command need not bring in what reads it."""
        return self._given is not None or self.paths.config_file.exists()

    def require_valid_settings(self) -> None:
        """Refuse to go on with a configuration that cannot be read, even where nothing is needed of it.

        Raises:
            Trouble: CONFIG, naming file, line and key.
        """
        if self._configured and (trouble := self.lenient_settings[1]):
            raise trouble

    def install_language(self) -> str:
        """Use the language of settings and environment from now on, and return it."""
        language = i18n.choose(self.lenient_settings[0].ui.language if self._configured else "")
        i18n.install(language)
        if self._configured and self.lenient_settings[1]:
            del self.lenient_settings  # its words were found before the language was known
        return language
