"""The command line: one click group, one file a command family, nothing heavy before a command runs."""

import os
import sys
from typing import Final

COMPLETION: Final = "_QR_TUI_COMPLETE"


def main() -> None:
    """Run `qr-tui` and end the process with the exit code of product.md."""
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
        from qr_tui.cli.launch import launch

        return launch(demo=bool(args))
    from qr_tui.cli.main import run

    return run(args)
