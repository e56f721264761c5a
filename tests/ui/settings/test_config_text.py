"""Tables of the settings: the file in the person's editor, written only when all of it is sound."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from qr_tui import config
from tests.support.forms import shown, until
from tests.ui.settings.test_screen import Bench


class Editor:
    """Remembers what it was opened with and leaves what it is told to."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._program = home / "ed"
        self.env = {"EDITOR": str(self._program)}

    def leaves(self, text: str | None, *, code: int = 0, meanwhile: str = "") -> None:
        new = self._home / "new"
        new.write_text(text or "")
        put = f'cat "{new}" > "$1"' if text is not None else ":"
        self._program.write_text(f'#!/bin/sh\ncat "$1" > "{self._home}/seen"\n{put}\n{meanwhile}\nexit {code}\n')
        self._program.chmod(0o755)

    @property
    def seen(self) -> str:
        return (self._home / "seen").read_text()


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    return Editor(tmp_path)


async def open_file(bench: Bench, pilot: Pilot[Any], monkeypatch: pytest.MonkeyPatch, key: str = "prices") -> None:
    monkeypatch.setattr(bench.app, "suspend", nullcontext)
    bench.focus(key)
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def test_what_comes_back_sound_is_written_and_taken_at_once(
    tmp_path: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        row = bench.focus("poll.every")
        await pilot.press("5")
        new = "# mine\n[prices]\nveo3.1 = 2\n[limits]\nvideos_per_day = 5\n[ui]\nglyphs = 'ascii'\n"
        editor.leaves(new)
        await open_file(bench, pilot, monkeypatch)
        assert editor.seen == "# mine\n[ui]\n"
        assert bench.path.read_text() == new
        assert bench.app.used[-1].prices == {"veo3.1": 2.0}
        assert "config.toml: written" in bench.notes
        await until(pilot, lambda: "1 in config.toml" in shown(bench.app))
        assert bench.screen.form.row("prices").has_focus
        again = bench.screen.form.row("poll.every")
        assert again is not row
        assert getattr(again, "text", "") == "5", "what was typed elsewhere stays"
        limit = bench.screen.form.row("limits.videos_per_day")
        assert (getattr(limit, "text", ""), getattr(limit, "remark", "?")) == ("5", "")
        assert getattr(bench.screen.form.row("ui.glyphs"), "value", "") == "ascii"

    Bench(tmp_path, "# mine\n[ui]\n", env=editor.env).run(script)


def test_a_mistake_is_named_and_the_text_waits_to_be_corrected(
    tmp_path: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        editor.leaves("[prices]\nveo3.1 = 'two'\n")
        await open_file(bench, pilot, monkeypatch)
        assert "line 2: prices.veo3.1: expected a number" in bench.notes
        assert "enter opens your text again" in bench.notes
        await until(pilot, lambda: "! not written" in shown(bench.app))
        assert bench.path.read_text() == "[ui]\n"
        assert bench.app.used == []
        await pilot.press("escape")
        await pilot.pause()
        assert "config.toml: not written" in bench.notes
        editor.leaves("[prices]\nveo3.1 = 2\n")
        await open_file(bench, pilot, monkeypatch, "models")
        assert editor.seen == "[prices]\nveo3.1 = 'two'\n"
        assert bench.settings.prices == {"veo3.1": 2.0}
        assert "not written" not in shown(bench.app)
        await pilot.press("escape")
        await pilot.pause()
        assert bench.app.result is None

    Bench(tmp_path, "[ui]\n", env=editor.env).run(script)


def test_a_file_that_cannot_be_read_can_be_mended_here(
    tmp_path: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        editor.leaves("[limits]\nvideos_per_day = 5\n")
        await open_file(bench, pilot, monkeypatch)
        assert editor.seen == "[limits\nvideos_per_day = 5\n"
        assert bench.settings.limits.videos_per_day == 5

    Bench(tmp_path, "[limits\nvideos_per_day = 5\n", env=editor.env).run(script)


def test_without_a_file_it_begins_with_a_short_head(
    tmp_path: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        editor.leaves(None)
        await open_file(bench, pilot, monkeypatch)
        assert editor.seen.startswith("# Settings of qr-tui.")
        assert "config.toml is as it was" in bench.notes
        assert not bench.path.exists()
        editor.leaves(editor.seen + "[prices]\nveo3.1 = 2\n")
        await open_file(bench, pilot, monkeypatch)
        assert bench.path.read_text() == editor.seen + "[prices]\nveo3.1 = 2\n"
        assert config.load(bench.path).prices == {"veo3.1": 2.0}

    Bench(tmp_path, env=editor.env).run(script)


def test_an_editor_that_fails_changes_nothing(tmp_path: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        editor.leaves("[prices]\nveo3.1 = 2\n", code=3)
        await open_file(bench, pilot, monkeypatch)
        assert "ended with code 3" in bench.notes
        assert bench.path.read_text() == "[ui]\n"
        await pilot.press("escape")
        await pilot.pause()
        assert bench.app.result is None

    Bench(tmp_path, "[ui]\n", env=editor.env).run(script)


def test_what_another_program_wrote_meanwhile_is_not_overwritten_unseen(
    tmp_path: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        editor.leaves("[prices]\nveo3.1 = 2\n", meanwhile=f'echo "# theirs" > "{bench.path}"')
        await open_file(bench, pilot, monkeypatch)
        assert "another program has changed it meanwhile" in bench.notes
        assert bench.path.read_text() == "# theirs\n"

    Bench(tmp_path, "[ui]\n", env=editor.env).run(script)


def test_an_arrow_opens_no_editor(tmp_path: Path, editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    async def script(bench: Bench, pilot: Pilot[Any]) -> None:
        editor.leaves("[prices]\nveo3.1 = 2\n")
        monkeypatch.setattr(bench.app, "suspend", nullcontext)
        bench.focus("prices")
        await pilot.press("right", "left", "space", "l")
        await pilot.app.workers.wait_for_complete()
        assert not bench.path.exists()

    Bench(tmp_path, env=editor.env).run(script)
