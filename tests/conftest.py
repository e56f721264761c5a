"""What holds for every test: an environment that is the same everywhere, and properties tried on the same examples."""

import os
import time
from collections.abc import Iterator

import pytest
from hypothesis import settings

from qr_tui.store.codec import Document
from qr_tui.store.storage import FileStorage
from tests.support import environment

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


def pytest_sessionstart() -> None:
    """Clean the environment before the tests are imported: modules and wide fixtures read it too.

    Pytest has chosen its own colours and width by now, so the report looks as the person wants it.
    """
    environment.clean(os.environ)
    time.tzset()


@pytest.fixture(autouse=True, scope="session")
def someones_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home that is empty: nothing is read from the person's own, and nothing is left in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("someone")))
        yield


@pytest.fixture(autouse=True)
def same_environment() -> Iterator[None]:
    """The same variables, time zone and language for each test; what a test changes ends with it."""
    with environment.isolated(os.environ):
        yield


@pytest.fixture
def checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every save write a checkpoint, no line: for tests of what becomes of that file and of its backup."""

    def save(storage: FileStorage, draft: Document, **_options: bool) -> None:
        storage._checkpoint(draft, backup=True)

    monkeypatch.setattr(FileStorage, "_save", save)
