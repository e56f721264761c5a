"""How bytes travel: one SSL context for all, explicit timeouts, bounded answers, a POST on a connection of its own."""

import asyncio
import functools
import logging
import os
import ssl
import zlib
from collections.abc import Mapping
from typing import Final, NamedTuple

import httpx

from qr_tui import __version__
from qr_tui.api import connection_errors
from qr_tui.api.proxies import Proxy
from qr_tui.core.answers import CallFailed, Delivery
from qr_tui.core.failures import Kind
from qr_tui.core.text.messages import N_, Message, Value

BODY_LIMIT: Final = 8 * 1024 * 1024  # bytes of an answer, after decompression: some carry a picture in base64
_PATH_LIMIT: Final = 500  # characters of a path that are shown
_AUTODETECT: Final = 47  # zlib's word for "gzip or zlib, whichever it is"

# They log addresses, and at their lowest level headers: nothing of that belongs in our log.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


class Timeouts(NamedTuple):
    """Patience, in seconds. `create_whole` and `read_whole` bound a call from end to end, drip-feeding included."""

    connect: float = 10.0
    read: float = 20.0
    create: float = 60.0  # between two bytes of the answer to a create call
    write: float = 30.0
    pool: float = 5.0
    read_whole: float = 60.0
    create_whole: float = 180.0


class HttpResponse(NamedTuple):
    """What came back; `broken` is the failure that cut the body short, None when it is whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    broken: CallFailed | None = None


@functools.cache
def ssl_context(ca_file: str = "") -> ssl.SSLContext:
    """Return the one context for all clients; `ca_file` adds authorities, it never takes verification away.

    Raises:
        CallFailed: CONFIG, the certificates cannot be used.
    """
    try:
        context = httpx.create_ssl_context()
    except OSError:
        variable = next((name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)), "SSL_CERT_FILE")
        values: dict[str, Value] = {"variable": variable, "path": os.environ.get(variable, "")[:_PATH_LIMIT]}
        text = N_("the certificates that {variable} names cannot be used: {path}")
        raise _misconfigured(Message(text, values)) from None
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ValueError):
            raise _misconfigured(Message(N_("ca_file cannot be used: {path}"), {"path": ca_file})) from None
    return context


def make_client(
    base_url: str, *, ca_file: str, timeouts: Timeouts, proxy: Proxy | None, posts: bool
) -> httpx.AsyncClient:
    """Return a client for one host; one for `posts` never keeps a connection.

    A connection kept too long dies as the request leaves, and then nobody knows whether a video was begun.

    Raises:
        CallFailed: CONFIG, the certificates or the proxy cannot be used.
    """
    # An http host never speaks TLS: a context that trusts nobody spares it the reading of certificates.
    plain = base_url.startswith("http://")
    verify = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else ssl_context(ca_file)
    try:
        return httpx.AsyncClient(
            verify=verify,
            trust_env=False,  # it would read every proxy variable, the unused ones too, and stumble over them
            proxy=proxy.url if proxy else None,
            timeout=httpx.Timeout(
                connect=timeouts.connect,
                read=timeouts.create if posts else timeouts.read,
                write=timeouts.write,
                pool=timeouts.pool,
            ),
            limits=httpx.Limits(max_keepalive_connections=0 if posts else 4, keepalive_expiry=15.0),
            follow_redirects=False,
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
                "User-Agent": f"qr-tui/{__version__}",
            },
        )
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        if proxy is None:
            raise
        detail = proxy.no_socks() if isinstance(error, ImportError) else proxy.unusable()
    raise _misconfigured(detail)  # out here, so that it does not carry the other one, and a password in it, along


async def exchange(client: httpx.AsyncClient, request: httpx.Request, *, whole: float) -> HttpResponse:
    """Send `request` once and return the answer, its body bounded; a body cut off by a failure is still returned.

    Args:
        client: Where to send it.
        request: What to send.
        whole: Seconds from end to end.

    Raises:
        CallFailed: No answer began; `delivery` tells whether the request may have arrived.
    """
    departure = connection_errors.SendTracker()
    request.extensions = {**request.extensions, "trace": departure.trace}
    response: httpx.Response | None = None
    body = bytearray()
    failure: CallFailed | None = None
    try:
        async with asyncio.timeout(whole):
            response = await client.send(request, stream=True)
            try:
                if not await _receive(response, body):
                    detail = Message(N_("the answer is larger than {n} MB"), {"n": BODY_LIMIT // 1024**2})
                    failure = CallFailed(Kind.BAD_ANSWER, detail, delivery=Delivery.UNKNOWN)
            finally:
                await response.aclose()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError) as error:
        failure = connection_errors.failed(error, departure)
    except zlib.error:
        detail = Message(N_("the answer cannot be unpacked"))
        failure = CallFailed(Kind.BAD_ANSWER, detail, delivery=Delivery.UNKNOWN)
    except Exception:
        if not departure.at_the_proxy:  # where whatever answers may be no proxy at all, and httpcore stumbles over it
            raise
        failure = connection_errors.failed(httpx.ProxyError(""), departure)
    # Raised out here, so that it does not carry the other exception, and with it the request, along.
    if response is None:
        raise failure or CallFailed(Kind.LOST_ANSWER, delivery=Delivery.UNKNOWN)
    return HttpResponse(response.status_code, response.headers, bytes(body), failure)


async def _receive(response: httpx.Response, body: bytearray) -> bool:
    """Append the body to `body`, decompressed, and stop at `BODY_LIMIT`: a small answer can unpack to gigabytes.

    Returns whether it is whole.
    """
    packed = response.headers.get("content-encoding", "").strip().lower() in ("gzip", "x-gzip", "deflate")
    unpack = zlib.decompressobj(_AUTODETECT) if packed else None
    async for chunk in response.aiter_raw():
        room = BODY_LIMIT - len(body)
        body += unpack.decompress(chunk, room) if unpack else chunk[:room]
        if len(body) >= BODY_LIMIT:
            return False
    return True


def _misconfigured(detail: Message) -> CallFailed:
    return CallFailed(Kind.CONFIG, detail, delivery=Delivery.NOT_SENT)
