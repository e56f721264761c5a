"""Copies stdin to the desktop's clipboard with pyperclip, as a program of its own whose exit code is the result.

pyperclip is known to hang, to print over the screen and to report success where nothing was copied; in a
process of its own it can be ended, silenced, and made to read back what it wrote.
"""

import sys
from typing import Final

COPIED: Final = 0
NO_CLIPBOARD: Final = 10
NOT_THE_SAME: Final = 11


def main() -> int:
    """Copy stdin and read it back."""
    import pyperclip

    text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape")
    copy, paste = pyperclip.determine_clipboard()
    # Qt's clipboard dies with the process that set it
    if getattr(copy, "__name__", "") in ("", "copy_qt"):
        return NO_CLIPBOARD
    copy(text)
    return COPIED if paste() == text else NOT_THE_SAME


if __name__ == "__main__":
    sys.exit(main())
