"""Where things live: config, data, state, cache and videos; all under QR_TUI_HOME when that is set."""

import os
from pathlib import Path
from typing import NamedTuple

from qr_tui.core import environment


class Paths(NamedTuple):
    """The program's folders. Nothing is made until `make` is called on one."""

    config: Path
    data: Path
    state: Path
    cache: Path
    videos: Path

    @property
    def config_file(self) -> Path:
        """Settings, in TOML."""
        return self.config / "config.toml"

    @property
    def key_file(self) -> Path:
        """Keys by host, 0600."""
        return self.config / "keys.toml"

    @property
    def store(self) -> Path:
        """The tasks."""
        return self.data / "tasks.json"

    @property
    def log_file(self) -> Path:
        """The rotating log."""
        return self.state / "qr-tui.log"

    @property
    def draft_file(self) -> Path:
        """The unsent draft of the compose screen."""
        return self.state / "draft.json"

    @property
    def list_file(self) -> Path:
        """The filter and order the list was left with."""
        return self.state / "list.json"

    @property
    def clipboard_file(self) -> Path:
        """Everything that was copied, newest last."""
        return self.state / "clipboard.txt"


def find() -> Paths:
    """Return the folders for this user and environment."""
    home = os.environ.get(environment.HOME)
    if home:
        return under(Path(home).expanduser())
    import platformdirs

    dirs = platformdirs.PlatformDirs("qr-tui", appauthor=False)
    return Paths(
        config=dirs.user_config_path,
        data=dirs.user_data_path,
        state=dirs.user_state_path,
        cache=dirs.user_cache_path,
        videos=dirs.user_videos_path / "qr-tui",
    )


def under(home: Path) -> Paths:
    """Return the folders under one `home`: portable use, tests, the demo."""
    return Paths(home / "config", home / "data", home / "state", home / "cache", home / "videos")


def make(folder: Path) -> Path:
    """Create `folder`, and what it stands in, for this user alone (0700) where missing, and return it.

    Raises:
        OSError: It cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError:
        make(folder.parent)  # `parents=True` would leave these open to everybody
        folder.mkdir(mode=0o700, exist_ok=True)
    return folder
