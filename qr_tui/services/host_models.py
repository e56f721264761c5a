"""What each host says it has: asked at most once a day, and kept, so that a list of models is there at once."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from qr_tui import config, files
from qr_tui.core import routes
from qr_tui.core.answers import HostModel
from qr_tui.paths import Paths
from qr_tui.secrets import KeyRing
from qr_tui.services.clock import Clock

FILE: Final = "host_models.json"  # in the folder of states
LEFT_ALONE: Final = 60.0  # seconds
KEPT: Final = 24 * 3600.0  # seconds that a host's list is believed

if TYPE_CHECKING:
    from qr_tui.api.client import QuickRouter


class _HostList(msgspec.Struct, frozen=True):
    """The list of one host and account, and when (Unix seconds) it came."""

    at: float
    models: tuple[HostModel, ...]


class HostModels:
    """The lists, by host and account. A file that cannot be read or written is no trouble: a host is asked again.

    Args:
        path: The file.
        clock: The time.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._failed: dict[str, float] = {}  # by host and account: when (steady seconds) it could not be asked
        self._lists: dict[str, _HostList] | None = None

    async def read(self) -> None:
        """Read what was kept, once."""
        if self._lists is None:
            self._lists = await asyncio.to_thread(self._read)

    def of(self, base_url: str, account: str) -> tuple[HostModel, ...] | None:
        """Return the models of a host, None where nobody knows them (any more)."""
        found = (self._lists or {}).get(_place(base_url, account))
        return found.models if found is not None and self._is_fresh(found) else None

    async def keep(self, base_url: str, account: str, models: Sequence[HostModel]) -> None:
        """Keep what a host has just said."""
        await self.read()
        lists = {place: kept for place, kept in (self._lists or {}).items() if self._is_fresh(kept)}
        # most of a host's models are for texts and pictures, and there can be thousands
        videos = tuple(model for model in models if routes.makes_videos(model.id, model.endpoints))
        self._lists = lists | {_place(base_url, account): _HostList(self._clock.now(), videos)}
        await asyncio.to_thread(self._write, self._lists)

    async def ask(self, client: "QuickRouter", account: str) -> tuple[HostModel, ...] | None:
        """Return what the host of `client` has; it is asked when its list is older than a day.

        One that has just failed to answer is left alone for a minute.

        Raises:
            CallFailed: It could not be asked.
        """
        await self.read()
        host, now = client.base_url, self._clock.steady()
        place = _place(host, account)
        if self.of(host, account) is None and now - self._failed.get(place, float("-inf")) >= LEFT_ALONE:
            self._failed[place] = now
            await self.keep(host, account, await client.models())
            del self._failed[place]
        return self.of(host, account)

    def _is_fresh(self, found: _HostList) -> bool:
        return abs(self._clock.now() - found.at) < KEPT  # a clock that was set back makes it old as well

    def _read(self) -> dict[str, _HostList]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, _HostList])
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return {}

    def _write(self, lists: dict[str, _HostList]) -> None:
        with suppress(OSError):
            files.write_private(self._path, msgspec.json.encode(lists))


def _place(base_url: str, account: str) -> str:
    return f"{base_url} {account}"


async def ask(
    paths: Paths, settings: config.Settings, keys: KeyRing, base_url: str, *, offline: bool = False
) -> tuple[HostModel, ...] | None:
    """Return what the host has, for a front end without an engine; None where nobody knows.

    It is asked when its list is older than a day, there is a key for it, and `offline` does not forbid it.

    Raises:
        Trouble: It could not be asked.
    """
    from qr_tui.api.client import QuickRouter

    key = await asyncio.to_thread(keys.key_for, base_url)
    if key is None:
        return None
    lists = HostModels(paths.state / FILE, Clock())
    await lists.read()
    if offline:
        return lists.of(base_url, key.account)
    host = settings.host
    client = QuickRouter(base_url, key, ca_file=host.ca_file, allow_plain_http=host.allow_plain_http)
    try:
        return await lists.ask(client, key.account)
    finally:
        await client.aclose()
