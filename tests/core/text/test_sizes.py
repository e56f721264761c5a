"""Sizes as people write them, and rates in few cells."""

import pytest

from qr_tui.core.text import sizes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4096", 4096),
        ("500K", 512_000),
        ("2M", 2 << 20),
        (" 1.5 GiB ", 3 << 29),
        ("1tb", 1 << 40),
        ("0", 0),
        ("", None),
        ("much", None),
        ("-1", None),
        ("2M/s", None),
    ],
)
def test_sizes_that_people_write(text: str, size: int | None) -> None:
    assert sizes.parse(text) == size


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0.0, "0B/s"), (512.7, "512B/s"), (8.1 * (1 << 20), "8.1M/s"), (1000.0 * 1024, "1000K/s"), (3 << 30, "3.0G/s")],
)
def test_rates_take_few_cells(count: float, shown: str) -> None:
    assert sizes.rate(count) == shown
    assert len(f"▼ 62% {shown}") <= 14
