"""The same command given several times at the same moment, by real processes: one of them sends."""

import os

import pytest

from tests.support.cli import Shell

ROUNDS = 50 if os.environ.get("QR_TUI_TORTURE") else 3
AT_ONCE = 4


@pytest.mark.slow
def test_rule_1_4_of_four_identical_creates_at_once_exactly_one_sends(live: Shell) -> None:
    for number in range(ROUNDS):
        started = [live.start("create", f"a paper boat, round {number}") for _ in range(AT_ONCE)]
        ended = [process.communicate(timeout=60) for process in started]
        codes = sorted(process.returncode for process in started)
        assert codes == [0] + [2] * (AT_ONCE - 1), (number, codes, ended)
        assert live.posts() == number + 1


@pytest.mark.slow
def test_rule_1_5_of_four_different_creates_at_once_a_cap_of_one_lets_one_through(live: Shell) -> None:
    assert live("config", "set", "limits.videos_per_day", "1").code == 0
    started = [live.start("create", f"a paper boat, number {number}") for number in range(AT_ONCE)]
    ended = [process.communicate(timeout=60) for process in started]
    codes = sorted(process.returncode for process in started)
    assert codes == [0] + [6] * (AT_ONCE - 1), (codes, ended)
    assert live.posts() == 1
