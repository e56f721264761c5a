"""The environment variables that are ours."""

from typing import Final

API_KEY: Final = "QUICKROUTER_API_KEY"
BASE_URL: Final = "QUICKROUTER_BASE_URL"
HOME: Final = "QR_TUI_HOME"  # one folder for settings, tasks, logs and videos
LANGUAGE: Final = "QR_TUI_LANG"
BACKGROUND: Final = "QR_TUI_BACKGROUND"  # set for the process that watches in the background
COMPLETION: Final = "_QR_TUI_COMPLETE"  # set by the completion scripts of the shells; click names it so
