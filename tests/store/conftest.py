"""Fixtures of the store's tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store of this test lives; its folder is not there yet."""
    return tmp_path / "home" / "data" / "tasks.json"


@pytest.fixture
def no_sync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not wait for the disk: for tests of what is written, hundreds of times."""
    monkeypatch.setattr(os, "fsync", lambda fd: None)
