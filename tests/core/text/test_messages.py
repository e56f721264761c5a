"""A message is data until it is shown, and showing it never fails."""

import gettext
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr_tui.core.answers import CallFailed, Delivery
from qr_tui.core.export import error_json
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import Detail, Message, clauses, counted, listed, paragraph, titled


class Shouted(gettext.NullTranslations):
    """A language of one rule: everything that is looked up is in capitals, but for the names of the places."""

    def gettext(self, message: str) -> str:
        return {"{a} and {b}": "{b} UND {a}", "failed": "GESCHEITERT"}.get(message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return "{n} STÜCK"


SHOUTED = Shouted()


def test_a_message_is_english_until_it_is_shown() -> None:
    message = Message("{a} and {b}", {"a": 1, "b": "two"})
    assert str(message) == "1 and two"
    assert f"{message}" == "1 and two"
    assert message.words(SHOUTED) == "two UND 1"


def test_messages_inside_are_translated_and_words_from_outside_are_not() -> None:
    message = Message("{a} and {b}", {"a": Message("failed"), "b": "failed"})
    assert message.words(SHOUTED) == "failed UND GESCHEITERT"
    assert str(message) == "failed and failed"


def test_the_number_chooses_the_form() -> None:
    assert [str(counted("{n} task", "{n} tasks", n)) for n in (1, 2, 0)] == ["1 task", "2 tasks", "0 tasks"]
    assert counted("{n} task of {file}", "{n} tasks of {file}", 3, {"file": "x"}).words(SHOUTED) == "3 STÜCK"


@pytest.mark.parametrize("hostile", ["{", "}", "{}", "{a", "{0.__class__}", "{a.__class__}", "{a!r:>99999999}", "{b}"])
def test_braces_from_outside_are_only_text(hostile: str) -> None:
    assert str(Message("<{a}>", {"a": hostile, "b": "no"})) == f"<{hostile}>"
    assert str(Message(hostile)) == hostile
    assert str(Trouble(Kind.PROVIDER_FAILED, hostile)) == hostile


def test_a_place_without_a_value_stays_as_it_is() -> None:
    assert str(Message("{a} {b} {a.__class__} {a!r}", {"a": "x"})) == "x {b} {a.__class__} {a!r}"


def test_direction_marks_pass_through_as_data() -> None:
    assert str(Message("<{a}>", {"a": "\u202egnp"})) == "<\u202egnp>"


details = st.recursive(
    st.text(),
    lambda inner: st.builds(
        Message, st.text("{}ab!:.0n "), st.dictionaries(st.sampled_from("abn"), inner | st.integers()), st.text("{}ab")
    ),
    max_leaves=8,
)


@given(details)
def test_nothing_makes_it_raise_and_it_survives_being_written(detail: Detail) -> None:
    assert isinstance(str(detail), str)
    if isinstance(detail, Message):
        assert isinstance(detail.words(SHOUTED), str)
        try:
            written = msgspec.json.encode(detail)
        except UnicodeEncodeError:  # half a surrogate pair is no text
            return
        assert msgspec.json.decode(written, type=Message) == detail


def test_several_make_one() -> None:
    assert str(listed(["a", 2, "c"])) == "a, 2, c"
    assert listed(["a"]) == "a"
    assert listed([]) == ""
    assert str(clauses([Message("one"), "two"])) == "one, two"
    assert str(paragraph([Message("One."), "Two.", "Three."])) == "One. Two. Three."
    assert paragraph([]) == ""
    assert str(titled("place", Message("what"))) == "place: what"


def test_an_empty_message_says_nothing() -> None:
    assert not Message("")
    assert Trouble(Kind.USAGE, Message("")).args == Trouble(Kind.USAGE).args


def test_errors_in_json_are_english() -> None:
    trouble = CallFailed(Kind.CONFIG, Message("{a} and {b}", {"a": 1, "b": 2}), delivery=Delivery.NOT_SENT)
    assert json.loads(json.dumps(error_json(trouble)))["error"]["detail"] == "1 and 2"
