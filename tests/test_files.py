import fcntl
import os
import stat
from pathlib import Path

import pytest

from qr_tui import files


def test_a_private_file_is_whole_or_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new" / "file"
    old = os.umask(0)
    try:
        files.write_private(path, b"one")
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    files.write_private(path, b"two")
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (b"two", 0o600)

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="No space"):
        files.write_private(path, b"three")
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


def test_a_folder_that_cannot_be_synced_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.fsync

    def only_files(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(22, "Invalid argument")
        real(handle)

    monkeypatch.setattr("os.fsync", only_files)
    files.write_private(tmp_path / "x", b"one")
    assert (tmp_path / "x").read_bytes() == b"one"


def test_a_mac_is_asked_to_empty_the_cache_of_the_drive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(fcntl, "F_FULLFSYNC", 51, raising=False)
    monkeypatch.setattr(fcntl, "fcntl", lambda _handle, command: asked.append(command))
    files.write_private(tmp_path / "x", b"one")
    assert asked == [51]


def test_a_new_file_takes_no_others_place(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"one")
    with pytest.raises(FileExistsError):
        files.write_new(tmp_path / "x", b"two")
    assert (tmp_path / "x").read_bytes() == b"one"
