"""What went wrong on the line, and whether any of the request had left by then."""

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from typing import Final

import httpx

from qr_tui.core.answers import CallFailed, Delivery
from qr_tui.core.failures import Kind
from qr_tui.core.text.messages import N_, Detail, Message

# Raised while a connection is sought. Anything else may have come after bytes left, and counts as sent.
_BEFORE: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
_CUT: Final = re.compile(r"disconnect|closed|incomplete")  # how httpx says that the line ended, not what was wrong
_NO_ROUTE: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN})


class SendTracker:
    """Notes the moment the request itself begins to leave: until then a failure proves that nothing was sent."""

    def __init__(self) -> None:
        self.begun = False
        self.tunnelling = False  # a CONNECT or a SOCKS greeting left for a proxy, which is not the request

    async def trace(self, event: str, info: dict[str, object]) -> None:
        """Listen to httpcore's progress events."""
        if event.endswith("send_request_headers.started"):
            if getattr(info.get("request"), "method", b"") == b"CONNECT":
                self.tunnelling = True
            else:
                self.begun = True
        elif event.endswith("setup_socks5_connection.started"):
            self.tunnelling = True

    @property
    def at_the_proxy(self) -> bool:
        """Whether a proxy is being asked for a way, and the request itself has not begun to leave."""
        return self.tunnelling and not self.begun

    def proves_unsent(self, error: Exception) -> bool:
        """Tell whether `error` surely came before the request; in doubt it did not."""
        return not self.begun and (self.tunnelling or isinstance(error, _BEFORE))


def failed(error: Exception, departure: SendTracker) -> CallFailed:
    """Return what an httpx error (or the call's own deadline) means. Its own text is never passed on."""
    sent = not departure.proves_unsent(error)
    delivery = Delivery.UNKNOWN if sent else Delivery.NOT_SENT
    kind, detail = _words(error, sent)
    return CallFailed(kind, detail, delivery=delivery)


def _words(error: Exception, sent: bool) -> tuple[Kind, Detail]:
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return Kind.TLS, cause.verify_message or Message(N_("the certificate cannot be verified"))
            case ssl.SSLError() if not sent:
                return Kind.UNREACHABLE, Message(N_("no secure connection could be agreed; is it https?"))
            case socket.gaierror():
                return Kind.UNREACHABLE, Message(N_("the name of the host cannot be resolved"))
            case ConnectionRefusedError():
                return Kind.UNREACHABLE, Message(N_("the connection was refused"))
            case OSError() if cause.errno in _NO_ROUTE:
                return Kind.UNREACHABLE, Message(N_("there is no route to the host"))
    timed_out = isinstance(error, TimeoutError | httpx.TimeoutException)
    if not sent:
        if isinstance(error, httpx.ProxyError):
            return Kind.UNREACHABLE, Message(N_("the proxy refused the connection"))
        if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
            return Kind.USAGE, Message(N_("the base URL is not an address"))
        text = N_("no connection in time") if timed_out else N_("no connection could be made")
        return Kind.UNREACHABLE, Message(text)
    if timed_out:
        return Kind.TIMEOUT, Message(N_("no answer in time"))
    if isinstance(error, httpx.RemoteProtocolError) and not _CUT.search(str(error)):
        return Kind.BAD_ANSWER, Message(N_("what came back is not HTTP"))
    return Kind.UNREACHABLE, Message(N_("the connection broke before the answer was complete"))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield `error` and everything it came from, groups included."""
    waiting, seen = [error], 0
    while waiting and seen < 50:
        current = waiting.pop()
        if current is None:
            continue
        seen += 1
        yield current
        waiting += [current.__context__, current.__cause__]
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions
