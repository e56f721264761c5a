"""qr-tui: the terminal studio for QuickRouter video generation."""

__version__ = "0.1.0"
