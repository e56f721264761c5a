from collections.abc import Iterator
from pathlib import Path

import pytest

from qr_tui.simulator import Options, Simulator
from tests.support.cli import Shell


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A user without a provider in reach."""
    return Shell(tmp_path / "home", monkeypatch)


@pytest.fixture
def live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A user and a simulated provider that makes a video in half a second."""
    with Simulator(Options(speed=500)) as simulator:
        yield Shell(tmp_path / "home", monkeypatch, simulator)
