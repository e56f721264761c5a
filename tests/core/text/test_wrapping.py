"""Lines break where a reader of Chinese or English expects it."""

from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.text.display import cells
from qr_tui.core.text.wrapping import wrap


def test_words_wrap_at_spaces() -> None:
    assert wrap("a paper boat in the rain", 10) == ["a paper", "boat in", "the rain"]


def test_what_has_no_spaces_wraps_anywhere() -> None:
    assert wrap("一只纸船在雨中漂流", 8) == ["一只纸船", "在雨中漂", "流"]
    assert wrap("https://example.com/long", 8)[0] == "https://"


@given(st.text(alphabet="ab 字\n", max_size=80), st.integers(2, 20))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert lines
    assert all(cells(part) <= width for part in lines)
    assert "".join(lines).replace(" ", "") == text.replace("\n", "").replace(" ", "")


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    assert wrap("复制编号，每行一个", 8) == ["复制编", "号，每行", "一个"]
    assert wrap("写作（例如）好", 6) == ["写作", "（例", "如）好"]
    assert wrap("用“引号”吧", 6) == ["用“引", "号”吧"]
    assert wrap("一二三「四」", 8) == ["一二三", "「四」"]


def test_a_run_of_ideographs_after_a_space_is_broken_too() -> None:
    assert wrap("在 $EDITOR 中编写提示词", 16) == ["在 $EDITOR 中编", "写提示词"]
