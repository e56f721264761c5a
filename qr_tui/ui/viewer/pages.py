"""What the viewer shows, as lines: one film with what is known of it, or several side by side. Pure."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.style import Style
from textual.strip import Strip

from qr_tui.core.catalogue import shape
from qr_tui.core.tags import FAVOURITE
from qr_tui.core.task import FileState, Task
from qr_tui.core.text.display import fit, inert, inert_lines, size, tail
from qr_tui.core.text.wrapping import wrap
from qr_tui.core.video_file import Film
from qr_tui.i18n import _
from qr_tui.services.films.previews import Picture
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.strips import Piece, line
from qr_tui.ui.viewer import half_blocks
from qr_tui.ui.viewer.pixels import Pixels
from qr_tui.ui.viewer.scaling import scaled

PICTURES: Final = 6
FACTS_FROM: Final = 60  # columns from which the facts stand beside the picture
FACTS: Final = 30  # cells that they take at least
STRIP_FROM: Final = 14  # lines from which there is a strip of all pictures below
STRIP_ROWS: Final = 4


class View(NamedTuple):
    """What is known of one film on show.

    Attributes:
        task: Its task.
        pictures: What was decoded so far.
        sharp: The same in many pixels, where they can be drawn.
        film: What the file says of itself.
        words: What stands where there is no picture.
    """

    task: Task
    pictures: Sequence[Picture] = ()
    sharp: Sequence[Picture] = ()
    film: Film | None = None
    words: str = ""


class Room(NamedTuple):
    """How many cells the parts of a page have."""

    columns: int
    rows: int


def picture_room(width: int, height: int, count: int = 1) -> Room:
    """Return the cells that one picture has on a page of `width` by `height` that shows `count` films."""
    if count > 1:
        return Room(max(4, (width - count - 1) // count), max(2, height - 4))
    strip = STRIP_ROWS + 1 if height >= STRIP_FROM else 0
    columns = max(width - FACTS - 3, width * 5 // 9) if width >= FACTS_FROM else width - 2
    return Room(max(4, columns), max(2, height - strip - (1 if width >= FACTS_FROM else 5)))


class Pages:
    """Draws pages in an appearance.

    Args:
        appearance: Colours and signs.
        shows_pictures: Whether this terminal can show any.
        pixels: Draws in real pixels, where the terminal does; None does without.
    """

    def __init__(self, appearance: Appearance, *, shows_pictures: bool, pixels: Pixels | None = None) -> None:
        self._pixels = pixels
        self._appearance = appearance
        self._shows = shows_pictures

    # one film --------------------------------------------------------------------------------------------------
    def single(self, view: View, at: int, width: int, height: int) -> list[Strip]:
        """Return the page of one film, of which picture number `at` is the large one."""
        room = picture_room(width, height)
        picture = self._picture(view, at, room)
        if width < FACTS_FROM:
            facts = self._facts(view, at, width - 2)[: max(1, height - room.rows)]
            return [*picture, *facts][:height]
        beside = self._facts(view, at, width - room.columns - 3)
        gap = line([], 3, self._ink("text"))
        blank = line([], width - room.columns - 3, self._ink("text"))
        lines = [
            Strip.join([picture[row], gap, beside[row] if row < len(beside) else blank]) for row in range(room.rows)
        ]
        if height >= STRIP_FROM:
            lines += [line([], width, self._ink("text")), *self._strip(view, at, width)]
        return lines[:height]

    def _picture(self, view: View, at: int, room: Room) -> Sequence[Strip]:
        blank = self._ink("text")
        if self._pixels is not None and view.sharp and self._shows:
            return self._pixels.draw(view.sharp[min(at, len(view.sharp) - 1)], room.columns, room.rows, blank)
        if view.pictures and self._shows:
            picture = view.pictures[min(at, len(view.pictures) - 1)]
            columns, rows = half_blocks.size_within(picture.width, picture.height, *room)
            return half_blocks.draw(scaled(picture, columns, rows * 2), room.columns, room.rows, blank)
        words = wrap(view.words, max(4, room.columns - 4)) if view.words else []
        top = max(0, (room.rows - len(words)) // 2)
        lines = [line([], room.columns, blank)] * top
        lines += [line([("  " + part, self._ink("muted"))], room.columns, blank) for part in words]
        return [*lines, *[line([], room.columns, blank)] * room.rows][: room.rows]

    def _strip(self, view: View, at: int, width: int) -> list[Strip]:
        """Return all pictures in a row, the large one marked."""
        blank, each = self._ink("text"), (width - 1) // PICTURES
        if not view.pictures or not self._shows:
            return []
        parts = []
        for number, picture in enumerate(view.pictures[:PICTURES]):
            columns, rows = half_blocks.size_within(picture.width, picture.height, each - 1, STRIP_ROWS - 1)
            drawn = [*half_blocks.draw(scaled(picture, columns, rows * 2), each - 1, STRIP_ROWS - 1, blank)]
            chosen = number == min(at, len(view.pictures) - 1)
            label = f"{_seconds(picture.at)}".center(each - 1)
            drawn.append(line([(label, self._ink("accent" if chosen else "muted", bold=chosen))], each - 1, blank))
            parts.append(drawn)
        gap = line([], 1, blank)
        return [
            Strip.join([gap, *(piece for part in parts for piece in (part[row], gap))]).adjust_cell_length(width, blank)
            for row in range(STRIP_ROWS)
        ]

    def _facts(self, view: View, at: int, width: int) -> list[Strip]:
        task, film, glyphs = view.task, view.film, self._appearance.glyphs
        lines: list[tuple[str, str]] = []
        if FAVOURITE in task.tags:
            word = _("favourite")
            lines.append((f"{glyphs.favourite} {word}", "warn"))
        about = [inert(task.model, limit=60), inert(shape(task.parameters), limit=60)]
        lines += [(part, "text") for part in about if part]
        measures = []
        if film is not None and film.width and film.height:
            measures.append(f"{film.width}×{film.height}" if not glyphs.ascii_only else f"{film.width}x{film.height}")
        if film is not None and film.seconds:
            measures.append(_seconds(film.seconds))
        if task.file_size:
            measures.append(size(task.file_size))
        lines += [("  ".join(measures), "text")] if measures else []
        if view.pictures and self._shows:
            number = min(at, len(view.pictures) - 1)
            told = _("picture {n} of {total}, {time}")
            said = told.format(n=number + 1, total=len(view.pictures), time=_seconds(view.pictures[number].at))
            lines.append((said, "muted"))
        lines.append(("", "text"))
        lines += [(part, "text") for part in wrap(inert_lines(task.prompt, limit=2_000), width)[:8]]
        lines.append(("", "text"))
        if task.file and task.file_state is FileState.SAVED:
            lines += [(part, "muted") for part in wrap(inert(task.file, limit=1_000), width)[:4]]
        if task.parent:
            lines.append((_("made from {key}").format(key=tail(task.parent, 9)), "muted"))
        blank = self._ink("text")
        return [
            line([(fit(text, width, ellipsis=glyphs.ellipsis), self._ink(colour))], width, blank)
            for text, colour in lines
        ]

    # several ---------------------------------------------------------------------------------------------------
    def compared(
        self, views: Sequence[View], chosen: int, at: int, width: int, height: int, labels: Sequence[str]
    ) -> list[Strip]:
        """Return several films side by side, with what each differs by below its picture."""
        room, blank = picture_room(width, height, len(views)), self._ink("text")
        columns: list[list[Strip]] = []
        for number, view in enumerate(views):
            mark = number == chosen
            name = f"{chr(97 + number)} {tail(inert(view.task.id or view.task.key, limit=100), 6)}"
            star = f" {self._appearance.glyphs.favourite}" if FAVOURITE in view.task.tags else ""
            head: list[Piece] = [
                (
                    (self._appearance.glyphs.cursor if mark else " ") + name,
                    self._ink("accent" if mark else "text", bold=mark),
                ),
                (star, self._ink("warn")),
            ]
            words = wrap(labels[number], room.columns) or [""]
            foot = [line([(part, self._ink("text" if mark else "muted"))], room.columns, blank) for part in words[:2]]
            empty = line([], room.columns, blank)
            columns.append(
                [line(head, room.columns, blank), *self._picture(view, at, room), *foot, *[empty] * (3 - len(foot))]
            )
        gap = line([], 1, blank)
        rows = min(map(len, columns))
        joined = [
            Strip.join([piece for column in columns for piece in (gap, column[row])]).adjust_cell_length(width, blank)
            for row in range(rows)
        ]
        return joined[:height]

    def _ink(self, colour: str, *, bold: bool = False) -> Style:
        return self._appearance.palette.style(colour, bold=bold)


def differences(tasks: Sequence[Task]) -> tuple[list[str], list[str]]:
    """Return what tells these tasks apart: its names, and for each task a line of its own values."""
    names: list[str] = []
    values: list[list[str]] = [[] for _task in tasks]

    def consider(name: str, each: Sequence[str]) -> None:
        if len(set(each)) > 1:
            names.append(name)
            for found, value in zip(values, each, strict=True):
                found.append(value or "–")

    consider(_("model"), [inert(task.model, limit=60) for task in tasks])
    known = dict.fromkeys(name for task in tasks for name in task.parameters)
    for name in known:
        consider(inert(name, limit=40), [_value(task, name) for task in tasks])
    prompts = [inert(task.prompt, limit=2_000).split() for task in tasks]
    if len({len(words) for words in prompts}) == 1:
        for number, words in enumerate(zip(*prompts, strict=True), 1):
            consider(_("prompt word {n}").format(n=number), words)
    else:
        consider(_("prompt"), [" ".join(words) for words in prompts])
    return names, [" · ".join(found) for found in values]


def _value(task: Task, name: str) -> str:
    value = task.parameters.get(name)
    if value is None:
        return ""
    return inert(_("{n} s").format(n=value) if name in ("duration", "seconds") else str(value), limit=60)


def _seconds(seconds: float) -> str:
    return _("{n} s").format(n=f"{seconds:.1f}")
