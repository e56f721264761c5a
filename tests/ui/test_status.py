"""The status line: what is wrong or unusual, the worst first."""

from pathlib import Path
from typing import Any

import pytest

from qr_tui import config
from qr_tui.commands.keymap import Keymap
from qr_tui.core.events import HostStatus, PollingChanged
from qr_tui.core.failures import Kind, Trouble
from qr_tui.ui.status import status_words
from tests.support.fake_app import FakeStudio


def words(studio: FakeStudio | None = None, **changes: Any) -> list[tuple[str, str]]:
    polling = changes.pop("polling", PollingChanged(here=True))
    keymap = changes.pop("keymap", Keymap())
    return status_words(studio, polling, keymap, **({"failure": None, "file_problem": None} | changes))


def test_nothing_is_said_while_all_is_well() -> None:
    assert words() == []
    assert words(FakeStudio()) == []


def test_why_the_engine_could_not_start_is_said_as_words() -> None:
    assert words(failure=Trouble(Kind.STORE, "disk \x1b[2Jfull")) == [("bad", "disk ·[2Jfull")]


def test_hosts_are_named_the_worst_first() -> None:
    studio = FakeStudio()
    studio.status = {"https://slow.example": HostStatus.RATE_LIMITED, "https://shut.example": HostStatus.KEY_REFUSED}
    (first, one), (second, two) = words(studio, keymap=Keymap({"app.connect": "f12"}))
    assert (first, second) == ("bad", "warn")
    assert "shut.example" in one
    assert "F12 opens Connect" in one
    assert "slow.example" in two


@pytest.mark.parametrize(
    ("polling", "studio", "said"),
    [
        (PollingChanged(here=True, paused=True), None, [("warn", "looking is paused: p goes on")]),
        (PollingChanged(here=False), FakeStudio(), [("muted", "another qr-tui on this store looks at the tasks")]),
        (PollingChanged(here=False), None, []),
    ],
)
def test_who_looks_at_the_tasks(
    polling: PollingChanged, studio: FakeStudio | None, said: list[tuple[str, str]]
) -> None:
    assert words(studio, polling=polling) == said


def test_a_mistake_in_the_file_says_whether_the_limits_hold(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[limits]\nvideos_per_day = -5\n")
    _settings, problem = config.load_or_default(file)
    said = [("bad", "a mistake in config.toml (line 2): your limits are not in force")]
    assert words(file_problem=problem) == said


def test_rule_3_a_setting_that_cannot_be_used_is_said_first_and_with_its_reason() -> None:
    studio = FakeStudio()
    studio.status = {"https://slow.example": HostStatus.DOWN, "https://set.example": HostStatus.SETTING}
    first, second = words(studio)
    assert first == ("bad", "set.example: nothing can be sent or looked at: the proxy is odd")
    assert "slow.example" in second[1]
