"""Runs command lines: in this process with every stream in hand, or as the real program."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pytest

from qr_tui import config, i18n, paths
from qr_tui.cli import output
from qr_tui.cli.context import CliContext
from qr_tui.cli.main import run
from qr_tui.core.catalogue import Catalogue
from qr_tui.core.schedule import Pace
from qr_tui.core.task import Failure, Request, Status, Task, new_task
from qr_tui.simulator import Simulator
from qr_tui.store.tasks import TaskStore

KEY = "sk-test-cli-0123456789"
QUICK = Pace(
    first=0.02,
    early=0.03,
    early_spread=0.02,
    late=0.05,
    look_backoff=0.05,
    backoff=0.05,
    backoff_cap=0.2,
    per_minute=60_000,
)
HOST = "https://api.example.com"
HOSTILE = "\x1b[2J\x1b]52;c;aGk=\x07[/b] [bold\u202e\x9b31m=1+1"


class Result(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Shell:
    """One user: a home, an environment, perhaps a simulated provider."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, simulator: Simulator | None = None) -> None:
        self.home = home
        self.paths = paths.under(home)
        self.simulator = simulator
        self.url = simulator.url if simulator else HOST
        self._patch = monkeypatch
        monkeypatch.setenv("QR_TUI_HOME", str(home))
        monkeypatch.setenv("QUICKROUTER_BASE_URL", self.url)
        monkeypatch.setenv("QUICKROUTER_API_KEY", KEY)

    def __call__(self, *args: str, stdin: str | bytes = "") -> Result:
        """Run a command line in this process."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        streams = [io.TextIOWrapper(io.BytesIO(data), encoding="utf-8", newline="\n") for data in (given, b"", b"")]
        output.Reader.gone = False
        with pytest.MonkeyPatch.context() as patch:
            for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
                patch.setattr(sys, name, stream)
            code = run(args, CliContext(pace=QUICK))
            for stream in streams[1:]:
                stream.flush()
            out, err = (stream.buffer.getvalue().decode() for stream in streams[1:])
        i18n.install("en")
        return Result(code, out, err)

    @property
    def env(self) -> dict[str, str]:
        """The environment for the real program."""
        return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}

    def argv(self, *args: str) -> list[str]:
        """The real program's command line."""
        return [sys.executable, "-m", "qr_tui", *args]

    def process(self, *args: str, stdin: str = "", env: dict[str, str] | None = None) -> Result:
        """Run the real program to its end."""
        done = subprocess.run(
            self.argv(*args),
            env=self.env | (env or {}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def start(self, *args: str, **more: Any) -> "subprocess.Popen[str]":
        """Start the real program."""
        return subprocess.Popen(
            self.argv(*args), env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
        )

    def quick_config(self) -> None:
        """Let the real program look as often as the settings allow."""
        config.save(paths.make(self.paths.config) / "config.toml", {"poll.first": 1, "poll.every": 1, "poll.late": 1})

    def stored(self) -> list[Task]:
        """Return what is on disk."""
        store = TaskStore(self.paths.store)
        store.open()
        try:
            return store.tasks()
        finally:
            store.close()

    def put(self, *tasks: Task) -> None:
        """Write tasks to disk."""
        store = TaskStore(self.paths.store)
        store.open()
        store.add(tasks)
        store.close()

    def posts(self) -> int:
        """Return how many create calls the provider received."""
        assert self.simulator is not None
        return int(self.simulator.stats()["requests"].get("create", 0))


def task(prompt: str = "a paper boat", *, ago: float = 60.0, base_url: str = HOST, **fields: Any) -> Task:
    """Return a task made `ago` seconds ago, waiting unless said otherwise."""
    request = Catalogue().complete(Request(model=fields.pop("model", "sora-2-pro"), prompt=prompt))
    made = new_task(request, base_url=base_url, account="0" * 12, now=time.time() - ago)
    return msgspec.structs.replace(made, **({"status": Status.WAITING, "submitted_at": made.created_at} | fields))


def failed(kind: Any, prompt: str = "a paper boat", **fields: Any) -> Task:
    """Return a failed task."""
    return task(prompt, status=Status.FAILED, failure=Failure(kind=kind, detail="the provider's words"), **fields)


def until(what: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until `what` is true; fail after `seconds`."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)
