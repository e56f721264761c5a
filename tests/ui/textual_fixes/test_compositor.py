"""A changed cell costs a cell, not the line it stands in."""

import asyncio

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate
from textual.app import ComposeResult
from textual.strip import Strip
from textual.widgets import Static

from qr_tui.terminal.detect import detect
from qr_tui.ui.textual_fixes.app_base import FixedApp
from qr_tui.ui.textual_fixes.compositor import PreciseUpdate, precise
from qr_tui.ui.theme.glyphs import UNICODE

PLAIN = Style()


def strip(text: str) -> Strip:
    return Strip([Segment(text, PLAIN)])


def sent(spans: list[tuple[int, int, int]]) -> str:
    """What is sent for these spans of two lines, each of two widgets that meet at cell 10."""
    chops = [{0: strip("0123456789"), 10: strip("abcdefghij")}, {0: strip("纸船在雨中"), 10: strip("ABCDEFGHIJ")}]
    update = precise(ChopsUpdate(chops, spans, [[10, 20], [10, 20]]))
    assert isinstance(update, PreciseUpdate)
    return update.render_segments(Console(color_system=None))


def test_only_the_cells_of_the_span_are_sent() -> None:
    assert sent([(0, 3, 5)]) == "\x1b[1;4H34"
    assert sent([(0, 12, 13)]) == "\x1b[1;13Hc"


def test_a_span_over_two_widgets_is_sent_in_two_parts() -> None:
    assert sent([(0, 8, 12)]) == "\x1b[1;9H89\x1b[1;11Hab"


def test_whole_lines_and_wide_characters() -> None:
    assert sent([(0, 0, 20), (1, 4, 6)]) == "\x1b[1;1H0123456789\x1b[1;11Habcdefghij\x1b[2;5H在"


def test_a_wide_character_is_sent_whole() -> None:
    assert sent([(1, 5, 6)]) == "\x1b[2;5H在"
    assert sent([(1, 3, 5)]) == "\x1b[2;3H船在"
    assert sent([(1, 9, 12)]) == "\x1b[2;9H中\x1b[2;11HAB"


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


def test_anything_else_passes_as_it_is() -> None:
    assert precise(None) is None
    assert precise("text") == "text"
