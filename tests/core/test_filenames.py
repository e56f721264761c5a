"""Names of films: within the folder, within the limit in bytes, and nothing hidden in them."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.filenames import (
    DEFAULT_TEMPLATE,
    FIELDS,
    LONGEST_NAME,
    NameTemplate,
    TemplateError,
    numbered,
    safe,
    values,
)
from tests.support.fake_app import make_task


def name(template: str = DEFAULT_TEMPLATE, **fields: Any) -> str:
    return str(NameTemplate(template).path(values(make_task(1, **fields))))


def test_the_usual_name_has_day_prompt_and_id() -> None:
    assert name(prompt="a paper boat") == "2026-09-20_a-paper-boat_task_01example000001"


@pytest.mark.parametrize(
    ("prompt", "shown"),
    [
        ("../../x", "_.._x"),
        ("/etc/passwd", "_etc_passwd"),
        ("CON", "CON_"),
        ("nul.txt", "nul.txt_"),
        ("-rf", "rf"),
        ("~root", "root"),
        (".hidden", "hidden"),
        ("ends in dots...", "ends-in-dots"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("two\nlines\tand  blanks", "two-lines-and-blanks"),
        ('a:b*c?d"e<f>g|h\\i', "a_b_c_d_e_f_g_h_i"),
        ("\ud800", "_"),
        ("e\u0301", "\u00e9"),
        ("", ""),
        ("...", ""),
    ],
)
def test_what_becomes_of_words_that_mean_something_elsewhere(prompt: str, shown: str) -> None:
    assert safe(prompt, 80) == shown


def test_a_value_is_never_taken_for_a_field() -> None:
    assert name("{prompt}", prompt="{id} and {key}") == "{id}-and-{key}"


def test_four_hundred_chinese_characters_fit_and_are_cut_between_characters() -> None:
    made = name("{prompt:100}", prompt="船" * 400)
    assert made == "船" * 33
    whole = numbered("船" * 400, 12, ".mp4")
    assert whole.endswith("-12.mp4")
    assert len(whole.encode()) <= LONGEST_NAME


def test_emoji_that_are_joined_are_kept_or_dropped_as_one() -> None:
    family = "👨\u200d👩\u200d👧"
    assert safe(f"a {family}", 80) == f"a-{family}"
    assert safe(f"a {family}", 12) == "a"
    assert safe("👍🏽", 7) == ""


def test_slashes_of_the_template_make_folders_and_those_of_values_do_not() -> None:
    assert name("{model}/{date}/{prompt}", model="a/b", prompt="x/y") == "a_b/2026-09-20/x_y"
    assert name("/{prompt}//", prompt="x") == "x"
    assert name("/", prompt="x") == "video"


def test_where_nothing_is_left_it_is_a_video() -> None:
    assert name("{prompt}", prompt="...") == "video"
    assert name("{parent}/{prompt}", prompt="boat") == "video/boat"
    assert numbered("...", 2, ".webm") == "video-2.webm"


@pytest.mark.parametrize("template", ["{nothing}", "{prompt", "prompt}", "{}", "{prompt:x}", "{prompt:9999}"])
def test_a_template_that_cannot_be_used_is_told(template: str) -> None:
    with pytest.raises(TemplateError):
        NameTemplate(template)


def test_every_field_has_a_value_for_any_task() -> None:
    bare = values(make_task(1, id=None, parameters={}, created_at=1e300))
    assert bare.keys() == FIELDS.keys()
    assert bare["date"] == ""
    assert values(make_task(1, copy=3, copies=4))["n"] == "3"


@given(st.text(max_size=300), st.integers(min_value=8, max_value=200))
def test_whatever_is_written_the_name_stays_within_its_folder_and_its_limit(text: str, most: int) -> None:
    made = safe(text, most)
    assert len(made.encode()) <= most
    assert not set(made) & set('\\/:*?"<>|')
    assert made not in (".", "..")
    assert made[:1] not in (*"-.~", " ")
    hidden = [char for char in made if unicodedata.category(char)[0] == "C" and char != "\u200d"]
    assert hidden == []
