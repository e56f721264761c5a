"""What a prompt stands for; and that nothing of it is touched where nobody asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.prompts.expansion import MOST, ExpansionError, Template, entries

LISTS = {"light": ["dawn", "{dusk|night}"], "again": ["__again__"], "a": ["__b__"], "b": ["__a__"], "none": []}


def every(text: str, **values: str) -> list[str]:
    return list(Template(text, LISTS.get).every(values))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a boat", ["a boat"]),
        ("{a|b} {x|y}", ["a x", "a y", "b x", "b y"]),  # the first varies slowest
        ("{a|{b|c}}", ["a", "b", "c"]),
        ("{3::a|b}", ["a", "b"]),
        ("{a|}b", ["ab", "b"]),
        ("{x} and {}", ["{x} and {}"]),  # a brace without a bar stays
        ("{x {a|b}}", ["{x a}", "{x b}"]),
        (r"\{a|b\} \__light\__ \\", r"{a|b} __light__ \ ".strip().splitlines()),
        ("__light__", ["dawn", "dusk", "night"]),
        ("snake_case__x", ["snake_case__x"]),
        ("纸船 {雨|雾}", ["纸船 雨", "纸船 雾"]),
        ("a | b } c", ["a | b } c"]),
    ],
)
def test_every_prompt_in_order(text: str, found: list[str]) -> None:
    assert every(text) == found
    assert Template(text, LISTS.get).count == len(found)


def test_a_value_is_never_looked_at_again() -> None:
    assert every("a {{ what }} boat", what="{x|y} {{z}} __light__") == ["a {x|y} {{z}} __light__ boat"]
    assert Template("{{b}} {{a}} {{b}}").holes == ("b", "a")
    assert every("{{not a name!}}") == ["{{not a name!}}"]


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("boat {a|b", 6, "not closed"),
        ("a {{what}}", 3, "what has no value"),
        ("x __nothing__", 3, "no list called nothing"),
        ("__none__", 1, "is empty"),
        ("ab __again__", 4, "again → again"),
        ("__a__", 1, "a → b → a"),
    ],
)
def test_what_cannot_be_meant_is_said_with_its_column(text: str, column: int, words: str) -> None:
    with pytest.raises(ExpansionError) as caught:
        every(text)
    assert caught.value.column == column
    assert words in str(caught.value)


def test_too_many_are_refused_before_any_is_built() -> None:
    text = "{a|b}" * 200
    assert Template(text).count == 2**200
    with pytest.raises(ExpansionError, match=str(MOST)):
        Template(text).every({})


def test_some_by_chance_are_different_and_the_same_for_a_seed() -> None:
    template = Template("{a|b|c|d} {w|x|y|z}")
    some = template.some(5, 7, {})
    assert len(set(some)) == 5
    assert template.some(5, 7, {}) == some
    assert template.some(5, 8, {}) != some
    assert set(template.some(99, 1, {})) == set(template.every({}))
    assert set(Template("{1000::a|0::b}").some(2, 1, {})) == {"a"}


def test_a_list_has_one_entry_a_line() -> None:
    assert entries("# light\n dawn \n\ndusk\n") == ["dawn", "dusk"]


@given(st.text(max_size=60))
def test_no_text_brings_it_down(text: str) -> None:
    try:
        template = Template(text, LISTS.get)
        if template.count <= 50 and not template.holes:
            assert len(list(template.every({}))) == template.count
    except ExpansionError as error:
        assert 1 <= error.column <= len(text) + 1


@given(st.text("ab {x}", max_size=40))
def test_without_bars_and_lists_nothing_changes(text: str) -> None:
    try:
        assert every(text) == [text]
    except ExpansionError as error:
        assert "not closed" in str(error) or "no value" in str(error)
