"""Steps that several end-to-end tests share."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.e2e.programs import PATIENCE, program

PROMPT = "一只小猫 watches the boats\nslow dolly in, 黄昏的光\nno people"
LAST_LINE = "no people"


def look_often(env: Mapping[str, str]) -> None:
    """Set the fastest pace that the settings allow, so that tests need not wait ten seconds for a look."""
    file = Path(env["QR_TUI_HOME"]) / "config" / "config.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("[poll]\nfirst = 1\nevery = 1\nlate = 1\nper_minute = 600\n")


def run(env: Mapping[str, str], *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[bytes]":
    """Run a command of the program without a terminal."""
    return subprocess.run(
        program(*arguments), env=dict(env), input=stdin.encode(), capture_output=True, check=False, timeout=PATIENCE
    )


def stored(env: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the tasks as `qr-tui list --json` tells them."""
    done = run(env, "list", "--json")
    assert done.returncode == 0, done.stderr.decode()
    tasks: list[dict[str, Any]] = json.loads(done.stdout)
    return tasks
