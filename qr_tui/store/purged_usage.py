"""What stays of tasks that were removed for good: their sums, so that what November cost does not change."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from qr_tui import files
from qr_tui.core.money.usage import Used, merged, used
from qr_tui.core.task import Task

_KEYS_KEPT: Final = 5_000


def path_of(store: Path) -> Path:
    """Return where the sums stand: beside the file of tasks."""
    return store.with_name("usage.json")


class _Kept(msgspec.Struct):
    """The file: sums, and the keys counted last, so that a purge that was cut short counts none of them twice."""

    used: list[Used] = []
    keys: list[str] = []


class PurgedUsage:
    """The file of sums, written before the tasks themselves are dropped.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> list[Used]:
        """Return the sums; nothing where there is no file, or a spoiled one, which is put aside when it is written."""
        return self._read().used

    def add(self, tasks: Sequence[Task]) -> None:
        """Count tasks that are about to be dropped.

        Raises:
            OSError: It cannot be written; the tasks must stay then.
        """
        kept = self._read()
        known = set(kept.keys)
        fresh = [task for task in tasks if task.key not in known]
        if not fresh:
            return
        several = merged([*kept.used, *(used(task, lambda _task: None) for task in fresh)])
        keys = [*kept.keys, *(task.key for task in fresh)][-_KEYS_KEPT:]
        files.write_private(self._path, msgspec.json.encode(_Kept(several, keys)))

    def _read(self) -> _Kept:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except OSError:
            return _Kept()
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._path.replace(self._path.with_suffix(".damaged.json"))
            return _Kept()
