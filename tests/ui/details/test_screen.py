"""Everything known of a task, on its own screen and in the pane: whole, live, inert."""

from pathlib import Path

import msgspec
import pytest

from qr_tui.core.catalogue import Catalogue
from qr_tui.core.failures import WORDS, Kind
from qr_tui.core.task import Failure, FileState, HistoryEntry, Status
from qr_tui.ui.details.lines import Details
from qr_tui.ui.theme.appearance import Appearance
from qr_tui.ui.theme.glyphs import ASCII, UNICODE
from qr_tui.ui.theme.palettes import DARK
from tests.support.driving import Run, run
from tests.support.fake_app import NOW, make_task

LOOK = Appearance(UNICODE, DARK, Catalogue())
HOSTILE = "[/b] [bold \x1b[2J\x1b]52;c;aGk=\x07 \u202eevil\u200d [red]x"
FULL = make_task(
    1,
    status=Status.DONE,
    provider_status="completed",
    prompt="a paper boat\nin the rain",
    enhanced_prompt="A small folded paper boat drifts.",
    images=("https://example.com/one.png",),
    video_url="https://cdn.example.com/video.mp4",
    thumbnail_url="https://cdn.example.com/thumb.webp",
    expires_at=NOW + 7_200,
    width=704,
    height=1280,
    file="/videos/boat.mp4",
    file_state=FileState.SAVED,
    parent="parentkey",
    tags=("sea", "rain"),
    raw='{"status":"completed"}',
    submitted_at=NOW - 600,
    finished_at=NOW - 300,
    updated_at=NOW - 300,
    history=(
        HistoryEntry(NOW - 605, Status.QUEUED),
        HistoryEntry(NOW - 600, Status.WAITING, "pending"),
        HistoryEntry(NOW - 300, Status.DONE, "completed"),
    ),
)


def text(task: object, width: int = 80, **options: object) -> str:
    details = Details(options.pop("appearance", LOOK), width, NOW, **options)  # type: ignore[arg-type]
    return "\n".join(strip.text.rstrip() for strip in details.strips(task))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "known",
    [
        "✓ saved",
        "completed",
        "a paper boat",
        "in the rain",
        "A small folded paper boat drifts.",
        "sora-2-pro",
        "orientation",
        "https://example.com/one.png",
        "704×1280",
        "/videos/boat.mp4",
        "sora-2:task_01example000001",
        "key000001",
        "https://api.quickrouter.ai",
        "5m",
        "parentkey",
        "sea rain",
        "pending",
        "HISTORY",
    ],
)
def test_all_that_is_known_is_there(known: str) -> None:
    assert known in text(FULL)


@pytest.mark.parametrize("known", ["https://cdn.example.com/video.mp4", "in 2h", "https://cdn.example.com/thumb.webp"])
def test_the_link_is_there_until_the_film_is_saved(known: str) -> None:
    assert known not in text(FULL)
    assert known in text(msgspec.structs.replace(FULL, file=None, file_state=FileState.NONE))


def test_why_a_film_is_not_saved_and_how_far_one_is() -> None:
    failed = Failure(kind=Kind.DISK_FULL, detail="/videos")
    shown = text(msgspec.structs.replace(FULL, file_state=FileState.FAILED, file_failure=failed))
    for words in ("There is no room for the film", "Make room, then d goes on.", "» /videos", "✓ done"):
        assert words in shown
    fetched = msgspec.structs.replace(FULL, file_state=FileState.DOWNLOADING, file_failure=None)
    assert "62 % of 24.1 MB, 8.1M/s" in text(fetched, standing="62 % of 24.1 MB, 8.1M/s")


def test_a_switch_says_what_the_provider_makes_of_it() -> None:
    words = " ".join(text(make_task(parameters={"watermark": True, "private": False, "seed": True})).split())
    assert "no watermark if possible" in words
    assert "private off" in words
    assert "seed True" in words
    words = " ".join(text(make_task(parameters={"watermark": False, "private": "maybe"})).split())
    assert "no watermark always" in words
    assert "private maybe" in words


def test_the_raw_answer_is_folded_until_asked_for() -> None:
    assert '{"status":"completed"}' not in text(FULL, raw_key="w")
    assert "w unfolds" in text(FULL, raw_key="w")
    assert '{"status":"completed"}' in text(FULL, raw_key="w", unfolded=True)


