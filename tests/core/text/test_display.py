import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from qr_tui.core.text.display import cells, char_cells, cut, fit, inert, inert_lines, size, span, tail

# every plane that holds more than one kind of character, and the ends of the others
CODES = [*range(0x20000), *range(0x2FFF0, 0x30010), *range(0xE0000, 0xE1010), *range(0x10FFF0, 0x110000)]
ASSIGNED = [chr(code) for code in CODES if unicodedata.category(chr(code)) not in ("Cn", "Cs")]
HOSTILE = [
    "\x1b[2J",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1bP tmux;\x1b\\",
    "\x9b31m",
    "\x9d0;title\x9c",
    "\x08\x08\x08",
    "\u202eevil\u202c",
    "\u2066x\u2069",
    "\u200e\u200f\u061c",
    "a\u200bb\u200cc\u200dd",
    "\ufeffx",
    "\u2028\u2029\x85\x0b\x0c",
    "\ud800\udfff",
    "\U000e0041\U000e007f",
    "\u3164\uffa0\u115f",
    "\x00\x7f\xad",
    "\u180e\u2060\u2064",
    "[/b] [bold red]x[/]",
]
hostile = st.text(st.characters() | st.sampled_from("".join(HOSTILE)) | st.sampled_from("❤\ufe0f👍🏽👨\u200d👩한글नि"))


def acts(char: str) -> bool:
    """Whether a terminal, or a reader's eye, could be led astray by this character."""
    kind = unicodedata.category(char)
    return kind in ("Cc", "Cs", "Zl", "Zp") or (kind == "Cf" and char not in SHOWN) or char in "\u034f\u3164\uffa0"


# numbers and verse signs of Arabic, Syriac and Kaithi: format characters with a shape
SHOWN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"


# inert -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_a_terminal_could_act_on_gets_through(text: str) -> None:
    assert not any(acts(char) for char in inert(f"x{text}y"))
    assert not any(acts(char) and char != "\n" for char in inert_lines(f"x{text}y"))
    inert(text).encode()
    inert_lines(text).encode()


def test_every_character_there_is() -> None:
    for code in CODES:
        shown = inert(f"a{chr(code)}b")
        assert shown[0] == "a"
        assert shown[-1] == "b"
        assert not any(map(acts, shown)), hex(code)
        assert len(shown) <= 3


@given(hostile)
@example("\x1b")
def test_inert_is_one_quiet_line(text: str) -> None:
    shown = inert(text)
    assert not any(acts(char) for char in shown)
    assert inert(shown) == shown
    assert shown == shown.strip()


@given(hostile)
def test_a_block_keeps_only_its_line_breaks(text: str) -> None:
    shown = inert_lines(text)
    assert not any(acts(char) and char != "\n" for char in shown)
    assert inert_lines(shown) == shown


def test_tampering_stays_visible_and_words_stay_words() -> None:
    assert inert("a\x1b[31mb") == "a·[31mb"
    assert inert("  two\r\n\tlines \n") == "two lines"
    assert inert("一只\u3000纸船") == "一只 纸船"
    assert inert("user\u202egpj.exe") == "user·gpj.exe"
    assert inert("pay\u200dpal") == "pay·pal"
    assert inert("[/b]") == "[/b]"
    assert inert_lines("a\r\nb\rc\td") == "a\nb\nc    d"
    assert inert_lines("a\x0bb") == "a·b"


def test_honest_emoji_lose_only_their_dress() -> None:
    assert inert("❤\ufe0f") == "❤"
    assert inert("👍🏽!") == "👍!"
    assert inert("👨\u200d👩\u200d👧") == "👨👩👧"
    assert inert("🏴\u200d☠\ufe0f") == "🏴☠"
    assert inert("葛\U000e0100") == "葛"
    # a joiner between an emoji and a letter joins nothing honest
    assert inert("👨\u200da") == "👨·a"


