"""Base URLs: one spelling for each host, and what can be told of it without asking the network."""

import ipaddress
import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.text.messages import N_, Message

DEFAULT_BASE_URL: Final = "https://api.quickrouter.ai"

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,252})")
_PATH: Final = re.compile(r"[A-Za-z0-9/._~%+@:,;=!$&'()*-]*")
_PORTS: Final = {"http": 80, "https": 443}


def normalise(base_url: str) -> str:
    """Return `base_url` in the one spelling that is stored with tasks and keys.

    The host is in lower case, without its default port; a trailing ``/`` or ``/v1`` is gone.
    An address without a scheme is taken as https, on the loopback as http.

    Raises:
        Trouble: USAGE, the address cannot be the base of an API; the detail never repeats a password in it.
    """
    text = base_url.strip()
    if not text:
        raise Trouble(Kind.USAGE, Message(N_("the base URL is empty")))
    if not _SCHEME.match(text):
        text = ("http://" if is_loopback(f"//{text}") else "https://") + text
    parts = _split(text)
    if parts is None or not text.isprintable() or "\\" in text or " " in text:
        raise Trouble(Kind.USAGE, Message(N_("the base URL is not an address like https://api.example.com")))
    if parts.scheme not in _PORTS:
        raise Trouble(Kind.USAGE, Message(N_("the base URL must begin with https:// or http://")))
    if "@" in parts.netloc:
        raise Trouble(Kind.USAGE, Message(N_("the base URL must not hold a user name or password")))
    if "?" in text or "#" in text:
        raise Trouble(Kind.USAGE, Message(N_("the base URL must not hold a ? or # part")))
    path = parts.path.rstrip("/")
    path = path.removesuffix("/v1").rstrip("/")
    if not _PATH.fullmatch(path):
        raise Trouble(Kind.USAGE, Message(N_("the base URL is not an address like https://api.example.com")))
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{_spelled(parts.hostname or '')}{port}{path}"


def host_name(url: str) -> str:
    """Return the host of `url` without port, brackets or trailing dot; empty when it has none."""
    parts = _split(url)
    return (parts.hostname or "").rstrip(".") if parts else ""


def is_loopback(url: str) -> bool:
    """Tell whether `url` names this very machine, by a loopback address or ``localhost``."""
    host = host_name(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def is_insecure(url: str) -> bool:
    """Tell whether a key sent to `url` could be read on the way: plain http to another machine."""
    return urlsplit(url).scheme == "http" and not is_loopback(url)


def _split(url: str) -> SplitResult | None:
    """Return the parts of `url`, or None when its host or port make no sense."""
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _spelled(host: str) -> str:
    """Return `host` as it goes into a URL.

    Raises:
        Trouble: USAGE, it is no host name.
    """
    if ":" in host:
        return f"[{ipaddress.IPv6Address(host)}]"
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        host = ""
    if not _HOST.fullmatch(host):
        raise Trouble(Kind.USAGE, Message(N_("the base URL is not an address like https://api.example.com")))
    return host
