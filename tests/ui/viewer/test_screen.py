"""The viewer in the app: pictures of real films, made by a decoder in a process of its own."""

import sys
from pathlib import Path
from typing import Any

import pytest

from qr_tui.core.task import FileState, Status, Task
from qr_tui.core.text.messages import Message
from qr_tui.services.films.previews import NoPicture, Picture, Previews
from qr_tui.simulator.sample_media import FOLDER
from qr_tui.ui.viewer.screen import ViewerScreen
from tests.support.driving import Run, run
from tests.support.fake_app import make_task

COLOURS = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "DISPLAY": "", "PATH": "/nowhere"}


def saved(number: int, **fields: Any) -> Task:
    film = str(FOLDER / ("portrait.mp4" if number % 2 else "landscape.mp4"))
    return make_task(number, status=Status.DONE, file=film, file_state=FileState.SAVED, **fields)


TASKS = [saved(4), saved(3, prompt="a boat in the fog"), make_task(2), saved(1)]


class FakePreviews(Previews):
    """Hands out a picture of one colour, or says why there is none."""

    def __init__(self, why: str = "") -> None:
        self.asked: list[tuple[str, int, str]] = []
        self.why = why

    async def pictures(self, film: Path, count: int, width: int, height: int, mode: Any = "key") -> list[Picture]:
        self.asked.append((film.name, count, mode))
        if self.why:
            raise NoPicture(Message(self.why))
        return [Picture(float(at), 8, 8, bytes(8 * 8 * 3)) for at in range(count)]


def viewer(it: Run) -> ViewerScreen:
    assert isinstance(it.app.screen, ViewerScreen)
    return it.app.screen


def look(tmp_path: Path, script: Any, previews: FakePreviews | None = None, **changes: Any) -> None:
    async def whole(it: Run) -> None:
        it.app._previews = previews or FakePreviews()
        await script(it)

    run(tmp_path, changes.pop("tasks", TASKS), whole, env=changes.pop("env", COLOURS), **changes)


def test_one_film_after_another(tmp_path: Path) -> None:
    previews = FakePreviews()

    async def script(it: Run) -> None:
        await it.press("i")
        await it.until(lambda: len(viewer(it).views[0].pictures) == 6)
        assert "1 of 3" in it.line[0]
        assert "▀" in it.screen
        await it.until(lambda: ("landscape.mp4", 6, "exact") in previews.asked)
        await it.press("space")
        assert "picture 2 of 6" in it.screen
        await it.press("j")
        assert "2 of 3" in it.line[0]
        assert "a boat in the fog" in it.screen
        await it.press("k", "escape")
        assert it.on == "TasksScreen"

    look(tmp_path, script, previews)


