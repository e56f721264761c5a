"""The lists of a folder: each file read once, and again when somebody asks anew."""

from pathlib import Path

import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.services.prompts import expanded, lists_in


def test_a_list_is_read_once_and_anew_by_who_asks_anew(tmp_path: Path) -> None:
    file = tmp_path / "light.txt"
    lists = lists_in(tmp_path)
    assert lists("light") is None
    file.write_text("dawn\n# a remark\n\ndusk\n")
    assert expanded("at __light__", {}, lists, "all").prompts == ["at dawn", "at dusk"]
    file.write_text("noon\n")
    assert expanded("at __light__", {}, lists, "all").prompts == ["at dawn", "at dusk"]
    assert expanded("at __light__", {}, lists_in(tmp_path), "all").prompts == ["at noon"]


def test_a_list_that_cannot_be_read_is_said_and_may_be_mended(tmp_path: Path) -> None:
    (tmp_path / "light.txt").write_bytes(b"\xff\xfe\xff")
    lists = lists_in(tmp_path)
    with pytest.raises(Trouble) as caught:
        expanded("at __light__", {}, lists, "all")
    assert caught.value.kind is Kind.USAGE
    (tmp_path / "light.txt").write_text("noon\n")
    assert expanded("at __light__", {}, lists, "all").prompts == ["at noon"]
