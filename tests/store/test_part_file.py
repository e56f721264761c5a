"""What has arrived of a film survives anything, and gets its name once."""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from qr_tui import files
from qr_tui.core.failures import Kind, Trouble
from qr_tui.store import part_file
from qr_tui.store.part_file import FOLDER, KEPT, LostToAnother, PartFile, Published, is_intact, peek, sweep

DATA = b"film " * 1000
SUM = hashlib.sha256(DATA).hexdigest()
NAME = PurePosixPath("boat")


def arrived(folder: Path, data: bytes = DATA, **options: Any) -> PartFile:
    """Return a part in which `data` has arrived."""
    part = PartFile(folder, "key", "sora:1", **options)
    part.open()
    part.learn("https://cdn.example.com", total=len(data), etag='"1"', last_modified=None)
    part.write(0, data)
    return part


def named(part: PartFile, name: str = "boat", sidecar: Callable[[str], bytes] | None = None) -> Published:
    return part.publish(PurePosixPath(name), ".mp4", part.digest(), part.folder.parent / "names.lock", sidecar)


def left(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "films"
    found.mkdir()
    return found


def test_what_arrived_is_taken_up_again(folder: Path) -> None:
    arrived(folder).close()
    part = PartFile(folder, "key")
    part.open()
    assert (part.received, part.total, part.etag, part.origin) == (5000, 5000, '"1"', "https://cdn.example.com")
    assert peek(folder, "key") == (5000, 5000)
    note = (folder / FOLDER / "key.json").read_text()
    assert json.loads(note)["id"] == "sora:1"
    assert "signature" not in note


def test_a_part_without_its_note_is_worth_nothing(folder: Path) -> None:
    arrived(folder).close()
    (folder / FOLDER / "key.json").unlink()
    part = PartFile(folder, "key")
    part.open()
    assert part.received == 0


@pytest.mark.parametrize("note", [b"", b"{", b'{"v": "x"}', b"\xff\xfe"])
def test_a_note_that_cannot_be_read_begins_anew(folder: Path, note: bytes) -> None:
    arrived(folder).close()
    (folder / FOLDER / "key.json").write_bytes(note)
    part = PartFile(folder, "key")
    part.open()
    assert (part.received, part.total) == (0, None)


def test_after_a_power_cut_only_what_was_synced_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arrived(folder).close()
    monkeypatch.setattr(part_file, "_boot", lambda: "another run of the machine")
    part = PartFile(folder, "key")
    part.open()
    assert part.received == 0


def test_a_film_gets_its_name(folder: Path) -> None:
    part = arrived(folder)
    film = named(part, sidecar=lambda name: name.encode())
    assert film == Published(str(folder / "boat.mp4"), 5000, SUM)
    part.discard()
    assert left(folder) == ["boat.mp4", "boat.mp4.json"]
    assert (folder / "boat.mp4").read_bytes() == DATA
    assert (folder / "boat.mp4.json").read_bytes() == b"boat.mp4"
    assert stat.S_IMODE((folder / "boat.mp4.json").stat().st_mode) == 0o600
    mode = stat.S_IMODE((folder / "boat.mp4").stat().st_mode)
    assert mode & 0o111 == 0
    assert mode & 0o600 == 0o600


@pytest.mark.parametrize("taken", ["boat.mp4", "BOAT.MP4", "boat.mp4.json"])
def test_a_name_that_is_taken_is_left_alone(folder: Path, taken: str) -> None:
    (folder / taken).write_text("mine")
    film = named(arrived(folder), sidecar=lambda _name: b"{}")
    assert film.path == str(folder / "boat-2.mp4")
    assert (folder / taken).read_text() == "mine"


def test_names_with_folders_stay_below(folder: Path) -> None:
    assert named(arrived(folder), "2026/boat").path == str(folder / "2026" / "boat.mp4")


def test_where_links_are_unknown_it_is_renamed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_args: object) -> None:
        raise OSError(errno.EPERM, "no links on this disk")

    monkeypatch.setattr(os, "link", link)
    part = arrived(folder)
    (folder / "boat.mp4").write_text("mine")
    assert named(part).path == str(folder / "boat-2.mp4")
    part.discard()
    assert left(folder) == ["boat-2.mp4", "boat.mp4"]
    assert (folder / "boat-2.mp4").read_bytes() == DATA


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("at", range(12))
def test_dying_in_the_middle_of_publishing(folder: Path, monkeypatch: pytest.MonkeyPatch, at: int, links: bool) -> None:
    """Whatever step is the last one, the next process ends with one film under one name, and nothing beside it."""
    steps = 0

    def step(real: Callable[..., Any]) -> Callable[..., Any]:
        def stepped(*args: Any, **named: Any) -> Any:
            nonlocal steps
            steps += 1
            if steps > at:
                raise Killed
            return real(*args, **named)

        return stepped

    def no_link(*_args: object) -> None:
        raise OSError(errno.EPERM, "no links on this disk")

    part = arrived(folder)
    with monkeypatch.context() as dying:
        dying.setattr(files, "write_new", step(files.write_new))
        dying.setattr(os, "link", step(os.link) if links else no_link)
        dying.setattr(Path, "replace", step(Path.replace))
        dying.setattr(Path, "unlink", step(Path.unlink))
        try:
            named(part, sidecar=lambda _name: b"{}")
            part.discard()
        except Killed:
            part.close()
    if not links:
        monkeypatch.setattr(os, "link", no_link)
    again = PartFile(folder, "key")
    again.open()
    film = again.finish_publishing()
    if film is None and again.received == len(DATA):
        film = named(again, sidecar=lambda _name: b"{}")
    if film is not None:
        again.discard()
        assert film.path == str(folder / "boat.mp4")
    else:  # it had ended well before, and the store knows
        again.discard()
    assert left(folder) == ["boat.mp4", "boat.mp4.json"]
    assert (folder / "boat.mp4").read_bytes() == DATA


