"""Fetching one film over HTTP: what was there already is kept, and what comes is compared with it.

It runs in a thread with a client that blocks: that takes the whole line and leaves the event loop alone. The answers
that servers give to a `Range`, and what becomes of each, follow RFC 9110 §13.1.5 and §14 and what real ones do instead.
"""

import contextlib
import random
import re
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Final, NamedTuple, Protocol

import httpx

from qr_tui.api import connection_errors, errors, reader
from qr_tui.api.answer import Answer
from qr_tui.api.json_body import Unreadable, decode
from qr_tui.api.rate_limit import RateLimit
from qr_tui.api.safe_get import SafeGet, Source, SourceFailed, Stopped
from qr_tui.core.failures import Kind
from qr_tui.core.text.messages import N_, Detail, Message
from qr_tui.core.video_file import HEAD, Film, kind_of

OVERLAP: Final = 64 * 1024  # bytes fetched a second time and compared with what is there
ENOUGH: Final = 1024 * 1024  # new bytes that show that it gets on
MOST_TRIES: Final = 200
TRIES_IN_ROW: Final = 6
MOST_CHANGES: Final = 3  # times that a film may turn out to be another one than before
_WORDS_LIMIT: Final = 64 * 1024  # bytes read of an answer that is no video
_LONGEST_WAIT: Final = 300.0  # seconds that a server may ask for between two tries
_NOT_YET: Final = frozenset({401, 403, 404, 410})
_TRY_AGAIN: Final = frozenset({408, 425, 429})
_RANGE: Final = re.compile(r"\s*bytes\s+(\d+)-(\d+)/(\d+)\s*")
_NO_RANGE: Final = re.compile(r"\s*bytes\s+\*/(\d+)\s*")
_XML_CODE: Final = re.compile(rb"<Code>\s*(\w+)\s*</Code>|<Error>\s*(\w+)\s*<", re.IGNORECASE)


class Patience(NamedTuple):
    """How long to wait, in seconds."""

    connect: float = 10.0
    read: float = 30.0
    first_retry: float = 2.0  # then twice as long each time
    longest_retry: float = 60.0
    not_yet: tuple[float, ...] = (5.0, 10.0, 20.0, 40.0, 60.0)  # in all, over every source
    slow_span: float = 120.0  # less than `slow_rate` over it is no line at all
    slow_rate: float = 1024.0  # bytes a second


class Part(Protocol):
    """What has arrived of a film, on the disk. Writing raises `Trouble` when it cannot be written."""

    @property
    def total(self) -> int | None:
        """How many bytes the whole film has, where somebody said so."""

    @property
    def origin(self) -> str:
        """Scheme and host that it comes from."""

    @property
    def etag(self) -> str | None:
        """Its strong validator there."""

    @property
    def last_modified(self) -> str | None:
        """When it was changed last there."""

    @property
    def received(self) -> int:
        """How many bytes are there."""

    def learn(self, origin: str, *, total: int | None, etag: str | None, last_modified: str | None) -> None:
        """Note what a server says of the film."""

    def restart(self) -> None:
        """Forget everything that arrived."""

    def read(self, at: int, size: int) -> bytes:
        """Return what is there."""

    def write(self, at: int, data: bytes) -> None:
        """Write at a place."""

    def film(self) -> Film | None:
        """Return what the film says of itself."""


class _TryAgain(Exception):
    """This attempt is over, and counts as one that failed."""

    def __init__(self, kind: Kind, detail: Detail = "", wait: float | None = None) -> None:
        super().__init__(str(detail))
        self.kind, self.detail, self.wait = kind, detail, wait


class _AtOnce(Exception):
    """Ask again at once, in another way."""


