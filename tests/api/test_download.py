"""Fetching a film from every kind of server there is; the part file is a real one, the servers are real sockets."""

import contextlib
import gzip
import itertools
import json
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpcore._sync.http11
import httpx
import pytest

from qr_tui.api import download as downloading
from qr_tui.api import safe_get
from qr_tui.api.download import OVERLAP, Download, Patience
from qr_tui.api.rate_limit import RateLimit
from qr_tui.api.safe_get import READ_SIZE, Source, SourceFailed, Stopped
from qr_tui.core.failures import Kind, Trouble
from qr_tui.store.part_file import PartFile
from tests.support.film_server import ETAG, FilmRequest, FilmServer, film

QUICK = Patience(
    connect=2.0, read=2.0, first_retry=0.001, longest_retry=0.002, not_yet=(0.001,) * 3, slow_span=0.2, slow_rate=1024.0
)
DATA = film()
SIZE = len(DATA)
HALF = SIZE // 2
WEBM = b"\x1a\x45\xdf\xa3" + bytes(5_000)


class Fetched:
    """One download against a server, and all that can be asked about it afterwards."""

    def __init__(self, home: Path, server: FilmServer, **options: Any) -> None:
        self.server = server
        home.mkdir(exist_ok=True)
        self.part = PartFile(home, "key")
        self.part.open()
        self.download = Download(self.part, patience=options.pop("patience", QUICK), **options)

    def run(self, *, link: str = "/film.mp4", base_url: str = "", secret: str = "") -> "Fetched":
        url = f"{self.server.url}{link}" if link.startswith("/") else link
        self.download.fetch(Source(url, base_url or self.server.url, secret))
        return self

    @property
    def bytes(self) -> bytes:
        return self.part.read(0, self.part.received + 1)


def fetched(home: Path, *answers: Callable[[FilmRequest], None], data: bytes = DATA, **options: Any) -> Fetched:
    """Fetch `data` from a server that answers so."""
    with FilmServer(data, *answers).running() as server:
        return Fetched(home, server, **options).run()


def refused(home: Path, *answers: Callable[[FilmRequest], None], **options: Any) -> tuple[Kind, Fetched]:
    """Return why a server that answers so gives no film."""
    with FilmServer(DATA, *answers).running() as server:
        one = Fetched(home, server, **options)
        with pytest.raises(Trouble) as caught:
            one.run()
        return caught.value.kind, one


def until_stopped(one: Fetched) -> None:
    with contextlib.suppress(Stopped):
        one.run()


def cut_at(size: int) -> Callable[[FilmRequest], None]:
    return lambda request: request.rest(cut=size)


def status(number: int, body: bytes = b"", **headers: object) -> Callable[[FilmRequest], None]:
    def answer(request: FilmRequest) -> None:
        request.head(number, Content_Length=len(body), **headers)
        request.send(body)

    return answer


def chunked(data: bytes, *, whole: bool = True) -> Callable[[FilmRequest], None]:
    def answer(request: FilmRequest) -> None:
        request.head(200, Transfer_Encoding="chunked")
        request.send(f"{len(data):x}\r\n".encode() + data + b"\r\n" + (b"0\r\n\r\n" if whole else b""))

    return answer


# a good server ----------------------------------------------------------------------------------------------------
def test_a_film_arrives(tmp_path: Path) -> None:
    one = fetched(tmp_path)
    assert one.bytes == DATA
    (request,) = one.server.requests
    assert request.headers["accept-encoding"] == "identity"
    assert not {"authorization", "cookie", "referer", "range"} & request.headers.keys()


def test_a_broken_line_goes_on_where_it_was(tmp_path: Path) -> None:
    one = fetched(tmp_path, cut_at(HALF), FilmRequest.rest)
    assert one.bytes == DATA
    again = one.server.requests[1]
    assert (again.start, again.headers["if-range"]) == (HALF - OVERLAP, ETAG)
    assert (one.download.resumed, one.download.began_anew) == (1, 0)


