"""The terminal lent to an editor: whatever becomes of it, the app comes back, says why, and has kept every word."""

from pathlib import Path

import pytest

from tests.support.e2e.programs import PtyTerminal, clean_env, program

pytestmark = pytest.mark.e2e


def an_editor(folder: Path, script: str) -> str:
    file = folder / "ed"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return str(file)


@pytest.mark.parametrize(("script", "words"), [("exit 3", "code 3;"), (None, "cannot be started")])
def test_the_prompt_outlives_an_editor_that_fails(tmp_path: Path, script: str | None, words: str) -> None:
    editor = "/nowhere/ed" if script is None else an_editor(tmp_path, script)
    env = clean_env(tmp_path / "home", url="http://127.0.0.1:9", EDITOR=editor)
    with PtyTerminal(program(), env=env) as terminal:
        terminal.wait_for("Press n to write the first one")
        terminal.press("n")
        terminal.wait_for("0 characters")
        terminal.type("a paper boat")
        terminal.wait_for("12 characters")
        terminal.press("ctrl+e")
        terminal.wait_for(words)
        terminal.wait_for("a paper boat")
        terminal.type(" in the rain")
        terminal.wait_for("a paper boat in the rain")
        terminal.press("f10")
        terminal.wait_for("0 total")
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_tables_of_the_settings_are_written_in_the_editor(tmp_path: Path) -> None:
    editor = an_editor(tmp_path, 'printf "[prices]\\nveo3.1 = 2\\n" > "$1"')
    env = clean_env(tmp_path / "home", url="http://127.0.0.1:9", EDITOR=editor)
    with PtyTerminal(program(), env=env) as terminal:
        terminal.wait_for("Press n to write the first one")
        terminal.press("comma")
        terminal.wait_for("colours")
        terminal.press(*["shift+tab"] * 5)
        terminal.wait_for("credits that one video of a model costs")
        terminal.press("enter")
        terminal.wait_for("config.toml: written")
        terminal.wait_for("1 in config.toml")
        terminal.press("escape")
        terminal.wait_for("Press n to write the first one")
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert (Path(env["QR_TUI_HOME"]) / "config" / "config.toml").read_text() == "[prices]\nveo3.1 = 2\n"
