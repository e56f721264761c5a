"""The command line: one click group, one file a command, nothing heavy imported before a command needs it."""

import os
import sys

from qr_tui.core.environment import COMPLETION


def main() -> None:
    """Run `qr-tui` and end the process with its exit code (`exit_codes.py`)."""
    try:
        from qr_tui.cli.streams import repair

        repair()
        code = _run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    from qr_tui.cli.streams import leave

    leave(code)


def _run(args: list[str]) -> int:
    if args in ([], ["--demo"]) and COMPLETION not in os.environ:
        # the app itself: its first paint does not wait for click
        from qr_tui.cli import launch

        return launch.main(demo=bool(args))
    from qr_tui.cli.main import run

    return run(args)
