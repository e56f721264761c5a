"""One task as one line: pure, from the task and the layout to a strip of cells."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal, Protocol, get_args

from rich.style import Style
from textual.strip import Strip

from qr_tui.core.address import host_name
from qr_tui.core.catalogue import shape, short
from qr_tui.core.failures import WORDS, Kind
from qr_tui.core.status_words import STATUS_TONES, STATUS_WORDS, Tone
from qr_tui.core.tags import FAVOURITE
from qr_tui.core.task import WATCHED, FileState, Status, Task
from qr_tui.core.text import sizes
from qr_tui.core.text.display import cells, cut, fit, inert, size, tail
from qr_tui.core.text.messages import N_
from qr_tui.core.transfer import Transfer
from qr_tui.i18n import _, span
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.glyphs import Glyphs
from qr_tui.ui.theme.palettes import Palette
from qr_tui.ui.theme.strips import Piece, line

Column = Literal["state", "age", "model", "format", "host", "tags", "id", "prompt"]

SAVED: Final = N_("saved")
_TONE_COLOURS: Final[dict[Tone, str]] = {
    "idle": "muted",
    "active": "accent",
    "attention": "warn",
    "good": "good",
    "bad": "bad",
    "over": "muted",
}
STATUS_COLOURS: Final = {status: _TONE_COLOURS[tone] for status, tone in STATUS_TONES.items()}
TITLES: Final[dict[Column, str]] = {
    "state": N_("STATE"),
    "age": N_("AGE"),
    "model": N_("MODEL"),
    "format": N_("SHAPE"),
    "host": N_("HOST"),
    "tags": N_("TAGS"),
    "id": N_("ID"),
    "prompt": N_("PROMPT"),
}
_ON_SCREEN: Final[tuple[Column, ...]] = get_args(Column)[:-1]
# in the order in which they earn their place as the terminal grows, with their cells
_BY_PRIORITY: Final[tuple[tuple[Column, int], ...]] = (
    ("id", 5),
    ("age", 4),
    ("model", 11),
    ("format", 8),
    ("host", 11),
    ("tags", 11),
)
OPTIONAL: Final[tuple[Column, ...]] = tuple(column for column in _ON_SCREEN if column != "state")
USUAL: Final[tuple[Column, ...]] = tuple(column for column in OPTIONAL if column not in ("host", "tags"))
# what very wide lists give besides: a model's whole name, a whole id
_WIDER: Final[tuple[tuple[Column, int, int], ...]] = (("model", 150, 6), ("id", 200, 35))
LEAD: Final = 3
STATE_CELLS: Final = 14  # a sign, and the longest short word of a failure
_BAR: Final = 7  # cells of a bar beside its percentage
# the least of a prompt that any column may leave of it: it is what a person knows a task by
LEAST_PROMPT: Final = 30
LEAST_ROOMY_PROMPT: Final = 36  # on screens of `ROOMY` columns and more
ROOMY: Final = 100
LINK_LIFE_FROM: Final = 3 * 86_400.0  # seconds before its end from which a link's life is shown


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns a line of `width` cells has, in order, with their widths; the prompt takes the rest."""

    width: int
    columns: tuple[tuple[Column, int], ...]
    gap: int = 1


def layout(width: int, wanted: Collection[str] = USUAL, *, least: int = LEAST_PROMPT) -> Layout:
    """Return the columns for a list of `width` cells: state and prompt always, those `wanted` by priority.

    Args:
        width: Cells of a line.
        wanted: The columns that a person wants to see.
        least: Cells that the others leave to the prompt; on a list too narrow for that it stands alone.
    """
    airy = _layout(width, wanted, least + len(wanted), gap=2)
    return airy if len(airy.columns) == len(wanted) + 2 else _layout(width, wanted, least, gap=1)


def _layout(width: int, wanted: Collection[str], least: int, *, gap: int) -> Layout:
    chosen: dict[Column, int] = {"state": STATE_CELLS}
    room = width - LEAD - STATE_CELLS - gap
    for column, least_cells in _BY_PRIORITY:
        wide = max(least_cells, cells(_(TITLES[column])))
        if column in wanted and room - wide - gap >= least:
            chosen[column] = wide
            room -= wide + gap
    for column, from_width, more in _WIDER:
        if width >= from_width and column in chosen and room - more >= least:
            chosen[column] += more
            room -= more
    columns = tuple((column, chosen[column]) for column in _ON_SCREEN if column in chosen)
    return Layout(width, (*columns, ("prompt", max(room, 1))), gap)


