"""The bare page in a real terminal: a long line must be one line again when it is selected."""

import sys
from pathlib import Path

import pytest

from tests.support.e2e.programs import TmuxTerminal, clean_env, need

pytestmark = pytest.mark.e2e

APP = """
from textual.app import App
from qr_tui.ui.details.plain_page import PlainPageScreen

class Host(App):
    def on_mount(self):
        self.push_screen(PlainPageScreen("https://cdn.example/" + "x" * 100 + "\\nsecond", self.put), self.exit)

    def put(self, text):
        self._driver.write(text)

Host().run(mouse=False)
"""


def test_a_long_line_is_one_line_to_the_terminal(tmp_path: Path) -> None:
    need("tmux")
    file = tmp_path / "host.py"
    file.write_text(APP)
    env = clean_env(tmp_path / "home")
    with TmuxTerminal([sys.executable, str(file)], env=env, columns=40, rows=10) as terminal:

        def joined(_rows: list[str]) -> bool:
            return "https://cdn.example/" + "x" * 100 in terminal.command("capture-pane", "-p", "-J").split("\n")

        terminal.wait_for(joined)
        assert terminal.screen()[:4] == ["https://cdn.example/" + "x" * 20, "x" * 40, "x" * 40, "second"]
        terminal.resize(60, 10)
        terminal.wait_for(lambda rows: rows[:3] == ["https://cdn.example/" + "x" * 40, "x" * 60, "second"])
        terminal.wait_for(joined)
        terminal.press("y")
        assert terminal.wait_exit() == 0
