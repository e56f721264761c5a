"""What a broken, slow, oversized or detoured line proves about a request."""

import asyncio
import gzip
import socket
import subprocess
import sys
import traceback
import zlib
from collections.abc import Awaitable, Callable

import httpx
import pytest

from qr_tui.api import connection_errors, proxies, transport
from qr_tui.api.client import QuickRouter
from qr_tui.api.json_body import RAW_LIMIT
from qr_tui.core.answers import CallFailed, Created, Delivery, QueryResult
from qr_tui.core.failures import Kind
from qr_tui.core.task import Status
from qr_tui.secrets import Key
from tests.support.servers import HASTY, OK, PATIENT, SECRET, Call, Server, answer, ask, create, fail, outcome, query


def test_a_refused_connection_sent_nothing() -> None:
    async def run(call: Call) -> object:
        with socket.socket() as taken:  # bound and not listening: connections are refused
            taken.bind(("127.0.0.1", 0))
            server = Server(OK)
            server.base_url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            return await outcome(server, call)

    for call in (create, query):
        failed = asyncio.run(run(call))
        assert isinstance(failed, CallFailed)
        assert (failed.kind, failed.delivery) == (Kind.UNREACHABLE, Delivery.NOT_SENT)
        assert "refused" in str(failed.detail)


def test_an_unknown_host_sent_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)

    def no_such_name(*_arguments: object, **_more: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", no_such_name)
    server = Server(OK)
    server.base_url = "http://nowhere.invalid"
    failed = asyncio.run(outcome(server, create))
    assert isinstance(failed, CallFailed)
    assert (failed.kind, failed.delivery) == (Kind.UNREACHABLE, Delivery.NOT_SENT)
    assert "resolved" in str(failed.detail)


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
    try:
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)
    except ConnectionError:
        pass


def truncated(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 500\r\nConnection: close\r\n\r\n".encode() + body


async def half(writer: asyncio.StreamWriter) -> None:
    writer.write(truncated(b'{"id":"sora-2:tas'))
    await writer.drain()


async def refused_by_half(writer: asyncio.StreamWriter) -> None:
    writer.write(truncated(b'{"error":{"mess', "400 Bad Request"))
    await writer.drain()


async def whole_and_then_silence(writer: asyncio.StreamWriter) -> None:
    writer.write(truncated(b'{"id":"sora-2:task_1","status":"pending"}'))
    await writer.drain()


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (None, Kind.UNREACHABLE),  # a reset once the request is in
        (b"", Kind.UNREACHABLE),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Kind.BAD_ANSWER),
        (half, Kind.UNREACHABLE),
        (answer("{broken"), Kind.BAD_ANSWER),
        (answer(""), Kind.BAD_ANSWER),
        (answer("<html><title>Welcome</title></html>"), Kind.BAD_ANSWER),
        (answer("", "204 No Content"), Kind.BAD_ANSWER),
        (answer("{}"), Kind.BAD_ANSWER),
        (answer("x", "502 Bad Gateway"), Kind.UPSTREAM),
        (answer("x", "504 Gateway Timeout"), Kind.UPSTREAM),
        (answer("not gzip at all", Content_Encoding="gzip"), Kind.BAD_ANSWER),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000 + b"\r\n\r\n{}", Kind.BAD_ANSWER),
    ],
)
def test_a_lost_answer_is_never_a_refusal(reply: bytes | Callable[..., Awaitable[None]] | None, kind: Kind) -> None:
    async def closing(writer: asyncio.StreamWriter) -> None:
        assert isinstance(reply, bytes)
        writer.write(reply)
        await writer.drain()

    script = closing if isinstance(reply, bytes) else reply
    server = Server(script)
    lost = fail(server, create)
    assert (lost.delivery, lost.kind) == (Delivery.UNKNOWN, Kind.LOST_ANSWER)
    assert len(server.requests) == 1
    assert fail(Server(script), query).kind is kind


def test_a_server_that_hangs() -> None:
    server = Server()
    server.answers = [server.hang]
    lost = fail(server, create, HASTY)
    assert (lost.delivery, lost.kind) == (Delivery.UNKNOWN, Kind.LOST_ANSWER)
    assert len(server.requests) == 1
    again = Server()
    again.answers = [again.hang]
    assert fail(again, query, HASTY).kind is Kind.TIMEOUT


