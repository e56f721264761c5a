"""One task as one line: pure, from the task and the layout to a strip of cells."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final, Literal, Protocol, get_args

from rich.style import Style
from textual.strip import Strip

from qr_tui.core.address import host_name
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.failures import WORDS
from qr_tui.core.status_words import STATUS_TONES, STATUS_WORDS, Tone
from qr_tui.core.task import WATCHED, FileState, Status, Task
from qr_tui.core.text.display import cells, cut, duration, fit, inert, tail
from qr_tui.core.text.messages import N_
from qr_tui.i18n import _
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.palettes import Palette
from qr_tui.ui.theme.strips import Piece, line

Column = Literal["status", "progress", "age", "model", "format", "host", "tags", "id", "prompt"]

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
    "status": N_("STATUS"),
    "progress": N_("PROGRESS"),
    "age": N_("AGE"),
    "model": N_("MODEL"),
    "format": N_("FORMAT"),
    "host": N_("HOST"),
    "tags": N_("TAGS"),
    "id": N_("ID"),
    "prompt": N_("PROMPT"),
}
_ON_SCREEN: Final[tuple[Column, ...]] = get_args(Column)[:-1]
# in the order in which they earn their place as the terminal grows: cells where there is room, and where there is not
_BY_PRIORITY: Final[tuple[tuple[Column, int, int], ...]] = (
    ("age", 4, 4),
    ("progress", 15, 12),
    ("id", 6, 6),
    ("model", 12, 11),
    ("format", 13, 13),
    ("host", 16, 11),
    ("tags", 16, 11),
)
OPTIONAL: Final[tuple[Column, ...]] = tuple(column for column in _ON_SCREEN if column != "status")
USUAL: Final[tuple[Column, ...]] = tuple(column for column in OPTIONAL if column not in ("host", "tags"))
# what very wide terminals give besides: a model's whole name, a whole id
_WIDER: Final[tuple[tuple[Column, int, int], ...]] = (("model", 150, 6), ("id", 200, 34))
LEAD: Final = 3
_ROOMY: Final = 22  # the least prompt beside wide columns
_TIGHT: Final = 11  # the least prompt beside narrow ones


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns a line of `width` cells has, in order, with their widths; the prompt takes the rest."""

    width: int
    columns: tuple[tuple[Column, int], ...]
    gap: int = 2


def layout(width: int, wanted: Collection[str] = USUAL) -> Layout:
    """Return the columns for a list of `width` cells: status and prompt always, those `wanted` by priority.

    All of them with air between them if the prompt has room then too; else narrow ones, as many as fit.
    """
    roomy = _layout(width, wanted, _ROOMY, tight=False)
    return roomy if len(roomy.columns) == len(wanted) + 2 else _layout(width, wanted, _TIGHT, tight=True)


def _layout(width: int, wanted: Collection[str], least: int, *, tight: bool) -> Layout:
    gap = 1 if tight else 2
    words = [*STATUS_WORDS.values(), SAVED, TITLES["status"]]
    status = 2 + max(cells(_(word)) for word in words)
    used = LEAD + status + gap + 1
    chosen: dict[Column, int] = {"status": status}
    for column, wide, narrow in _BY_PRIORITY:
        if column not in wanted:
            continue
        size = max(narrow if tight else wide, cells(_(TITLES[column])))
        if used + size + gap + least > width:
            break
        chosen[column] = size
        used += size + gap
    for column, from_width, more in _WIDER:
        if width >= from_width and column in chosen:
            used += more
            chosen[column] += more
    columns = tuple((column, chosen[column]) for column in _ON_SCREEN if column in chosen)
    return Layout(width, (*columns, ("prompt", max(width - used, 1))), gap)


def status_word(task: Task) -> str:
    """Return the task's state in the language in use; a finished one whose file is here is ``saved``."""
    if task.status is Status.DONE and task.file_state is FileState.SAVED:
        return _(SAVED)
    return _(STATUS_WORDS[task.status])


def age(task: Task, now: float) -> str:
    """Return how old the task is; under a minute in steps of ten seconds, so that it is not repainted each second."""
    seconds = max(0.0, now - task.created_at)
    return duration(seconds - seconds % 10 if seconds < 60 else seconds)


def shape(task: Task, catalogue: Catalogue) -> str:
    """Return the few words of how the video is shaped, like ``portrait 15s``."""
    return inert(catalogue.format(task.model, task.parameters, say=_), limit=60)


def render_row(
    task: Task, form: Layout, appearance: Appearance, now: float, *, cursor: bool = False, marked: bool = False
) -> Strip:
    """Return `task` as a strip of exactly `form.width` cells."""
    palette, glyphs = appearance.palette, appearance.glyphs

    def ink(colour: str, *, bold: bool = False) -> Style:
        # under the cursor everything but status and bar takes the text colour: calmer, and fewer bytes a step
        if cursor and colour == "muted":
            colour = "text"
        return palette.style(colour, cursor=cursor, bold=bold)

    text = ink("text")
    pieces: list[Piece] = [
        (glyphs.mark if marked else " ", ink("accent", bold=True) if marked else text),
        (glyphs.cursor if cursor else " ", ink("accent") if cursor else text),
        (" ", text),
    ]
    for column, width in form.columns:
        if column == "status":
            glyph = glyphs.status[task.status]
            word = fit(f"{glyph} {status_word(task)}", width, ellipsis=glyphs.ellipsis)
            pieces.append((word, ink(STATUS_COLOURS[task.status])))
        elif column == "progress":
            pieces.extend(_progress(task, width, appearance, now, ink))
        elif column == "prompt":
            pieces.append(
                (fit(_prompt(task, width, appearance), width, ellipsis=glyphs.ellipsis), ink(_prompt_colour(task)))
            )
        else:
            pieces.append((_plain(task, column, width, appearance, now), ink("muted")))
        pieces.append((" " * form.gap, text if column in ("status", "progress") else ink("muted")))
    return line(pieces, form.width, text)