def test_a_task_without_a_film_says_how_to_get_it(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("i")
        await it.until(lambda: "The film is not here yet; d fetches it." in it.screen)
        await it.press("P")
        assert it.toasts[-1] == "the film is not saved here yet"

    look(tmp_path, script, tasks=[make_task(1, status=Status.DONE, video_url="https://cdn.example.com/a.mp4")])


def test_three_takes_are_compared_and_one_kept_with_six_keys(tmp_path: Path) -> None:
    """From a list with three marked ones: i, l, l, f, escape - and D for one that is not wanted."""

    async def script(it: Run) -> None:
        await it.press("space", "space", "j", "space")
        keys = 0
        for key in ("i", "l", "f", "l", "D", "escape"):
            await it.press(key)
            keys += 1
        assert keys == 6
        assert ("tag", (["key000003"], ("fav",), ())) in it.studio.calls
        assert ("remove", ["key000001"]) in it.studio.calls
        await it.press("u")
        assert ("restore", ["key000001"]) in it.studio.calls

    look(tmp_path, script)


def test_what_differs_stands_in_the_title(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("space", "space", "i")
        assert "2 films, what differs: prompt" in it.line[0]
        await it.until(lambda: all(len(view.pictures) == 6 for view in viewer(it).views))

    look(tmp_path, script)


def test_at_most_six_stand_side_by_side(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("A", "i")
        assert len(viewer(it).views) == 6
        assert it.toasts[-1] == "the first 6 of 8 marked ones"

    look(tmp_path, script, tasks=[saved(number) for number in range(8)])


@pytest.mark.parametrize(
    "env", [{"TERM": "vt100"}, {**COLOURS, "NO_COLOR": "1"}, {"TERM": "linux"}, {**COLOURS, "LANG": "C"}]
)
def test_where_there_are_no_colours_nothing_is_decoded(tmp_path: Path, env: dict[str, str]) -> None:
    previews = FakePreviews()

    async def script(it: Run) -> None:
        await it.press("i")
        await it.until(lambda: "This terminal shows no pictures" in it.screen)
        await it.pilot.pause(0.4)
        assert previews.asked == []
        assert "▀" not in it.screen

    look(tmp_path, script, previews, env=env)


def test_a_decoder_that_cannot_is_a_line_of_words(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("i")
        await it.until(lambda: "no picture: it crashed" in it.screen)
        await it.press("j")
        assert "2 of 3" in it.line[0]

    look(tmp_path, script, FakePreviews("no picture: it crashed"))


def test_a_film_that_comes_while_it_is_looked_at(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        await it.press("i", "d")
        assert ("download", ("key000001",)) in it.studio.calls
        it.studio.change("key000001", file_state=FileState.DOWNLOADING)
        it.studio.change("key000001", file_state=FileState.SAVED, file=str(FOLDER / "portrait.mp4"))
        await it.until(lambda: len(viewer(it).views[0].pictures) == 6)

    look(tmp_path, script, tasks=[make_task(1, status=Status.DONE, video_url="https://cdn.example.com/a.mp4")])


def test_keys_typed_while_pictures_load_all_arrive(tmp_path: Path) -> None:
    pytest.importorskip("av", reason="needs PyAV to decode films")
    tasks = [saved(number) for number in range(1, 46)]

    async def script(it: Run) -> None:
        await it.press("i")
        for _number in range(44):
            await it.pilot.press("j")
        await it.settle()
        assert "45 of 45" in it.line[0]
        await it.until(lambda: len(viewer(it).views[44].pictures) == 6)

    async def whole(it: Run) -> None:
        it.app._previews = Previews(tmp_path / "cache", sys.executable)
        await script(it)

    run(tmp_path, tasks, whole, env=COLOURS)


def test_the_picture_over_the_pane(tmp_path: Path) -> None:
    previews = FakePreviews()

    async def script(it: Run) -> None:
        it.app.has_previews = True
        it.app.tasks.pane.refresh()
        await it.until(lambda: ("landscape.mp4", 1, "key") in previews.asked)
        await it.until(lambda: "▀" in it.screen)
        await it.press("j", "j")
        await it.until(lambda: "▀" not in it.screen)

    look(tmp_path, script, previews, size=(120, 36))


def test_no_picture_by_itself_over_ssh(tmp_path: Path) -> None:
    previews = FakePreviews()

    async def script(it: Run) -> None:
        it.app.has_previews = True
        it.app.tasks.pane.refresh()
        await it.pilot.pause(0.4)
        assert previews.asked == []
        await it.press("i")
        await it.until(lambda: ("landscape.mp4", 6, "key") in previews.asked)

    look(tmp_path, script, previews, size=(120, 36), env={**COLOURS, "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"})


def test_real_pixels_where_the_terminal_draws_them(tmp_path: Path) -> None:
    async def script(it: Run) -> None:
        written: list[str] = []
        it.app.write = written.append  # type: ignore[method-assign,assignment]
        await it.press("i")
        await it.until(lambda: len(viewer(it).views[0].sharp) == 6)
        await it.until(lambda: "\U0010eeee" in it.screen)
        assert any(part.startswith("\x1b_Ga=T,U=1") for part in written)
        await it.press("escape")
        await it.until(lambda: any("a=d" in part for part in written))

    look(tmp_path, script, env={**COLOURS, "TERM": "xterm-ghostty"})


@pytest.mark.parametrize("more", [{"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, {"TMUX": "/tmp/tmux,1,0"}])
def test_no_pixels_through_a_line_or_a_multiplexer(tmp_path: Path, more: dict[str, str]) -> None:
    async def script(it: Run) -> None:
        assert not await it.app.draws_pixels()

    look(tmp_path, script, env={**COLOURS, "TERM": "xterm-kitty", **more})