def test_a_failure_has_title_meaning_hint_words_and_request_id() -> None:
    failure = Failure(kind=Kind.REAL_PEOPLE, detail="photorealistic people", request_id="2026abc")
    shown = " ".join(text(make_task(status=Status.FAILED, failure=failure)).split())
    words = WORDS[Kind.REAL_PEOPLE]
    for part in (words.title, words.meaning, words.hint, "photorealistic people", "2026abc"):
        assert part in shown


def test_an_expired_link_is_said() -> None:
    task = make_task(status=Status.DONE, video_url="https://x/y", expires_at=NOW - 5)
    assert "expired" in text(task)


@pytest.mark.parametrize("width", [10, 40, 44, 80, 200])
def test_every_line_has_the_width(width: int) -> None:
    task = make_task(
        prompt="一只纸船" * 50 + " " + "x" * 300,
        failure=Failure(kind=Kind.POLICY, detail="w" * 500),
        status=Status.FAILED,
    )
    for strip in Details(LOOK, width, NOW, unfolded=True, raw_key="w").strips(task):
        assert strip.cell_length == width


def test_hostile_words_are_inert_everywhere() -> None:
    task = make_task(
        prompt=HOSTILE,
        enhanced_prompt=HOSTILE + "2",
        id=HOSTILE,
        model=HOSTILE,
        provider_status=HOSTILE,
        parameters={HOSTILE: HOSTILE},
        images=(HOSTILE,),
        video_url=HOSTILE,
        thumbnail_url=HOSTILE,
        file=HOSTILE,
        file_state=FileState.SAVED,
        failure=Failure(kind=Kind.POLICY, detail=HOSTILE, request_id=HOSTILE),
        status=Status.FAILED,
        raw=HOSTILE,
        parent=HOSTILE,
        tags=(HOSTILE,),
        base_url=HOSTILE,
        history=(HistoryEntry(NOW, Status.FAILED, HOSTILE), HistoryEntry(1e300, Status.FAILED)),
    )
    shown = text(task, 200, raw_key="w", unfolded=True)
    assert not any((ord(char) < 32 and char != "\n") or char in "\x7f\u202e\u200d" for char in shown)
    assert "[/b] [bold" in shown


def test_ascii_terminals_get_ascii() -> None:
    appearance = Appearance(ASCII, DARK, Catalogue())
    shown = text(FULL, appearance=appearance, raw_key="w", unfolded=True).replace("×", "x")
    assert shown.isascii(), [char for char in shown if not char.isascii()]


def test_the_screen_opens_scrolls_and_goes_back(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("enter")
        assert it.on == "DetailsScreen"
        assert "✓ saved" in it.screen
        await it.press("G")
        assert "HISTORY" in it.screen
        assert "✓ saved" not in it.screen.split("HISTORY")[0]
        await it.press("g", "w")
        assert '{"status":"completed"}' in it.screen
        await it.press("q")
        assert it.on == "TasksScreen"

    run(tmp_path, [FULL], script)


def test_the_screen_follows_its_task(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("enter")
        it.studio.change("key000001", progress=42.0)
        await it.until(lambda: "42%" in it.screen)
        it.studio.change("key000001", status=Status.FAILED, failure=Failure(kind=Kind.POLICY, detail="no"))
        await it.until(lambda: WORDS[Kind.POLICY].title in it.screen)
        await it.press("R")
        assert it.on == "ConfirmScreen"

    run(tmp_path, [make_task(1)], script)


def test_only_changed_lines_are_sent(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("enter")
        lines = it.app.screen.query_one("Lines")
        regions: list[object] = []
        lines.refresh = lambda *args, **kwargs: regions.extend(args)  # type: ignore[method-assign,assignment]
        it.studio.change("key000001", progress=42.0)
        await it.until(lambda: len(regions) > 0)
        assert sum(region.height for region in regions) <= 3  # type: ignore[attr-defined]

    run(tmp_path, [make_task(1, progress=41.0)], script)


def test_rule_3_why_a_task_stands_where_it_does_is_said_under_its_state() -> None:
    said = text(make_task(1, status=Status.WAITING), standing="last look failed: HTTP 500 [/b]\x1b[2J, next in 20s")
    assert "last look failed: HTTP 500 [/b]·[2J, next in 20s" in said.split("PROMPT")[0]


def test_rule_3_the_details_screen_asks_the_engine(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        it.studio.why = "not sent yet: the proxy is odd"
        await it.press("enter")
        assert "not sent yet: the proxy is odd" in it.screen

    run(tmp_path, [make_task(1, status=Status.QUEUED)], script)
