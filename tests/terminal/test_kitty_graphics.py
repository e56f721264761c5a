"""What is sent to a terminal that draws real pixels."""

import base64
import os
import re
import unicodedata
import zlib
from pathlib import Path

import pytest

from qr_tui.terminal import kitty_graphics
from qr_tui.terminal.detect import detect
from qr_tui.terminal.kitty_graphics import MOST, PLACEHOLDER, are_drawn, colour_of, forget, hand_over, row_of


def test_a_picture_is_handed_over_in_pieces_and_asks_for_no_answer() -> None:
    pixels = bytes(range(256)) * 300
    sent = hand_over(0x515201, 160, 160, pixels, 20, 10)
    parts = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", sent)
    assert "".join(f"\x1b_G{head};{data}\x1b\\" for head, data in parts) == sent
    assert parts[0][0].startswith("a=T,U=1,f=24,o=z,s=160,v=160,i=5329409,c=20,r=10,q=2,m=")
    assert all("q=2" in head and len(data) <= 4096 for head, data in parts)
    assert [head[-1] for head, _data in parts] == ["1"] * (len(parts) - 1) + ["0"]
    assert zlib.decompress(base64.b64decode("".join(data for _head, data in parts))) == pixels


def test_placeholders_say_row_and_column() -> None:
    cells = row_of(2, 3).split(PLACEHOLDER)[1:]
    assert cells == ["\u030e\u0305", "\u030e\u030d", "\u030e\u030e"]
    assert row_of(0, MOST + 1).endswith(PLACEHOLDER + "\u0305"), "one further right follows from the one before"


def test_the_marks_are_those_of_the_protocol() -> None:
    """Combining marks above, of which none has grown together with a letter: the beginning of the protocol's list."""
    assert len(kitty_graphics._MARKS) == len(set(kitty_graphics._MARKS)) == MOST
    assert all(unicodedata.combining(mark) == 230 for mark in kitty_graphics._MARKS)
    assert kitty_graphics._MARKS[-1] == "\u0658"


def test_the_colour_is_the_number() -> None:
    assert colour_of(0x515201) == (0x51, 0x52, 0x01)
    assert forget(7) == "\x1b_Ga=d,d=I,q=2,i=7\x1b\\"


@pytest.mark.parametrize(
    ("env", "version", "drawn"),
    [
        ({"TERM": "xterm-kitty"}, "kitty 0.28.1 created by Kovid Goyal", True),
        ({"TERM": "xterm-kitty"}, "kitty 0.41.1 created by Kovid Goyal", True),
        ({"TERM": "xterm-kitty"}, "kitty 0.26.5 created by Kovid Goyal", False),
        ({"TERM": "xterm-kitty"}, "", False),
        ({"TERM": "xterm-ghostty"}, "", True),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux,1,0"}, "kitty 0.41.1", False),
        ({"TERM": "xterm-kitty", "SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"}, "kitty 0.41.1", False),
        ({"TERM": "xterm-256color"}, "kitty 0.41.1", False),
    ],
)
def test_where_they_are_drawn(tmp_path: Path, env: dict[str, str], version: str, drawn: bool) -> None:
    kitty = tmp_path / "kitty"
    kitty.write_text(f"#!/bin/sh\necho '{version}'\n")
    kitty.chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", path)  # where programs are looked for
        assert are_drawn(detect({**env, "PATH": path}, tty=True)) is drawn
