from collections.abc import Iterator

import pytest

from tests.support.simulator import Bench, bench


@pytest.fixture
def sim() -> Iterator[Bench]:
    with bench() as made:
        yield made


@pytest.fixture(scope="module")
def shared() -> Iterator[Bench]:
    """One simulator for a whole file, for tests that change nothing in it."""
    with bench() as made:
        yield made
