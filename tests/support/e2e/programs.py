"""The kit of the end-to-end tests: the real program in real terminals, against the simulator over real HTTP."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.e2e.pty_terminal import PtyTerminal
from tests.support.e2e.screens import PATIENCE, NotSeen, Terminal
from tests.support.e2e.ssh_terminal import Sshd, drop_line, why_no_sshd
from tests.support.e2e.tmux_terminal import TmuxTerminal

__all__ = [
    "PATIENCE",
    "NotSeen",
    "PtyTerminal",
    "SimulatorProcess",
    "Sshd",
    "Terminal",
    "TmuxTerminal",
    "clean_env",
    "drop_line",
    "gone",
    "program",
    "start_simulator",
    "wait_gone",
    "why_no_sshd",
]

ROOT = Path(__file__).parents[3]
KEY = "made-up-key-for-tests"


def program(*arguments: str) -> list[str]:
    """Return the command line of the real `qr-tui` with these arguments."""
    script = Path(sys.executable).with_name("qr-tui")
    return [*([str(script)] if script.exists() else [sys.executable, "-m", "qr_tui"]), *arguments]


def clean_env(home: Path, *, url: str = "", key: str = KEY, **more: str) -> dict[str, str]:
    """Return an environment that holds nothing of the machine's own terminal, language, desktop or keys.

    Args:
        home: HOME, and the parent of the folder that QR_TUI_HOME names.
        url: The host to use; none means the default.
        key: The API key; none leaves it out.
        more: Further variables; an empty value takes one away.
    """
    home.mkdir(parents=True, exist_ok=True)
    env = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "HOME": str(home),
        "SHELL": "/bin/sh",
        "QR_TUI_HOME": str(home / "qr-tui"),
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "QUICKROUTER_BASE_URL": url,
        "QUICKROUTER_API_KEY": key,
        "TMUX_TMPDIR": os.environ.get("TMUX_TMPDIR", ""),
        **more,
    }
    return {name: value for name, value in env.items() if value}


class SimulatorProcess:
    """A running simulator: its address, and its control path."""

    def __init__(self, url: str, process: "subprocess.Popen[str]") -> None:
        self.url = url
        self.process = process

    def ask(self, path: str, body: object = None, *, method: str | None = None) -> Any:
        """Return what the control path answers: ``stats``, ``tasks``, ``faults``, ``advance`` …"""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"{self.url}/_sim/{path}", data, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)


@contextmanager
def start_simulator(*options: str, env: Mapping[str, str] | None = None) -> Iterator[SimulatorProcess]:
    """Run `qr-tui simulate --port 0` with further options, and end it afterwards."""
    surroundings = dict(env if env is not None else os.environ)
    surroundings.pop("QUICKROUTER_API_KEY", None)
    process = subprocess.Popen(
        program("simulate", "--port", "0", *options),
        env=surroundings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], PATIENCE)
        url = process.stdout.readline().strip() if ready else ""
        if not url.startswith("http://"):
            raise AssertionError(f"the simulator does not start: {url!r}, exit status {process.poll()}")
        yield SimulatorProcess(url, process)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def gone(pid: int) -> bool:
    """Tell whether no process of this number runs any more; one that only waits to be reaped counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"


def wait_gone(pid: int, timeout: float) -> None:
    """Wait until a process that is not our child has ended.

    Raises:
        AssertionError: It still runs after `timeout` seconds.
    """
    end = time.monotonic() + timeout
    while not gone(pid):
        assert time.monotonic() < end, f"process {pid} still runs after {timeout} s"
        time.sleep(0.01)


def need(*programs: str) -> None:
    """Skip the test, with its reason, where a program is not installed."""
    import pytest

    for name in programs:
        if not shutil.which(name):
            pytest.skip(f"{name} is not installed")
