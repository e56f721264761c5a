"""`make bench`: every figure with its target, printed and written to bench.json.

`python -m tests.bench WORD…` measures only the rows whose names hold one of the words; ``--runs N`` sets how often.
"""

import argparse
import json
import platform
import sys
from pathlib import Path

from tests.bench.rows import ROWS


def main() -> int:
    """Measure and print; 1 when a figure is over its target."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("words", nargs="*")
    parser.add_argument("--runs", type=int, default=9)
    given = parser.parse_args()
    chosen = [row for row in ROWS if not given.words or any(word in row.name for word in given.words)]
    results, over = {}, 0
    for row in chosen:
        seen = row.measure(given.runs)
        good = seen.figure <= row.target
        over += not good
        mark = "ok  " if good else "OVER"
        _say(f"{mark} {row.name:38} {seen.figure:8.2f} {row.unit:10} target {row.target:g}   ({seen.words})")
        results[row.name] = {
            "figure": round(seen.figure, 3),
            "unit": row.unit,
            "target": row.target,
            "words": seen.words,
        }
    about = {"python": platform.python_version(), "machine": platform.platform(), "runs": given.runs}
    Path("bench.json").write_text(json.dumps({"about": about, "rows": results}, indent=2) + "\n", encoding="utf-8")
    return 1 if over else 0


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 -- it is what this program is for


if __name__ == "__main__":
    sys.exit(main())
