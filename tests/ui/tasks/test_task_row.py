"""A task as one line: exact width, the right words, nothing a terminal could act on."""

from typing import Any

import pytest
from textual.color import Color

from qr_tui.core.catalogue import Catalogue
from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, FileState, Status
from qr_tui.ui.tasks.task_row import age, layout, render_row, render_titles
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.glyphs import ASCII, UNICODE
from qr_tui.ui.theme.no_color import COLOURLESS
from qr_tui.ui.theme.palettes import DARK, PALETTES
from tests.support.fake_app import NOW, make_task

LOOK = Appearance(UNICODE, DARK, Catalogue())
HOSTILE = "[/b] [bold \x1b[2J\x1b]52;c;aGk=\x07 \u202eevil\u200d [red]x"


def row(width: int = 120, **fields: Any) -> str:
    flags = {name: fields.pop(name) for name in ("cursor", "marked") if name in fields}
    return render_row(make_task(**fields), layout(width), fields.pop("appearance", LOOK), NOW, **flags).text


@pytest.mark.parametrize("width", [1, 20, 40, 54, 60, 80, 96, 100, 119, 120, 200, 300])
@pytest.mark.parametrize("status", list(Status))
def test_every_width_is_filled_exactly(width: int, status: Status) -> None:
    task = make_task(status=status, prompt="一只纸船在雨中漂流" * 40, progress=50.0)
    for cursor in (True, False):
        strip = render_row(task, layout(width), LOOK, NOW, cursor=cursor, marked=cursor)
        assert strip.cell_length == width
        assert all(segment.style is not None for segment in strip)
    assert render_titles(layout(width), DARK).cell_length == width


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        (40, ["status", "age", "prompt"]),
        (60, ["status", "progress", "age", "id", "prompt"]),
        (76, ["status", "progress", "age", "model", "id", "prompt"]),
        (80, ["status", "progress", "age", "model", "format", "id", "prompt"]),
        (120, ["status", "progress", "age", "model", "format", "id", "prompt"]),
    ],
)
def test_columns_come_by_priority(width: int, columns: list[str]) -> None:
    form = layout(width)
    assert [name for name, _width in form.columns] == columns
    assert dict(form.columns)["prompt"] >= (11 if width < 101 else 22)
    assert form.gap == (1 if width < 101 else 2)


def test_running_shows_bar_percentage_and_names() -> None:
    text = row(status=Status.RUNNING, progress=62.0, created_at=NOW - 120)
    assert "● running" in text
    assert "━━━━━━────  62%" in text
    assert " 2m  sora-2-pro" in text
    assert "portrait 15s" in text
    assert "…00001" in text
    assert "prompt number 1" in text


@pytest.mark.parametrize(("progress", "full"), [(0.0, 0), (9.9, 0), (99.9, 9), (100.0, 10)])
def test_the_bar_is_full_at_a_hundred_only(progress: float, full: int) -> None:
    assert row(status=Status.RUNNING, progress=progress).count("━") == full


def test_no_bar_is_invented() -> None:
    text = row(status=Status.RUNNING, progress=None, submitted_at=NOW - 180, model="veo3.1-fast")
    assert "3m of 2–4m" in text
    assert "━" not in text
    assert "─" not in text


def test_a_failure_says_why_in_short() -> None:
    text = row(status=Status.FAILED, failure=Failure(kind=Kind.REAL_PEOPLE, detail="x"))
    assert "✗ failed" in text
    assert "real people" in text


def test_a_saved_file_keeps_the_end_of_its_name() -> None:
    text = row(status=Status.DONE, file_state=FileState.SAVED, file="/videos/01_make-animate-of-boat.mp4")
    assert "✓ saved" in text
    assert "01_make-" in text
    assert ".mp4" in text
    assert "✓ done" in row(status=Status.DONE)


def test_an_unconfirmed_task_says_what_to_press() -> None:
    assert "sent, answer lost: u to decide" in row(120, status=Status.UNCONFIRMED, id=None)
    assert "u to decide" in row(80, status=Status.UNCONFIRMED, id=None)
    assert "u to decide · prompt number 1" in row(140, status=Status.UNCONFIRMED, id=None)


def test_cursor_and_mark_are_seen_without_colour() -> None:
    assert row(cursor=True, marked=True).startswith("+▌ ")
    for palette in PALETTES["mono"].values():
        strip = render_row(make_task(), layout(80), Appearance(UNICODE, palette, Catalogue()), NOW, cursor=True)
        shown = COLOURLESS[palette.dark].apply(list(strip), Color.parse(palette.ground))
        assert all(segment.style is not None and segment.style.reverse for segment in shown)


def test_status_is_told_by_word_and_sign_not_by_colour_alone() -> None:
    seen = {row(status=status).strip().split("  ")[0] for status in Status}
    assert len(seen) == len(Status)


@pytest.mark.parametrize("field", ["prompt", "id", "model", "file"])
def test_hostile_text_is_inert(field: str) -> None:
    fields: dict[str, Any] = {field: HOSTILE}
    if field == "file":
        fields |= {"status": Status.DONE, "file_state": FileState.SAVED}
    text = row(200, **fields)
    assert not any(ord(char) < 32 or char in "\x7f\x9b\u202e\u200d" for char in text)


def test_markup_in_a_prompt_is_only_text() -> None:
    assert "[/b] [bold" in row(200, prompt=HOSTILE)


def test_ascii_terminals_get_ascii() -> None:
    appearance = Appearance(ASCII, DARK, Catalogue())
    for status in Status:
        task = make_task(
            status=status, progress=None if status is Status.RUNNING else 40.0, prompt="plain " * 40, file="a" * 60
        )
        assert render_row(task, layout(100), appearance, NOW, cursor=True, marked=True).text.isascii()


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0s"), (9, "0s"), (19, "10s"), (59, "50s"), (60, "1m"), (7200, "2h"), (-5, "0s")]
)
def test_a_young_task_ages_in_steps(seconds: float, shown: str) -> None:
    assert age(make_task(created_at=NOW - seconds), NOW) == shown


def test_a_row_costs_few_segments() -> None:
    strip = render_row(make_task(progress=40.0), layout(120), LOOK, NOW)
    assert len(list(strip)) <= 9
    assert len(list(render_row(make_task(status=Status.WAITING), layout(120), LOOK, NOW, cursor=True))) <= 5
