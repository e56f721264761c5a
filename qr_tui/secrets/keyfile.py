"""The 0600 file of keys, for systems without a keyring, which is most of those reached over SSH."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from qr_tui import files
from qr_tui.core import address
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.display import inert
from qr_tui.core.text.messages import N_, Detail, Message
from qr_tui.secrets.key import clean_all


class KeyFile:
    """`keys.toml`: keys by host, newest first, and the hosts whose keys are in the system keyring.

    The keyring is asked only for hosts named here: asking costs seconds where it is locked, and a home that
    never used it, like a test's or the demo's, must not reach into the person's own.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.note: Detail = ""
        self.trouble: Trouble | None = None
        self._stamp: tuple[int, int, int] | None = None
        self._content: tuple[dict[str, list[str]], frozenset[str]] = ({}, frozenset())

    def peek(self) -> tuple[dict[str, list[str]], frozenset[str]]:
        """Return what the file holds, nothing when it cannot be read (`trouble` says why then)."""
        try:
            return self.read()
        except (Trouble, OSError):
            return {}, frozenset()

    def read(self) -> tuple[dict[str, list[str]], frozenset[str]]:
        """Return the keys by host and the names of the hosts in the keyring; a missing file holds none.

        Raises:
            Trouble: CONFIG, the file cannot be understood; the detail never repeats its content.
        """
        try:
            about = self.path.stat()
        except FileNotFoundError:
            self._stamp, self._content, self.trouble = None, ({}, frozenset()), None
            return {}, frozenset()
        stamp = (about.st_ino, about.st_mtime_ns, about.st_size)
        if stamp != self._stamp or self.trouble:
            if about.st_mode & 0o077:
                self.path.chmod(0o600)
                self.note = Message(N_("others could read the key file; its rights were set to 0600"))
            self._content, self.trouble = self._parse(), None
            self._stamp = stamp
        hosts, names = self._content
        return dict(hosts), names

    def write(self, hosts: Mapping[str, list[str]], names: frozenset[str]) -> None:
        """Replace the file."""
        lines = ["# The keys of qr-tui, newest first. Only you can read this file."]
        if names:
            lines.append(f"keyring = {json.dumps(sorted(names))}")
        lines.append("\n[hosts]")
        lines += [f"{json.dumps(host)} = {json.dumps(keys)}" for host, keys in sorted(hosts.items())]
        files.write_private(self.path, ("\n".join(lines) + "\n").encode())
        self.path.resolve().parent.chmod(0o700)
        self._stamp = None

    def _parse(self) -> tuple[dict[str, list[str]], frozenset[str]]:
        try:
            table = tomllib.loads(self.path.read_bytes().decode("utf-8-sig"))
            hosts = {
                address.normalise(host): clean_all([keys] if isinstance(keys, str) else keys)
                for host, keys in table.get("hosts", {}).items()
            }
            names = frozenset(address.normalise(host) for host in table.get("keyring", []))
        except (ValueError, TypeError, AttributeError, Trouble) as error:
            at = re.search(r"\(at line (\d+)", str(error)) if isinstance(error, tomllib.TOMLDecodeError) else None
            line = Message(N_(": line {line}"), {"line": at[1]}) if at else ""
            self.trouble = Trouble(
                Kind.CONFIG,
                Message(
                    N_("{file}{line}: the key file cannot be understood"),
                    {"file": inert(str(self.path)), "line": line},
                ),
            )
            # without the cause: its text could hold a piece of a key
            raise self.trouble from None
        return hosts, names