class Download:
    """One film on its way, over every source and every interruption.

    Args:
        part: Where it arrives, with what is there already.
        ca_file: Certificates to trust besides the usual ones.
        limit: The rate that it shares with others.
        max_size: Bytes of the largest film that is taken.
        is_fresh: Whether the film was finished so lately that its link may not work yet.
        patience: How long to wait.
    """

    def __init__(
        self,
        part: Part,
        *,
        ca_file: str = "",
        limit: RateLimit | None = None,
        max_size: int = 4 << 30,
        is_fresh: bool = False,
        patience: Patience | None = None,
    ) -> None:
        self.resumed = 0  # times that it went on from what was there
        self.began_anew = 0
        self._part = part
        self._limit = limit or RateLimit()
        self._max_size = max_size
        self._patience = patience or Patience()
        self._not_yet = list(self._patience.not_yet) if is_fresh else []
        self._stop = threading.Event()
        self._get = SafeGet(self._stop, ca_file=ca_file, connect=self._patience.connect, read=self._patience.read)
        self._tries = 0
        self._in_row = 0
        self._gained = 0  # new bytes since that was 0
        self._most = part.received
        self._breaks = 0  # times that all came that was announced, and the film breaks off all the same
        self._changes = 0
        self._whole_next = False  # ask for all of it, whatever is there
        self._refused_ranges = 0
        self._unasked = 0  # times in a row that all of it came where the rest was asked for

    # life ------------------------------------------------------------------------------------------------------
    def stop(self) -> None:
        """End it at once, from any thread: what waits for the line is woken."""
        self._stop.set()
        self._get.wake()

    def fetch(self, source: Source) -> None:
        """Fetch all of the film from `source`, or what is missing of it.

        Raises:
            SourceFailed: There is none to be had there.
            Stopped: It was told to stop.
            Trouble: It cannot be written.
        """
        self._refused_ranges = 0
        followed = False
        while True:
            if self._stop.is_set():
                raise Stopped
            if self._part.total is not None and self._part.received == self._part.total and self._part.received:
                self._end(self._part.total)
                return
            before = self._most
            try:
                link = self._attempt(source)
            except _AtOnce:
                continue
            except _TryAgain as failure:
                if self._stop.is_set():
                    raise Stopped from None
                self._count(failure, before)
                continue
            if link is None:
                return
            if followed:
                raise SourceFailed(Kind.NOT_A_VIDEO, Message(N_("its answers lead to no video")))
            followed, source = True, Source(link, source.base_url)

    def _count(self, failure: _TryAgain, before: int) -> None:
        """Wait before the next try; give up when there were too many."""
        self._tries += 1
        self._gained += self._most - before
        if self._gained >= ENOUGH or (self._most > before and self._most == self._part.total):
            self._in_row = self._gained = 0
        self._in_row += 1
        if self._in_row >= TRIES_IN_ROW or self._tries >= MOST_TRIES:
            raise SourceFailed(Kind.STALLED, failure.detail, last=self._tries >= MOST_TRIES)
        patience = self._patience
        wait = min(patience.longest_retry, patience.first_retry * 2 ** (self._in_row - 1))
        wait *= random.uniform(0.75, 1.25)
        if failure.wait is not None:
            wait = max(wait, min(failure.wait, _LONGEST_WAIT))
        self._pause(wait)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Stopped

    # one attempt -----------------------------------------------------------------------------------------------
    def _attempt(self, source: Source) -> str | None:
        """Ask once and take what comes; return a link to go to instead, if that is what came."""
        part = self._part
        headers, asked = {}, 0
        if part.received > OVERLAP and not self._whole_next:
            asked = part.received - OVERLAP
            headers["Range"] = f"bytes={asked}-"
            validator = part.etag or part.last_modified
            if validator:
                headers["If-Range"] = validator
        self._whole_next = False
        try:
            with self._get.opened(source, headers) as response:
                return self._take(source, response, asked)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ssl.SSLError) as error:
            if self._stop.is_set():
                raise Stopped from None
            tracker = connection_errors.SendTracker()
            tracker.begun = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError)
            failed = connection_errors.failed(error, tracker)
        raise _TryAgain(failed.kind, failed.detail)

    def _take(self, source: Source, response: httpx.Response, asked: int) -> str | None:
        status, headers = response.status_code, response.headers
        if status == 416 and asked:
            self._no_range(headers)
            return None
        if status in _NOT_YET or (status == 400 and source.secret):
            self._wait_for_it(source, response)
        if status in _TRY_AGAIN or status >= 500:
            raise _TryAgain(Kind.UPSTREAM, f"HTTP {status}", errors.retry_after(headers))
        if status not in (200, 206):
            raise SourceFailed(Kind.BAD_ANSWER, f"HTTP {status}")
        if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise SourceFailed(Kind.BAD_ANSWER, Message(N_("it is packed, so that its length cannot be checked")))
        return self._take_whole(source, response, asked) if status == 200 else self._take_rest(source, response, asked)

    def _no_range(self, headers: httpx.Headers) -> None:
        """Take a 416: either everything is there, or what is there is worth nothing."""
        found = _NO_RANGE.fullmatch(headers.get("content-range", ""))
        if found and int(found[1]) == self._part.received:
            self._know_total(self._part.received)
            return
        self._refused_ranges += 1
        if self._refused_ranges > 1:
            raise SourceFailed(Kind.BAD_ANSWER, "HTTP 416")
        self._begin_anew()
        raise _AtOnce

    def _wait_for_it(self, source: Source, response: httpx.Response) -> None:
        """Take a refusal: the film may not be there yet, or its link is over."""
        status, words = response.status_code, self._words(response)
        self._judge_xml(words)
        if self._not_yet:
            self._pause(self._not_yet.pop(0))
            raise _AtOnce
        if source.secret and status == 401:
            raise SourceFailed(Kind.KEY_REFUSED, f"HTTP {status}")
        raise SourceFailed(Kind.LINK_EXPIRED, f"HTTP {status}", weak=True)

    @staticmethod
    def _judge_xml(words: bytes) -> None:
        found = _XML_CODE.search(words)
        if found and b"expired" in (found[1] or found[2]).lower():
            raise SourceFailed(Kind.LINK_EXPIRED, (found[1] or found[2]).decode("ascii", "replace"), weak=True)

    def _take_whole(self, source: Source, response: httpx.Response, asked: int) -> str | None:
        """Take a film from its beginning."""
        total = _length(response.headers)
        pieces = response.iter_raw()
        head = self._head(pieces)
        if kind_of(head) is None:
            return self._no_video(source, response, head, pieces, total)
        self._guard_size(total or 0)
        if asked:
            self._unasked += 1
            if self._unasked > 1:  # it does so every time: each new beginning is a try
                self._in_row += 1
                if self._in_row >= TRIES_IN_ROW:
                    raise SourceFailed(Kind.STALLED, Message(N_("the server begins anew each time")))
        else:
            self._unasked = 0
        if self._part.received:
            self._begin_anew()
        self._learn(response, total)
        self._receive(head, pieces, 0)
        self._end(total)
        return None

    def _take_rest(self, source: Source, response: httpx.Response, asked: int) -> str | None:
        """Take what is missing, after a look whether it is the same film."""
        part, kind = self._part, response.headers.get("content-type", "").lower()
        found = _RANGE.fullmatch(response.headers.get("content-range", ""))
        if found is None or "multipart/" in kind or int(found[1]) > asked or part.total not in (None, int(found[3])):
            raise self._changed_or_odd()
        start, total = int(found[1]), int(found[3])
        self._guard_size(total)
        pieces = response.iter_raw()
        head = self._head(pieces)
        overlap = min(len(head), part.received - start)
        if part.read(start, overlap) != head[:overlap]:
            raise self._changed_or_odd()
        self._unasked = 0
        self.resumed += 1
        self._learn(response, total)
        self._receive(head, pieces, start)
        self._end(total)
        return None

    def _changed_or_odd(self) -> _AtOnce:
        """Begin anew without a range: this is another film, or an answer that cannot be trusted."""
        self._changes += 1
        if self._changes > MOST_CHANGES:
            raise SourceFailed(Kind.FILE_CHANGED, last=True)
        self._begin_anew()
        self._whole_next = True
        return _AtOnce()

    def _begin_anew(self) -> None:
        self.began_anew += 1
        self._part.restart()

    def _learn(self, response: httpx.Response, total: int | None) -> None:
        etag = response.headers.get("etag", "").strip()
        strong = etag if etag and not etag.startswith("W/") else None
        modified = response.headers.get("last-modified", "").strip() or None
        host = response.request.headers.get("host", "")
        origin = f"{response.request.url.scheme}://{host}"
        self._part.learn(origin, total=total, etag=strong, last_modified=modified)

    def _receive(self, head: bytes, pieces: Iterator[bytes], at: int) -> None:
        """Write what comes from place `at` on; what is there already must be the same."""
        part, patience = self._part, self._patience
        since, counted = time.monotonic(), 0
        piece: bytes | None = head
        while piece is not None:
            if self._stop.is_set():
                raise Stopped
            if part.total is not None:
                piece = piece[: part.total - at]
            if not piece:
                return
            there = part.received
            if at < there:
                same = min(len(piece), there - at)
                if part.read(at, same) != piece[:same]:
                    raise self._changed_or_odd()
                if same < len(piece):
                    part.write(at + same, piece[same:])
            else:
                part.write(at, piece)
            at += len(piece)
            counted += len(piece)
            self._most = max(self._most, at)
            self._guard_size(at)
            self._limit.take(len(piece), self._stop)
            now = time.monotonic()
            if now - since >= patience.slow_span:
                if counted < patience.slow_rate * (now - since) and not self._limit.rate:
                    raise _TryAgain(Kind.TIMEOUT, Message(N_("hardly anything comes")))
                since, counted = now, 0
            piece = next(pieces, None)

    def _end(self, total: int | None) -> None:
        """Judge what is there when nothing more comes."""
        part = self._part
        if total is not None and part.received < total:
            raise _TryAgain(Kind.UNREACHABLE, Message(N_("the connection broke before the answer was complete")))
        film = part.film()
        if film is None or (film.complete is False if total is None else film.cut):
            self._breaks += 1
            detail = Message(N_("the film breaks off"))
            if total is not None:
                part.restart()
            if self._breaks > 1 and total is not None:
                raise SourceFailed(Kind.STALLED, detail)
            raise _TryAgain(Kind.UNREACHABLE, detail)
        if total is None:
            self._know_total(part.received)

    def _know_total(self, total: int) -> None:
        part = self._part
        part.learn(part.origin, total=total, etag=part.etag, last_modified=part.last_modified)

    def _guard_size(self, size: int) -> None:
        if size > self._max_size:
            raise SourceFailed(Kind.TOO_LARGE, last=True)

    # what is no video ------------------------------------------------------------------------------------------
    def _no_video(
        self, source: Source, response: httpx.Response, head: bytes, pieces: Iterator[bytes], total: int | None
    ) -> str | None:
        """Find out what an answer is that holds no film; return the link in it, if there is one."""
        words = head + self._words(response, pieces, len(head))
        if not words:
            raise _TryAgain(Kind.UNREACHABLE, Message(N_("nothing came")))
        if total is not None and len(head) < min(total, HEAD):
            raise _TryAgain(Kind.UNREACHABLE, Message(N_("the connection broke before the answer was complete")))
        found = _XML_CODE.search(words)
        if found:
            self._judge_xml(words)
            if self._not_yet:
                self._pause(self._not_yet.pop(0))
                raise _AtOnce
            raise SourceFailed(Kind.LINK_EXPIRED, (found[1] or found[2]).decode("ascii", "replace"), weak=True)
        if words.lstrip()[:1] in (b"{", b"["):
            link = reader.read_link(words, source.base_url)
            if link:
                return link
            with contextlib.suppress(Unreadable):
                answer = Answer(decode(words))
                if errors.is_error(answer):
                    refused = errors.get_refused(answer, response.headers, words)
                    raise SourceFailed(refused.kind, refused.detail)
        kind = response.headers.get("content-type", "").partition(";")[0].strip()
        raise SourceFailed(Kind.NOT_A_VIDEO, kind[:80])

    @staticmethod
    def _words(response: httpx.Response, pieces: Iterator[bytes] | None = None, have: int = 0) -> bytes:
        """Return the beginning of an answer that is no film."""
        words = bytearray()
        with contextlib.suppress(httpx.HTTPError, httpx.StreamError):
            for piece in pieces or response.iter_raw():
                words += piece
                if have + len(words) >= _WORDS_LIMIT:
                    break
        return bytes(words[:_WORDS_LIMIT])

    @staticmethod
    def _head(pieces: Iterator[bytes]) -> bytes:
        """Return enough of a body to tell what it is; all of it where it is shorter."""
        head = b""
        for piece in pieces:
            head += piece
            if len(head) >= HEAD:
                break
        return head


def _length(headers: httpx.Headers) -> int | None:
    text = headers.get("content-length", "")
    if "transfer-encoding" in headers or not text.isdecimal():
        return None
    return int(text)
