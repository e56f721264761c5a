import os
import stat
from pathlib import Path

import pytest

from qr_tui import files, paths


def test_one_home_holds_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QR_TUI_HOME", str(tmp_path / "home"))
    found = paths.find()
    assert found == paths.under(tmp_path / "home")
    for path in (*found, found.config_file, found.key_file, found.store, found.log_file, found.draft_file):
        assert path.is_relative_to(tmp_path / "home")
    assert found.list_file.parent == found.clipboard_file.parent == found.state
    assert not (tmp_path / "home").exists()


def test_a_home_may_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("QR_TUI_HOME", "~/portable")
    assert paths.find() == paths.under(tmp_path / "portable")


def test_the_platforms_own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QR_TUI_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("CONFIG", "DATA", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name))
    found = paths.find()
    assert len(set(found)) == 5
    assert all("qr-tui" in path.parts for path in found)


def test_folders_are_made_for_one_user_all_the_way(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = paths.make(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(old)
    for made in (folder, folder.parent, folder.parent.parent):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert paths.make(folder) == folder
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        paths.make(tmp_path / "file")
    with pytest.raises(OSError):
        paths.make(tmp_path / "file" / "x")


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
