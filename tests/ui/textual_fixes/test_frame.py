"""Only cells that differ from what stands on the terminal are sent, and a terminal ends up showing all of them."""

import random

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from qr_tui.core.text.display import cells
from qr_tui.ui.textual_fixes.compositor import Piece
from qr_tui.ui.textual_fixes.frame import Frame, differences

RED, BLUE, BOLD = Style.parse("red on black"), Style.parse("blue on black"), Style.parse("bold red on black")
STYLES = (None, RED, BLUE, BOLD, Style.parse("reverse"), Style.parse("on white"), Style(dim=True, underline=True))


def strip(text: str, style: Style | None = None) -> Strip:
    return Strip([Segment(text, style)])


def put(frame: Frame, *pieces: tuple[int, int, str | Strip]) -> str:
    made = [Piece(x, y, strip(what) if isinstance(what, str) else what) for x, y, what in pieces]
    return frame.put(made, ColorSystem.EIGHT_BIT)


def test_what_stands_there_is_not_sent_again() -> None:
    frame = Frame()
    assert put(frame, (0, 0, "a paper boat")) == "\x1b[1;1Ha paper boat"
    assert put(frame, (0, 0, "a paper boat")) == ""
    assert put(frame, (0, 0, "a paper coat")) == "\x1b[1;9Hc"
    assert put(frame, (8, 0, "boat")) == "\x1b[1;9Hb"


def test_places_close_together_are_sent_as_one_and_others_with_a_jump() -> None:
    frame = Frame()
    put(frame, (0, 0, "0123456789a" * 2))
    assert put(frame, (0, 0, "x123x56789a" * 2)) == "\x1b[1;1Hx123x\x1b[6Cx123x"


def test_a_colour_is_said_once_and_only_what_changes_of_it() -> None:
    line = Strip([Segment("a", RED), Segment("b", RED), Segment("c", BLUE), Segment("d", BOLD), Segment("e", RED)])
    assert put(Frame(), (0, 0, line)) == "\x1b[1;1H\x1b[31;40mab\x1b[34mc\x1b[1;31md\x1b[0;31;40me\x1b[0m"


def test_the_same_text_in_another_colour_differs() -> None:
    frame = Frame()
    put(frame, (0, 0, strip("boat", RED)))
    assert put(frame, (0, 0, strip("boat", BLUE))) == "\x1b[1;1H\x1b[34;40mboat\x1b[0m"


def test_a_wide_character_is_sent_whole() -> None:
    frame = Frame()
    put(frame, (0, 0, "纸船在"))
    assert put(frame, (0, 0, "纸雨在")) == "\x1b[1;3H雨"
    assert put(frame, (0, 0, "纸ab在")) == "\x1b[1;3Hab"
    assert put(frame, (0, 0, " 纸b在")) == "\x1b[1;1H 纸"


def test_what_is_forgotten_is_sent_whole() -> None:
    frame = Frame()
    put(frame, (0, 0, "boat"))
    frame.forget()
    assert put(frame, (0, 0, "boat")) == "\x1b[1;1Hboat"


def test_updates_of_textual_are_told_by_their_kind() -> None:
    frame, console = Frame(), Console(color_system="256", force_terminal=True)
    whole = differences(frame, LayoutUpdate([[strip("ab"), strip("cd")], [strip("efgh")]], Region(2, 1, 4, 2)))
    assert whole is not None
    assert frame.put([], ColorSystem.EIGHT_BIT) == ""
    assert whole.render_segments(console) == "\x1b[2;3Habcd\x1b[3;3Hefgh"
    part = differences(frame, ChopsUpdate([{}, {2: strip("abxd")}, {}], [(1, 2, 6)], [[], [6], []]))
    assert part is not None
    assert part.render_segments(console) == "\x1b[2;5Hx"
    assert differences(frame, "text") is None
    assert differences(frame, None) is None


WORDS = st.text(st.sampled_from("ab 纸船é雾─●x"), min_size=1, max_size=12)


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 2), WORDS, st.sampled_from(STYLES)), max_size=25))
def test_a_terminal_shows_what_was_put_last(changes: list[tuple[int, int, str, Style | None]]) -> None:
    once, again = pyte.Screen(40, 4), pyte.Screen(40, 4)
    sparing, lavish = pyte.Stream(once), pyte.Stream(again)
    frame = Frame()
    for x, y, text, style in changes:
        # whole lines, as a screen is laid out: nothing is left of a wide character that is covered in part
        line = Strip([Segment(" " * x), Segment(text, style), Segment(" " * (40 - x - cells(text)))])
        sparing.feed(put(frame, (0, y, line)))
        lavish.feed(put(Frame(), (0, y, line)))
    assert once.buffer == again.buffer


@pytest.mark.parametrize("seed", range(5))
def test_a_random_walk_of_screens_sends_less_and_shows_the_same(seed: int) -> None:
    chance = random.Random(seed)
    once, again = pyte.Screen(60, 10), pyte.Screen(60, 10)
    sparing, lavish, frame = pyte.Stream(once), pyte.Stream(again), Frame()
    rows = [f"row {number} 纸船 " + "x" * 40 for number in range(10)]
    sent = whole = 0
    for _ in range(30):
        rows[chance.randrange(10)] = "".join(chance.choices("abc 纸", k=20))
        pieces = [(0, y, strip(f"{text:<60}"[: 60 - (cells(text) - len(text))])) for y, text in enumerate(rows)]
        few, all_of_it = put(frame, *pieces), put(Frame(), *pieces)
        sparing.feed(few)
        lavish.feed(all_of_it)
        sent, whole = sent + len(few), whole + len(all_of_it)
        assert once.display == again.display
    assert sent < whole / 4