def test_another_process_goes_on_by_another_link(tmp_path: Path) -> None:
    with FilmServer(DATA, cut_at(HALF)).running() as server:
        first = Fetched(tmp_path, server, patience=QUICK._replace(first_retry=60.0, longest_retry=60.0))
        thread = threading.Thread(target=until_stopped, args=(first,))
        thread.start()
        wait_for(lambda: first.part.received == HALF)
        first.download.stop()
        thread.join(5)
        first.part.close()
    with FilmServer(DATA).running() as server:
        second = Fetched(tmp_path, server).run(link="/renewed?signature=2")
    assert second.bytes == DATA
    assert [request.start for request in server.requests] == [HALF - OVERLAP]


@pytest.mark.parametrize("etag", [None, 'W/"weak"'])
def test_without_a_validator_the_overlap_tells(tmp_path: Path, etag: str | None) -> None:
    def first(request: FilmRequest) -> None:
        request.rest(etag=etag, cut=HALF)

    def second(request: FilmRequest) -> None:
        assert "if-range" not in request.headers
        request.rest(etag=etag)

    one = fetched(tmp_path, first, second)
    assert one.bytes == DATA
    assert one.download.resumed == 1


def test_other_bytes_behind_the_same_length_begin_anew(tmp_path: Path) -> None:
    other = film(seed=2)
    one = fetched(tmp_path, lambda r: r.rest(etag=None, cut=HALF), lambda r: r.rest(other, etag=None))
    assert one.bytes == other
    assert one.download.began_anew == 1
    assert one.server.requests[2].start is None


def test_a_new_validator_begins_anew(tmp_path: Path) -> None:
    other = film(seed=2)
    one = fetched(tmp_path, cut_at(HALF), lambda r: r.rest(other, etag='"film-2"'))
    assert one.bytes == other
    assert len(one.server.requests) == 2


def test_a_film_that_changes_each_time_is_given_up(tmp_path: Path) -> None:
    def answer(request: FilmRequest) -> None:
        request.rest(film(seed=request.number), etag=None, cut=HALF)

    kind, one = refused(tmp_path, answer)
    assert kind is Kind.FILE_CHANGED
    assert len(one.server.requests) < 12


# odd answers to a range -----------------------------------------------------------------------------------------
def test_a_200_on_a_range_is_taken_from_its_start(tmp_path: Path) -> None:
    one = fetched(tmp_path, cut_at(HALF), FilmRequest.whole)
    assert one.bytes == DATA
    assert one.download.began_anew == 1


def test_a_server_that_always_begins_anew_and_breaks_is_given_up(tmp_path: Path) -> None:
    kind, one = refused(tmp_path, lambda r: r.whole(cut=HALF))
    assert kind is Kind.STALLED
    assert len(one.server.requests) <= 7


def test_a_206_from_an_earlier_start(tmp_path: Path) -> None:
    one = fetched(tmp_path, cut_at(HALF), lambda r: r.rest(start=1000))
    assert one.bytes == DATA


@pytest.mark.parametrize(
    ("span", "kind"),
    [
        (f"bytes {HALF - OVERLAP}-{SIZE}/{SIZE + 1}", "video/mp4"),
        (f"bytes {HALF}-{SIZE - 1}/{SIZE}", "video/mp4"),
        (f"bytes {HALF - OVERLAP}-{SIZE - 1}/*", "video/mp4"),
        ("", "video/mp4"),
        (f"bytes {HALF - OVERLAP}-{SIZE - 1}/{SIZE}", "multipart/byteranges; boundary=x"),
    ],
    ids=["other total", "late start", "no total", "no range", "multipart"],
)
def test_a_206_that_cannot_be_trusted_begins_anew(tmp_path: Path, span: str, kind: str) -> None:
    def odd(request: FilmRequest) -> None:
        assert request.start is not None
        body = DATA[request.start :]
        request.head(206, Content_Length=len(body), Content_Type=kind, **({"Content_Range": span} if span else {}))
        request.send(body)

    one = fetched(tmp_path, cut_at(HALF), odd, FilmRequest.rest)
    assert one.bytes == DATA
    assert one.server.requests[2].start is None


