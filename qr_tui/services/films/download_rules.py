"""How films are to be kept, as the settings say it."""

from pathlib import Path
from typing import Final, NamedTuple

from qr_tui import config
from qr_tui.core.filenames import NameTemplate
from qr_tui.core.text import sizes
from qr_tui.paths import Paths

NO_LIMIT: Final = 1 << 62  # bytes


class DownloadRules(NamedTuple):
    """Where films go, what they are called, and what is allowed; sizes in bytes.

    Attributes:
        folder: Where they go.
        is_usual: Whether that is the program's own folder, which may be made.
        name: How their names are made.
        at_once: How many are fetched at the same time.
        sidecar: Whether a file about each stands beside it.
        max_size: The largest that is taken; a setting of 0 takes any.
        limit: Bytes a second for all of them together; 0 for no limit.
        keep_free: What is to stay free on the disk.
    """

    folder: Path
    is_usual: bool
    name: NameTemplate
    at_once: int
    sidecar: bool
    max_size: int
    limit: int
    keep_free: int


def rules(settings: config.Downloads, paths: Paths) -> DownloadRules:
    """Return the rules that `settings`, which are sound, ask for."""
    folder = Path(settings.folder).expanduser() if settings.folder.strip() else paths.videos
    return DownloadRules(
        folder=folder.absolute(),
        is_usual=folder == paths.videos,
        name=NameTemplate(settings.name),
        at_once=settings.at_once,
        sidecar=settings.sidecar,
        max_size=sizes.parse(settings.max_size) or NO_LIMIT,
        limit=sizes.parse(settings.limit) or 0 if settings.limit.strip() else 0,
        keep_free=sizes.parse(settings.keep_free) or 0,
    )
