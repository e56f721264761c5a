"""The lines of the usage screen: a bar for each row, and the sums below."""

import calendar
from collections.abc import Sequence
from datetime import date
from typing import Final

from textual.strip import Strip

from qr_tui.core.money.usage import Row, Usage
from qr_tui.core.status_words import STATUS_WORDS
from qr_tui.core.task import Status
from qr_tui.core.text.display import cells, fit, inert
from qr_tui.core.text.messages import N_
from qr_tui.i18n import _
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.strips import Piece, line

_LONGEST_NAME: Final = 28  # cells
_LONGEST_BAR: Final = 30
_TITLES: Final = (
    N_("asked"),
    N_("made"),
    N_("failed"),
    N_("lost"),
    N_("stopped"),
    N_("credits"),
    N_("no price"),
)
_EIGHTHS: Final = " ▏▎▍▌▋▊▉"


def usage_lines(usage: Usage, appearance: Appearance, width: int) -> Sequence[Strip]:
    """Return the sums of `usage` in `width` cells: their titles, all together, and each row with a bar."""
    palette, fill = appearance.palette, appearance.palette.style("text")
    if not usage.rows:
        return [line([(" " + _("nothing was asked for in this time"), palette.style("muted"))], width, fill)]
    titles = tuple(map(_, _TITLES))
    figures = [_figures(row) for row in (usage.total, *usage.rows)]
    sizes = [max(cells(text) for text in column) for column in zip(titles, *figures, strict=True)]
    names = [_("all"), *(name_of(row.name, usage.by) for row in usage.rows)]
    rest = sum(sizes) + 2 * len(sizes)
    wide = min(max(map(cells, names)), _LONGEST_NAME, max(6, width - rest - 3))
    bar = max(0, min(_LONGEST_BAR, width - wide - rest - 4))
    most = max(row.asked for row in usage.rows)
    lines = [line([(" " * (wide + 3 + bar) + _right(titles, sizes), palette.style("muted"))], width, fill)]
    for name, row, texts in zip(names, (usage.total, *usage.rows), figures, strict=True):
        is_total = row is usage.total
        share = "" if is_total else _bar(row.asked / most, bar, ascii_only=appearance.glyphs.ascii_only)
        head = f" {fit(name, wide, ellipsis=appearance.glyphs.ellipsis)}  "
        pieces: list[Piece] = [
            (head, palette.style("text", bold=is_total)),
            (fit(share, bar), palette.style("accent")),
            (_right(texts, sizes), palette.style("warn" if row.unconfirmed else "text", bold=is_total)),
        ]
        lines.append(line(pieces, width, fill))
    return lines


def _figures(row: Row) -> tuple[str, ...]:
    counts = (row.asked, row.made, row.failed, row.unconfirmed, row.stopped)
    cost = "" if row.estimate is None else f"{row.estimate:g}"
    return (*(str(count) if count else "" for count in counts), cost, str(row.unknown) if row.unknown else "")


def _right(texts: Sequence[str], sizes: Sequence[int]) -> str:
    """Return texts in a row, each at the right of its column."""
    return "".join("  " + " " * (size - cells(text)) + text for text, size in zip(texts, sizes, strict=True))


def name_of(name: str, by: str) -> str:
    """Return what a row is called: a day by its weekday, a status in words, what has no name in words too."""
    if by == "day":
        try:
            day = date.fromisoformat(name)
        except ValueError:
            return inert(name)
        weekdays = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
        return f"{weekdays[day.weekday()]} {name[5:]}"
    if by == "status":
        return _(STATUS_WORDS[Status(name)]) if name in set(Status) else inert(name)
    return inert(name, limit=60) or _("none")


def month_of(year: int, month: int) -> tuple[str, str]:
    """Return the first and the last day of a month."""
    last = calendar.monthrange(year, month)[1]
    return f"{year:04}-{month:02}-01", f"{year:04}-{month:02}-{last:02}"


def _bar(share: float, width: int, *, ascii_only: bool) -> str:
    if ascii_only:
        return "#" * round(share * width)
    eighths = round(share * width * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()
