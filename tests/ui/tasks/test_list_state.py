import stat
from pathlib import Path

import pytest

from qr_tui import paths
from qr_tui.ui.tasks.list_model import ListModel
from qr_tui.ui.tasks.list_state import ListState, load, save, state_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return paths.under(tmp_path).list_file


def test_what_was_left_comes_back(path: Path) -> None:
    left = ListState("status:failed 纸船", "status", reverse=True, columns=("age", "id"))
    assert save(path, left)
    assert load(path) == left
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_no_filter_once_is_one_now(path: Path) -> None:
    assert save(path, ListState("boat", only_unfinished=True))
    assert load(path) == ListState("boat is:unfinished")


def test_nothing_left_means_the_defaults(path: Path) -> None:
    assert load(path) == ListState()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"filter": 3}', b"\xff", b'{"columns": "x"}', b"[" * 60_000, b" " * 100_000],
)
def test_damage_means_the_defaults(path: Path, content: bytes) -> None:
    paths.make(path.parent)
    path.write_bytes(content)
    assert load(path) == ListState()


def test_what_a_newer_version_adds_is_passed_over(path: Path) -> None:
    paths.make(path.parent)
    path.write_text('{"filter": "x", "sort": "by-colour", "zoom": 3}')
    assert load(path) == ListState(filter="x")


def test_a_folder_that_cannot_be_written_costs_nothing(path: Path) -> None:
    path.parent.parent.mkdir(exist_ok=True)
    path.parent.write_text("")
    assert not save(path, ListState(filter="x"))
    assert load(path) == ListState()


def test_a_filter_by_marks_is_not_saved() -> None:
    model = ListModel()
    model.filter_text, model.order, model.columns = "boat", "model", ("age",)
    assert state_of(model) == ListState(filter="boat", sort="model", columns=("age",))
    model.filter_text = "is:marked"
    assert state_of(model).filter == ""
