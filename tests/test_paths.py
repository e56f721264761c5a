import os
import stat
from pathlib import Path

import pytest

from qr_tui import paths


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
