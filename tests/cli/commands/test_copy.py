import json
import subprocess

import pytest

from qr_tui.core.task import Status
from tests.support.cli import Shell, task


def test_copy_keeps_a_line_a_task_in_the_clipboard_file(shell: Shell) -> None:
    env = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "TMUX": "", "TERM": "dumb"}
    shell.put(task(id="sora-2:task_1"), task(id="sora-2:task_2", video_url="https://cdn.example.com/v.mp4"))
    done = subprocess.run(
        shell.argv("copy", "task_2", "task_1", "--json"),
        env=shell.env | env, capture_output=True, text=True, check=True, start_new_session=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["text"] == "sora-2:task_2\nsora-2:task_1"
    assert told["routes"] == ["file"]
    assert told["sure"] is False
    assert "sora-2:task_1" in shell.paths.clipboard_file.read_text()


def test_copy_other_parts(shell: Shell) -> None:
    from qr_tui.cli.commands.copy import part
    from qr_tui.core.failures import Trouble

    one = task("make animate", id="sora-2:task_1", video_url="https://cdn.example.com/v.mp4")
    assert part(one, "link") == one.video_url
    assert part(one, "prompt") == "make animate"
    assert part(one, "curl").startswith("curl --request POST https://api.example.com")
    assert json.loads(part(one, "json"))["key"] == one.key
    with pytest.raises(Trouble):
        part(one, "file")
    shell.put(task("no id yet", status=Status.QUEUED))
    assert shell("copy", shell.stored()[0].key).code == 2


def test_into_a_pipe_the_text_is_printed_and_nothing_is_copied(shell: Shell) -> None:
    shell.put(task(id="sora-2:task_1", video_url="https://cdn.example.com/v.mp4"), task(id="sora-2:task_2"))
    done = subprocess.run(
        shell.argv("copy", "task_1", "task_2"), env=shell.env, capture_output=True, text=True, check=True
    )
    assert done.stdout == "sora-2:task_1\nsora-2:task_2\n"
    assert done.stderr == ""
    assert not shell.paths.clipboard_file.exists()
