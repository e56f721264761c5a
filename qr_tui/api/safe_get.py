"""Getting what a link leads to, wherever it leads, but never into this machine or its network.

Links come from a provider's answers, and servers send them on: every hop is judged before anything goes there, by how
it is written and by what its name resolves to, and the connection is made to the very address that was judged.
"""

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any, Final, NamedTuple
from urllib.parse import urljoin, urlsplit

import httpcore._sync.http11
import httpx

from qr_tui import __version__
from qr_tui.api import proxies
from qr_tui.api.links import within
from qr_tui.api.transport import ssl_context
from qr_tui.core.address import host_name
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.links import may_follow
from qr_tui.core.text.messages import N_, Detail, Message

MOST_HOPS: Final = 5
READ_SIZE: Final = 1024 * 1024  # bytes read at a time; with httpcore's own 64 KiB a fast line waits for us
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_MOST_ADDRESSES: Final = 4  # of one name that are tried
# Programs that take a whole machine's traffic through a tunnel answer every name with an address from here (RFC 2544,
# for benchmarks): it stands for the host's own and leads into nobody's network.
_STAND_INS: Final = ipaddress.IPv4Network("198.18.0.0/15")

# The one place that touches this: an attribute of httpcore, which a test holds to be there.
httpcore._sync.http11.HTTP11Connection.READ_NUM_BYTES = READ_SIZE


class Stopped(Exception):
    """It was told to stop."""


class SourceFailed(Trouble):
    """One source gives no film.

    Args:
        kind: Why.
        detail: What exactly.
        last: Whether another source could do no better.
        weak: Whether it only says that the link is over or the film not there yet: any other reason tells more.
    """

    def __init__(self, kind: Kind, detail: Detail = "", *, last: bool = False, weak: bool = False) -> None:
        super().__init__(kind, detail)
        self.last = last
        self.weak = weak


class Source(NamedTuple):
    """Where a film may be had.

    Attributes:
        url: The link.
        base_url: The host that gave it, which says where it may lead.
        secret: The key, for this host alone; empty for none.
    """

    url: str
    base_url: str
    secret: str = ""


