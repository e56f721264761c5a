"""A program inside a real tmux of its own: private socket, no configuration, nothing of the person's."""

import contextlib
import shlex
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.e2e import keyboard
from tests.e2e.pty_terminal import PtyTerminal
from tests.e2e.screens import PATIENCE, Terminal


class TmuxTerminal(Terminal):
    """A program in the only pane of a private tmux server. Nobody is attached until `attach` is called."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        columns: int = 80,
        rows: int = 24,
        options: Sequence[str] = (),
    ) -> None:
        self._env = {name: value for name, value in env.items() if name not in ("TMUX", "TMUX_PANE")}
        self._base = ["tmux", "-L", f"qr-{uuid.uuid4().hex[:10]}", "-f", "/dev/null"]
        self._clients: list[PtyTerminal] = []
        self.command("new-session", "-d", "-x", str(columns), "-y", str(rows), "cat")
        self.command("set-option", "-g", "remain-on-exit", "on")
        self.command("set-option", "-g", "status", "off")
        self.command("set-option", "-s", "escape-time", "10")
        for option in options:  # such as "-s set-clipboard off"
            self.command("set-option", *option.split())
        self.command("respawn-pane", "-k", shlex.join(argv))

    def command(self, *words: str, check: bool = True, text: str | None = None) -> str:
        """Run a tmux command on the private server and return what it prints."""
        done = subprocess.run(
            [*self._base, *words],
            env=self._env,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )
        if check and done.returncode:
            raise AssertionError(f"tmux {' '.join(words)}: {done.stderr}")
        return done.stdout

    def attach(self, *, columns: int = 80, rows: int = 24, term: str = "xterm-256color") -> PtyTerminal:
        """Attach a terminal, as a person would; what tmux hands to the outside arrives in its emulator."""
        client = PtyTerminal(
            [*self._base, "attach-session"], env={**self._env, "TERM": term}, columns=columns, rows=rows
        )
        self._clients.append(client)
        end = time.monotonic() + PATIENCE
        while str(client.pid) not in self.command("list-clients", "-F", "#{client_pid}").split():
            if time.monotonic() > end or client.exit_status is not None:
                raise AssertionError(f"tmux does not let us attach:\n{client.text}")
            time.sleep(0.01)
        return client

    def screen(self) -> list[str]:
        """Return the rows of the pane."""
        shown = self.command("capture-pane", "-p", check=False)
        return [row.rstrip() for row in shown.split("\n")[:-1]]

    def buffer(self) -> str:
        """Return tmux's newest paste buffer, empty if there is none."""
        return self.command("show-buffer", check=False)

    def _changed(self, timeout: float) -> bool:
        # tmux tells nobody when a pane changes
        time.sleep(min(0.03, timeout))
        return self.exit_status is None

    def type(self, text: str) -> None:
        """Type characters."""
        for number, line in enumerate(text.split("\n")):
            if number:
                self.press("enter")
            if line:
                self.command("send-keys", "-l", "--", line)

    def paste(self, text: str) -> None:
        """Paste text through a buffer that is then dropped."""
        self.command("load-buffer", "-b", "kit", "-", text=text)
        self.command("paste-buffer", "-p", "-d", "-b", "kit")

    def press(self, *keys: str) -> None:
        """Press keys one after another."""
        for key in keys:
            self.command("send-keys", keyboard.tmux(key))

    def resize(self, columns: int, rows: int) -> None:
        """Give the window another size."""
        self.command("resize-window", "-x", str(columns), "-y", str(rows))

    @property
    def pid(self) -> int:
        """The process in the pane."""
        return int(self.command("display-message", "-p", "#{pane_pid}"))

    def hangup(self) -> None:
        """Kill the server: the pane's terminal is gone."""
        self.command("kill-server", check=False)

    @property
    def exit_status(self) -> int | None:
        """How the program ended, None while it runs; negative for a signal."""
        words = "#{pane_dead}|#{pane_dead_status}|#{pane_dead_signal}"
        dead, _, rest = self.command("display-message", "-p", words, check=False).strip().partition("|")
        status, _, number = rest.partition("|")
        if dead != "1":
            return None
        return int(status) if status else -int(number or 0)

    def wait_exit(self, timeout: float = PATIENCE) -> int:
        """Wait for the program in the pane to end.

        Raises:
            AssertionError: It still runs.
        """
        end = time.monotonic() + timeout
        while (status := self.exit_status) is None:
            if time.monotonic() > end:
                raise AssertionError(f"still running after {timeout} s:\n{self.text}")
            time.sleep(0.02)
        return status

    def close(self) -> None:
        """End the server and every client."""
        socket = self.command("display-message", "-p", "#{socket_path}", check=False).strip()
        self.command("kill-server", check=False)
        for client in self._clients:
            client.close()
        if socket:
            with contextlib.suppress(FileNotFoundError):
                Path(socket).unlink()
