"""A real sshd on loopback with throw-away keys, and a login to it in a pseudo-terminal."""

import contextlib
import getpass
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.support.e2e.pty_terminal import PtyTerminal
from tests.support.e2e.screens import PATIENCE

_SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def why_no_sshd() -> str:
    """Return why no sshd can be started here; empty if one can."""
    if _SSHD is None:
        return "openssh-server is not installed"
    missing = [name for name in ("ssh", "ssh-keygen") if not shutil.which(name)]
    return f"{missing[0]} is not installed" if missing else ""


class Sshd:
    """An sshd of this user on a free loopback port; everything it needs lies in `folder`."""

    def __init__(self, folder: Path) -> None:
        assert _SSHD is not None
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True)
        for name in ("host", "user"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
        (folder / "authorized").write_text((folder / "user.pub").read_text())
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # what the Debian service makes at its start
        for _attempt in range(5):
            self.port = _free_port()
            self._process = self._start()
            if self._listens():
                break
            self.close()
        else:
            raise AssertionError(f"sshd does not start:\n{(folder / 'log').read_text()}")
        host = (folder / "host.pub").read_text()
        (folder / "known").write_text(f"[127.0.0.1]:{self.port} {host}")

    def _start(self) -> "subprocess.Popen[bytes]":
        assert _SSHD is not None
        config = self._folder / "config"
        config.write_text(
            f"Port {self.port}\n"
            "ListenAddress 127.0.0.1\n"
            f"HostKey {self._folder / 'host'}\n"
            f"AuthorizedKeysFile {self._folder / 'authorized'}\n"
            "PidFile none\n"
            "UsePAM no\n"
            "StrictModes no\n"
            "PermitRootLogin prohibit-password\n"
            "PasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\n"
            "PrintMotd no\n"
            "PrintLastLog no\n"
            "AcceptEnv LANG LC_*\n"
        )
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [_SSHD, "-D", "-e", "-f", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _listens(self) -> bool:
        end = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return True
            time.sleep(0.01)
        return False

    def login(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        there: Mapping[str, str],
        columns: int = 80,
        rows: int = 24,
    ) -> PtyTerminal:
        """Log in as this user and run a program on a terminal there.

        Args:
            argv: The program at the far end.
            env: The environment of the ssh client: its TERM and its locale travel.
            there: Variables set at the far end, as a person's shell there would.
        """
        command = shlex.join(["env", *(f"{name}={value}" for name, value in there.items()), *argv])
        words = ["ssh", "-tt", "-q", "-F", "/dev/null", "-i", str(self._folder / "user"), "-p", str(self.port)]
        for option in (
            f"UserKnownHostsFile={self._folder / 'known'}",
            "StrictHostKeyChecking=yes",
            "IdentitiesOnly=yes",
            "IdentityAgent=none",
            "SendEnv=LANG LC_*",
        ):
            words += ["-o", option]
        return PtyTerminal([*words, f"{getpass.getuser()}@127.0.0.1", command], env=env, columns=columns, rows=rows)

    def close(self) -> None:
        """End the server; sessions of it that still run lose their line."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_reason: object) -> None:
        self.close()


def drop_line(login: PtyTerminal) -> None:
    """Cut the line as a dead network does: the client is gone at once and says nothing."""
    login.signal(signal.SIGKILL)
    login.wait_exit()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