class SafeGet:
    """Opens links one at a time, in a thread; `wake` ends what it waits for.

    Args:
        stop: Set when nothing more is wanted.
        ca_file: Certificates to trust besides the usual ones.
        connect: Seconds that a connection may take.
        read: Seconds between two pieces of an answer.
    """

    def __init__(self, stop: threading.Event, *, ca_file: str, connect: float, read: float) -> None:
        self._stop = stop
        self._ca_file = ca_file
        self._timeout = httpx.Timeout(read, connect=connect)
        self._mutex = threading.Lock()
        self._socket: socket.socket | None = None

    def wake(self) -> None:
        """End what waits for the line, from any thread."""
        with self._mutex:
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    # not the method of a TLS socket, which pulls away what the other thread is using
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    @contextlib.contextmanager
    def opened(self, source: Source, headers: dict[str, str]) -> Iterator[httpx.Response]:
        """Give the answer that `source` leads to, its body unread.

        Raises:
            SourceFailed: It leads where it may not be followed, or a setting cannot be used.
            Stopped: It was told to stop.
            httpx.HTTPError: No answer came; and any other of httpx's.
            OSError: The name of the host cannot be resolved.
        """
        url = source.url
        for _hop in range(MOST_HOPS + 1):
            with self._asked(source, url, headers) as response:
                if response.status_code not in _REDIRECTS or "location" not in response.headers:
                    yield response
                    return
                target = urljoin(url, response.headers["location"])
            if urlsplit(url).scheme == "https" and urlsplit(target).scheme == "http":
                raise _refused(target)
            url = target
        raise SourceFailed(Kind.BAD_REDIRECT, Message(N_("it leads on and on")))

    @contextlib.contextmanager
    def _asked(self, source: Source, url: str, headers: dict[str, str]) -> Iterator[httpx.Response]:
        _judge(url, source.base_url)
        proxy = proxies.for_host(url)
        addresses = [""] if proxy else _addresses(url, source.base_url)
        own = bool(source.secret) and within(source.base_url, url) is not None
        key = {"Authorization": f"Bearer {source.secret}"} if own else {}
        for number, address in enumerate(addresses, 1):
            with self._client(url, proxy) as client:
                request = _request(client, url, address, {**headers, **key})
                request.extensions["trace"] = self._trace
                try:
                    response = client.send(request, stream=True)
                except (httpx.ConnectError, httpx.ConnectTimeout):
                    if number == len(addresses) or self._stop.is_set():
                        raise
                    continue
                try:
                    yield response
                finally:
                    response.close()
                    with self._mutex:
                        self._socket = None
                return

    def _client(self, url: str, proxy: proxies.Proxy | None) -> httpx.Client:
        plain = urlsplit(url).scheme == "http"
        try:
            return httpx.Client(
                verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else ssl_context(self._ca_file),
                trust_env=False,
                proxy=proxy.url if proxy else None,
                timeout=self._timeout,
                # one connection, one request: two names at one address must not share a line
                limits=httpx.Limits(max_keepalive_connections=0),
                follow_redirects=False,
            )
        except (ValueError, ImportError, httpx.InvalidURL) as error:
            if proxy is None:
                raise
            detail = proxy.no_socks() if isinstance(error, ImportError) else proxy.unusable()
        raise SourceFailed(Kind.CONFIG, detail)

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        """Keep the socket at hand as soon as there is one, so that `wake` reaches whoever waits for it."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete", "connect_unix_socket.complete")):
            with self._mutex:
                self._socket = info["return_value"].get_extra_info("socket")
            if self._stop.is_set():
                raise Stopped


def _addresses(url: str, base_url: str) -> list[str]:
    """Return the addresses of a host, each of which may be gone to."""
    host, parts = host_name(url), urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # no name that any resolver takes
        raise _refused(url) from None
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    # a name may be of the whole world and its address of this network
    own = within(base_url, url) is not None
    if not own and not all(_may_go(address, parts.scheme, port, base_url) for address in addresses):
        raise _refused(url)
    return addresses[:_MOST_ADDRESSES]


def _judge(url: str, base_url: str) -> None:
    """Refuse a link that must not be followed, by how it is written."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        raise SourceFailed(Kind.BAD_REDIRECT) from None
    if "@" in parts.netloc or not may_follow(url, base_url):
        raise _refused(url)


def _refused(url: str) -> SourceFailed:
    try:
        where = f"{urlsplit(url).scheme}://{host_name(url)}"
    except ValueError:
        where = ""
    return SourceFailed(Kind.BAD_REDIRECT, Message(N_("it leads to {place}"), {"place": where[:200]}))


def _request(client: httpx.Client, url: str, address: str, headers: dict[str, str]) -> httpx.Request:
    """Return the request; with `address` it goes there and nowhere else, whatever the name resolves to by then."""
    target = httpx.URL(url)
    given = {
        "Accept": "video/*, */*;q=0.5",
        "Accept-Encoding": "identity",
        "User-Agent": f"qr-tui/{__version__}",
        "Connection": "close",
        "Host": target.netloc.decode("ascii"),
    }
    extensions: dict[str, Any] = {}
    if address and address != target.host:
        extensions["sni_hostname"] = target.raw_host.decode("ascii")
        target = target.copy_with(host=address.partition("%")[0])
    return client.build_request("GET", target, headers={**given, **headers}, extensions=extensions)


def _may_go(address: str, scheme: str, port: int, base_url: str) -> bool:
    """Tell whether a connection may be made to `address`, which a name resolved to."""
    address = address.partition("%")[0]
    if ":" not in address and ipaddress.IPv4Address(address) in _STAND_INS:
        return True
    return may_follow(f"{scheme}://[{address}]:{port}" if ":" in address else f"{scheme}://{address}:{port}", base_url)
