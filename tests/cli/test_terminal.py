"""Commands on a real terminal: questions, the bar, colours, the app beside a script."""

import json
import re
from pathlib import Path

import pytest

from qr_tui.core.task import Status
from tests.support.cli import Shell, until
from tests.support.e2e.programs import PtyTerminal, clean_env, program

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def env(live: Shell, tmp_path: Path) -> dict[str, str]:
    """A terminal's environment that uses the same home and provider as `live`."""
    live.quick_config()
    return clean_env(tmp_path / "user", url=live.url, QR_TUI_HOME=str(live.home))


def test_the_same_again_is_asked_about(live: Shell, env: dict[str, str]) -> None:
    live("create", "a boat")
    with PtyTerminal(program("create", "a boat"), env=env) as terminal:
        terminal.wait_for("Send it all the same? [y/N]")
        terminal.type("n\r")
        assert terminal.wait_exit() == 130
    assert live.posts() == 1


def test_the_bar_is_drawn_and_taken_away(live: Shell, env: dict[str, str]) -> None:
    with PtyTerminal(program("create", "a boat [sim:seconds=4]", "--wait"), env=env) as terminal:
        terminal.wait_for("━")
        terminal.wait_for(re.compile("0 of 1"))
        assert terminal.wait_exit() == 0
        assert "━" not in terminal.text
        assert "video.mp4" in terminal.text.replace("\n", "")


def test_colours_only_where_they_are_wanted(live: Shell, env: dict[str, str]) -> None:
    live("create", "a boat", "--wait")
    with PtyTerminal(program("list"), env=env) as terminal:
        assert terminal.wait_exit() == 0
        assert b"\x1b[32mdone" in terminal.raw
    with PtyTerminal(program("list"), env=env | {"NO_COLOR": "1"}) as terminal:
        assert terminal.wait_exit() == 0
        assert b"\x1b[3" not in terminal.raw


def test_a_list_is_cut_to_the_terminal(live: Shell, env: dict[str, str]) -> None:
    live("create", "一只纸船在雨中漂流" * 20)
    with PtyTerminal(program("list"), env=env, columns=80, rows=24) as terminal:
        assert terminal.wait_exit() == 0
        rows = [row for row in terminal.screen() if row]
        assert len(rows) == 2
        assert rows[1].endswith("…")


def test_ctrl_c_in_a_wait(live: Shell, env: dict[str, str]) -> None:
    with PtyTerminal(program("create", "a boat [sim:stuck]", "--wait"), env=env) as terminal:
        terminal.wait_for("0 of 1")
        until(lambda: live.posts() == 1)  # before that it would rightly stay queued
        terminal.send(b"\x03")
        assert terminal.wait_exit() == 130
        assert "goes on watching it" in terminal.text.replace("\n", "")
    assert live.stored()[0].status in (Status.WAITING, Status.RUNNING)


def test_a_key_is_asked_for_unseen(live: Shell, env: dict[str, str]) -> None:
    with PtyTerminal(program("config", "set-key"), env=env) as terminal:
        terminal.wait_for("API key:")
        terminal.type("sk-typed-by-hand-123\r")
        assert terminal.wait_exit() == 0
        assert b"sk-typed" not in terminal.raw
    assert "sk-typed-by-hand-123" in live.paths.key_file.read_text()


def test_app_and_script_see_each_others_tasks(live: Shell, env: dict[str, str]) -> None:
    with PtyTerminal(program(), env=env, columns=120, rows=30) as terminal:
        terminal.wait_for("n new")
        made = live.process(
            "create", "from a script", "--json", env={"QUICKROUTER_API_KEY": env["QUICKROUTER_API_KEY"]}
        )
        assert made.code == 0, made.err
        identity = json.loads(made.out)[0]["id"]
        terminal.wait_for("from a script", timeout=5.0)
        terminal.press("n")
        terminal.wait_for("ctrl+g")
        terminal.type("from the app")
        terminal.press("ctrl+g")
        terminal.wait_for(re.compile(r"[○●✓] .*from the app"))
        prompts = {item["prompt"] for item in json.loads(live.process("list", "--json").out)}
        assert prompts == {"from a script", "from the app"}
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert identity


def test_the_demo_shows_every_stage_and_leaves_nothing(tmp_path: Path) -> None:
    env = clean_env(tmp_path, QR_TUI_HOME=str(tmp_path / "real"), TMPDIR=str(tmp_path))
    with PtyTerminal(program("--demo"), env=env, columns=100, rows=30) as terminal:
        terminal.wait_for("nothing is billed")
        for word in ("running", "waiting", "saved", "answer lost", "real people"):
            terminal.wait_for(word)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert not (tmp_path / "real").exists()
    assert not list(tmp_path.glob("qr-tui-demo*"))
