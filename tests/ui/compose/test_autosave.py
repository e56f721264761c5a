"""Autosave: written after a moment without a change or at once, and what went wrong is said."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from qr_tui.core.catalogue import Catalogue
from qr_tui.ui.compose.autosave import SAVE_AFTER, Autosave
from qr_tui.ui.compose.draft import Draft, DraftFile
from tests.support.fake_app import make_task


class Timer:
    """A timer that counts how often it was put off."""

    resets = 0

    def reset(self) -> None:
        self.resets += 1


class Bench:
    """Autosave over a file, with a clock that is turned by hand."""

    def __init__(self, path: Path) -> None:
        self.file = DraftFile(path)
        self.draft = Draft()
        self.said: list[str] = []
        self.timer = Timer()
        self.due: list[tuple[float, Callable[[], Awaitable[None]]]] = []
        self.autosave = Autosave(self.file, lambda: self.draft, self.said.append, self.set_timer)

    def set_timer(self, seconds: float, act: Callable[[], Awaitable[None]]) -> Any:
        self.due.append((seconds, act))
        return cast(Any, self.timer)

    async def time_passes(self) -> None:
        _seconds, act = self.due.pop()
        await act()


def test_many_changes_are_one_write_after_the_last(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "draft.json")
    for text in ("a", "a b", "a boat"):
        bench.draft = Draft(prompt=text)
        bench.autosave.save_soon()
    assert [seconds for seconds, _act in bench.due] == [SAVE_AFTER]
    assert bench.timer.resets == 2
    assert bench.file.load().draft == Draft()
    asyncio.run(bench.time_passes())
    assert bench.file.load().draft.prompt == "a boat"
    assert bench.said == ["draft saved"]
    bench.autosave.save_soon()
    asyncio.run(bench.time_passes())
    assert bench.said == ["draft saved"]  # it is on disk already


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "here").write_text("a file where a folder should be")
    bench = Bench(tmp_path / "here" / "draft.json")
    bench.draft = Draft(prompt="a boat")
    bench.autosave.save_now()
    assert bench.said[0].startswith("draft NOT saved: ")


def test_a_start_from_a_task_keeps_the_draft_that_was_there(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "draft.json")
    bench.file.save(Draft(prompt="mine"))
    draft, state, notes = bench.autosave.open(None, "f11", Catalogue())
    assert (draft.prompt, state, notes) == ("mine", "draft restored", ())
    task = make_task(1, prompt="another")
    draft, state, notes = bench.autosave.open(task, "f11", Catalogue())
    assert draft.prompt == "another"
    assert draft.kept is not None
    assert draft.kept.prompt == "mine"
    assert [note.text for note in notes] == ["Your earlier draft is kept: f11 brings it back."]
