"""`qr-tui download`, and waiting for films where videos are made."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from qr_tui.core.task import FileState
from tests.support.cli import Shell, task


@pytest.fixture
def made(live: Shell) -> Iterator[Shell]:
    """A shell in whose home videos are not fetched by themselves."""
    assert live("config", "set", "downloads.auto", "false").code == 0
    yield live


def make(shell: Shell, *prompts: str) -> list[str]:
    """Make videos and return their ids."""
    return [shell("create", prompt, "--wait", "--json", "--yes").json[0]["id"] for prompt in prompts]


def test_create_waits_for_the_film_when_it_is_asked_to(live: Shell) -> None:
    result = live("create", "a boat", "--download", "--json")
    assert result.code == 0, result.err
    (item,) = result.json
    assert (item["status"], item["file_state"]) == ("done", "saved")
    assert Path(item["file"]).stat().st_size == item["file_size"]
    assert "saved: " in result.err
    (listed,) = live("list", "file:saved", "is:saved", "size>1K", "--json").json
    assert listed["id"] == item["id"]
    assert live("copy", item["id"], "--what", "file").out.strip() == item["file"]
    assert item["file"] in live("show", item["id"]).out


def test_create_without_download_leaves_the_film_for_later(live: Shell) -> None:
    (item,) = live("create", "a boat", "--wait", "--json").json
    assert item["file_state"] == "queued"
    result = live("download")
    assert result.code == 0
    assert "saved: " in result.out


def test_a_film_that_cannot_be_fetched_leaves_the_task_done(live: Shell) -> None:
    live("config", "set", "downloads.folder", "/nowhere/films")
    result = live("create", "a boat", "--download", "--json")
    assert result.code == 1
    (item,) = result.json
    assert (item["status"], item["file_state"], item["failure"]) == ("done", "failed", None)
    assert item["file_failure"]["kind"] == "no_access"
    assert "The folder for films cannot be used" in result.err
    live("config", "unset", "downloads.folder")
    assert live("download").err.strip() == "nothing to fetch"
    again = live("download", "--retry-failed", "--json")
    assert again.code == 0
    assert again.json[0]["file_state"] == "saved"


def test_named_ones_a_filter_or_all(made: Shell) -> None:
    one, two, three = make(made, "one kite", "two kites", "a boat")
    assert [item["id"] for item in made("download", one[-6:], "--json").json] == [one]
    assert [item["id"] for item in made("download", "--filter", "kite", "--json").json] == [two]
    assert [item["id"] for item in made("download", "--all", "--json").json] == [three]
    assert made("download", "--all").err.strip() == "nothing to fetch"
    assert len(made("list", "file:saved", "--json").json) == 3


def test_another_folder(made: Shell, tmp_path: Path) -> None:
    (one,) = make(made, "a boat")
    folder = tmp_path / "films"
    assert made("download", one, "--to", str(folder)).code == 2
    folder.mkdir()
    (item,) = made("download", one, "--to", str(folder), "--json").json
    assert Path(item["file"]).parent == folder


def test_check_reads_what_was_saved(made: Shell) -> None:
    one, two = make(made, "a boat", "a kite")
    files = [Path(item["file"]) for item in made("download", one, two, "--json").json]
    good = made("download", "--check")
    assert (good.code, good.err.strip()) == (0, "2 films are there and whole")
    data = files[0].read_bytes()
    files[0].write_bytes(data[:-1] + b"x")
    bad = made("download", "--check")
    assert bad.code == 1
    assert "The saved film is not where it was" in bad.out
    assert "1 film is gone or changed" in bad.err
    assert [item["file_state"] for item in made("list", "file:missing", "--json").json] == ["missing"]
    files[0].write_bytes(data)
    assert made("download", "--check", one, "--json").json[0]["file_state"] == "saved"


def test_what_is_not_finished_is_named(made: Shell) -> None:
    stuck = task("a kite", file_state=FileState.NONE)
    made.put(stuck)
    result = made("download", stuck.key)
    assert result.code == 1
    assert "it is not finished" in result.err


@pytest.mark.parametrize(
    "words", [("--all", "--filter", "x"), ("--check", "--retry-failed"), ("--filter", "stauts:x"), ("no-such-task",)]
)
def test_what_makes_no_sense(live: Shell, words: tuple[str, ...]) -> None:
    result = live("download", *words, "--json")
    assert result.code == 2
    assert json.loads(result.out)["error"]["kind"] in ("usage", "unknown_task")


def test_watch_ends_when_films_are_saved(live: Shell) -> None:
    live("create", "a boat", "--json")
    result = live("watch", "--json")
    assert result.code == 0
    assert result.json[0]["file_state"] == "saved"
