"""A changed cell costs a cell, not the line it stands in."""

import asyncio

from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.app import ComposeResult
from textual.strip import Strip
from textual.widgets import Static

from qr_tui.terminal.detect import detect
from qr_tui.ui.textual_fixes.app_base import FixedApp
from qr_tui.ui.textual_fixes.compositor import PreciseUpdate
from qr_tui.ui.theme.glyphs import UNICODE

PLAIN = Style()


def strip(text: str) -> Strip:
    return Strip([Segment(text, PLAIN)])


def sent(spans: list[tuple[int, int, int]]) -> list[tuple[int, int, str]]:
    """What is sent for these spans of two lines, each of two widgets that meet at cell 10: column, line, text."""
    chops = [{0: strip("0123456789"), 10: strip("abcdefghij")}, {0: strip("纸船在雨中"), 10: strip("ABCDEFGHIJ")}]
    update = ChopsUpdate(chops, spans, [[10, 20], [10, 20]])
    pieces = PreciseUpdate(update.chops, update.spans, update.chop_ends).pieces()
    return [(piece.x, piece.y, piece.strip.text) for piece in pieces]


def test_only_the_cells_of_the_span_are_sent() -> None:
    assert sent([(0, 3, 5)]) == [(3, 0, "34")]
    assert sent([(0, 12, 13)]) == [(12, 0, "c")]


def test_a_span_over_two_widgets_is_sent_in_two_parts() -> None:
    assert sent([(0, 8, 12)]) == [(8, 0, "89"), (10, 0, "ab")]


def test_whole_lines_and_wide_characters() -> None:
    assert sent([(0, 0, 20), (1, 4, 6)]) == [(0, 0, "0123456789"), (10, 0, "abcdefghij"), (4, 1, "在")]


def test_a_wide_character_is_sent_whole() -> None:
    assert sent([(1, 5, 6)]) == [(4, 1, "在")]
    assert sent([(1, 3, 5)]) == [(2, 1, "船在")]
    assert sent([(1, 9, 12)]) == [(8, 1, "中"), (10, 1, "AB")]


class Under(Static):
    """Two halves that meet at cell 5, in the middle of what lies over them."""


class Layers(FixedApp):
    """A line of ideographs over two widgets."""

    CSS = """
    Screen { layers: below above; layout: horizontal; }
    Under { width: 5; height: 1; layer: below; }
    #over { width: 8; height: 1; layer: above; offset: 1 0; }
    """

    def __init__(self) -> None:
        terminal = detect({"TERM": "xterm-256color", "LANG": "C.UTF-8"})
        super().__init__(terminal, UNICODE, binds=lambda _key: False, unseen=lambda _key: None)

    def compose(self) -> ComposeResult:
        yield Under("纸船雨")
        yield Under("中漂流")
        yield Static("清晨雾里", id="over")


def test_what_lies_below_cuts_no_character_above() -> None:
    async def look() -> list[str]:
        app = Layers()
        async with app.run_test(size=(12, 2)) as pilot:
            await pilot.pause()
            return [line.text for line in app.screen._compositor.render_strips()]

    assert asyncio.run(look())[0].startswith(" 清晨雾里 ")
