"""Tags: what a person writes becomes a few clean words."""

from qr_tui.core import tags
from qr_tui.core.query import parse
from tests.support.fake_app import NOW, make_task


def test_words_are_separated_by_spaces_or_commas_and_named_once() -> None:
    assert tags.read(" #sea, night，夜晚  sea ") == ("sea", "night", "夜晚")
    assert tags.read("#") == ()
    assert tags.read("a\x1b[2Jb") == ("a·[2Jb",)
    assert len(tags.read("x" * 100)[0]) == tags.LONGEST
    assert len(tags.read(" ".join(map(str, range(50))))) == tags.MOST


def test_what_all_have_and_what_changes() -> None:
    one, two = make_task(1, tags=("sea", "night")), make_task(2, tags=("night", "boat"))
    assert tags.shared([one, two]) == ("night",)
    assert tags.changed(two.tags, add=["sea", "boat"], drop=["night"]) == ("boat", "sea")


def test_the_filter_finds_them() -> None:
    task = make_task(tags=("Sea", "night"))
    assert parse("tag:sea").matches(task, now=NOW)
    assert not parse("tag:se").matches(task, now=NOW)
