"""A program inside a real tmux of its own: private socket, no configuration, nothing of the person's."""

import contextlib
import shlex
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.support.e2e import keyboard
from tests.support.e2e.pty_terminal import PtyTerminal
from tests.support.e2e.screens import PATIENCE, Terminal

# tmux itself now and then never learns how a pane's program ended, so a shell notes it: the program's process number
# before it begins, its status when it has ended.
_NOTED: Final = """
folder=$1
shift
sh -c 'folder=$1; shift; echo $$ > "$folder/new"; mv "$folder/new" "$folder/pid"; exec "$@"' sh "$folder" "$@"
echo $? > "$folder/status"
"""


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
        self._folder = Path(tempfile.mkdtemp(prefix="qr-"))
        self.command("new-session", "-d", "-x", str(columns), "-y", str(rows), "cat")
        self._socket = Path(self.command("display-message", "-p", "#{socket_path}").strip())
        self.command("set-option", "-g", "remain-on-exit", "on")
        self.command("set-option", "-g", "status", "off")
        self.command("set-option", "-s", "escape-time", "10")
        for option in options:  # such as "-s set-clipboard off"
            self.command("set-option", *option.split())
        self.run(argv)

    def run(self, argv: Sequence[str]) -> None:
        """Run a program in the pane, in place of what runs there."""
        # of its own: the shell of what ran before may still be writing its last note
        self._notes = Path(tempfile.mkdtemp(dir=self._folder))
        words = ["sh", "-c", _NOTED, "sh", str(self._notes), *argv]
        self.command("respawn-pane", "-k", shlex.join(words))
        end = time.monotonic() + PATIENCE
        while not (self._notes / "pid").exists():
            assert time.monotonic() < end, "tmux starts nothing"
            time.sleep(0.01)

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
        # it draws only when it knows what the terminal can do
        while not client.raw or str(client.pid) not in self.command("list-clients", "-F", "#{client_pid}").split():
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
        """The process of the program."""
        return int((self._notes / "pid").read_text())

    def hangup(self) -> None:
        """Kill the server: the pane's terminal is gone."""
        self.command("kill-server", check=False)

    @property
    def exit_status(self) -> int | None:
        """How the program ended, None while it runs; negative for a signal."""
        with contextlib.suppress(FileNotFoundError):
            status = (self._notes / "status").read_text()
            if status.endswith("\n"):
                return int(status) if int(status) < 128 else 128 - int(status)
        return None

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
        self.command("kill-server", check=False)
        for client in self._clients:
            client.close()
        with contextlib.suppress(FileNotFoundError):
            self._socket.unlink()
        shutil.rmtree(self._folder, ignore_errors=True)
