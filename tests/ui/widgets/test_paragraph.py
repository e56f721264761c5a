"""Sentences in dialogs: broken where Chinese and English may be, as high as they need, plain text."""

import asyncio

from textual.app import App, ComposeResult

from qr_tui.core.text.display import cells
from qr_tui.ui.widgets.paragraph import Paragraph
from tests.support.forms import shown

CHINESE = "视频可能已生成并扣费，也可能没有。程序绝不会自行重发。"


class Page(App[None]):
    CSS = "Paragraph { width: 21; }"

    def __init__(self, *paragraphs: Paragraph) -> None:
        super().__init__()
        self._paragraphs = paragraphs

    def compose(self) -> ComposeResult:
        yield from self._paragraphs


def lines_of(paragraph: Paragraph, change: str = "") -> list[str]:
    """Return what stands on the screen: `paragraph`, changed to `change`, and the word below under it."""

    async def go() -> list[str]:
        app = Page(paragraph, Paragraph("below"))
        async with app.run_test(size=(40, 12)) as pilot:
            if change:
                paragraph.text = change
                await pilot.pause()
            return [line.rstrip() for line in shown(app).split("\n")]

    return asyncio.run(go())


def test_no_line_begins_with_a_mark_and_nothing_is_lost() -> None:
    lines = lines_of(Paragraph(CHINESE))
    said = lines[: lines.index("below")]
    assert "".join(said) == CHINESE
    assert len(said) == 3
    assert all(cells(line) <= 21 and line[0] not in "，。" for line in said)


def test_it_is_as_high_as_its_words_of_now() -> None:
    assert lines_of(Paragraph("one"))[:2] == ["one", "below"]
    assert lines_of(Paragraph("one"), change="one two three four five six")[:3] == [
        "one two three four",
        "five six",
        "below",
    ]


def test_it_reads_nothing_into_brackets() -> None:
    assert lines_of(Paragraph("[b]x[/b] [/]"))[0] == "[b]x[/b] [/]"


def test_where_only_so_many_lines_are_wanted_the_last_one_says_that_more_follows() -> None:
    lines = lines_of(Paragraph("one two three four five six seven eight nine", most=2))
    assert lines[:3] == ["one two three four", "five six seven eight…", "below"]
    assert lines_of(Paragraph("one two", most=2))[:2] == ["one two", "below"]
