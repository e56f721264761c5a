"""Lines of cells: exact widths, and the smallest span that differs."""

from hypothesis import given
from hypothesis import strategies as st
from rich.style import Style

from qr_tui.core.text.display import cells
from qr_tui.ui.theme.strips import changed_span, join, line

PLAIN = Style(color="#ffffff")
RED = Style(color="#ff0000")
TEXT = st.text(alphabet="ab 字片·", max_size=30)


@given(
    st.lists(st.tuples(st.text(alphabet="ab 字e\u0301·", max_size=30), st.sampled_from([PLAIN, RED])), max_size=5),
    st.integers(0, 40),
)
def test_a_line_has_exactly_its_width_and_no_unstyled_segment(pieces: list[tuple[str, Style]], width: int) -> None:
    strip = line(pieces, width, PLAIN)
    assert strip.cell_length == width
    assert cells(strip.text) == width
    assert all(segment.style is not None for segment in strip)


def test_neighbours_of_one_style_are_one_segment() -> None:
    strip = line([("a", PLAIN), ("b", PLAIN), ("c", RED)], 5, PLAIN)
    assert [segment.text for segment in strip] == ["ab", "c  "]


def test_equal_lines_have_no_span() -> None:
    assert changed_span(line([("abc", PLAIN)], 9, PLAIN), line([("abc", PLAIN)], 9, PLAIN)) is None


def test_only_what_differs_is_named() -> None:
    old, new = line([("progress 41%", PLAIN)], 40, PLAIN), line([("progress 42%", PLAIN)], 40, PLAIN)
    assert changed_span(old, new) == (10, 1)


def test_a_change_of_colour_alone_counts() -> None:
    old, new = line([("ab", PLAIN), ("cd", PLAIN)], 6, PLAIN), line([("ab", PLAIN), ("cd", RED)], 6, PLAIN)
    assert changed_span(old, new) in ((2, 2), (2, 4))


@given(TEXT, TEXT)
def test_a_span_covers_all_that_differs_and_cuts_no_wide_character(one: str, two: str) -> None:
    old, new = line([(one, PLAIN)], 40, PLAIN), line([(two, PLAIN)], 40, PLAIN)
    span = changed_span(old, new)
    if span is None:
        assert old.text == new.text
        return
    first, size = span
    assert old.crop(0, first).text == new.crop(0, first).text
    assert old.crop(first + size, 40).text == new.crop(first + size, 40).text
    # the cut falls between characters: the parts together are the whole
    for strip in (old, new):
        parts = [strip.crop(0, first), strip.crop(first, first + size), strip.crop(first + size, 40)]
        assert "".join(part.text for part in parts) == strip.text


def test_another_width_is_another_line() -> None:
    assert changed_span(line([], 10, PLAIN), line([], 12, PLAIN)) == (0, 12)


def test_join_keeps_whole_parts() -> None:
    assert join(["one", "two", "three"], " · ", 9) == "one · two"
    assert join(["one"], " · ", 2) == ""
