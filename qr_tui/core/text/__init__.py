"""Text: made safe to show, measured in cells, wrapped, redacted, and held as messages until it is shown."""