def test_piles_of_marks_are_cut_down() -> None:
    assert inert("a" + "\u0301" * 500) == "a" + "\u0301" * 4
    assert inert("e\u0301te\u0301") == "e\u0301te\u0301"


def test_only_so_much_is_read() -> None:
    assert len(inert("x" * 1_000_000)) == 10_000
    assert len(inert("x" * 100, limit=7)) == 7
    assert len(inert_lines("x\n" * 1_000_000)) == 100_000


# cells -----------------------------------------------------------------------------------------------------------


def test_every_assigned_character_is_as_wide_as_textual_draws_it() -> None:
    wrong = [hex(ord(char)) for char in ASSIGNED if cells(inert(f"a{char}b")) != cell_len(inert(f"a{char}b"))]
    assert wrong == []


@given(st.text(st.sampled_from(ASSIGNED) | st.sampled_from("a一한👍\u0301 ")))
def test_inert_text_is_as_wide_as_textual_draws_it(text: str) -> None:
    assert cells(inert(text)) == cell_len(inert(text))


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("一只纸船", 8),
        ("ｆｕｌｌ", 8),
        ("한글", 4),
        ("e\u0301", 1),
        ("😀", 2),
        ("━─●✓", 4),
        ("…", 1),
        ("नि", 1),
    ],
)
def test_known_widths(text: str, width: int) -> None:
    assert cells(text) == width == cell_len(text)


def test_emoji_newer_than_this_python_are_wide() -> None:
    assert char_cells("\U0001fae9") == 2
    assert char_cells("\U000323b0") == 2


# cutting ---------------------------------------------------------------------------------------------------------


@given(hostile, st.integers(-2, 40))
def test_a_cut_never_exceeds_its_width(text: str, width: int) -> None:
    text = inert(text)
    for shown in (cut(text, width), tail(text, width)):
        assert cells(shown) <= max(0, width)
        assert cells(text) > width or shown == text
    for shown in (fit(text, width), fit(text, width, right=True)):
        assert cells(shown) == max(0, width)


def test_cut() -> None:
    assert cut("paper boat", 10) == "paper boat"
    assert cut("paper boat", 6) == "paper…"
    assert cut("一只纸船", 5) == "一只…"
    assert cut("一只纸船", 4) == "一…"
    assert cut("abc", 1) == "…"
    assert cut("abc", 0) == ""
    assert cut("abcdef", 4, ellipsis="...") == "a..."
    assert cut("e\u0301e\u0301e\u0301", 2) == "e\u0301…"


def test_tail() -> None:
    assert tail("sora-2:task_01abc", 6) == "…01abc"
    assert tail("short", 10) == "short"
    assert tail("一只纸船", 4) == "…船"
    assert tail("abc", 1) == "…"
    assert tail("abc", 0) == ""
    assert tail("xe\u0301yz", 3) == "…yz"
    assert tail("xye\u0301", 2) == "…e\u0301"
    assert tail("xyxe\u0301zz", 3) == "…zz"


def test_fit() -> None:
    assert fit("ab", 4) == "ab  "
    assert fit("ab", 4, right=True) == "  ab"
    assert fit("一只纸船", 6) == "一只… "
    assert fit("一只纸船", 6, right=True) == " 一只…"


# numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "0s"),
        (0, "0s"),
        (59.9, "59s"),
        (60, "1m"),
        (3599, "59m"),
        (3600, "1h"),
        (86_399, "23h"),
        (86_400, "1d"),
        (86_400 * 45, "45d"),
        (1e300, "999d"),
    ],
)
def test_span(seconds: float, shown: str) -> None:
    assert str(span(seconds)) == shown


@given(st.floats(allow_nan=False))
def test_a_span_is_at_most_four_cells(seconds: float) -> None:
    assert len(str(span(seconds))) <= 4


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1_572_864, "1.5 MiB"),
        (2**30, "1.0 GiB"),
        (2**50, "1024.0 TiB"),
    ],
)
def test_size(count: int, shown: str) -> None:
    assert size(count) == shown
