"""The main job on a real terminal: write, send, watch, copy, leave, and find it again."""

import re
from pathlib import Path

import pytest

from tests.support.e2e.programs import PtyTerminal, Terminal, TmuxTerminal, clean_env, need, program, start_simulator
from tests.support.e2e.steps import LAST_LINE, PROMPT, look_often, run, stored

pytestmark = pytest.mark.e2e

# the vendor's own example (sora-pro-create), with the values that these tests choose
BODY = {
    "images": [],
    "model": "sora-2-pro",
    "orientation": "landscape",
    "prompt": PROMPT,
    "size": "large",
    "duration": 25,
    "watermark": False,
    "private": True,
}
PERCENT = re.compile(r"● (\d+)%")


SHAPE = re.compile(r"\d+:\d+ \d+s +(\w{5}) ")  # what stands in a row only: how the video is shaped, and its id


def row_of(terminal: Terminal, prompt: str = "一只小猫") -> str:
    """Return the row of the list that shows this prompt, empty if none does."""
    return next((row for row in terminal.screen() if prompt in row and SHAPE.search(row)), "")


def compose(terminal: Terminal) -> None:
    """Write the video of `BODY`, partly typed, partly pasted, and send it; the same in every language."""
    terminal.press("n")
    terminal.wait_for("sora-2-pro]")
    first, _, rest = PROMPT.partition("\n")
    terminal.type(first)
    terminal.press("enter")
    terminal.paste(rest)
    terminal.wait_for(LAST_LINE)
    first_value, second_value = r" +\S+ +\[", r" +\S+ +\S+ +\["
    for key, chosen in (("F3", second_value), ("F4", r" .*\[25"), ("F6", r" .*\S \["), ("F7", first_value)):
        terminal.press(key.lower())
        terminal.wait_for(re.compile(key + chosen))
    rows = terminal.screen()
    assert all(any(line in row for row in rows) for line in PROMPT.split("\n"))
    terminal.press("ctrl+g")
    terminal.wait_gone(re.compile(r"^ +F6 ", re.M))


def watch(terminal: Terminal) -> list[int]:
    """Wait until the video is done; returns the percentages that its row showed on the way."""
    seen: list[int] = []

    def done(_rows: list[str]) -> bool:
        row = row_of(terminal)
        if found := PERCENT.search(row):
            seen.append(int(found[1]))
        return bool(re.search(r"✓ (done|saved)", row))

    terminal.wait_for(done, 40)
    return seen


def place_cursor(terminal: Terminal) -> str:
    """Go to the video's row; returns the end of the id that the row shows."""
    terminal.press("g")
    for _step in range(10):
        terminal.wait_for(re.compile(r"^ ?▌", re.M))
        row = row_of(terminal)
        if "▌" in row:
            break
        before = terminal.text
        terminal.press("j")
        terminal.wait_for(lambda rows, before=before: "\n".join(rows) != before)  # type: ignore[misc]
    found = SHAPE.search(row_of(terminal))
    assert "▌" in row_of(terminal) and found
    return found[1]


@pytest.mark.slow
def test_the_demo_in_a_plain_terminal(tmp_path: Path) -> None:
    env = clean_env(tmp_path / "home", key="")
    with PtyTerminal(program("--demo"), env=env) as terminal:
        terminal.wait_for("DEMO: nothing is billed")
        terminal.wait_for(re.compile(r"· 10( total)?\b"))
        compose(terminal)
        terminal.wait_for(re.compile(r"· 11( total)?\b"))
        seen = watch(terminal)
        assert len(set(seen)) >= 2 and seen == sorted(seen)
        tail = place_cursor(terminal)
        terminal.press("y")
        terminal.wait_for(lambda _rows: terminal.emulator.clipboard is not None)
        copied = terminal.emulator.clipboard or ""
        assert re.fullmatch(r"sora-2:task_\w{26}", copied) and copied.endswith(tail)
        terminal.wait_for("→ sent to your terminal")
        terminal.press("q")
        assert terminal.wait_exit() == 0
        assert not terminal.emulator.alternate
        assert terminal.emulator.modes[25], "the cursor is shown again"
        assert not terminal.emulator.modes.get(2004, False)
    assert not (Path(env["QR_TUI_HOME"]) / "data").exists(), "the demo leaves a person's own home alone"


@pytest.mark.slow
def test_the_demo_inside_tmux(tmp_path: Path) -> None:
    need("tmux")
    with TmuxTerminal(program("--demo"), env=clean_env(tmp_path / "home", key="")) as terminal:
        client = terminal.attach()
        terminal.wait_for(re.compile(r"· 10( total)?\b"))
        compose(terminal)
        watch(terminal)
        tail = place_cursor(terminal)
        terminal.press("y")
        terminal.wait_for("tmux buffer")
        assert re.fullmatch(r"sora-2:task_\w{26}", terminal.buffer()) and terminal.buffer().endswith(tail)
        client.wait_clipboard(terminal.buffer())
        terminal.press("q")
        assert terminal.wait_exit() == 0


@pytest.mark.slow
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_body_is_the_vendors_and_a_restart_goes_on(tmp_path: Path, language: str) -> None:
    with start_simulator("--speed", "1") as simulator:
        env = clean_env(tmp_path / "home", url=simulator.url, QR_TUI_LANG=language)
        look_often(env)
        with PtyTerminal(program(), env=env) as terminal:
            terminal.wait_for(re.compile(r"^ +n ", re.M))  # the keys below the list
            compose(terminal)
            terminal.wait_for(lambda _rows: bool(row_of(terminal)))
            terminal.wait_for(lambda _rows: bool(row_of(terminal)))
            (created,) = simulator.ask("stats")["creates"]
            assert created["body"] == BODY
            assert created["path"] == "/v1/video/create"
            assert created["auth"] == "ok"
            terminal.press("q")
            assert terminal.wait_exit() == 0
        looks = simulator.ask("stats")["requests"].get("query", 0)
        simulator.ask(f"tasks/{created['id']}", {"status": "processing", "progress": 0.62, "hold": True})
        with PtyTerminal(program(), env=env) as terminal:
            terminal.wait_for(lambda _rows: "62%" in row_of(terminal))
            simulator.ask(f"tasks/{created['id']}", {"status": "completed"})
            terminal.wait_for(lambda _rows: "✓" in row_of(terminal))
            terminal.press("q")
            assert terminal.wait_exit() == 0
        stats = simulator.ask("stats")
        assert stats["requests"]["query"] > looks
        assert stats["requests"]["create"] == stats["paid"] == 1
        (task,) = stored(env)
        assert (task["status"], task["id"], task["prompt"]) == ("done", created["id"], PROMPT)
        assert run(env, "show", created["id"]).returncode == 0
