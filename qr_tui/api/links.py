"""Links and ids as they travel: what may be kept, what may follow a redirect, how an opaque id is encoded."""

import re
import unicodedata
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

LINK_LIMIT: Final = 8_192  # characters; signed links run to some three thousand
_PORTS: Final = {"http": 80, "https": 443}
_UNENCODED: Final = re.compile(r'[ "<>\\^`{|}]')


def link(value: object, base_url: str = "") -> str | None:
    """Return `value` as a link that may be kept: http or https, with a host, bounded, nothing invisible in it.

    Args:
        value: What stands where a link should. ASCII that no link holds, like a space in the name of a file, is
            percent-encoded after the host.
        base_url: The host that gave it; a value that begins with ``/`` is taken from there.
    """
    if not isinstance(value, str) or len(value) > LINK_LIMIT:
        return None
    text = value.strip()
    try:
        if base_url and text.startswith("/") and not _UNENCODED.search(text[:3]):
            text = urljoin(f"{base_url}/", text)
        host = urlsplit(text).netloc
        if not text or unsafe(text.replace(" ", "")) or _UNENCODED.search(host):
            return None
        text = _UNENCODED.sub(lambda found: f"%{ord(found[0]):02X}", text)
        parts = urlsplit(text)
        _port = parts.port  # a port that is no number raises here
    except ValueError:
        return None
    return text if len(text) <= LINK_LIMIT and parts.scheme in _PORTS and parts.hostname else None


def within(url: str, location: str) -> str | None:
    """Return where a redirect of `url` leads if it stays at its scheme, host and port: only there may the key go."""
    try:
        target = urljoin(url, location)
        here, there = urlsplit(url), urlsplit(target)
        ports = [part.port or _PORTS.get(part.scheme) for part in (here, there)]
    except ValueError:
        return None
    same = (here.scheme, here.hostname, ports[0]) == (there.scheme, there.hostname, ports[1])
    return target if same and "@" not in there.netloc else None


def segment(task_id: str) -> str:
    """Return an opaque id percent-encoded, for a path or a query: it may hold ``:``, ``/`` or anything else."""
    encoded = quote(task_id, safe="", errors="replace")
    return encoded.replace(".", "%2E") if not encoded.strip(".") else encoded


def unsafe(text: str) -> bool:
    """Tell whether `text` holds a character that no id and no link has: controls, spaces, marks, surrogates."""
    return any(unicodedata.category(char)[0] in "CZ" for char in text)
