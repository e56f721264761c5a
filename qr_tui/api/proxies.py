"""Which proxy the environment names for a host, and what to say of one that cannot be used."""

import os
import re
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from qr_tui.core.address import is_loopback
from qr_tui.core.text.messages import N_, Detail, Message, Value

_SHOWN: Final = 200  # characters of an address that are shown
_CREDENTIALS: Final = re.compile(r"(?<=://).*@|^[^/]*@", re.DOTALL)


class Proxy(NamedTuple):
    """A proxy: its address, and the variable that names it (empty: the system's own settings do)."""

    url: str
    variable: str

    @property
    def shown(self) -> str:
        """The address without user name and password."""
        return _CREDENTIALS.sub("", self.url)[:_SHOWN]

    def behind(self, detail: Detail) -> Message:
        """Return `detail`, the reason why no connection could be made, with the proxy that it was tried through."""
        values: dict[str, Value] = {"reason": detail, "proxy": self.shown, "variable": self.variable}
        if not self.variable:
            return Message(N_("{reason} (through the proxy {proxy} of the system's settings)"), values)
        return Message(N_("{reason} (through the proxy {proxy}, which {variable} names)"), values)

    def unusable(self) -> Message:
        """Return what to say when the address makes no sense."""
        if not self.variable:
            return Message(N_("the proxy in the settings of the system cannot be used: {proxy}"), {"proxy": self.shown})
        values = {"variable": self.variable, "proxy": self.shown}
        return Message(N_("the proxy that {variable} names cannot be used: {proxy}"), {**values})

    def no_socks(self) -> Message:
        """Return what to say when the part of httpx that speaks SOCKS is not installed."""
        values = {"variable": self.variable or "proxy", "proxy": self.shown}
        return Message(N_("{variable} names a SOCKS proxy, which needs the package socksio: {proxy}"), {**values})


def for_host(base_url: str) -> Proxy | None:
    """Return the proxy for requests to `base_url`, None for none; a variable for other schemes is never looked at.

    A proxy cannot know what runs on this very machine.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_loopback(base_url):
        return None
    known = getproxies()
    excepted = known.get("no", "").split(",")
    if any(name.strip() == "*" for name in excepted) or proxy_bypass(host) or proxy_bypass(parts.netloc):
        return None
    scheme = next((scheme for scheme in (parts.scheme, "all") if known.get(scheme)), None)
    if scheme is None:
        return None
    url = known[scheme] if "://" in known[scheme] else f"http://{known[scheme]}"
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper())
    # "socks" without a number is how desktops write it
    return Proxy(re.sub("^socks://", "socks5://", url), next((name for name in names if os.environ.get(name)), ""))