def status_word(task: Task) -> str:
    """Return the task's state in the language in use; a finished one whose file is here is ``saved``."""
    if task.status is Status.DONE and task.file_state is FileState.SAVED:
        return _(SAVED)
    return _(STATUS_WORDS[task.status])


def age(task: Task, now: float) -> str:
    """Return how old the task is; under a minute in steps of ten seconds, so that it is not repainted each second."""
    seconds = max(0.0, now - task.created_at)
    return span(seconds - seconds % 10 if seconds < 60 else seconds)


def render_row(
    task: Task,
    form: Layout,
    appearance: Appearance,
    now: float,
    *,
    cursor: bool = False,
    marked: bool = False,
    transfer: Transfer | None = None,
) -> Strip:
    """Return `task` as a strip of exactly `form.width` cells; `transfer` is how far its film is on its way."""
    palette, glyphs = appearance.palette, appearance.glyphs

    def ink(colour: str, *, bold: bool = False) -> Style:
        # under the cursor everything but the state takes the text colour: calmer, and fewer bytes a step
        if cursor and colour == "muted":
            colour = "text"
        return palette.style(colour, cursor=cursor, marked=marked, bold=bold)

    text = ink("text")
    pieces: list[Piece] = [
        (glyphs.mark if marked else " ", ink("accent", bold=True) if marked else text),
        (glyphs.cursor if cursor else " ", ink("accent") if cursor else text),
        (" ", text),
    ]
    for column, width in form.columns:
        if column == "state":
            pieces.extend(_state(task, width, appearance, now, ink, transfer))
        elif column == "prompt":
            pieces.extend(_prompt(task, width, glyphs, ink))
        else:
            pieces.append((_plain(task, column, width, appearance, now), ink("muted")))
        pieces.append((" " * form.gap, text if column == "state" else ink("muted")))
    return line(pieces, form.width, text)


def _plain(task: Task, column: Column, width: int, appearance: Appearance, now: float) -> str:
    """Return the text of a column that has one colour."""
    mark = appearance.glyphs.ellipsis
    if column == "age":
        return fit(age(task, now), width, right=True, ellipsis=mark)
    if column == "model":
        return fit(inert(short(task.model), limit=60), width, ellipsis=mark)
    if column == "format":
        return fit(inert(shape(task.parameters), limit=60), width, ellipsis=mark)
    if column == "tags":
        return fit(inert(" ".join(task.tags), limit=200), width, ellipsis=mark)
    if column == "host":
        return fit(inert(host_name(task.base_url), limit=100), width, ellipsis=mark)
    return fit(tail(inert(task.id or "", limit=200), width, ellipsis=""), width, ellipsis=mark)


def _state(
    task: Task, width: int, appearance: Appearance, now: float, ink: "Ink", transfer: Transfer | None
) -> list[Piece]:
    """Return the state in one column: a word, a percentage with its bar, or the reason."""
    glyphs = appearance.glyphs
    if task.status is Status.RUNNING and task.progress is not None and task.look_failure is None:
        percent = f"{glyphs.status[task.status]} {int(task.progress)}% "
        room = max(0, min(_BAR, width - cells(percent)))
        filled = min(int(task.progress / 100 * room), room)
        return [
            (percent, ink("accent")),
            (glyphs.full * filled, ink("accent")),
            (glyphs.empty * (room - filled), ink("rail")),
            (" " * (width - cells(percent) - room), ink("text")),
        ]
    if transfer is not None and task.file_state is FileState.DOWNLOADING:
        return [(fit(f"{glyphs.downloading} {_progress(transfer)}", width, ellipsis=""), ink("accent"))]
    sign, word, colour = _state_words(task, appearance, now)
    return [(fit(f"{sign} {word}", width, ellipsis=glyphs.ellipsis), ink(colour))]


