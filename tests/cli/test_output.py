import json
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.cli import output
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Failure, HistoryEntry, Status
from tests.support.cli import HOSTILE, Shell, task

ACTIVE = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\u202e", "\u2028", "\u200b", "\ufeff", "\U000e0041"]


@pytest.mark.parametrize("char", ACTIVE, ids=lambda char: f"{ord(char):x}")
def test_json_holds_nothing_a_terminal_acts_on(char: str) -> None:
    text = output.encode({"prompt": f"a{char}b"})
    assert char not in text.replace("\n", "") or char == "\n"
    assert json.loads(text) == {"prompt": f"a{char}b"}


@given(st.text())
def test_json_means_what_it_was_made_of(text: str) -> None:
    assert json.loads(output.encode([text])) == [text]
    assert json.loads(output.encode([text], indent=False)) == [text]
    assert "\x1b" not in output.encode([text])
    assert not set(output.escaped(text)) & (set(ACTIVE) - {"\n", "\t"})


def test_lines_of_a_trouble_are_inert() -> None:
    lines = output.trouble_lines(Trouble(Kind.USAGE, "\x1b[31mbad\nworse", request_id="r\x07"))
    assert lines[0] == "qr-tui: That cannot be used: ·[31mbad worse"
    assert "\x07" not in lines[1]
    assert "request id" in lines[1]


def test_no_colour_where_it_is_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert output.paint("x", "red", sys.stderr) == "\x1b[31mx\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert output.paint("x", "red", sys.stderr) == "x"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert output.paint("x", "red", sys.stderr) == "x"


def test_a_table_is_aligned_by_cells() -> None:
    assert output.table([{"a": "纸", "b": "x"}, {"a": "abc", "b": ""}]) == ["纸   x", "abc"]
    assert output.table([]) == []


@pytest.mark.parametrize(
    "command", [("list",), ("show", "t1"), ("export", "--format", "csv"), ("export",), ("list", "--json")]
)
def test_hostile_text_stays_inert(shell: Shell, command: tuple[str, ...]) -> None:
    broken = Failure(kind=Kind.PROVIDER_FAILED, detail=HOSTILE, request_id=HOSTILE)
    shell.put(
        task(HOSTILE, id=f"{HOSTILE}t1", status=Status.FAILED, failure=broken, provider_status=HOSTILE, model=HOSTILE,
             video_url=HOSTILE, enhanced_prompt=HOSTILE, tags=(HOSTILE,),
             history=(HistoryEntry(1, Status.FAILED, HOSTILE),))
    )  # fmt: skip
    result = shell(*command)
    assert result.code == 0
    assert not set("\x1b\x07\x9b\u202e") & set(result.out + result.err)
