"""The states of the app that have a picture besides its five screens: every dialog, toast, terminal and mistake."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from qr_tui.config import Settings, Ui
from qr_tui.core.events import HostChanged, HostStatus, PollingChanged
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Failure, FileState, HistoryEntry, Status, Task
from qr_tui.services.checks import Concern
from tests.support.driving import Run
from tests.support.fake_app import NOW, FakeStudio, make_task

VEO: Final = {"aspect_ratio": "16:9", "enhance_prompt": True, "enable_upsample": False}

# One task of each status, the newest first, as they stand in the list.
TASKS: Final[tuple[Task, ...]] = (
    make_task(9, status=Status.QUEUED, id=None, created_at=NOW - 3, prompt="an origami crane unfolds itself"),
    make_task(8, status=Status.WAITING, created_at=NOW - 10, prompt="一只纸船在雨中漂流，镜头缓缓拉远"),
    make_task(7, progress=62.0, created_at=NOW - 130, prompt="make animate", provider_status="processing"),
    make_task(6, model="veo3.1-fast", parameters=VEO, progress=None, created_at=NOW - 90, prompt="no progress told"),
    make_task(
        5,
        status=Status.UNCONFIRMED,
        id=None,
        created_at=NOW - 300,
        failure=Failure(kind=Kind.LOST_ANSWER, detail="the connection broke before the answer was complete"),
    ),
    make_task(
        4, status=Status.DONE, created_at=NOW - 1_500, finished_at=NOW - 1_260, prompt="清晨的雾里，一列绿皮火车"
    ),
    make_task(3, status=Status.STOPPED, created_at=NOW - 4_000, prompt="[/b] [bold] \x1b[2J hostile\u202e words"),
    make_task(
        2,
        status=Status.FAILED,
        created_at=NOW - 7_300,
        submitted_at=NOW - 7_299,
        finished_at=NOW - 7_060,
        prompt="two friends laughing in a photo booth",
        failure=Failure(kind=Kind.REAL_PEOPLE, detail="photorealistic people", request_id="20261122example"),
        history=(
            HistoryEntry(NOW - 7_300, Status.QUEUED),
            HistoryEntry(NOW - 7_299, Status.WAITING, "pending"),
            HistoryEntry(NOW - 7_060, Status.FAILED, "failed"),
        ),
        raw='{"id": "sora-2:task_01example000002", "status": "failed"}',
    ),
)
# How far down the list each of them stands.
RUNNING, UNCONFIRMED, DONE, STOPPED = (("j",) * row for row in (3, 4, 5, 6))

SAVED: Final = make_task(
    1,
    status=Status.DONE,
    provider_status="completed",
    prompt="a paper boat\nin the rain, seen from a bridge",
    enhanced_prompt="A small folded paper boat drifts through a rain-soaked street.",
    images=("https://example.com/boat.png",),
    video_url="https://cdn.example.com/video.mp4?expires=1790007200&signature=0123456789abcdef",
    thumbnail_url="https://cdn.example.com/thumbnail.webp",
    expires_at=NOW + 7_200,
    width=704,
    height=1280,
    file="/videos/a-paper-boat.mp4",
    file_state=FileState.SAVED,
    parent="key000009",
    tags=("sea", "rain"),
    created_at=NOW - 605,
    submitted_at=NOW - 600,
    finished_at=NOW - 300,
    updated_at=NOW - 300,
    history=(
        HistoryEntry(NOW - 605, Status.QUEUED),
        HistoryEntry(NOW - 600, Status.WAITING, "pending"),
        HistoryEntry(NOW - 300, Status.DONE, "completed"),
    ),
    raw='{"id": "sora-2:task_01example000001", "status": "completed", "progress": 100}',
)


@dataclass(frozen=True)
class AppState:
    """How the app comes into one state.

    Attributes:
        prompt: Written for a new video, before any key.
        keys: What is pressed from the list on, or after the prompt, in Textual's names.
        shows: Words that stand on the screen once it is there; the picture waits for them.
        tasks: What is in the list.
        size: Columns and rows.
        chinese: Whether there is a picture in Chinese too. `shows` is waited for in English only.
        arrange: Prepares the engine before the app starts.
        then: What keys cannot do, after them.
        context: Further fields of the app's context: ``settings``, ``env``, ``demo``, ``problems``.
        no_color: Whether NO_COLOR is set.
    """

    keys: tuple[str, ...] = ()
    shows: str = ""
    tasks: tuple[Task, ...] = TASKS
    size: tuple[int, int] = (80, 24)
    chinese: bool = False
    arrange: Callable[[FakeStudio], None] = lambda _studio: None
    then: Callable[[Run], Awaitable[None]] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    no_color: bool = False
    prompt: str = ""


def text(words: str) -> tuple[str, ...]:
    """Return the keys that type `words`."""
    return tuple("space" if char == " " else char for char in words)


def _row(name: str, *keys: str) -> Callable[[Run], Awaitable[None]]:
    """Return what goes to the row of the form whose field is `name`, by tab, and presses `keys` there."""

    async def go(run: Run) -> None:
        for _ in range(60):
            focused = run.app.focused
            if name in (getattr(focused, "field", ""), getattr(getattr(focused, "parent", None), "field", "")):
                break
            await run.press("tab")
        else:
            raise AssertionError(f"tab does not come to {name}")
        await run.press(*keys)

    return go


def _event(event: Any) -> Callable[[Run], Awaitable[None]]:
    async def happen(run: Run) -> None:
        run.studio.sink(event)
        await run.settle()

    return happen


def _trouble(method: str, kind: Kind, detail: str = "") -> Callable[[FakeStudio], None]:
    return lambda studio: studio.troubles.update({method: Trouble(kind, detail)})


def _concern(*concerns: Concern) -> Callable[[FakeStudio], None]:
    return lambda studio: studio.concerns.extend(concerns)


def _unread(studio: FakeStudio) -> None:
    studio.hold_load = True


def _down(studio: FakeStudio) -> None:
    studio.status = {studio.base_url: HostStatus.DOWN}


def _keyless(studio: FakeStudio) -> None:
    studio.status = {studio.base_url: HostStatus.NO_KEY}


def _env(**variables: str) -> dict[str, Any]:
    return {"env": variables}


_256: Final = _env(COLORTERM="")
_16: Final = _env(COLORTERM="", TERM="xterm")
_ASCII: Final = _env(LANG="C")
_LIGHT: Final = {"settings": Settings(ui=Ui(theme="light"))}

BOAT: dict[str, Any] = {
    "prompt": "a {{what}} boat in {the rain|fog}, {dawn|dusk|night}",
    "model": "veo3.1-fast",
    "vars": {"what": "paper"},
}

STATES: Final[Mapping[str, AppState]] = {
    # the list
    "no-tasks": AppState(tasks=(), shows="No videos yet", chinese=True),
    "tasks-not-read-yet": AppState(arrange=_unread, shows="Reading your tasks"),
    "marks": AppState(("space", "j", "j", "V"), "4 marked"),
    "unfinished-only": AppState(("t", "u"), "is:unfinished"),
    "filter-open": AppState(("slash", *text("sora")), "6 of 8", chinese=True),
    "filter-kept": AppState(("slash", *text("status:failed"), "enter"), "1 of 8"),
    "filter-error": AppState(("slash", *text("boat stat:x")), "is not known", chinese=True),
    "filter-finds-nothing": AppState(("slash", *text("zebra")), "No task fits"),
    "paused": AppState(("p",), "paused"),
    "host-down": AppState(
        shows="cannot be reached",
        arrange=_down,
        then=_event(HostChanged("https://api.quickrouter.ai", HostStatus.DOWN, "connection refused")),
        chinese=True,
    ),
    "another-process-looks": AppState(shows="another qr-tui", then=_event(PollingChanged(here=False))),
    "demo": AppState(context={"demo": True}, shows="DEMO"),
    # dialogs of the list
    "sort": AppState(("s",), "progress"),
    "columns": AppState(("c",), "Columns", chinese=True),
    "save-view": AppState(("slash", *text("status:failed"), "enter", "v"), "digit", chinese=True),
    "tags": AppState(("T", *text("sea rain")), "sea rain"),
    "confirm-retry": AppState(("G", "R"), "costs again", chinese=True),
    "confirm-removal-of-many": AppState(("A", "D"), "Take 8 tasks off the list?"),
    "decide": AppState((*UNCONFIRMED, "a"), "paste the task id here", chinese=True),
    "decide-send-again": AppState((*UNCONFIRMED, "a", "down", "enter"), "Enter does not pay"),
    "decide-trouble": AppState(
        (*UNCONFIRMED, "a", *text("sora-2:wrong"), "enter"),
        "does not know this task",
        arrange=_trouble("decide", Kind.NOT_FOUND),
    ),
    "copy-menu": AppState(("Y",), "link", tasks=(SAVED,), chinese=True),
    "copy-menu-of-many": AppState(("A", "Y"), "Copy from 8 tasks"),
    "copy-menu-says-why-not": AppState(("Y", "l"), "it is not finished"),
    "copy-alone": AppState(("Y", "down", "s"), "signature=0123456789abcdef", tasks=(SAVED,)),
    # wherever one is
    "palette": AppState(("colon",), "every", chinese=True),
    "palette-search": AppState(("colon", *text("cop")), "copy id"),
    "palette-finds-nothing": AppState(("colon", *text("zebra"))),
    "help-of-compose": AppState(("n", "f1"), "editor"),
    "help-of-details": AppState(("enter", "question_mark"), "Keys: details"),
    "toast-message": AppState(("ctrl+c",), "q quits"),
    "toast-warning": AppState(("o",), "neither a file nor a link"),
    "toast-trouble": AppState(
        ("r",), "cannot be reached", arrange=_trouble("look", Kind.UNREACHABLE, "http://127.0.0.1:9"), chinese=True
    ),
    "toast-of-removal": AppState(("G", "D"), "removed 1"),
    "toasts-at-the-start": AppState(
        shows="purple",
        context={
            "problems": (Trouble(Kind.CONFIG, "config.toml: line 2: ui.theme: purple is not known"),),
            "settings": Settings(keys={"tasks.new": "q"}),
        },
    ),
    # details
    "details-of-a-saved-video": AppState(("enter",), "saved", tasks=(SAVED,), chinese=True),
    "details-of-a-saved-video-bottom": AppState(("enter", "G"), "HISTORY", tasks=(SAVED,)),
    "details-with-raw-answer": AppState(("enter", "w"), '"progress"', tasks=(SAVED,)),
    "details-of-a-queued-task": AppState(("enter",), "queued"),
    "details-of-a-running-task": AppState((*RUNNING, "enter"), "62%"),
    "details-of-an-unconfirmed-task": AppState((*UNCONFIRMED, "enter"), "unconfirmed", chinese=True),
    "details-of-a-stopped-task": AppState((*STOPPED, "enter"), "stopped"),
    # compose
    "compose-without-prompt": AppState(("n", "ctrl+g"), "The prompt is empty", chinese=True),
    "compose-with-a-wrong-image": AppState(
        prompt="a boat", then=_row("images", *text("boat.png"), "ctrl+g"), shows='"boat.png" is not'
    ),
    "compose-another-model": AppState(("f2", *text("veo3.1-fast"), "enter"), "veo3.1-fast", prompt="a boat"),
    "compose-with-frames": AppState(("f2", *text("kling-v2-6"), "enter"), "first frame", prompt="a boat", chinese=True),
    "compose-with-references": AppState(
        ("f2", *text("seedance-2-0"), "enter"), "last frame", prompt="a boat", chinese=True
    ),
    "compose-with-a-preset": AppState(
        ("ctrl+t", "1"), "6 prompts", prompt="a", context={"settings": Settings(presets={"boat": BOAT})}, chinese=True
    ),
    "usage": AppState(("L",), "by day", chinese=True),
    "request-of-another-route": AppState(("f2", *text("seedance-1"), "enter", "f9"), "/volc/v1", prompt="a boat"),
    "compose-choose-a-model": AppState(("n", "f2"), "veo", chinese=True),
    "compose-from-a-task": AppState(("e",), "a paper boat", tasks=(SAVED,)),
    "compose-asks-about-the-same-again": AppState(
        ("ctrl+g",), "Send", prompt="a boat", arrange=_concern(Concern(Kind.DUPLICATE, "ask")), chinese=True
    ),
    "compose-over-the-limit": AppState(
        ("ctrl+g",),
        "3 of 3 videos",
        prompt="a boat",
        arrange=_concern(Concern(Kind.OVER_LIMIT, "stop", "3 of 3 videos were sent today.")),
    ),
    "compose-trouble": AppState(
        ("ctrl+g",), "balance is 0", prompt="a boat", arrange=_trouble("submit", Kind.NO_BALANCE, "balance is 0")
    ),
    "request": AppState(("f9",), "curl", prompt="a paper boat in the rain", chinese=True),
    # settings
    "settings-wrong-value": AppState(
        ("comma",), "poll.first", then=_row("poll.first", "ctrl+a", *text("soon"), "enter")
    ),
    "settings-not-written": AppState(("comma",), "not written", then=_row("poll.first", *text("5"), "escape")),
    "settings-keys": AppState(("comma",), "tasks.down", then=_row("keys", "enter"), chinese=True),
    "settings-keys-awaiting-one": AppState(("comma",), "Type the new key", then=_row("keys", "enter", "enter")),
    "settings-keys-clash": AppState(("comma",), "tasks.new", then=_row("keys", "enter", "enter", "n")),
    # connect
    "connect": AppState(("C",), "key", chinese=True),
    "connect-by-itself": AppState(tasks=(), arrange=_keyless, shows="No key yet?"),
    "connect-works": AppState(("C", *text("sk-0123456789"), "f2"), "The key works", chinese=True),
    "connect-refused": AppState(
        ("C", *text("sk-0123456789"), "f2"), "refused", arrange=_trouble("test_key", Kind.KEY_REFUSED, "invalid token")
    ),
    # what the terminal can show
    "too-small": AppState(size=(39, 9), chinese=True),
    "smallest": AppState(size=(40, 10)),
    "wide": AppState(DONE, size=(160, 40)),
    "256-colours": AppState(context=_256),
    "256-colours-light": AppState(context=_256 | _LIGHT),
    "16-colours": AppState(context=_16),
    "16-colours-light": AppState(context=_16 | _LIGHT),
    "16-colours-details": AppState(("G", "enter"), context=_16),
    "16-colours-dialog": AppState((*UNCONFIRMED, "a"), "paste", context=_16),
    "no-color": AppState(("space", "j"), no_color=True),
    "no-color-light": AppState(("space", "j"), no_color=True, context=_LIGHT),
    "no-color-dialog": AppState(("G", "R"), "costs again", no_color=True),
    "no-color-compose": AppState(("n", "ctrl+g"), "The prompt is empty", no_color=True),
    "ascii": AppState(context=_ASCII),
    "ascii-details": AppState(("G", "enter"), context=_ASCII),
    "ascii-compose": AppState(prompt="a boat", context=_ASCII),
    "ascii-dialog": AppState((*UNCONFIRMED, "a"), "paste", context=_ASCII),
    "ascii-palette": AppState(("colon",), context=_ASCII),
    "ascii-toast": AppState(("o",), "neither a file", context=_ASCII),
}
