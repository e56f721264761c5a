"""The command line: one click group, one file a command family, nothing heavy before a command runs."""

import sys


def main() -> None:
    """Run `qr-tui` and end the process with the exit code of product.md."""
    try:
        from qr_tui.cli.streams import repair

        repair()
        from qr_tui.cli.main import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = 130
    from qr_tui.cli.streams import leave

    leave(code)