def test_a_416_with_what_is_there_is_the_end(tmp_path: Path) -> None:
    def first(request: FilmRequest) -> None:  # whole, but nobody said how long it is, and the line breaks
        request.head(200, Transfer_Encoding="chunked")
        request.send(f"{SIZE:x}\r\n".encode() + DATA + b"\r\n")

    one = fetched(tmp_path, first, lambda r: r.head(416, Content_Range=f"bytes */{SIZE}", Content_Length=0))
    assert one.bytes == DATA
    assert len(one.server.requests) == 2


def test_another_416_discards_the_part_once(tmp_path: Path) -> None:
    wrong = status(416, Content_Range=f"bytes */{SIZE + 5}")
    one = fetched(tmp_path, cut_at(HALF), wrong, FilmRequest.rest)
    assert one.bytes == DATA
    kind, _ = refused(tmp_path / "again", cut_at(HALF), wrong, cut_at(HALF), wrong)
    assert kind is Kind.BAD_ANSWER


# lengths --------------------------------------------------------------------------------------------------------
def test_a_length_that_is_one_short_is_never_whole(tmp_path: Path) -> None:
    kind, one = refused(tmp_path, lambda r: r.whole(DATA[:-1], etag=None))
    assert kind is Kind.STALLED
    assert one.part.received == 0


def test_a_body_that_ends_one_early_is_gone_on_with(tmp_path: Path) -> None:
    one = fetched(tmp_path, cut_at(SIZE - 1), FilmRequest.rest)
    assert one.bytes == DATA
    assert one.download.resumed == 1


def test_what_comes_after_the_length_is_not_taken(tmp_path: Path) -> None:
    def answer(request: FilmRequest) -> None:
        request.head(200, Content_Length=SIZE)
        request.send(DATA + b"x")

    assert fetched(tmp_path, answer).bytes == DATA


def test_no_length_and_whole_is_saved(tmp_path: Path) -> None:
    assert fetched(tmp_path, chunked(DATA)).bytes == DATA


def test_no_length_and_cut_is_tried_again(tmp_path: Path) -> None:
    def closes(request: FilmRequest) -> None:  # the end of the line is the end of the body
        request.head(200)
        request.send(DATA[:HALF])

    one = fetched(tmp_path, closes, FilmRequest.rest)
    assert one.bytes == DATA
    one = fetched(tmp_path / "chunks", chunked(DATA[:HALF], whole=False), FilmRequest.rest)
    assert one.bytes == DATA


def test_a_box_of_a_wrong_size_in_a_film_of_the_right_length_is_taken(tmp_path: Path) -> None:
    odd = bytearray(DATA)
    at = odd.index(b"mdat")
    odd[at - 4 : at] = (int.from_bytes(odd[at - 4 : at]) - 100).to_bytes(4)
    one = fetched(tmp_path, lambda r: r.whole(bytes(odd)))
    assert one.bytes == bytes(odd)
    found = one.part.film()
    assert found is not None
    assert found.complete is False


def test_nothing_at_all_is_an_attempt(tmp_path: Path) -> None:
    one = fetched(tmp_path, status(200), FilmRequest.whole)
    assert one.bytes == DATA


def test_webm_is_taken(tmp_path: Path) -> None:
    assert fetched(tmp_path, lambda r: r.whole(WEBM)).bytes == WEBM


