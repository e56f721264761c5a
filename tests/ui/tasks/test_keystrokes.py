"""The ten most common jobs, each in the keystrokes that are promised for it, from the list and back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual import events

from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, Status
from qr_tui.services.decisions import Drop
from tests.support.driving import Run, run
from tests.support.fake_app import FakeStudio, make_task

LINK = "https://cdn.example.com/video.mp4"
LOST = {"status": Status.UNCONFIRMED, "id": None}
FAILED = {"status": Status.FAILED, "failure": Failure(kind=Kind.POLICY)}
TASKS = [
    make_task(1, **FAILED),
    make_task(2, **LOST),
    make_task(3, **FAILED),
    make_task(4, **LOST),
    make_task(5, status=Status.DONE),
    make_task(6),
    make_task(7, status=Status.DONE, video_url=LINK),
]


def key(number: int) -> str:
    return make_task(number).key


def copied(text: str) -> Callable[[Run], bool]:
    def holds(it: Run) -> bool:
        file = it.app.app_context.paths.clipboard_file
        return file.exists() and text in file.read_text()

    return holds


def sent(prompt: str) -> Callable[[Run], bool]:
    return lambda it: [given[0].prompt for given in it.studio.called("submit")] == [prompt]


def rows(*numbers: int) -> Callable[[Run], bool]:
    return lambda it: it.shown == [key(number) for number in numbers]


JOBS: dict[str, tuple[int, list[Any], Callable[[Run], bool]]] = {
    "new video": (2, ["n", "type:a paper boat", "ctrl+g"], sent("a paper boat")),
    "variation": (2, ["e", "ctrl+g"], sent("prompt number 7")),
    "copy id": (1, ["y"], copied("sora-2:task_01example000007")),
    "copy link": (2, ["Y", "l"], copied(LINK)),
    "only failed": (2, ["t", "f"], rows(3, 1)),
    "next that needs you": (1, ["exclamation_mark"], lambda it: it.cursor == key(4)),
    "sort": (2, ["s", "o"], rows(*range(1, 8))),
    "drop all unconfirmed": (
        5,
        ["t", "n", "A", "a", "3"],
        lambda it: it.studio.called("decide") == [(key(4), Drop()), (key(2), Drop())],
    ),
    "retry all failed": (5, ["t", "f", "A", "R", "ctrl+g"], lambda it: len(it.studio.called("retry")) == 2),
    "clear finished": (4, ["t", "d", "A", "D"], lambda it: not {key(n) for n in (1, 3, 5, 7)} & set(it.shown)),
}


@pytest.mark.parametrize("job", JOBS)
def test_a_job_takes_the_keystrokes_promised_for_it(tmp_path: Path, job: str) -> None:
    promised, keys, done = JOBS[job]
    strokes = [stroke for stroke in keys if not stroke.startswith("type:")]
    assert len(strokes) == promised

    async def script(it: Run) -> None:
        for stroke in keys:
            if stroke.startswith("type:"):
                await it.type(stroke.removeprefix("type:"))
            else:
                await it.press(stroke)
        await it.until(lambda: done(it))
        await it.until(lambda: it.on == "TasksScreen")

    # a clock without seconds of its own: paying keys wait until a question was painted
    run(tmp_path, [], script, studio=FakeStudio(TASKS), env={"DISPLAY": "", "TERM": "xterm-256color"})


def test_an_input_method_that_was_left_on_works_the_list(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        for stroke in ("ｊ", "！", "ｔ"):
            await it.pilot.press(stroke)
            await it.settle()
        assert it.on == "ChooseScreen"
        await it.pilot.press("ｆ")
        await it.settle()
        assert it.shown == [key(3), key(1)]
        await it.press("escape")
        it.app.post_message(events.Key("ideographic_comma", "、"))
        await it.settle()
        await it.type("７")
        assert it.app.tasks.list_model.filter_text == "７", "where text is typed it stays as it is"

    run(tmp_path, TASKS, script)


def test_no_letter_enter_or_space_pays(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        for opened in (["R"], ["a", "2"]):
            await it.press("G", *(["k"] if opened[0] == "a" else []), *opened)
            for stroke in ("y", "Y", "enter", "space", "g", "G", "1", "R", "r"):
                if it.on == "TasksScreen":
                    break
                await it.pilot.press(stroke)
                await it.settle()
            while it.on != "TasksScreen":
                await it.press("escape")
        assert it.studio.called("retry") == []
        assert [choice for _key, choice in it.studio.called("decide")] == []

    run(tmp_path, TASKS, script)
