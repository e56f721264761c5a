"""What a row of the bench says, and how all of it is printed and kept."""

import json
import platform
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from tests.bench.homes import Homes


class Figure(NamedTuple):
    """One number held against its target.

    Attributes:
        name: What it is of.
        value: The number, in `unit`.
        target: The most it may be.
        unit: What it is counted in; ``×`` is a ratio of two things measured in turn.
        words: What it is made of.
    """

    name: str
    value: float
    target: float
    unit: str
    words: str = ""

    @property
    def good(self) -> bool:
        """Whether it is within its target."""
        return self.value <= self.target


class Setting(NamedTuple):
    """What every row is measured with: the homes, the sizes of stores (tasks), how often."""

    homes: Homes
    sizes: Sequence[int]
    runs: int


class Row(NamedTuple):
    """A row of the table: its short name, what it is about, and how it is measured."""

    name: str
    about: str
    measure: Callable[[Setting], Iterable[Figure]]


def p95(seconds: Sequence[float]) -> float:
    """Return what 95 of 100 do not exceed."""
    return quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]


def against_first(name: str, values: dict[int, float], target: float, *, unit: str = "×") -> list[Figure]:
    """Return each size's value as a ratio of the smallest size's."""
    first = min(values)
    return [
        Figure(f"{name}, {size} tasks against {first}", value / values[first], target, unit)
        for size, value in values.items()
        if size != first
    ]


def middle(seconds: Sequence[float]) -> float:
    """Return the median without the first, which warms the caches."""
    return median(seconds[1:] or seconds)


def show(row: Row, figure: Figure) -> None:
    """Print one figure with its verdict."""
    mark = "ok  " if figure.good else "MISS"
    value = f"{figure.value:,.0f}" if figure.value >= 1_000 else f"{figure.value:.2f}"
    target = f"{figure.target:,.0f}" if figure.target >= 1_000 else f"{figure.target:g}"
    words = f"   ({figure.words})" if figure.words else ""
    say(f"{mark} {row.name:9} {figure.name:58} {value:>10} {figure.unit:6} target {target}{words}")


def save(path: Path, figures: Sequence[tuple[Row, Figure]], setting: Setting) -> None:
    """Keep everything that was measured as JSON."""
    about = {"python": platform.python_version(), "machine": platform.platform(), "runs": setting.runs}
    rows = [{"row": row.name, "good": figure.good, **figure._asdict()} for row, figure in figures]
    path.write_text(json.dumps({"about": about, "figures": rows}, indent=2) + "\n", encoding="utf-8")


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)  # noqa: T201 -- it is what this program is for