def _state_words(task: Task, appearance: Appearance, now: float) -> tuple[str, str, str]:
    """Return sign, word and colour of a state that is told in a word."""
    glyphs = appearance.glyphs
    sign, colour = glyphs.status[task.status], STATUS_COLOURS[task.status]
    if task.status in WATCHED and task.look_failure is not None:
        return sign, _(WORDS[task.look_failure.kind].short), "warn"
    if task.status is Status.RUNNING:
        return sign, _running_time(task, appearance, now), colour
    if task.status in (Status.FAILED, Status.UNCONFIRMED) and task.failure is not None:
        return sign, _(WORDS[task.failure.kind].short), colour
    if task.status is Status.UNCONFIRMED:
        return sign, _(WORDS[Kind.LOST_ANSWER].short), colour
    if task.status is Status.DONE:
        return _done(task, appearance, now)
    return sign, status_word(task), colour


def _progress(transfer: Transfer) -> str:
    """Return how far a film is: in percent, else in bytes, and how fast it comes."""
    percent = transfer.percent
    part = size(transfer.received) if percent is None else f"{int(percent)}%"
    return f"{part} {sizes.rate(transfer.rate)}" if transfer.rate else part


def _running_time(task: Task, appearance: Appearance, now: float) -> str:
    """Return how long it has been made, of how long that usually takes."""
    spent = span(max(60.0, now - (task.submitted_at or task.created_at)))
    usual = appearance.catalogue.get(task.model).minutes
    word = _("{spent} of {usual}m").format(spent=spent, usual=usual)
    return word.replace("–", "-") if appearance.glyphs.ascii_only else word


def _done(task: Task, appearance: Appearance, now: float) -> tuple[str, str, str]:
    """Return what a finished task says: where its file stands, else how long its link still lives."""
    glyphs = appearance.glyphs
    sign = glyphs.status[task.status]
    if task.file_state is FileState.DOWNLOADING:
        return glyphs.downloading, _("downloading"), "accent"
    if task.file_state is FileState.QUEUED:
        return glyphs.downloading, _(STATUS_WORDS[Status.QUEUED]), "muted"
    if task.file_state is FileState.FAILED:
        return glyphs.not_saved, _("not saved"), "warn"
    if task.file_state is FileState.MISSING:
        return glyphs.not_saved, _(WORDS[Kind.FILE_MISSING].short), "warn"
    if task.file_state is not FileState.SAVED and task.expires_at is not None:
        left = task.expires_at - now
        if left <= 0:
            return sign, _(WORDS[Kind.LINK_EXPIRED].short), "muted"
        if left <= LINK_LIFE_FROM:
            return sign, f"{_(STATUS_WORDS[task.status])} {glyphs.dot} {span(left)}", "warn"
    return sign, status_word(task), STATUS_COLOURS[task.status]


def _prompt(task: Task, width: int, glyphs: Glyphs, ink: "Ink") -> list[Piece]:
    """Return the prompt; in front of it which of several copies this one is: nothing else tells them apart."""
    which = f"{task.copy}/{task.copies} " if task.copies > 1 and width > 2 * len(f"{task.copies}") + 2 else ""
    star = f"{glyphs.favourite} " if FAVOURITE in task.tags else ""
    words = fit(inert(task.prompt, limit=600), width - cells(star + which), ellipsis=glyphs.ellipsis)
    return [
        (star, ink("warn")),
        (which, ink("muted")),
        (words, ink("muted" if task.status is Status.STOPPED else "text")),
    ]


# The column that an order goes by; the order by what finished last has none of its own.
SORTED_BY: Final[dict[str, Column]] = {
    "newest": "age",
    "oldest": "age",
    "status": "state",
    "model": "model",
    "progress": "state",
}


def render_titles(form: Layout, palette: Palette, *, sorted_by: Column | None = None, sign: str = "") -> Strip:
    """Return the line of column titles over the list, `sign` beside the one it is sorted by."""
    style = palette.style("muted")
    pieces: list[Piece] = [(" " * LEAD, style)]
    for column, width in form.columns:
        title = _(TITLES[column])
        if column == sorted_by:
            title = cut(title, width - cells(sign) - (2 if column == "state" else 0), ellipsis="") + sign
        shown = "  " + fit(title, width - 2) if column == "state" else fit(title, width, right=column == "age")
        pieces.append((shown + " " * form.gap, style))
    return line(pieces, form.width, style)


class Ink(Protocol):
    """The type of the function that gives a row its styles."""

    def __call__(self, colour: str, *, bold: bool = False) -> Style:
        """Return the style for a colour of the palette."""
        ...
