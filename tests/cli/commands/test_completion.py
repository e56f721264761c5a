import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.cli import Shell, task


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_a_completion_script_for_each_shell(shell: Shell, name: str) -> None:
    result = shell("completion", name)
    assert result.code == 0
    assert f"_QR_TUI_COMPLETE={name}_complete" in result.out
    assert shell("completion", "csh").code == 2


def completed(shell: Shell, *words: str, kind: str = "zsh") -> list[str]:
    """Return the lines that a shell is offered for these words."""
    cursor = {"COMP_WORDS": " ".join(["qr-tui", *words]), "COMP_CWORD": str(len(words))}
    return shell.process(env={"_QR_TUI_COMPLETE": f"{kind}_complete", **cursor}).out.splitlines()


@pytest.mark.usefixtures("checkpoints")
def test_ids_complete_with_their_prompt(shell: Shell) -> None:
    shell.put(task("a paper\x1b boat", id="sora-2:task_1abc"), task("a kite", id="veo3.1-fast:99-x"))
    assert completed(shell, "show", "sora") == ["plain", r"sora-2\:task_1abc", "a paper· boat"]
    assert completed(shell, "decide", "veo")[1] == r"veo3.1-fast\:99-x"
    assert completed(shell, "show", "nothing") == [""]
    assert completed(shell, "wat") == ["plain", "watch", "follow tasks until they are final"]
    shell.paths.store.write_bytes(b"{damaged")
    assert completed(shell, "show", "sora") == [""]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_itself_completes_an_id_behind_its_colon(shell: Shell, tmp_path: Path) -> None:
    shell.put(task(id="sora-2:task_1abc"))
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "qr-tui"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m qr_tui "$@"\n')
    program.chmod(0o755)
    script = (
        'eval "$(qr-tui completion bash)"; COMP_WORDS=(qr-tui show {words}); COMP_CWORD={at}; '
        '_qr_tui_completion qr-tui; echo "${{COMPREPLY[@]}}"'
    )
    env = shell.env | {"PATH": f"{program.parent}{os.pathsep}{shell.env['PATH']}"}
    for words, at, reply in (
        ("sora", 2, "sora-2:task_1abc"),
        ("sora-2 : ta", 4, "task_1abc"),
        ("sora-2 :", 3, "task_1abc"),
    ):
        line = script.format(words=words, at=at)
        done = subprocess.run(["bash", "-c", line], env=env, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == reply, done.stderr