# what is no film ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (status(200, b"<!doctype html><title>login</title>", Content_Type="text/html"), Kind.NOT_A_VIDEO),
        (status(200, b"not found", Content_Type="text/plain"), Kind.NOT_A_VIDEO),
        (status(200, gzip.compress(DATA), Content_Encoding="gzip"), Kind.BAD_ANSWER),
        (status(200, json.dumps({"error": {"message": "no", "code": "insufficient_user_quota"}}).encode()), None),
        (status(200, b"<Error><Code>AccessDenied</Code></Error>", Content_Type="text/xml"), Kind.LINK_EXPIRED),
        (status(403, b"<Error><Code>ExpiredToken</Code></Error>"), Kind.LINK_EXPIRED),
        (status(404), Kind.LINK_EXPIRED),
        (status(451), Kind.BAD_ANSWER),
    ],
    ids=["html", "text", "gzip", "api error", "xml", "expired", "404", "451"],
)
def test_what_is_no_film_ends_the_source(
    tmp_path: Path, answer: Callable[[FilmRequest], None], kind: Kind | None
) -> None:
    found, one = refused(tmp_path, answer)
    assert found is kind or (kind is None and found is Kind.NO_BALANCE)
    assert len(one.server.requests) == 1


def test_json_with_a_link_is_followed_once(tmp_path: Path) -> None:
    def link(request: FilmRequest) -> None:
        status(200, json.dumps({"video_url": f"{request.server.url}/there.mp4"}).encode())(request)

    one = fetched(tmp_path, link, FilmRequest.whole)
    assert one.bytes == DATA
    assert one.server.requests[1].path == "/there.mp4"
    kind, _ = refused(tmp_path / "again", link)
    assert kind is Kind.NOT_A_VIDEO


def test_a_fresh_film_is_waited_for(tmp_path: Path) -> None:
    one = fetched(tmp_path, status(404), status(403), status(404), FilmRequest.whole, is_fresh=True)
    assert one.bytes == DATA


def test_the_waits_for_a_fresh_film_are_counted_once(tmp_path: Path) -> None:
    with FilmServer(DATA, status(404)).running() as server:
        one = Fetched(tmp_path, server, is_fresh=True)
        for _source in range(2):
            with pytest.raises(SourceFailed) as caught:
                one.run()
            assert caught.value.weak
    assert len(server.requests) == len(QUICK.not_yet) + 2


def test_a_film_that_is_too_large_is_not_taken(tmp_path: Path) -> None:
    kind, _ = refused(tmp_path, max_size=SIZE - 1)
    assert kind is Kind.TOO_LARGE
    kind, _ = refused(tmp_path / "endless", endless, max_size=SIZE)
    assert kind is Kind.TOO_LARGE


def endless(request: FilmRequest) -> None:
    request.head(200)
    request.send(DATA)
    while not request.server.ended.is_set():
        request.send(bytes(65_536))


# lines that break -----------------------------------------------------------------------------------------------
def test_a_line_that_breaks_after_each_mebibyte_gets_there(tmp_path: Path) -> None:
    large = film(9 * 1024 * 1024)
    one = fetched(tmp_path, lambda r: r.rest(cut=1024 * 1024), data=large)
    assert one.bytes == large
    starts = [request.start or 0 for request in one.server.requests]
    assert all(later - sooner >= 1024 * 1024 - OVERLAP for sooner, later in itertools.pairwise(starts[1:]))


def test_a_line_that_brings_a_little_each_time_is_given_up(tmp_path: Path) -> None:
    kind, one = refused(tmp_path, lambda r: r.rest(cut=OVERLAP + 10))
    assert kind is Kind.STALLED
    assert len(one.server.requests) == downloading.TRIES_IN_ROW


def test_one_byte_at_a_time_is_given_up(tmp_path: Path) -> None:
    def drip(request: FilmRequest) -> None:
        request.head(200, Content_Length=SIZE)
        for at in range(SIZE):
            request.send(DATA[at : at + 1])
            request.server.ended.wait(0.02)

    before = time.monotonic()
    kind, one = refused(tmp_path, drip)
    assert kind is Kind.STALLED
    assert len(one.server.requests) == downloading.TRIES_IN_ROW
    assert time.monotonic() - before < 30


def test_silence_is_given_up(tmp_path: Path) -> None:
    def silent(request: FilmRequest) -> None:
        request.server.ended.wait(20)

    kind, one = refused(tmp_path, silent, patience=QUICK._replace(read=0.05))
    assert kind is Kind.STALLED
    assert len(one.server.requests) == downloading.TRIES_IN_ROW


