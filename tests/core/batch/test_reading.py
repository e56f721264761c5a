"""The grammar of batch files: what each format may hold, and the place of each mistake."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.batch import reading
from qr_tui.core.batch.lines import LONGEST_LINE, MOST_LINES, BatchLine, content_digest, identities
from qr_tui.core.batch.reading import BatchError, Format, decoded, format_of

IMAGES = "https://a/1.png https://a/2.png|https://a/3.png"


def lines(text: str, kind: Format) -> list[BatchLine]:
    found = reading.read(text, kind)
    assert found.bad == (), found.bad
    return list(found.lines)


def bad(text: str, kind: Format) -> list[tuple[int, str, str]]:
    return [(one.number, one.field, str(one.detail)) for one in reading.read(text, kind).bad]


def test_one_prompt_a_line() -> None:
    text = "# boats\n\n a boat \n@model=kling-v2-6 duration=10 tag=blue tag=wide\nrain {a|b}\n\\# hash\n@\n\\@ at\n"
    first, second, third, last = lines(text, "txt")
    assert (first.number, first.prompt, first.model, first.values) == (3, "a boat", "", {})
    assert (second.prompt, second.model, second.tags) == ("rain {a|b}", "kling-v2-6", ("blue", "wide"))
    assert second.values == {"duration": "10"}
    assert (third.prompt, third.model) == ("# hash", "kling-v2-6")
    assert (last.prompt, last.model) == ("@ at", "")
    assert bad("@model\na boat\n", "txt")[0][:2] == (1, "@")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_table_in_every_hand(separator: str, ends: str) -> None:
    rows = [
        ["id", "提示词", "Model", "images", "copies", "duration", "param.style", "tags"],
        ["1", f'"a boat{separator} ""white"""', "", IMAGES, "2", "10", "oil", "x,y"],
        ["2", f'"two{ends}lines"', "kling-v2-6", "", "", "", "", ""],
    ]  # fmt: skip
    quoted = [[cell if cell[:1] == '"' or separator not in cell else f'"{cell}"' for cell in row] for row in rows]
    text = ends.join(map(separator.join, quoted))
    first, second = lines(text, "csv")
    assert first.prompt == f'a boat{separator} "white"'
    assert (first.id, first.copies, first.tags) == ("1", 2, ("x", "y"))
    assert first.images == ("https://a/1.png", "https://a/2.png", "https://a/3.png")
    assert first.values == {"duration": "10", "param.style": "oil"}
    assert (second.number, second.id, second.model, second.values) == (3, "2", "kling-v2-6", {})
    assert second.prompt.split() == ["two", "lines"]


def test_a_table_may_name_its_separator_and_needs_a_heading() -> None:
    (line,) = lines("sep=;\nprompt;size\na, boat;large\n", "csv")
    assert (line.number, line.prompt, line.values) == (3, "a, boat", {"size": "large"})
    with pytest.raises(BatchError, match="name the columns"):
        reading.read("a boat\nanother\n", "csv")
    assert bad("prompt,copies\na,2\nb,1,x\nc,two\n,1\n", "csv") == [
        (3, "", "3 cells, and the heading has 2"),
        (4, "copies", "must be a whole number"),
        (5, "prompt", "the prompt is empty"),
    ]
    assert bad('prompt\n"open\n', "csv")[0][0] == 2


def test_objects_of_several_tools() -> None:
    text = (
        '{"prompt": "a", "images": ["https://a/1.png"], "tags": "x y", "parameters": {"duration": 10}, "sound": true}\n'
        '"b"\n\n'
        '{"custom_id": "7", "method": "POST", "url": "/v1", "body": {"model": "veo3.1", "prompt": "c\\u2028d"}}\n'
    )
    first, second, third = lines(text, "jsonl")
    assert (first.images, first.tags, first.values) == (
        ("https://a/1.png",),
        ("x", "y"),
        {"duration": 10, "sound": True},
    )
    assert (second.number, second.prompt) == (2, "b")
    assert (third.number, third.id, third.model, third.prompt) == (4, "7", "veo3.1", "c\u2028d")
    found = bad(
        '{"prompt": "a", "prompt": "b"}\n{"prompt": "a", "x": NaN}\n["a"]\n{"prompt": \n{"prompt": "a", "x": {}}\n'
        '{"prompt": "a", "copies": true}\n{"prompt": 5}\n' + '{"a":' * 20 + "1" + "}" * 20 + "\n",
        "jsonl",
    )
    assert [one[0] for one in found] == [1, 2, 3, 4, 5, 6, 7, 8]


def test_an_encoding_that_is_not_the_files_is_named_with_its_place() -> None:
    data = "prompt\na boat\n船\n".encode("gb18030")
    with pytest.raises(BatchError) as caught:
        decoded(data)
    assert "line 3, column 1: not utf-8" in str(caught.value)
    assert "gb18030" in str(caught.value)
    assert decoded(data, "gb18030").endswith("船\n")
    assert decoded(b"\xef\xbb\xbfa") == "a"
    with pytest.raises(BatchError, match="no encoding"):
        decoded(b"a", "utf-99")
    with pytest.raises(BatchError, match="line 2 holds a NUL"):
        decoded(b"a\n\0")


def test_too_much_is_refused_before_anything_is_made() -> None:
    with pytest.raises(BatchError, match="more than 10000"):
        reading.read("a boat\n" * (MOST_LINES + 1), "txt")
    with pytest.raises(BatchError, match="line 2 is longer"):
        reading.read("a\n" + "x" * (LONGEST_LINE + 1), "txt")
    assert len(lines("prompt\n" + "x" * (LONGEST_LINE - 10) + "\n", "csv")) == 1


def test_the_name_says_the_format() -> None:
    names = ("a.csv", "a.TSV", "a.jsonl", "a.json", "a.txt", "a", "-")
    assert [format_of(name) for name in names] == ["csv", "csv", "jsonl", "jsonl", "txt", "txt", "txt"]


def test_a_line_is_the_same_line_wherever_it_stands() -> None:
    one, other = BatchLine(number=1, prompt="a"), BatchLine(number=9, prompt="b")
    before = identities([one, other, one], {"duration": 5}, {})
    shuffled = identities([one, one, other], {"duration": 5}, {})
    assert sorted(before) == sorted(shuffled)
    assert len(set(before)) == 3
    assert identities([one], {"duration": 6}, {}) != identities([one], {"duration": 5}, {})
    named = BatchLine(number=1, prompt="a", id="7")
    assert identities([named], {}, {}) == ["id:7"]
    assert content_digest(named, {}, {}) != content_digest(BatchLine(number=1, prompt="b", id="7"), {}, {})
    local = BatchLine(number=1, prompt="a", images=("~/x.png",))
    assert identities([local], {}, {"~/x.png": "1"}) != identities([local], {}, {"~/x.png": "2"})


@given(st.text(max_size=200), st.sampled_from(["txt", "csv", "jsonl"]))
def test_no_text_brings_it_down(text: str, kind: Format) -> None:
    try:
        found = reading.read(text.replace("\0", ""), kind)
    except BatchError:
        return
    assert all(line.prompt.strip() for line in found.lines)
