import re
from pathlib import Path

import pytest

import qr_tui
from qr_tui.core.text import unsafe_characters
from qr_tui.core.text.unsafe_characters import ACTIVE, JOINERS_AND_MARKS, NEVER_NEEDED, UNSAFE


@pytest.mark.parametrize("char", ["\x00", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\u200b", "\ufeff", "\U000e0041"])
def test_what_acts_on_a_terminal_or_deceives_is_in_every_set(char: str) -> None:
    assert all(re.match(f"[{ranges}]", char) for ranges in (NEVER_NEEDED, ACTIVE, UNSAFE))


@pytest.mark.parametrize("char", ["\u200c", "\u200d", "\u200e", "\u200f", "\u061c"])
def test_honest_text_keeps_its_joiners_and_marks(char: str) -> None:
    assert re.match(f"[{JOINERS_AND_MARKS}]", char)
    assert not re.match(f"[{NEVER_NEEDED}]", char)


@pytest.mark.parametrize("char", ["\t", "\n", " ", "a", "纸", "é", "🎬"])
def test_plain_text_is_in_none(char: str) -> None:
    assert not re.match(f"[{UNSAFE}]", char)


def test_no_other_file_has_a_table_of_its_own() -> None:
    overrides = re.compile(r"\\u20(?:2[89a-e]|6[0-9a-f])-")
    package = Path(qr_tui.__file__).parent
    found = [path for path in package.rglob("*.py") if overrides.search(path.read_text())]
    assert found == [Path(unsafe_characters.__file__)]
