"""`python -m qr_tui` is the same program as `qr-tui`."""

from qr_tui.cli import main

if __name__ == "__main__":
    main()
