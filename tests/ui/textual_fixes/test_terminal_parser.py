"""Bytes from the terminal: keys are keys, and nothing else is one, whole or in pieces, early or late."""

import random
from pathlib import Path

import pytest
from textual import events, messages
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import XTermParser
from textual.message import Message

from qr_tui.commands.registry import PAYING
from qr_tui.ui.textual_fixes import terminal_parser
from qr_tui.ui.textual_fixes.terminal_parser import CUT, TerminalParser, pasted
from qr_tui.ui.textual_fixes.typeahead import EscapeThen

CASES = Path(__file__).parent / "cases"


class Line:
    """A line to the parser on which time is ours."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: type[XTermParser] = TerminalParser) -> None:
        self.now = 0.0
        monkeypatch.setattr("textual._parser.get_time", lambda: self.now)
        self.parser = kind()
        self.got: list[Message] = []

    def send(self, data: str) -> "Line":
        self.got.extend(self.parser.feed(data))
        return self

    def wait(self, seconds: float) -> "Line":
        self.now += seconds
        self.got.extend(self.parser.tick())
        return self

    @property
    def keys(self) -> list[str]:
        assert all(isinstance(one, events.Key) for one in self.got), self.got
        return [one.key for one in self.got if isinstance(one, events.Key)]


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(monkeypatch)


@pytest.mark.parametrize("name", ["late-da1-reply", "late-xtversion-reply", "kitty-key-release"])
@pytest.mark.parametrize("pause", [0.0, 0.15, 0.45])
def test_a_late_reply_is_no_key_at_whatever_byte_it_is_cut(
    monkeypatch: pytest.MonkeyPatch, name: str, pause: float
) -> None:
    reply = (CASES / f"{name}.bin").read_bytes().decode()
    for at in range(2, len(reply)):
        line = Line(monkeypatch).send(reply[:at]).wait(pause).send(reply[at:]).wait(9).send("j")
        assert line.keys == ["j"], at


@pytest.mark.parametrize(
    "reply",
    [
        "\x1b]11;rgb:1c1c/1c1c/1c1c\x07",
        "\x1b]52;c;aGVsbG8=\x07",
        "\x1b]4;1;rgb:ff/00/00\x1b\\",
        "\x1bP1$r0m\x1b\\",
        "\x1bP>|kitty(0.42.1)\x1b\\",
        "\x1b_Gi=31;OK\x1b\\",
        "\x1b^private\x07still private\x1b\\",
        "\x1bXstart of string\x1b\\",
        "\x1b[?1u",
        "\x1b[?997;1n",
        "\x1b[12;80R",
        "\x1b[13;1R",
        "\x1b[1;2R",
        "\x1b[8;24;80t",
        "\x1b[48;24;80;480;640t",
        "\x1b[0n",
        "\x1b[>1;4000;30c",
        "\x1b[<0;10;10M",
        "\x1b[<0;10;10m",
        "\x1b[M !!",
        "\x1b[?2048;2$y",
        "\x1b[13;1A",
        "\x1b[5A",
        "\x1b[99;99;99;99;99;99;99;99;99;99;99;99;99;99;99;99;99z",
        "\x1b[99999999999999;2u",
        "\x1b[55296;1;55296u",
        "\x1b[1:2:3:4;5:6:7u",
        "\x1bO9;9z",
        "\x1b[" + "1;" * 4_000 + "D",
    ],
)
def test_what_no_key_is_made_of_is_dropped_whole(line: Line, reply: str) -> None:
    assert line.send(reply).send("q").wait(9).keys == ["q"]


@pytest.mark.parametrize("end", ["\x07", "\x1b\\"])
def test_the_end_of_a_reply_that_stalls_for_long_is_no_paying_key(line: Line, end: str) -> None:
    line.send("\x1b]11;rgb:1c1c/1c").wait(30).send("1c/1c1c").wait(30).send(end).send("j")
    assert line.keys == ["j"]


def test_the_modes_that_the_terminal_tells_are_known(line: Line) -> None:
    line.send("\x1b[?2026;2$y\x1b[?2048;0$y")
    assert [type(one) for one in line.got] == [messages.TerminalSupportsSynchronizedOutput]
    assert line.parser.modes_reported == {"2026", "2048"}  # type: ignore[attr-defined]


def test_the_focus_is_told(line: Line) -> None:
    assert [type(one) for one in line.send("\x1b[I\x1b[O").got] == [events.AppFocus, events.AppBlur]


@pytest.mark.parametrize("sequence", sorted(ANSI_SEQUENCES_KEYS))
def test_every_key_that_textual_knows_is_still_that_key(monkeypatch: pytest.MonkeyPatch, sequence: str) -> None:
    if (sequence[-1] == "R" and ";" in sequence) or sequence in {f"\x1b[5{letter}" for letter in "ABCD"}:
        pytest.skip("Textual itself makes a report, or nothing, of it")
    theirs = Line(monkeypatch, XTermParser).send(sequence).wait(9).keys
    assert Line(monkeypatch).send(sequence).wait(9).keys == theirs
    cut = Line(monkeypatch)
    for character in sequence:
        cut.send(character).wait(0.09)
    assert cut.wait(9).keys == theirs


@pytest.mark.parametrize(
    ("sequence", "key"),
    [
        ("\x1b[97u", "a"),
        ("\x1b[97;1:1u", "a"),
        ("\x1b[97;1:2u", "a"),
        ("\x1b[97:65;2;65u", "A"),
        ("\x1b[103;5u", "ctrl+g"),
        ("\x1b[27;5;103~", "ctrl+g"),
        ("\x1b[13;5u", "ctrl+enter"),
        ("\x1b[1;5A", "ctrl+up"),
        ("\x1b[13~", "f3"),
        ("\x1b[R", "f3"),
        ("\x1b[57376u", "f13"),
    ],
)
def test_keys_as_kitty_and_xterm_tell_them(line: Line, sequence: str, key: str) -> None:
    assert line.send(sequence).wait(9).keys == [key]


def test_a_key_let_go_is_no_key(line: Line) -> None:
    assert line.send("\x1b[103;5:3u\x1b[13;1:3u\x1b[1;1:3A\x1b[15;1:3~").wait(9).keys == []


# what a person types -----------------------------------------------------------------------------------------------
def test_an_escape_is_told_soon_and_an_arrow_cut_by_a_slow_line_is_an_arrow(line: Line) -> None:
    assert line.send("\x1b").wait(0.11).keys == ["escape"]
    assert line.send("\x1b[").wait(CUT - 0.05).send("A").keys == ["escape", "up"]
    assert line.send("\x1bO").wait(CUT - 0.05).send("B").keys == ["escape", "up", "down"]


@pytest.mark.parametrize("character", [*"[]PX_^O", *"jDA"])
def test_an_escape_and_a_character_hit_in_a_hurry_are_both_told(line: Line, character: str) -> None:
    (key,) = line.send("\x1b" + character).wait(CUT + 0.01).got
    assert isinstance(key, EscapeThen)
    assert key.character == character


@pytest.mark.parametrize("way_out", ["\x1b", "\x1b\x1b", "\x03", "\r"])
def test_a_person_whose_keys_were_taken_for_a_reply_gets_out(line: Line, way_out: str) -> None:
    line.send("\x1bP").wait(0.1).send("rompt").wait(9).send(way_out).wait(9)
    assert line.send("j").keys[-1] == "j"
    assert "p" not in line.keys


def test_words_behind_a_broken_sequence_are_kept(line: Line) -> None:
    assert [one.character for one in line.send("\x1b[你好").wait(9).got if isinstance(one, events.Key)] == [*"[你好"]


# pastes --------------------------------------------------------------------------------------------------------------
def paste_of(line: Line) -> str:
    (paste,) = line.got
    assert isinstance(paste, events.Paste)
    return paste.text


def test_a_paste_keeps_its_order_and_loses_its_controls(line: Line) -> None:
    line.send((CASES / "paste-with-sgr.bin").read_bytes().decode())
    assert paste_of(line) == "one red two"


def test_a_paste_in_pieces_is_one(line: Line) -> None:
    line.send("\x1b[200~")
    for character in "one\r\ntwo\rthree\nfour\tfive \x07\x1b]0;x\x07\x1b\x1b[201~":
        line.send(character).wait(0.6)
    assert paste_of(line) == "one\ntwo\nthree\nfour\tfive "


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ b", "alink b"),
        ("no end \x1b]0;words that stay", "no end ]0;words that stay"),
        ("\x9b31mred\x85line", "31mred\x85line"),
        ("\x1bMup\x1b(Bset", "upset"),
    ],
)
def test_what_a_paste_loses(text: str, kept: str) -> None:
    assert pasted(text) == kept


# anything at all -----------------------------------------------------------------------------------------------------
def a_sequence(chance: random.Random) -> str:
    """Return a sequence that is whole by the grammar and mostly means nothing."""
    if chance.random() < 0.4:
        introducer = chance.choice("]P_^X")
        body = "".join(chance.choices([*"0123456789;:?$ <=>/rgbD~", "你", "é"], k=chance.randint(1, 9)))
        return f"\x1b{introducer}{body}" + chance.choice(
            ("\x07", "\x1b\\", "\x9c") if introducer == "]" else ("\x1b\\",)
        )
    if chance.random() < 0.1:
        return "\x1bO" + chance.choice(("", "5", "1;2")) + chance.choice("ABCDPQRSjkxz")
    body = "".join(chance.choices("0123456789:;<=>?", k=chance.randint(1, 9)))
    return f"\x1b[{body}" + chance.choice(("", "", "$", " ", "!")) + chance.choice("@ABCDHIJKLSTXZ`cghlmnqrtuxyz{|}~")


def test_a_hundred_thousand_made_up_sequences_raise_nothing_and_pay_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(20_261_127)
    line = Line(monkeypatch)
    for _ in range(100_000):
        sequence = a_sequence(chance)
        if sequence.startswith("\x1b[200~"):
            continue  # a paste: it ends by its own end only
        at = chance.randint(2, len(sequence) - 1)
        line.send(sequence[:at]).wait(chance.choice((0.0, 0.15, 0.45))).send(sequence[at:])
    pays = {one.key for one in line.got if isinstance(one, events.Key) and one.key in PAYING.keys}
    assert pays <= {"f5", "ctrl+enter"}  # told by sequences of their own, which chance may hit
    line.got.clear()
    assert line.send("j").keys == ["j"]


def test_random_characters_raise_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    line = Line(monkeypatch)
    characters = [chr(code) for code in (*range(256), 0x4F60, 0xFF4A, 0xFFFD, 0x1F3AC)]
    for _ in range(20_000):
        line.send("".join(chance.choices(characters, k=chance.randint(1, 6)))).wait(chance.choice((0.0, 0.2, 4)))
    assert line.parser.is_eof is False


def test_an_end_within_a_sequence_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for text in ("", "\x1b", "\x1b[", "\x1b[1;", "\x1b]0;x", "\x1b]0;x\x1b", "\x1bO", "\x1b[200~words"):
        line = Line(monkeypatch).send(text or "j")
        assert list(line.parser.feed("")) == []


def test_the_times_are_what_a_person_does_not_feel() -> None:
    assert terminal_parser.CUT <= 0.5 < terminal_parser.CUT_INSIDE
