"""Tasks in words on stdout: the table of `qr-tui list`, the page of `qr-tui show`."""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from qr_tui.cli import output
from qr_tui.cli.task_words import file_words, status_colour, status_word
from qr_tui.core.failures import WORDS
from qr_tui.core.status_words import look_failed, provider_word
from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text.display import cells, cut, fit, inert, inert_lines, size, tail
from qr_tui.core.text.messages import N_
from qr_tui.i18n import _, sentences, span, translate

_WIDE: Final = 120  # cells from which a list shows whole ids
_TAIL: Final = 9
_COLUMNS: Final = (N_("STATUS"), N_("PROGRESS"), N_("AGE"), N_("MODEL"), N_("SHAPE"), N_("ID"), N_("PROMPT"))


def list_lines(tasks: Sequence[Task], *, now: float, width: int | None) -> Iterable[str]:
    """Yield the table: its head, then a line a task, cut to `width` cells where lines end."""
    from qr_tui.core.catalogue import shape

    whole = width is None or width >= _WIDE
    rows = [
        (
            status_word(task),
            _progress(task),
            span(now - task.created_at),
            inert(task.model, limit=100),
            inert(shape(task.parameters), limit=100),
            _name(task, whole),
            (f"{task.copy}/{task.copies} " if task.copies > 1 else "") + inert(task.prompt),
        )
        for task in tasks
    ]
    head = tuple(map(_, _COLUMNS))
    sizes = [max(cells(row[at]) for row in (head, *rows)) for at in range(len(head) - 1)]
    for number, row in enumerate((head, *rows)):
        parts = [fit(part, size) for part, size in zip(row, sizes, strict=False)]
        text = "  ".join([*parts, row[-1]])
        text = text.rstrip() if width is None else cut(text, width)
        if number:
            painted = output.paint(parts[0], status_colour(tasks[number - 1]), sys.stdout)
            text = painted + text[len(parts[0]) :]
        yield text if number else output.paint(text, "dim", sys.stdout)


def _progress(task: Task) -> str:
    if task.status in (Status.FAILED, Status.UNCONFIRMED) and task.failure:
        return _(WORDS[task.failure.kind].short)
    if task.look_failure and not task.final:
        return _(WORDS[task.look_failure.kind].short)
    if task.status is Status.RUNNING and task.progress is not None:
        return f"{task.progress:.0f} %"
    return ""


def _file(task: Task) -> str:
    if task.file_state is FileState.SAVED and task.file:
        return f"{task.file}  ({size(task.file_size)})" if task.file_size else task.file
    return file_words(task)


def _name(task: Task, whole: bool) -> str:
    if task.id is None:
        return task.key
    return inert(task.id if whole else tail(task.id, _TAIL), limit=500)


def _when(at: float | None) -> str:
    if at is None:
        return ""
    try:
        return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")
    except (OverflowError, ValueError, OSError):
        return ""


def show_lines(task: Task) -> Iterable[str]:
    """Yield everything known of `task`, a field a line, long texts as blocks."""
    from qr_tui.core.catalogue import shape

    parameters = [f"{name}={msgspec.json.encode(value).decode()}" for name, value in task.parameters.items()]
    progress = "" if task.progress is None else f"{task.progress:.0f} %"
    told = provider_word(task.status, task.provider_status)
    word = f"({told})" if told else ""
    fields = [
        (_("id"), task.id or _("not known yet")),
        (_("local key"), task.key),
        (_("status"), " ".join(filter(None, (status_word(task), word, progress)))),
        (_("model"), task.model),
        (_("shape"), shape(task.parameters)),
        (_("parameters"), " ".join(parameters)),
        *((_("image"), image) for image in task.images),
        (_("host"), task.base_url),
        (_("created"), _when(task.created_at)),
        (_("sent"), _when(task.submitted_at)),
        (_("finished"), _when(task.finished_at)),
        (_("link"), task.video_url or ""),
        (_("link expires"), _when(task.expires_at)),
        (_("thumbnail"), task.thumbnail_url or ""),
        (_("file"), _file(task)),
        (_("made from"), task.parent or ""),
        (_("tags"), " ".join(task.tags)),
    ]
    shown = [(label, inert(text)) for label, text in fields if text]
    width = max(cells(label) for label, _text in shown)
    for label, text in shown:
        yield f"{fit(label, width)}  {text}"
    if task.failure is not None:
        words = WORDS[task.failure.kind]
        label = fit(_("failure"), width)
        yield f"{label}  {sentences(_(words.title), _(words.meaning))}"
        if task.failure.detail:
            yield f"{' ' * width}  {inert(translate(task.failure.detail))}"
        if task.failure.request_id:
            yield f"{' ' * width}  " + _("request id: {id}").format(id=inert(task.failure.request_id))
    if task.look_failure is not None:
        yield f"{' ' * width}  {inert(translate(look_failed(task.look_failure)), limit=4_000)}"
    yield from _block(_("prompt"), task.prompt)
    yield from _block(_("enhanced prompt"), task.enhanced_prompt or "")
    if task.history:
        yield ""
        yield _("history") + ":"
        for moment in task.history:
            word = provider_word(moment.status, moment.word)
            told = f" ({inert(word, limit=100)})" if word else ""
            yield f"  {_when(moment.at)}  {status_word(moment.status)}{told}"


def _block(label: str, text: str) -> Iterable[str]:
    if text:
        yield ""
        yield label + ":"
        for line in inert_lines(text).split("\n"):
            yield "  " + line