@pytest.mark.parametrize("number", [408, 425, 429, 500, 502, 503])
def test_a_host_in_trouble_is_asked_again(tmp_path: Path, number: int) -> None:
    assert fetched(tmp_path, status(number), FilmRequest.whole).bytes == DATA


def test_retry_after_is_kept_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr(Download, "_pause", lambda _self, seconds: waited.append(seconds))
    fetched(tmp_path, status(503, Retry_After="7"), status(503, Retry_After="86400"), FilmRequest.whole)
    assert waited == [7.0, 300.0]


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    with FilmServer(DATA).running() as server:
        pass
    with pytest.raises(SourceFailed) as caught:
        Fetched(tmp_path, server).run()
    assert caught.value.kind is Kind.STALLED
    assert "refused" in str(caught.value.detail)


# stopping -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("when", ["before the answer", "in the body", "between two tries"])
def test_stop_ends_it_at_once(tmp_path: Path, when: str) -> None:
    reached = threading.Event()

    def answer(request: FilmRequest) -> None:
        reached.set()
        if when == "between two tries":
            request.reset()
            return
        if when == "in the body":
            request.rest(cut=HALF)
        request.server.ended.wait(20)

    slow = QUICK._replace(first_retry=60.0, longest_retry=60.0, read=60.0)
    with FilmServer(DATA, answer).running() as server:
        one = Fetched(tmp_path, server, patience=slow)
        ended: list[object] = []

        def run() -> None:
            try:
                one.run()
            except Stopped as error:
                ended.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        assert reached.wait(5)
        if when == "in the body":
            wait_for(lambda: one.part.received == HALF)
        began = time.monotonic()
        one.download.stop()
        thread.join(5)
        assert not thread.is_alive()
        assert time.monotonic() - began < 2
        assert len(ended) == 1


def wait_for(true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("it never came")


def test_the_rate_is_kept_to(tmp_path: Path) -> None:
    began = time.monotonic()
    fetched(tmp_path, data=film(300_000), limit=RateLimit(600_000))
    assert time.monotonic() - began > 0.2


def test_reads_are_large() -> None:
    """The attribute of httpcore that this leans on; without it a fast line waits for us (0.64 of curl, not 0.85)."""
    assert httpcore._sync.http11.HTTP11Connection.READ_NUM_BYTES == READ_SIZE


# where a link leads ---------------------------------------------------------------------------------------------
PUBLIC = "https://api.example.com"


def no_way(home: Path, link: str, base_url: str = PUBLIC, secret: str = "") -> Trouble:
    with FilmServer(DATA).running() as server:
        with pytest.raises(Trouble) as caught:
            Fetched(home, server).run(link=link, base_url=base_url, secret=secret)
        assert server.requests == []
    return caught.value


@pytest.mark.parametrize(
    "link",
    [
        "file:///etc/passwd",
        "ftp://cdn.example.com/a.mp4",
        "http://127.0.0.1:9/a.mp4",
        "http://0x7f.1/a.mp4",
        "http://[::1]/a.mp4",
        "http://169.254.169.254/latest",
        "http://printer.local/a.mp4",
        "https://user:word@cdn.example.com/a.mp4",
        "https://cdn.example.com:port/a.mp4",
    ],
)
def test_a_link_that_leads_inside_is_refused(tmp_path: Path, link: str) -> None:
    assert no_way(tmp_path, link).kind is Kind.BAD_REDIRECT


def resolves(monkeypatch: pytest.MonkeyPatch, *addresses: list[str]) -> list[str]:
    """Let each look for a name find the next of these lists of addresses; return the names that were looked for."""
    asked: list[str] = []
    found = list(addresses)

    def getaddrinfo(host: str, port: int, *_args: object, **_named: object) -> list[Any]:
        asked.append(host)
        here = found.pop(0) if len(found) > 1 else found[0]
        kinds = [(socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in here]
        return [(kind, socket.SOCK_STREAM, 6, "", (one, port)) for kind, one in kinds]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["93.184.216.34", "192.168.1.1"], ["fd00::1"], ["::ffff:10.1.1.1"]]
)
def test_a_name_that_resolves_inside_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    resolves(monkeypatch, addresses)
    assert no_way(tmp_path, "http://cdn.example.com/a.mp4").kind is Kind.BAD_REDIRECT


