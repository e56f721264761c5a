"""`make bench`: every figure of the product with its target and a verdict, printed and written to bench.json.

``make bench ROWS=save,paint SIZES=100,1000`` measures only some rows, with stores of only some sizes.
"""

import argparse
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import report
from tests.bench.homes import Homes
from tests.bench.rows import ROWS


def main() -> int:
    """Measure and print; a figure over its target is said, and is no failure of the program."""
    names = [row.name for row in ROWS]
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rows", default="", help=f"some of: {', '.join(names)}")
    parser.add_argument("--sizes", default="100,1000,10000,50000", help="tasks in the stores")
    parser.add_argument("--runs", type=int, default=7, help="how often each thing is done")
    given = parser.parse_args()
    wanted = [name for name in given.rows.split(",") if name]
    if unknown := sorted(set(wanted) - set(names)):
        parser.error(f"no such row: {', '.join(unknown)}; there are: {', '.join(names)}")
    began = time.monotonic()
    figures = []
    with TemporaryDirectory(prefix="qr-tui-bench-") as folder:
        sizes = sorted(int(size) for size in given.sizes.split(",") if size)
        setting = report.Setting(Homes(Path(folder)), sizes, given.runs)
        for row in ROWS:
            if wanted and row.name not in wanted:
                continue
            for figure in row.measure(setting):
                figures.append((row, figure))
                report.show(row, figure)
    report.save(Path("bench.json"), figures, setting)
    missed = sum(not figure.good for _row, figure in figures)
    report.say(f"{len(figures)} figures, {missed} over their targets, {(time.monotonic() - began) / 60:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
