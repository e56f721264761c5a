"""The names of what stands around the task file, for those who only look."""

from pathlib import Path
from typing import Final

IDS: Final = "ids.jsonl"  # in the state folder: ids that the file could not take
RECENT_IDS: Final = "ids.recent.jsonl"  # in the state folder: ids that the file did take, should an older one come back
MARK: Final = "revision"  # in the state folder: how far the file had come


def backup_of(path: Path) -> Path:
    """Return where the backup of the task file at `path` stands: beside it, or beside what it is a link to."""
    path = path.resolve()
    return path.with_name(f"{path.name}.bak")


def journal_of(path: Path) -> Path:
    """Return where the journal of the task file (or of the backup) at `path` stands."""
    path = path.resolve()
    return path.with_name(f"{path.name}.journal")


def archive_of(path: Path) -> Path:
    """Return the folder of the archives that belong to the task file at `path`."""
    return path.resolve().with_name("archive")
