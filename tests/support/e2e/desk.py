"""A desk to work at: a home of its own, the simulator beside it, and the program in a terminal or as a command."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from qr_tui import config, paths
from tests.support.e2e.programs import PATIENCE, PtyTerminal, SimulatorProcess, clean_env, program, start_simulator


class Desk:
    """One person's home, and the provider they use.

    Args:
        home: The person's HOME.
        simulator: The provider.
    """

    def __init__(self, home: Path, simulator: SimulatorProcess) -> None:
        self.home = home
        self.simulator = simulator
        self.env = clean_env(home, url=simulator.url)
        self.paths = paths.under(Path(self.env["QR_TUI_HOME"]))
        # as often as the settings allow
        config.save(paths.make(self.paths.config) / "config.toml", {"poll.first": 1, "poll.every": 1, "poll.late": 1})

    def open(self, *, columns: int = 80, rows: int = 24, **more: str) -> PtyTerminal:
        """Open the app; an empty variable is taken away from its environment."""
        env = {name: value for name, value in (self.env | more).items() if value}
        return PtyTerminal(program(), env=env, columns=columns, rows=rows)

    def run(self, *arguments: str) -> str:
        """Run a command to its end and return what it prints."""
        done = subprocess.run(
            program(*arguments),
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE * 2,
            check=False,
        )
        assert done.returncode == 0, f"qr-tui {' '.join(arguments)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def create(self, *prompts: str) -> list[str]:
        """Create a task of each prompt; returns their ids."""
        return [json.loads(self.run("create", prompt, "--json"))[0]["id"] for prompt in prompts]

    def tasks(self) -> list[dict[str, Any]]:
        """Return what `qr-tui list --json` says."""
        found: list[dict[str, Any]] = json.loads(self.run("list", "--json"))
        return found

    def posts(self) -> dict[str, int]:
        """Return how often each prompt was received by the provider."""
        told = self.simulator.ask("stats")["posts"]
        return {prompt: counts["received"] for prompt, counts in told.items()}


@contextmanager
def desk_with_simulator(folder: Path, *options: str) -> Iterator[Desk]:
    """Yield a desk whose simulator ends with it."""
    home = folder / "home"
    with start_simulator(*(options or ("--speed", "50")), env=clean_env(home, key="")) as simulator:
        yield Desk(home, simulator)