def test_the_address_that_was_judged_is_the_one_that_is_gone_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolves(monkeypatch, ["93.184.216.34"], ["10.0.0.1"])
    gone_to: list[tuple[str, str]] = []

    def send(_client: object, request: Any, **_named: object) -> Any:
        gone_to.append((str(request.url), request.headers["host"]))
        assert request.extensions["sni_hostname"] == "cdn.example.com"
        raise Stopped

    monkeypatch.setattr(httpx.Client, "send", send)
    part = PartFile(tmp_path, "key")
    part.open()
    with pytest.raises(Stopped):
        Download(part, patience=QUICK).fetch(Source("https://cdn.example.com/a.mp4?x=1", PUBLIC))
    assert gone_to == [("https://93.184.216.34/a.mp4?x=1", "cdn.example.com")]


def test_addresses_that_stand_in_for_every_name_are_gone_to() -> None:
    assert safe_get._may_go("198.18.0.7", "https", 443, PUBLIC)
    assert not safe_get._may_go("100.64.0.7", "https", 443, PUBLIC)


def redirect(location: str, number: int = 302) -> Callable[[FilmRequest], None]:
    return status(number, Location=location)


@pytest.mark.parametrize("number", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(tmp_path: Path, number: int) -> None:
    one = fetched(tmp_path, redirect("/there.mp4", number), FilmRequest.whole)
    assert one.bytes == DATA


def test_the_range_goes_along_with_a_redirect(tmp_path: Path) -> None:
    one = fetched(tmp_path, cut_at(HALF), redirect("/there.mp4"), FilmRequest.rest)
    assert one.bytes == DATA
    assert one.server.requests[2].start == HALF - OVERLAP


def test_a_redirect_without_end(tmp_path: Path) -> None:
    kind, one = refused(tmp_path, redirect("/again"))
    assert kind is Kind.BAD_REDIRECT
    assert len(one.server.requests) == safe_get.MOST_HOPS + 1


@pytest.mark.parametrize("target", ["file:///etc/passwd", "//user@127.0.0.1/x"])
def test_a_redirect_that_leads_nowhere_good(tmp_path: Path, target: str) -> None:
    kind, one = refused(tmp_path, redirect(target))
    assert kind is Kind.BAD_REDIRECT
    assert len(one.server.requests) == 1


def test_a_redirect_into_this_network_from_a_host_outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop is judged good here, so that only the second decides."""
    real = safe_get._judge
    with FilmServer(DATA, redirect("http://127.0.0.1:1/x")).running() as server:
        monkeypatch.setattr(
            safe_get, "_judge", lambda url, base: None if url.startswith(server.url) else real(url, base)
        )
        monkeypatch.setattr(safe_get, "_may_go", lambda *_args: True)
        with pytest.raises(SourceFailed) as caught:
            Fetched(tmp_path, server).run(base_url=PUBLIC)
    assert caught.value.kind is Kind.BAD_REDIRECT
    assert "http://127.0.0.1" in str(caught.value.detail)


def test_the_key_goes_to_the_own_host_and_nowhere_else(tmp_path: Path) -> None:
    secret = "sk-" + "secret0value"
    with FilmServer(DATA).running() as other, FilmServer(DATA, redirect(f"{other.url}/there.mp4")).running() as own:
        one = Fetched(tmp_path, own).run(link="/v1/videos/7/content", secret=secret)
    assert one.bytes == DATA
    assert own.requests[0].headers["authorization"] == f"Bearer {secret}"
    assert "authorization" not in other.requests[0].headers
