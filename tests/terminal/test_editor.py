import os
import signal
import stat
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.terminal import editor
from qr_tui.ui.app import QrTui
from tests.support.fake_app import FakeStudio, make_app_context


def an_editor(tmp_path: Path, script: str) -> dict[str, str]:
    program = tmp_path / "my editor"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return {"PATH": os.environ["PATH"], "EDITOR": f"'{program}' --wait"}


def test_visual_before_editor_before_vi() -> None:
    assert editor.command({"VISUAL": "code --wait", "EDITOR": "nano"}) == ["code", "--wait"]
    assert editor.command({"VISUAL": " ", "EDITOR": "nano"}) == ["nano"]
    assert editor.command({}) == ["vi"]


def test_a_broken_variable_is_named() -> None:
    with pytest.raises(Trouble) as caught:
        editor.command({"EDITOR": "vim 'x"})
    assert "$EDITOR" in str(caught.value.detail)


def test_the_text_goes_out_and_comes_back(tmp_path: Path) -> None:
    env = an_editor(tmp_path, f'cp "$2" "{tmp_path}/seen"; ls -l "$2" > "{tmp_path}/ls"; echo "雨 more" >> "$2"')
    state = tmp_path / "state"
    assert editor.edit("one\n一只纸船\n", state, env) == "one\n一只纸船\n雨 more"
    assert (tmp_path / "seen").read_text() == "one\n一只纸船\n"
    assert (tmp_path / "ls").read_text().startswith("-rw-------")
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert list(state.iterdir()) == []


@pytest.mark.parametrize(
    ("script", "words"),
    [("exit 3", "code 3"), ('rm "$2"', "cannot be read"), ('head -c 5000000 /dev/zero > "$2"', "4 MiB")],
)
def test_a_failing_editor_is_said_and_leaves_nothing(tmp_path: Path, script: str, words: str) -> None:
    env = an_editor(tmp_path, script)
    with pytest.raises(Trouble) as caught:
        editor.edit("prompt", tmp_path / "state", env)
    assert caught.value.kind is Kind.USAGE
    assert words in str(caught.value.detail)
    assert list((tmp_path / "state").iterdir()) == []


def test_the_copy_is_called_as_its_text_is(tmp_path: Path) -> None:
    env = an_editor(tmp_path, f'basename "$2" > "{tmp_path}/name"')
    editor.edit("", tmp_path / "state", env, name="config.toml")
    name = (tmp_path / "name").read_text().strip()
    assert name.startswith("config-")
    assert name.endswith(".toml")


def test_a_missing_editor_is_said(tmp_path: Path) -> None:
    with pytest.raises(Trouble) as caught:
        editor.edit("prompt", tmp_path / "state", {"EDITOR": "no-such-editor-here"})
    assert "no-such-editor-here" in str(caught.value.detail)
    assert list((tmp_path / "state").iterdir()) == []


def test_no_room_for_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    with pytest.raises(Trouble) as caught:
        editor.edit("prompt", tmp_path / "state", {"EDITOR": "true"})
    assert caught.value.kind is Kind.USAGE


def test_ctrl_c_belongs_to_the_editor() -> None:
    before = signal.getsignal(signal.SIGINT)
    with editor.leave_interrupts_to_editor():
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_nothing_is_written_to_a_terminal_that_is_lent(tmp_path: Path) -> None:
    written: list[str] = []
    app = QrTui(make_app_context(tmp_path, FakeStudio()))
    writer = threading.Thread(target=lambda: None)
    driver = SimpleNamespace(_writer_thread=writer, write=written.append, flush=lambda: None)
    app._driver = cast(Any, driver)
    with pytest.raises(RuntimeError):
        app.write("title")
    assert written == []
    driver._writer_thread = threading.current_thread()
    app.write("title")
    assert written == ["title"]
