"""Completion of paths: the rest of the first name that begins as what was typed."""

import asyncio
import os
from pathlib import Path

from textual.suggester import Suggester

from qr_tui.core.wire.images import looks_like_path

MOST = 5_000  # names of a folder looked through


class PathSuggester(Suggester):
    """Suggests how a path may go on: folders, and pictures by the names they usually have."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole path that is suggested, beginning with what was typed; None for none."""
        if not looks_like_path(value) or value[0] in "'\"f":
            return None
        return await asyncio.to_thread(_suggested, value)


def _suggested(value: str) -> str | None:
    folder, _slash, begin = value.rpartition("/")
    if not begin:
        return None
    try:
        with os.scandir(Path(f"{folder}/").expanduser()) as entries:
            names = sorted(
                f"{entry.name}/" if entry.is_dir() else entry.name
                for entry, _count in zip(entries, range(MOST), strict=False)
                if entry.name.startswith(begin) and (entry.is_dir() or entry.name.lower().endswith(_PICTURES))
            )
    except (OSError, RuntimeError):
        return None
    return f"{folder}/{names[0]}" if names else None


_PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff")
