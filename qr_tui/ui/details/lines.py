"""Everything known of one task, as lines: pure, shared by the details screen and the pane beside the list."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from rich.style import Style
from textual.strip import Strip

from qr_tui.commands.keymap import Keymap
from qr_tui.core.failures import WORDS
from qr_tui.core.status_words import STATUS_WORDS, provider_word
from qr_tui.core.task import FIRST_ROUTE, Failure, FileState, HistoryEntry, Status, Task
from qr_tui.core.text.display import cells, cut, fit, inert, inert_lines, size
from qr_tui.core.text.messages import N_, Detail
from qr_tui.core.text.wrapping import wrap
from qr_tui.core.wire.images import FIRST_FRAME, LAST_FRAME
from qr_tui.i18n import _, span, translate
from qr_tui.ui.tasks.task_row import STATUS_COLOURS, status_word
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.strips import Piece, line
from qr_tui.ui.toasts import key_hint

RENEW_EVERY = 5.0  # seconds between two drawings of how long it is until the next look
_INDENT = 1

_IMAGES: Final = {FIRST_FRAME: N_("first frame"), LAST_FRAME: N_("last frame")}


class Details:
    """Draws a task's details at a width.

    Args:
        look: Signs and colours.
        width: Cells a line.
        now: Unix seconds, for ages and for what a link has left.
        unfolded: Whether the last raw answer is shown whole.
        raw_key: The key that unfolds it; empty where there is none.
        standing: Why the task stands where it does, from the engine.
        keymap: The keys that advice names.
        prompt_lines: How many lines the prompt takes, no more and no fewer, so that what is below it stays in its
            place while tasks pass by; 0 for as many as it needs.
    """

    def __init__(
        self,
        appearance: Appearance,
        width: int,
        now: float,
        *,
        unfolded: bool = False,
        raw_key: str = "",
        standing: Detail = "",
        keymap: Keymap | None = None,
        prompt_lines: int = 0,
    ) -> None:
        self._appearance = appearance
        self._width = width
        self._now = now
        self._unfolded = unfolded
        self._raw_key = raw_key
        self._standing = standing
        self._keymap = keymap or Keymap()
        self._prompt_lines = prompt_lines

    def strips(self, task: Task) -> list[Strip]:
        """Return the lines."""
        fill = self._ink("text")
        return [line(pieces, self._width, fill) for pieces in self._lines(task)]

    # the parts -------------------------------------------------------------------------------------------------
    def _lines(self, task: Task) -> Iterator[list[Piece]]:
        yield from self._state(task)
        if task.failure is not None and task.status in (Status.FAILED, Status.UNCONFIRMED, Status.QUEUED):
            yield from self._failure(task)
        if task.file_failure is not None and not task.is_fetched:
            yield from self._words_of(task.file_failure, "warn")
        result, request, record = self._result(task), self._request(task), self._record(task)
        # one column of labels through all parts
        wide = min(max(cells(label) for label, _value in (*result, *request, *record)), max(8, self._width // 3))
        if result:
            yield from self._pairs(_("RESULT"), result, wide)
        yield from self._prompt(task)
        yield from self._pairs(_("REQUEST"), request, wide)
        if task.enhanced_prompt and task.enhanced_prompt != task.prompt:
            yield from self._block(_("ENHANCED BY THE PROVIDER"), task.enhanced_prompt)
        yield from self._pairs(_("RECORD"), record, wide)
        yield from self._history(task)
        yield from self._raw(task)

    def _state(self, task: Task) -> Iterator[list[Piece]]:
        colour = STATUS_COLOURS[task.status]
        glyph = self._appearance.glyphs.status[task.status]
        pieces: list[Piece] = [(" ", self._ink("text")), (f"{glyph} {status_word(task)}", self._ink(colour, bold=True))]
        if task.progress is not None and task.status in (Status.WAITING, Status.RUNNING):
            room = max(6, min(24, self._width - 30))
            filled = min(int(task.progress / 100 * room), room)
            pieces += [
                ("  ", self._ink("text")),
                (self._appearance.glyphs.full * filled, self._ink("accent")),
                (self._appearance.glyphs.empty * (room - filled), self._ink("rail")),
                (f" {int(task.progress)}%", self._ink("text")),
            ]
        if word := inert(provider_word(task.status, task.provider_status), limit=80):
            pieces.append((f"  {word}", self._ink("muted")))
        yield pieces
        if task.needs_you and task.failure is None:
            yield from self._text(_("Sent, but the answer was lost."), "warn")
        if self._standing:
            said = inert_lines(translate(self._standing), limit=1_000)
            yield from self._text(said, "muted" if task.needs_you or task.is_fetched else "warn")

    def _failure(self, task: Task) -> Iterator[list[Piece]]:
        if task.failure is not None:
            yield from self._words_of(task.failure, "bad" if task.status is Status.FAILED else "warn")

    def _words_of(self, failure: Failure, colour: str) -> Iterator[list[Piece]]:
        words = WORDS[failure.kind]
        yield []
        yield from self._text(_(words.title), colour, bold=True)
        yield from self._text(_(words.meaning), "text")
        yield from self._text(key_hint(self._keymap, failure.kind), "text")
        if failure.detail:
            yield from self._text("» " + inert_lines(translate(failure.detail), limit=4_000), "muted")
        if failure.request_id:
            said = _("request id {id}").format(id=inert(failure.request_id, limit=200))
            yield from self._text(said, "muted")

    def _prompt(self, task: Task) -> Iterator[list[Piece]]:
        if not self._prompt_lines:
            yield from self._block(_("PROMPT"), task.prompt)
            return
        yield from self._title(_("PROMPT"))
        lines = list(self._text(inert_lines(task.prompt, limit=2_000), "text"))
        if len(lines) > self._prompt_lines:
            lines = lines[: self._prompt_lines]
            (text, style), *_rest = lines[-1]
            mark = self._appearance.glyphs.ellipsis
            lines[-1] = [(cut(text, self._width - 1 - cells(mark), ellipsis="") + mark, style)]
        yield from lines
        yield from [[]] * (self._prompt_lines - len(lines))

    def _block(self, title: str, text: str) -> Iterator[list[Piece]]:
        yield from self._title(title)
        yield from self._text(inert_lines(text, limit=20_000), "text")

    def _pairs(self, title: str, pairs: list[tuple[str, str]], wide: int) -> Iterator[list[Piece]]:
        yield from self._title(title)
        for label, value in pairs:
            head = fit(label, wide, ellipsis=self._appearance.glyphs.ellipsis)
            room = self._width - _INDENT - wide - 3
            for number, part in enumerate(wrap(value, room)):
                yield [
                    (" " * _INDENT + (head if number == 0 else " " * wide) + "  ", self._ink("muted")),
                    (part, self._ink("text")),
                ]

    def _request(self, task: Task) -> list[tuple[str, str]]:
        model = self._appearance.catalogue.get(task.model, task.route)
        pairs = [(_("model"), inert(task.model, limit=200))]
        if task.route not in ("", FIRST_ROUTE):
            pairs.append((_("route"), inert(task.route, limit=60)))
        for name, value in task.parameters.items():
            field = model.field(name)
            label = _(field.label) if field is not None else inert(name, limit=60)
            said = inert(_(field.shown(value)) if field and field.takes(value) else str(value), limit=2_000)
            pairs.append((label, said))
        roles = (*task.image_roles, *("",) * len(task.images))
        for image, role in zip(task.images, roles, strict=False):
            pairs.append((_(_IMAGES.get(role, N_("image"))), inert(image, limit=2_000)))
        return pairs

    def _result(self, task: Task) -> list[tuple[str, str]]:
        pairs: list[tuple[str, str]] = []
        if task.file and task.file_state is FileState.SAVED:
            pairs.append((_("file"), inert(task.file, limit=2_000)))
            if task.file_size:
                pairs.append((_("size"), size(task.file_size)))
        else:
            pairs += self._link(task)
        if task.width and task.height and task.status is Status.DONE:
            pairs.append((_("picture"), f"{task.width}×{task.height}"))
        return pairs

    def _link(self, task: Task) -> list[tuple[str, str]]:
        """Return what is known of the link, which is of use until the film is saved."""
        pairs: list[tuple[str, str]] = []
        if task.video_url:
            pairs.append((_("link"), inert(task.video_url, limit=4_000)))
        if task.expires_at is not None and task.video_url:
            left = task.expires_at - self._now
            when = self._time(task.expires_at)
            said = _("{when}, in {left}").format(when=when, left=span(left)) if left > 0 else _("expired {when}")
            pairs.append((_("link until"), said.format(when=when)))
        if task.thumbnail_url:
            pairs.append((_("thumbnail"), inert(task.thumbnail_url, limit=4_000)))
        return pairs

    def _record(self, task: Task) -> list[tuple[str, str]]:
        pairs = [(_("id"), inert(task.id, limit=500) if task.id else _("none yet")), (_("local key"), task.key)]
        pairs.append((_("host"), inert(task.base_url, limit=300)))
        for label, at in (
            (_("created"), task.created_at),
            (_("sent"), task.submitted_at),
            (_("changed"), task.updated_at),
            (_("finished"), task.finished_at),
        ):
            if at is not None:
                pairs.append((label, self._time(at)))
        if task.submitted_at is not None and task.finished_at is not None:
            pairs.append((_("took"), span(task.finished_at - task.submitted_at)))
        if task.parent:
            pairs.append((_("made from"), inert(task.parent, limit=100)))
        if task.tags:
            pairs.append((_("tags"), inert(" ".join(task.tags), limit=500)))
        return pairs

    def _history(self, task: Task) -> Iterator[list[Piece]]:
        if not task.history:
            return
        yield from self._title(_("HISTORY"))
        day = ""
        for moment in task.history:
            yield self._moment(moment, day)
            day = self._day(moment.at)

    def _moment(self, moment: HistoryEntry, day: str) -> list[Piece]:
        when = _local(moment.at)
        date = self._day(moment.at)
        stamp = f"{when:%H:%M:%S}" if date == day or date == self._day(self._now) else f"{date} {when:%H:%M:%S}"
        glyph = self._appearance.glyphs.status[moment.status]
        word = inert(provider_word(moment.status, moment.word), limit=80)
        return [
            (f" {stamp}  ", self._ink("muted")),
            (f"{glyph} {_(STATUS_WORDS[moment.status])}", self._ink(STATUS_COLOURS[moment.status])),
            (f"  {word}" if word else "", self._ink("muted")),
        ]

    def _raw(self, task: Task) -> Iterator[list[Piece]]:
        if not task.raw:
            return
        glyphs = self._appearance.glyphs
        sign = glyphs.unfolded if self._unfolded else glyphs.folded
        if not self._raw_key:
            return
        said = _("{key} folds") if self._unfolded else _("{key} unfolds")
        title = _("LAST RAW ANSWER")
        yield from self._title(f"{title} {sign} {said.format(key=self._raw_key)}")
        if self._unfolded:
            yield from self._text(inert_lines(task.raw, limit=60_000), "muted")

    # helpers ---------------------------------------------------------------------------------------------------
    def _title(self, title: str) -> Iterator[list[Piece]]:
        yield []
        yield [(" " * _INDENT + title, self._ink("accent"))]

    def _text(self, text: str, colour: str, *, bold: bool = False) -> Iterator[list[Piece]]:
        style = self._ink(colour, bold=bold)
        for part in wrap(text, self._width - _INDENT - 1):
            yield [(" " * _INDENT + part, style)]

    def _ink(self, colour: str, *, bold: bool = False) -> Style:
        return self._appearance.palette.style(colour, bold=bold)

    def _time(self, at: float) -> str:
        ago = self._now - at
        past = _("{when}, {ago} ago").format(when=f"{_local(at):%Y-%m-%d %H:%M}", ago=span(ago))
        return past if ago >= 0 else f"{_local(at):%Y-%m-%d %H:%M}"

    def _day(self, at: float) -> str:
        return f"{_local(at):%Y-%m-%d}"


def _local(at: float) -> datetime:
    """Return a time on the person's own clock; one that no calendar holds becomes its first day."""
    try:
        return datetime.fromtimestamp(at).astimezone()
    except (OverflowError, ValueError, OSError):
        return datetime.fromtimestamp(0).astimezone()


def more_sign(appearance: Appearance, key: str) -> Strip:
    """Return what says that there are lines below, and which key shows them."""
    style = appearance.palette.style("accent")
    words = f" {appearance.glyphs.down} {key} "
    return line([(words, style)], cells(words), style)


def empty(appearance: Appearance, width: int) -> list[Strip]:
    """Return what the pane shows when no task is under the cursor."""
    style = appearance.palette.style("muted")
    return [line([(" " + _("no task is under the cursor"), style)], width, style)]
