"""All the keys at hand: which one is used for which host."""

import os
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from qr_tui import paths
from qr_tui.core import address
from qr_tui.core.environment import API_KEY, BASE_URL
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import N_, Detail, Message
from qr_tui.secrets import system
from qr_tui.secrets.key import Key, Place, clean, clean_all
from qr_tui.secrets.keyfile import KeyFile

KEEP: Final = 8  # keys kept for one host: enough to look at old tasks, bounded


class Source(NamedTuple):
    """One place a key can come from, as `qr-tui doctor` shows it: never the key, only which one it is."""

    place: Place
    account: str  # of the key found there, or empty
    note: Detail
    works: bool = True


class KeyRing:
    """The keys at hand, by host: this session's first, then the environment's, the keyring's, the file's.

    Several keys of one host are kept, newest first, so that a task is looked at with the key that paid.
    The environment's key belongs to one host only, the one in use when the program started (`base_url`).
    """

    def __init__(self, where: paths.Paths, env: Mapping[str, str] | None = None, *, base_url: str = "") -> None:
        env = os.environ if env is None else env
        self._file = KeyFile(where.key_file)
        self._memory: dict[str, list[str]] = {}
        self._keyring: dict[str, list[str]] = {}
        self._env_host = address.normalise(base_url or env.get(BASE_URL, "") or address.DEFAULT_BASE_URL)
        try:
            self._env_key = clean(env[API_KEY]) if env.get(API_KEY, "").strip() else ""
            self.trouble: Trouble | None = None
        except Trouble as trouble:  # a mangled variable must not keep the program from starting
            self._env_key, self.trouble = "", trouble

    def key_for(self, base_url: str, account: str = "") -> Key | None:
        """Return the key that paid (`account`) at this host if known, else the one in use, else None."""
        host = address.normalise(base_url)
        keys = self._keys(host)
        return next((key for key in keys if key.account == account), keys[0] if keys else None)

    def save(self, base_url: str, value: str, where: Literal["file", "keyring", "memory"]) -> Key:
        """Keep a key for a host, as the newest, and return it.

        Raises:
            Trouble: USAGE, it cannot be a key or the keyring does not work; CONFIG, the key file is damaged.
            OSError: The key file cannot be written.
        """
        host, value = address.normalise(base_url), clean(value)
        if where == "keyring":
            self._save_in_keyring(host, value)
        elif where == "file":
            hosts, names = self._file.read()
            self._file.write(hosts | {host: _newest(value, hosts.get(host, []))}, names)
        # the session's copy goes first whatever is kept elsewhere, so a key typed now is the key used now
        self._memory[host] = _newest(value, self._memory.get(host, []))
        return Key(value, where, host)

    def learn(self) -> None:
        """Read the keys on file, so that `hide` knows them before any of them is used."""
        self._file.peek()

    def forget(self, base_url: str) -> list[Place]:
        """Drop every key of a host and return the places it was dropped from; the environment's stays.

        Raises:
            Trouble: CONFIG, the key file cannot be read.
            OSError: The key file cannot be written.
        """
        host = address.normalise(base_url)
        dropped: list[Place] = ["memory"] if self._memory.pop(host, []) else []
        hosts, names = self._file.read()
        if host in names:
            system.ask(lambda: system.backend().delete_password(system.SERVICE, host))
            self._keyring.pop(host, None)
            dropped.append("keyring")
        if host in hosts:
            dropped.append("file")
        if host in hosts or host in names:
            hosts.pop(host, None)
            self._file.write(hosts, names - {host})
        return dropped

    def sources(self, base_url: str) -> list[Source]:
        """Return where a key for this host was looked for, in order, and what was found."""
        host = address.normalise(base_url)
        found: dict[Place, str] = {}
        for key in self._keys(host):
            found.setdefault(key.source, key.account)
        found.pop("memory", None)
        note: Detail = ""
        if self.trouble:
            note = self.trouble.detail
        elif self._env_key and self._env_host != host:
            note = Message(N_("set, but for another host"))
        result = [Source("environment", found.get("environment", ""), note, self.trouble is None)]
        works, reason = system.keyring_works()
        result.append(Source("keyring", found.get("keyring", ""), reason, works))
        trouble = self._file.trouble
        result.append(
            Source("file", found.get("file", ""), trouble.detail if trouble else self._file.note, not trouble)
        )
        return result

    def _keys(self, host: str) -> list[Key]:
        """Return every key for `host`, the one in use first."""
        keys = [Key(value, "memory", host) for value in self._memory.get(host, [])]
        if self._env_key and host == self._env_host:
            keys.append(Key(self._env_key, "environment", host))
        hosts, names = self._file.peek()
        if host in names:
            keys += [Key(value, "keyring", host) for value in self._from_keyring(host)]
        return keys + [Key(value, "file", host) for value in hosts.get(host, [])]

    def _from_keyring(self, host: str) -> list[str]:
        """Return the keyring's keys for `host`; asked once a run, because each ask may take seconds."""
        if host not in self._keyring:
            stored = system.ask(lambda: system.backend().get_password(system.SERVICE, host))
            self._keyring[host] = clean_all((stored or "").split("\n"))
        return self._keyring[host]

    def _save_in_keyring(self, host: str, value: str) -> None:
        works, reason = system.keyring_works()
        if not works:
            raise Trouble(Kind.USAGE, reason)
        hosts, names = self._file.read()
        keys = _newest(value, self._from_keyring(host))
        if system.ask(lambda: system.backend().set_password(system.SERVICE, host, "\n".join(keys)) or True) is None:
            raise Trouble(Kind.USAGE, Message(N_("the system keyring refused the key")))
        self._keyring[host] = keys
        if host not in names:
            self._file.write(hosts, names | {host})


def _newest(value: str, others: list[str]) -> list[str]:
    return [value, *(other for other in others if other != value)][:KEEP]
