"""A task as one line: exact width, the right words, nothing a terminal could act on."""

from typing import Any

import pytest
from textual.color import Color

from qr_tui.core.catalogue import Catalogue
from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, FileState, Status
from qr_tui.ui.tasks.task_row import (
    LEAST_PROMPT,
    LEAST_ROOMY_PROMPT,
    OPTIONAL,
    USUAL,
    age,
    layout,
    render_row,
    render_titles,
)
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
        (40, ["state", "prompt"]),
        (60, ["state", "age", "id", "prompt"]),
        (80, ["state", "age", "model", "format", "id", "prompt"]),
        (100, ["state", "age", "model", "format", "id", "prompt"]),
    ],
)
def test_columns_come_by_priority(width: int, columns: list[str]) -> None:
    assert [name for name, _width in layout(width).columns] == columns


@pytest.mark.parametrize("wanted", [USUAL, OPTIONAL, [column for column in USUAL if column != "model"]])
def test_the_prompt_keeps_its_room_at_every_width(wanted: tuple[str, ...]) -> None:
    for width in range(52, 320):
        assert dict(layout(width, wanted).columns)["prompt"] >= LEAST_PROMPT, width
    for width in range(77, 320):  # the narrowest list beside the pane
        form = layout(width, wanted, least=LEAST_ROOMY_PROMPT)
        assert dict(form.columns)["prompt"] >= LEAST_ROOMY_PROMPT, width
        assert {"age", "id"} <= dict(form.columns).keys(), width


def test_running_shows_percentage_bar_and_shape() -> None:
    text = row(status=Status.RUNNING, progress=62.0, created_at=NOW - 120)
    assert "● 62% ━━━━───" in text
    assert " 2m  sora-2-pro" in text
    assert "9:16 15s" in text
    assert " 00001 " in text
    assert "prompt number 1" in text


@pytest.mark.parametrize(("progress", "full"), [(0.0, 0), (9.9, 0), (99.9, 6), (100.0, 7)])
def test_the_bar_is_full_at_a_hundred_only(progress: float, full: int) -> None:
    assert row(status=Status.RUNNING, progress=progress).count("━") == full


def test_no_bar_is_invented() -> None:
    text = row(status=Status.RUNNING, progress=None, submitted_at=NOW - 180, model="veo3.1-fast")
    assert "● 3m of 2–4m" in text
    assert "━" not in text
    assert "─" not in text


def test_a_failure_is_its_reason() -> None:
    text = row(status=Status.FAILED, failure=Failure(kind=Kind.REAL_PEOPLE, detail="x"))
    assert "✗ real people" in text
    assert "failed" not in text
    assert "✗ failed" in row(status=Status.FAILED)


def test_where_the_file_of_a_finished_task_stands() -> None:
    soon: dict[str, Any] = {"status": Status.DONE, "expires_at": NOW + 2.5 * 86_400}
    assert "✓ saved" in row(**soon, file_state=FileState.SAVED, file="/videos/a.mp4")
    assert "▼ downloading" in row(**soon, file_state=FileState.DOWNLOADING)
    assert "▽ not saved" in row(**soon, file_state=FileState.FAILED)


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (3.1 * 86_400, "✓ done   "),
        (2.9 * 86_400, "✓ done · 2d"),
        (7_300, "✓ done · 2h"),
        (0, "✓ link expired"),
        (None, "✓ done   "),
    ],
)
def test_a_link_tells_its_life_in_its_last_three_days(left: float | None, shown: str) -> None:
    assert shown in row(status=Status.DONE, expires_at=None if left is None else NOW + left)


def test_an_unconfirmed_task_keeps_its_prompt() -> None:
    for width in (60, 80, 120):
        text = row(width, status=Status.UNCONFIRMED, id=None)
        assert "! answer lost" in text
        assert "prompt number 1" in text


def test_copies_are_told_apart() -> None:
    assert "2/20 prompt number 1" in row(80, copy=2, copies=20)
    assert "/" not in row(80, parameters={}, copy=1, copies=1)


def test_a_marked_row_is_tinted_and_the_cursor_still_seen() -> None:
    form, task = layout(80), make_task()
    grounds = []
    for marked, cursor in ((False, False), (True, False), (True, True)):
        strip = render_row(task, form, LOOK, NOW, marked=marked, cursor=cursor)
        (ground,) = {segment.style.bgcolor.name for segment in strip if segment.style and segment.style.bgcolor}
        grounds.append(ground)
    assert grounds == [DARK.ground, DARK.marked, DARK.cursor]


def test_cursor_and_mark_are_seen_without_colour() -> None:
    assert row(cursor=True, marked=True).startswith("+▌ ")
    for palette in PALETTES["mono"].values():
        strip = render_row(make_task(), layout(80), Appearance(UNICODE, palette, Catalogue()), NOW, cursor=True)
        shown = COLOURLESS[palette.dark].apply(list(strip), Color.parse(palette.ground))
        assert all(segment.style is not None and segment.style.reverse for segment in shown)


def test_status_is_told_by_word_and_sign_not_by_colour_alone() -> None:
    seen = {row(status=status).strip()[:14] for status in Status}
    assert len(seen) == len(Status)


@pytest.mark.parametrize("field", ["prompt", "id", "model"])
def test_hostile_text_is_inert(field: str) -> None:
    fields: dict[str, Any] = {field: HOSTILE}
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