def test_a_film_that_was_deleted_while_it_was_published_is_fetched_again(folder: Path) -> None:
    part = arrived(folder)
    named(part)
    (folder / FOLDER / "key.part").unlink()
    (folder / "boat.mp4").unlink()
    again = PartFile(folder, "key")
    again.open()
    assert again.finish_publishing() is None
    assert again.received == 0
    again.write(0, DATA)
    assert named(again).path == str(folder / "boat.mp4")


# what goes wrong ------------------------------------------------------------------------------------------------
def trouble(work: Callable[[], object]) -> Kind:
    with pytest.raises(Trouble) as caught:
        work()
    return caught.value.kind


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert trouble(PartFile(tmp_path / "usb" / "films", "key").open) is Kind.NO_ACCESS
    assert not (tmp_path / "usb").exists()
    part = PartFile(tmp_path / "usual" / "films", "key", make_folder=True)
    part.open()
    assert stat.S_IMODE((tmp_path / "usual").stat().st_mode) == 0o700


def test_a_folder_that_goes_while_it_comes(folder: Path) -> None:
    part = arrived(folder)
    for path in (folder / FOLDER).iterdir():
        path.unlink()
    (folder / FOLDER).rmdir()
    folder.rmdir()
    assert trouble(lambda: named(part)) is Kind.NO_ACCESS


def test_a_file_in_the_place_of_the_folder(folder: Path) -> None:
    (folder / "file").write_text("")
    assert trouble(PartFile(folder / "file", "key", make_folder=True).open) is Kind.NO_ACCESS


def test_room_is_kept(folder: Path) -> None:
    assert trouble(PartFile(folder, "key", keep_free=1 << 60).open) is Kind.DISK_FULL
    part = arrived(folder)
    assert trouble(lambda: part.learn("", total=1 << 60, etag=None, last_modified=None)) is Kind.DISK_FULL


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, Kind.DISK_FULL),
        (errno.EDQUOT, Kind.DISK_FULL),
        (errno.EROFS, Kind.NO_ACCESS),
        (errno.ESTALE, Kind.NO_ACCESS),
        (errno.EIO, Kind.NO_ACCESS),
    ],
)
def test_a_disk_that_refuses_is_said_in_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: Kind
) -> None:
    part = arrived(folder)

    def refuse(*_args: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files, "write_at", refuse)
    assert trouble(lambda: part.write(5000, b"more")) is kind
    assert part.received == 5000


def test_who_lost_the_lease_writes_nothing(folder: Path) -> None:
    mine = True
    part = arrived(folder, may_write=lambda: mine)
    mine = False
    for work in (lambda: part.write(5000, b"more"), part.restart, lambda: named(part)):
        with pytest.raises(LostToAnother):
            work()
    assert left(folder) == [FOLDER, f"{FOLDER}/key.json", f"{FOLDER}/key.part"]
    assert part.read(0, 9999) == DATA


# afterwards -----------------------------------------------------------------------------------------------------
def test_sweeping(folder: Path) -> None:
    now = 1_790_000_000.0
    for key, age in (("saved", 0), ("wanted", 30), ("young", 6), ("old", 8)):
        for ending in ("part", "json"):
            path = folder / FOLDER / f"{key}.{ending}"
            path.parent.mkdir(exist_ok=True)
            path.write_text("")
            os.utime(path, (now - age * 86_400, now - age * 86_400))
    assert KEPT == 7 * 86_400
    sweep(folder, saved=lambda key: key == "saved", wanted=lambda key: key == "wanted", now=now)
    assert {path.stem for path in (folder / FOLDER).iterdir()} == {"wanted", "young"}
    sweep(folder, saved=lambda _key: True, wanted=lambda _key: False, now=now)
    assert left(folder) == []
    sweep(folder / "not there", saved=lambda _key: True, wanted=lambda _key: False, now=now)


def test_whether_a_film_is_as_it_was(folder: Path) -> None:
    film = folder / "boat.mp4"
    assert not is_intact(film, 5000, SUM, thorough=False)
    assert not is_intact(folder / "no" / "boat.mp4", 5000, SUM, thorough=False)
    film.write_bytes(DATA)
    assert is_intact(film, 5000, SUM, thorough=True)
    film.write_bytes(DATA[:-1])
    assert not is_intact(film, 5000, SUM, thorough=False)
    film.write_bytes(DATA[:-1] + b"x")
    assert is_intact(film, 5000, SUM, thorough=False)
    assert not is_intact(film, 5000, SUM, thorough=True)
