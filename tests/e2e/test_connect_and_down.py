"""Without a key, with a wrong one, and while the provider cannot be reached: the list works and nothing is lost."""

import re
import stat
import time
from pathlib import Path

import pytest

from tests.support.e2e.programs import PATIENCE, PtyTerminal, clean_env, program, start_simulator
from tests.support.e2e.steps import look_often, run, stored

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

GOOD = "made-up-good-key"


def test_no_key_then_a_wrong_one_then_a_good_one(tmp_path: Path) -> None:
    with start_simulator("--key", GOOD) as simulator:
        env = clean_env(tmp_path / "home", url=simulator.url, key="")
        look_often(env)
        with PtyTerminal(program(), env=env) as terminal:
            terminal.wait_for("keep it in")
            terminal.wait_for(simulator.url)
            terminal.type("wrong-key")
            terminal.wait_for("•" * 9)
            terminal.press("f2")
            terminal.wait_for("The key was refused:")
            assert "Traceback" not in terminal.text
            terminal.press(*["backspace"] * 9)
            terminal.wait_gone("•")
            terminal.paste(GOOD)
            terminal.wait_for("•" * len(GOOD))
            terminal.press("f2")
            terminal.wait_for("The key works")
            terminal.press("f3")
            terminal.wait_gone("keep it in")
            terminal.wait_gone("There is no key")
            terminal.press("n")
            terminal.wait_for("0 characters")
            terminal.type("a paper boat")
            terminal.press("ctrl+g")
            terminal.wait_for(re.compile(r"[○●] .*s +\w{5} +a paper"))
            terminal.press("q")
            assert terminal.wait_exit() == 0
            assert b"wrong-key" not in terminal.raw and GOOD.encode() not in terminal.raw
        file = Path(env["QR_TUI_HOME"]) / "config" / "keys.toml"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert GOOD in file.read_text() and "wrong-key" not in file.read_text()
        holders = [path for path in tmp_path.rglob("*") if path.is_file() and GOOD.encode() in path.read_bytes()]
        assert holders == [file], "the key stands in its own file and nowhere else"
        # found again at the next start
        looks = simulator.ask("stats")["requests"].get("query", 0)
        with PtyTerminal(program(), env=env) as terminal:
            terminal.wait_for("a paper")
            end = time.monotonic() + PATIENCE
            while simulator.ask("stats")["requests"].get("query", 0) <= looks:
                assert time.monotonic() < end, terminal.text
                terminal.settle(0.05)
            assert "keep it in" not in terminal.text
            terminal.press("q")
            assert terminal.wait_exit() == 0
        assert set(simulator.ask("stats")["auth"]["query"]) == {"ok"}


def test_the_dialog_can_wait_and_comes_back_by_its_key(tmp_path: Path) -> None:
    env = clean_env(tmp_path / "home", url="http://127.0.0.1:9", key="")
    with PtyTerminal(program(), env=env) as terminal:
        terminal.wait_for("keep it in")
        terminal.press("f2")
        terminal.wait_for("the key is empty")
        terminal.press("f10")
        terminal.wait_gone("keep it in")
        terminal.wait_for("There is no key for this host")
        terminal.press("n")
        terminal.wait_for("0 characters")
        terminal.type("a paper boat")
        terminal.wait_for("12 characters")
        terminal.press("ctrl+g")
        terminal.wait_for(re.compile(r"^ .*no key", re.M | re.I))
        terminal.press("f10")
        terminal.press("C")
        terminal.wait_for("keep it in")
        terminal.type("any-key")
        terminal.wait_for("•" * 7)
        terminal.press("f2")
        terminal.wait_for("The provider cannot be reached")


def test_a_provider_that_is_down_and_comes_back(tmp_path: Path) -> None:
    with start_simulator() as simulator:
        port = simulator.url.rpartition(":")[2]
        env = clean_env(tmp_path / "home", url=simulator.url)
        look_often(env)
        for prompt in ("first boat", "second boat"):
            assert run(env, "create", prompt).returncode == 0
    # down: the list is there, and so is what was on its way to be sent
    with PtyTerminal(program(), env=env) as terminal:
        terminal.wait_for(lambda rows: any("first" in row for row in rows) and any("second" in row for row in rows))
        terminal.wait_for("The provider cannot be reached")
        terminal.press("n")
        terminal.wait_for("0 characters")
        terminal.type("third boat")
        terminal.press("ctrl+g")
        terminal.wait_for(re.compile(r"queued .* third"))
        terminal.press("n")
        terminal.wait_for("0 characters")
        terminal.type("not yet sent")
        terminal.wait_for("12 characters")
        terminal.press("f10")
        terminal.wait_for("3 total")
        with start_simulator("--port", port, env=env) as again:
            assert again.url == simulator.url
            terminal.press("r")  # no need to wait for the next try
            terminal.wait_for(re.compile(r"[○●] .*s +\w{5} +third"), 40)
            terminal.wait_gone("The provider cannot be reached", 40)
            assert again.ask("stats")["posts"] == {"third boat": {"received": 1, "paid": 1}}
            terminal.press("n")
            terminal.wait_for("not yet sent")
            terminal.press("f10")
            terminal.wait_for("3 total")
            terminal.press("q")
            assert terminal.wait_exit() == 0
    assert {task["prompt"] for task in stored(env)} == {"first boat", "second boat", "third boat"}
    assert not [task for task in stored(env) if task["status"] == "failed"]
