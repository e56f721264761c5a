"""Which of the provider's links may be followed: none that leads into this machine or its own network."""

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from qr_tui.core.address import host_name, is_loopback

_PORTS: Final = {"http": 80, "https": 443}
_INNER_NAMES: Final = (".local", ".localhost", ".internal", ".lan", ".home", ".intranet", ".corp", ".home.arpa")


def is_web(link: str) -> bool:
    """Tell whether `link` is http or https with a host."""
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def is_private(link: str) -> bool:
    """Tell whether `link` leads to this machine or a private network, by an address in any spelling or an inner name.

    Names are judged as they are written; whoever fetches must judge the address they resolve to again.
    """
    host = host_name(link).lower()
    if not host:
        return False
    address = _address(host)
    if address is None:
        return "." not in host or host.endswith(_INNER_NAMES)
    return not address.is_global or address.is_multicast


def may_follow(link: str, base_url: str) -> bool:
    """Tell whether `link`, given by the host at `base_url`, may be kept and followed.

    A host on this very machine (the simulator) may point to this machine; any other may not. A host in a private
    network may point to itself, at the very port that is given the key, and to nothing else in there.
    """
    return is_web(link) and (is_loopback(base_url) or not is_private(link) or _place(link) == _place(base_url))


def _place(url: str) -> tuple[str, int] | None:
    """Return host and port of `url`, None when a user name stands in it or it makes no sense."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return None
    return None if "@" in parts.netloc else (host_name(url).lower(), port)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that `host` spells, in the old forms too that programs still take, like ``0x7f.1``."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _old_form(host)
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        return inner or address
    return address


def _old_form(host: str) -> ipaddress.IPv4Address | None:
    """Return the address of an IPv4 host written with fewer than four parts, or in octal or hexadecimal."""
    parts = host.split(".")
    if not 1 <= len(parts) <= 4:
        return None
    numbers = []
    for part in parts:
        base = 16 if part[:2].lower() == "0x" else 8 if part.startswith("0") and part != "0" else 10
        try:
            numbers.append(int(part, base))
        except ValueError:
            return None
    *front, last = numbers
    if any(number > 255 for number in front) or last >= 256 ** (5 - len(numbers)) or min(numbers) < 0:
        return None
    value = last
    for place, number in enumerate(front):
        value += number << (24 - 8 * place)
    return ipaddress.IPv4Address(value)