def test_a_server_that_drips_is_cut_off() -> None:
    short = PATIENT._replace(create_whole=0.3, read_whole=0.3)
    lost = fail(Server(drip), create, short)
    assert (lost.delivery, lost.kind) == (Delivery.UNKNOWN, Kind.LOST_ANSWER)
    assert fail(Server(drip), query, short).kind is Kind.TIMEOUT


def test_a_refusal_cut_short_is_a_refusal() -> None:
    failed = fail(Server(refused_by_half), create)
    assert (failed.delivery, failed.kind) == (Delivery.REFUSED, Kind.BAD_REQUEST)


def test_an_id_that_arrived_whole_counts_though_the_line_broke_after_it() -> None:
    created = ask(Server(whole_and_then_silence), create)
    assert isinstance(created, Created)
    assert created.id == "sora-2:task_1"


def test_a_huge_answer_is_cut() -> None:
    huge = answer(b'{"id":"x","status":"pending","filler":"' + b"x" * 10_000_000 + b'"}')
    failed = fail(Server(huge), query)
    assert failed.kind is Kind.BAD_ANSWER
    assert len(failed.raw) <= 16 * 1024
    assert fail(Server(huge), create).delivery is Delivery.UNKNOWN


def test_a_small_answer_that_unpacks_to_gigabytes_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    seen: list[int] = []
    exchange = transport.exchange

    async def watched(*arguments: object, **more: object) -> transport.HttpResponse:
        got = await exchange(*arguments, **more)  # type: ignore[arg-type]
        seen.append(len(got.body))
        return got

    monkeypatch.setattr("qr_tui.api.client.exchange", watched)
    failed = fail(Server(answer(bomb, Content_Encoding="gzip")), query)
    assert failed.kind is Kind.BAD_ANSWER
    assert seen == [transport.BODY_LIMIT]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_packed_answers_are_read(encoding: str) -> None:
    content = b'{"id":"x","status":"processing","progress":"45%"}'
    packed = gzip.compress(content) if encoding == "gzip" else zlib.compress(content)
    look = ask(Server(answer(packed, Content_Encoding=encoding)), lambda client: client.query("x"))
    assert getattr(look, "status", None) is Status.RUNNING


def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert isinstance(ask(Server(OK), create), Created)


def test_a_proxy_that_refuses_or_breaks_sent_nothing_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(reply: bytes) -> tuple[object, Server]:
        async def closing(writer: asyncio.StreamWriter) -> None:
            writer.write(reply)
            await writer.drain()

        proxy = Server(closing)
        async with proxy.running():
            monkeypatch.setenv("HTTPS_PROXY", proxy.base_url)
            monkeypatch.setenv("https_proxy", proxy.base_url)
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)
            target = Server(OK)
            target.base_url = "https://relay.invalid"
            return await outcome(target, create), proxy

    for reply in (answer("", "403 Forbidden"), b"", b"no http at all\r\n\r\n"):
        failed, proxy = asyncio.run(run(reply))
        assert isinstance(failed, CallFailed)
        assert (failed.kind, failed.delivery) == (Kind.UNREACHABLE, Delivery.NOT_SENT)
        assert proxy.requests[0].line.startswith("CONNECT relay.invalid:443")
        assert "authorization" not in proxy.requests[0].headers