def _plain(task: Task, column: Column, width: int, appearance: Appearance, now: float) -> str:
    """Return the text of a column that has one colour."""
    mark = appearance.glyphs.ellipsis
    if column == "age":
        return fit(age(task, now), width, right=True, ellipsis=mark)
    if column == "model":
        return fit(inert(task.model, limit=60), width, ellipsis=mark)
    if column == "format":
        return fit(shape(task, appearance.catalogue), width, ellipsis=mark)
    if column == "tags":
        return fit(inert(" ".join(task.tags), limit=200), width, ellipsis=mark)
    if column == "host":
        return fit(inert(host_name(task.base_url), limit=100), width, ellipsis=mark)
    return fit(tail(inert(task.id or "", limit=200), width, ellipsis=mark), width, ellipsis=mark)


def _progress(task: Task, width: int, appearance: Appearance, now: float, ink: "Ink") -> list[Piece]:
    """Return the progress cell: a bar where the provider tells, time where it does not, the reason of a failure."""
    glyphs = appearance.glyphs
    if task.status in WATCHED and task.look_failure is not None:
        return [(fit(_(WORDS[task.look_failure.kind].short), width, ellipsis=glyphs.ellipsis), ink("warn"))]
    if task.status in WATCHED and task.progress is not None:
        percent = f"{int(task.progress)}%".rjust(5)
        room = width - len(percent)
        filled = min(int(task.progress / 100 * room), room)
        return [
            (glyphs.full * filled, ink("accent")),
            (glyphs.empty * (room - filled), ink("rail")),
            (percent, ink("text")),
        ]
    word, colour = "", "muted"
    if task.status is Status.RUNNING:
        spent = duration(max(60.0, now - (task.submitted_at or task.created_at)))
        usual = appearance.catalogue.get(task.model).minutes
        word = _("{spent} of {usual}m").format(spent=spent, usual=usual)
        if glyphs.ascii_only:
            word = word.replace("–", "-")
    elif task.status is Status.FAILED and task.failure is not None:
        word, colour = _(WORDS[task.failure.kind].short), "bad"
    elif task.status is Status.DONE and task.file_state is FileState.SAVED and task.file:
        name = inert(PurePath(task.file).name, limit=200)
        word, colour = _middle(name, width, glyphs.ellipsis), "good"
    elif task.status is Status.DONE and task.file_state is FileState.DOWNLOADING:
        word = _("downloading")
    elif task.status is Status.DONE and task.file_state is FileState.FAILED:
        word, colour = _("not saved"), "warn"
    return [(fit(word, width, ellipsis=glyphs.ellipsis), ink(colour))]


def _middle(name: str, width: int, ellipsis: str) -> str:
    """Return a file name cut in its middle, so that its ending stays."""
    if cells(name) <= width:
        return name
    ending = tail(name, 5, ellipsis="")
    return fit(name, width - cells(ending), ellipsis=ellipsis).rstrip() + ending


def _prompt(task: Task, width: int, appearance: Appearance) -> str:
    prompt = inert(task.prompt, limit=600)
    if task.needs_you:
        said = _("sent, answer lost: {key} to decide").format(key=appearance.decide_key)
        if cells(said) > width:
            said = _("{key} to decide").format(key=appearance.decide_key)
        # the prompt behind it where enough of it can be read to know the task by
        return f"{said} {appearance.glyphs.dot} {prompt}" if width - cells(said) >= 11 else said
    return prompt


def _prompt_colour(task: Task) -> str:
    if task.needs_you:
        return "warn"
    return "muted" if task.status is Status.STOPPED else "text"


# The column that an order goes by; the order by what finished last has none of its own.
SORTED_BY: Final[dict[str, Column]] = {
    "newest": "age",
    "oldest": "age",
    "status": "status",
    "model": "model",
    "progress": "progress",
}


def render_titles(form: Layout, palette: Palette, *, sorted_by: Column | None = None, sign: str = "") -> Strip:
    """Return the line of column titles over the list, `sign` beside the one it is sorted by."""
    style = palette.style("muted")
    pieces: list[Piece] = [(" " * LEAD, style)]
    for column, width in form.columns:
        title = _(TITLES[column])
        if column == sorted_by:
            title = cut(title, width - cells(sign) - (2 if column == "status" else 0), ellipsis="") + sign
        shown = "  " + fit(title, width - 2) if column == "status" else fit(title, width, right=column == "age")
        pieces.append((shown + " " * form.gap, style))
    return line(pieces, form.width, style)


class Ink(Protocol):
    """The type of the function that gives a row its styles."""

    def __call__(self, colour: str, *, bold: bool = False) -> Style:
        """Return the style for a colour of the palette."""
        ...