@pytest.mark.parametrize("error", [httpx.ConnectError, httpx.PoolTimeout, httpx.ReadError, httpx.UnsupportedProtocol])
def test_once_the_request_began_to_leave_no_error_proves_the_contrary(error: type[httpx.RequestError]) -> None:
    async def run() -> connection_errors.SendTracker:
        server, departure = Server(OK), connection_errors.SendTracker()
        async with server.running(), httpx.AsyncClient(trust_env=False) as client:
            assert departure.proves_unsent(httpx.ConnectError("")) and not departure.proves_unsent(httpx.ReadError(""))
            await client.get(server.base_url, extensions={"trace": departure.trace})
        return departure

    assert connection_errors.failed(error("odd"), asyncio.run(run())).delivery is Delivery.UNKNOWN


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no proxy and no certificates."""
    for name in ("http", "https", "all", "no"):
        monkeypatch.delenv(f"{name}_proxy", raising=False)
        monkeypatch.delenv(f"{name.upper()}_PROXY", raising=False)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.mark.parametrize("proxy", ["gopher://me:hush@127.0.0.1:9", "http://me:hush@127.0.0.1:port"])
@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_rule_3_a_proxy_setting_that_makes_no_sense_is_named(
    bare: pytest.MonkeyPatch, variable: str, proxy: str
) -> None:
    bare.setenv(variable, proxy)
    with pytest.raises(CallFailed) as caught:
        QuickRouter("http://relay.invalid", Key(SECRET, "memory", ""), allow_plain_http=True)
    assert (caught.value.kind, caught.value.delivery) == (Kind.CONFIG, Delivery.NOT_SENT)
    assert variable in str(caught.value.detail) and "127.0.0.1" in str(caught.value.detail)
    shown = "".join(traceback.format_exception(caught.value))
    assert "hush" not in shown


def test_rule_3_a_proxy_variable_that_is_not_used_breaks_nothing(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("HTTPS_PROXY", "gopher://127.0.0.1:9")
    bare.setenv("ALL_PROXY", "nonsense://127.0.0.1:9")
    bare.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    asyncio.run(QuickRouter("http://relay.invalid", Key(SECRET, "memory", ""), allow_plain_http=True).aclose())
    bare.setenv("NO_PROXY", "relay.invalid")
    asyncio.run(QuickRouter("https://relay.invalid", Key(SECRET, "memory", "")).aclose())


def test_rule_3_a_proxy_that_is_not_there_is_named(bare: pytest.MonkeyPatch) -> None:
    async def run() -> object:
        with socket.socket() as taken:  # bound and not listening: connections are refused
            taken.bind(("127.0.0.1", 0))
            bare.setenv("http_proxy", f"http://me:hush@127.0.0.1:{taken.getsockname()[1]}")
            target = Server(OK)
            target.base_url = "http://relay.invalid"
            return await outcome(target, create)

    failed = asyncio.run(run())
    assert isinstance(failed, CallFailed)
    assert (failed.kind, failed.delivery) == (Kind.UNREACHABLE, Delivery.NOT_SENT)
    assert "refused" in str(failed.detail) and "which http_proxy names" in str(failed.detail)
    assert "hush" not in "".join(traceback.format_exception(failed))


@pytest.mark.parametrize(
    ("settings", "proxy"),
    [
        ({}, None),
        ({"HTTPS_PROXY": "http://a:1"}, ("http://a:1", "HTTPS_PROXY")),
        ({"HTTPS_PROXY": "a:1"}, ("http://a:1", "HTTPS_PROXY")),
        ({"all_proxy": "socks://a:1"}, ("socks5://a:1", "all_proxy")),
        ({"HTTP_PROXY": "http://a:1"}, None),
        ({"HTTPS_PROXY": "http://a:1", "ALL_PROXY": "http://b:2"}, ("http://a:1", "HTTPS_PROXY")),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "x, *"}, None),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": ".example"}, None),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "lay.example"}, ("http://a:1", "HTTPS_PROXY")),
    ],
)
def test_which_proxy_is_asked(
    bare: pytest.MonkeyPatch, settings: dict[str, str], proxy: tuple[str, str] | None
) -> None:
    for name, value in settings.items():
        bare.setenv(name, value)
    assert proxies.for_host("https://relay.example") == proxy


def test_rule_3_certificates_that_cannot_be_used_are_named(bare: pytest.MonkeyPatch) -> None:
    transport.ssl_context.cache_clear()
    bare.setenv("SSL_CERT_FILE", "/nowhere/ca.pem")
    with pytest.raises(CallFailed) as caught:
        QuickRouter("https://relay.invalid", Key(SECRET, "memory", ""))
    assert (caught.value.kind, caught.value.delivery) == (Kind.CONFIG, Delivery.NOT_SENT)
    assert str(caught.value.detail) == "the certificates that SSL_CERT_FILE names cannot be used: /nowhere/ca.pem"


class Socks:
    """A SOCKS5 proxy on a free port: it leads everything to one place, or answers the greeting with `reply`."""

    def __init__(self, port: int, reply: bytes = b"") -> None:
        self.port = port
        self.reply = reply
        self.asked = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        greeting = await reader.readexactly(2)
        await reader.readexactly(greeting[1])
        if self.reply:
            writer.write(self.reply)
            writer.close()
            return
        writer.write(b"\x05\x00")
        head = await reader.readexactly(5)
        self.asked = (await reader.readexactly(head[4] + 2))[:-2]
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50")
        there, on = await asyncio.open_connection("127.0.0.1", self.port)
        on.write(await reader.readuntil(b"}"))
        writer.write(await there.readuntil(b"}"))
        await writer.drain()
        on.close()
        writer.close()


@pytest.mark.parametrize("reply", [b"", b"\x05\xff", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x05", b"\x01"])
def test_rule_3_socks_proxies_work_and_a_broken_one_sent_nothing(bare: pytest.MonkeyPatch, reply: bytes) -> None:
    pytest.importorskip("socksio", reason="httpx[socks] is not installed")

    async def run() -> tuple[object, Socks, Server]:
        host = Server(OK)
        async with host.running():
            socks = Socks(int(host.base_url.rpartition(":")[2]), reply)
            server = await asyncio.start_server(socks.serve, "127.0.0.1", 0)
            bare.setenv("ALL_PROXY", f"socks5h://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            target = Server(OK)
            target.base_url = "http://relay.invalid"
            result = await outcome(target, create)
            server.close()
            return result, socks, host

    result, socks, host = asyncio.run(run())
    if not reply:
        assert isinstance(result, Created), result
        assert socks.asked == b"relay.invalid"
        assert len(host.requests) == 1
        return
    assert isinstance(result, CallFailed)
    assert (result.kind, result.delivery, host.requests) == (Kind.UNREACHABLE, Delivery.NOT_SENT, [])


def test_rule_3_a_socks_proxy_without_its_package_is_said(bare: pytest.MonkeyPatch) -> None:
    bare.setitem(sys.modules, "socksio", None)
    bare.setenv("all_proxy", "socks5://me:hush@127.0.0.1:9")
    with pytest.raises(CallFailed) as caught:
        QuickRouter("http://relay.invalid", Key(SECRET, "memory", ""), allow_plain_http=True)
    assert (caught.value.kind, caught.value.delivery) == (Kind.CONFIG, Delivery.NOT_SENT)
    assert str(caught.value.detail).startswith("all_proxy names a SOCKS proxy")
    assert "hush" not in str(caught.value.detail)


def test_rule_2_6_a_large_answer_is_read_for_what_is_in_it() -> None:
    body = b'{"id":"x","b64_json":"' + b"A" * 7_000_000 + b'","status":"completed","video_url":"https://a.example/v"}'
    look = ask(Server(answer(body)), query)
    assert isinstance(look, QueryResult)
    assert (look.status, look.video_url, len(look.raw)) == (Status.DONE, "https://a.example/v", RAW_LIMIT)


def test_rule_2_6_an_answer_that_cannot_be_read_says_why_and_is_kept() -> None:
    huge = answer(b'{"id":"x","status":"pending","filler":"' + b"x" * 9_000_000 + b'"}')
    for reply, detail in (
        (huge, "the answer is larger than 8 MB"),
        (answer("<html><title>Welcome</title>"), "a web page came back: Welcome"),
        (answer("not json"), "the answer is not JSON"),
        (answer("not gzip", Content_Encoding="gzip"), "the answer cannot be unpacked"),
    ):
        failed = fail(Server(reply), query)
        assert (failed.kind, str(failed.detail)) == (Kind.BAD_ANSWER, detail)
        assert len(failed.raw) <= RAW_LIMIT
        assert failed.raw or "unpacked" in detail
    lost = fail(Server(huge), create)
    assert (lost.delivery, str(lost.detail)) == (Delivery.UNKNOWN, "the answer is larger than 8 MB")
    assert lost.raw.startswith('{"id":"x"')


def test_only_the_client_brings_httpx_in() -> None:
    modules = "qr_tui.api, qr_tui.api.reader, qr_tui.api.errors, qr_tui.core.wire.curl"
    script = f"import sys, {modules}; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
