"""The client against a real socket: what leaves, what comes back, and what a broken line proves."""

import asyncio
import gzip
import json
import logging
import socket
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable

import pytest

from qr_tui import __version__
from qr_tui.api import transport
from qr_tui.api.client import QuickRouter
from qr_tui.core.answers import Balance, CallFailed, Created, Delivery
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Request, Status
from qr_tui.secrets import Key
from tests.api.servers import QUICK, SECRET, Server, answer

SEED = Request(
    model="sora-2-pro",
    prompt="make animate",
    parameters={"orientation": "portrait", "size": "large", "duration": 15, "watermark": False, "private": True},
)
VENDOR_EXAMPLE = {
    "images": [],
    "model": "sora-2-pro",
    "orientation": "portrait",
    "prompt": "make animate",
    "size": "large",
    "duration": 15,
    "watermark": False,
    "private": True,
}
OK = answer('{"id":"sora-2:task_1","status":"pending"}')


async def create(client: QuickRouter) -> object:
    return await client.create(SEED)


async def query(client: QuickRouter) -> object:
    return await client.query("sora-2:task_1")


async def models(client: QuickRouter) -> object:
    return await client.models()


Call = Callable[[QuickRouter], Awaitable[object]]


async def outcome(server: Server, call: Call) -> object:
    """Return what one call gives, or the failure it ends in."""
    client = server.client(timeouts=QUICK)
    try:
        return await call(client)
    except CallFailed as failed:
        return failed
    finally:
        await client.aclose()


def ask(server: Server, call: Call) -> object:
    async def run() -> object:
        async with server.running():
            return await outcome(server, call)

    return asyncio.run(run())


def fail(server: Server, call: Call) -> CallFailed:
    failed = ask(server, call)
    assert isinstance(failed, CallFailed), failed
    shown = f"{failed} {failed.detail} {failed.raw} " + "".join(traceback.format_exception(failed))
    assert SECRET not in shown and "Bearer" not in shown
    return failed


# what leaves -----------------------------------------------------------------------------------------------------
def test_the_create_call_as_sent() -> None:
    server = Server(OK)
    created = ask(server, create)
    assert isinstance(created, Created)
    assert (created.id, created.provider_status) == ("sora-2:task_1", "pending")
    [sent] = server.requests
    assert sent.line == "POST /v1/video/create HTTP/1.1"
    assert sent.headers["authorization"] == f"Bearer {SECRET}"
    assert sent.headers["accept"] == sent.headers["content-type"] == "application/json"
    assert sent.headers["connection"] == "close"
    assert sent.headers["user-agent"] == f"qr-tui/{__version__}"
    body = json.loads(sent.body)
    assert list(body.items()) == list(VENDOR_EXAMPLE.items())
    assert [type(value) for value in body.values()] == [type(value) for value in VENDOR_EXAMPLE.values()]


def test_a_prompt_in_any_script_arrives() -> None:
    server = Server(OK)
    prompt = "一只纸船 🚢\n\x1b[2J \ud800"
    ask(server, lambda client: client.create(Request(model="m", prompt=prompt)))
    assert json.loads(server.requests[0].body)["prompt"] == prompt.replace("\ud800", "?")


def test_a_parameter_that_is_no_json_is_refused_before_sending() -> None:
    server = Server(OK)
    failed = fail(server, lambda client: client.create(Request(model="m", prompt="p", parameters={"x": float("nan")})))
    assert (failed.kind, failed.delivery, server.requests) == (Kind.USAGE, Delivery.REFUSED, [])


def test_an_id_travels_encoded() -> None:
    server = Server(OK)
    ask(server, lambda client: client.query("a:b/c?d&e=1#f 纸"))
    assert server.requests[0].line == "GET /v1/video/query?id=a%3Ab%2Fc%3Fd%26e%3D1%23f%20%E7%BA%B8 HTTP/1.1"
    assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"


def test_a_post_never_uses_a_connection_again_and_a_look_does() -> None:
    server = Server(OK)

    async def several(client: QuickRouter) -> None:
        await client.query("x")
        await client.create(SEED)
        await client.query("x")
        await client.create(SEED)

    ask(server, several)
    assert [(sent.line[:4], sent.connection) for sent in server.requests] == [
        ("GET ", 1),
        ("POST", 2),
        ("GET ", 1),
        ("POST", 3),
    ]


def test_paths_under_a_base_path() -> None:
    server = Server(answer('{"data":[]}'))

    async def run() -> None:
        async with server.running():
            base_url = f"{server.base_url}/relay/v1/"
            client = QuickRouter(base_url, Key(SECRET, "memory", base_url))
            assert await client.models() == ()
            assert client.content_url("a:b") == f"{server.base_url}/relay/v1/videos/a%3Ab/content"
            await client.aclose()

    asyncio.run(run())
    assert server.requests[0].line == "GET /relay/v1/models HTTP/1.1"


# what a broken line proves ---------------------------------------------------------------------------------------
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
        assert "refused" in failed.detail


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
    assert "resolved" in failed.detail


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
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", Kind.UNREACHABLE),
        (half, Kind.UNREACHABLE),
        (answer("{broken"), Kind.BAD_ANSWER),
        (answer(""), Kind.BAD_ANSWER),
        (answer("<html><title>Welcome</title></html>"), Kind.BAD_ANSWER),
        (answer("", "204 No Content"), Kind.BAD_ANSWER),
        (answer("{}"), Kind.BAD_ANSWER),
        (answer("x", "502 Bad Gateway"), Kind.UPSTREAM),
        (answer("x", "504 Gateway Timeout"), Kind.UPSTREAM),
        (answer("not gzip at all", Content_Encoding="gzip"), Kind.BAD_ANSWER),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000 + b"\r\n\r\n{}", Kind.UNREACHABLE),
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
    server = Server(OK)
    server.answers = [server.hang]
    lost = fail(server, create)
    assert (lost.delivery, lost.kind) == (Delivery.UNKNOWN, Kind.LOST_ANSWER)
    assert len(server.requests) == 1
    again = Server(OK)
    again.answers = [again.hang]
    assert fail(again, query).kind is Kind.TIMEOUT


def test_a_server_that_drips_is_cut_off() -> None:
    short = QUICK._replace(read=5, create=5, create_whole=0.3, read_whole=0.3)

    async def run(call: Call) -> object:
        server = Server(drip)
        async with server.running():
            client = server.client(timeouts=short)
            try:
                return await call(client)
            except CallFailed as failed:
                return failed
            finally:
                await client.aclose()

    lost, slow = asyncio.run(run(create)), asyncio.run(run(query))
    assert isinstance(lost, CallFailed) and isinstance(slow, CallFailed)
    assert (lost.delivery, lost.kind, slow.kind) == (Delivery.UNKNOWN, Kind.LOST_ANSWER, Kind.TIMEOUT)


def test_a_refusal_cut_short_is_a_refusal() -> None:
    failed = fail(Server(refused_by_half), create)
    assert (failed.delivery, failed.kind) == (Delivery.REFUSED, Kind.BAD_REQUEST)


def test_an_id_that_arrived_whole_counts_though_the_line_broke_after_it() -> None:
    created = ask(Server(whole_and_then_silence), create)
    assert isinstance(created, Created)
    assert created.id == "sora-2:task_1"


# bounds ----------------------------------------------------------------------------------------------------------
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

    async def watched(*arguments: object, **more: object) -> transport.Answer:
        got = await exchange(*arguments, **more)  # type: ignore[arg-type]
        seen.append(len(got.body))
        return got

    monkeypatch.setattr("qr_tui.api.client.exchange", watched)
    failed = fail(Server(answer(bomb, Content_Encoding="gzip")), query)
    assert failed.kind is Kind.BAD_ANSWER
    assert seen == [transport.BODY_LIMIT]


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_packed_answers_are_read(encoding: str) -> None:
    import zlib

    content = b'{"id":"x","status":"processing","progress":"45%"}'
    packed = gzip.compress(content) if encoding == "gzip" else zlib.compress(content)
    look = ask(Server(answer(packed, Content_Encoding=encoding)), lambda client: client.query("x"))
    assert getattr(look, "status", None) is Status.RUNNING


# redirects -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("call", [query, models, create])
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_the_key_never_goes_to_another_host(call: Call, status: str) -> None:
    async def run() -> tuple[object, Server]:
        other = Server(OK)
        async with other.running():
            here = Server(answer("", status, Location=f"{other.base_url}/v1/models"))
            async with here.running():
                return await outcome(here, call), other

    failed, other = asyncio.run(run())
    assert isinstance(failed, CallFailed)
    assert other.connections == 0
    if call is not create:
        assert failed.kind is Kind.WRONG_ADDRESS
    elif status[:3] in ("307", "308"):
        assert (failed.kind, failed.delivery) == (Kind.WRONG_ADDRESS, Delivery.REFUSED)
    else:
        assert (failed.kind, failed.delivery) == (Kind.LOST_ANSWER, Delivery.UNKNOWN)


def test_a_look_follows_one_redirect_within_its_host() -> None:
    moved = answer("", "308 Permanent", Location="/v2/query?id=x")
    server = Server(moved, OK)
    look = ask(server, query)
    assert getattr(look, "status", None) is Status.WAITING
    assert [sent.line.split()[1] for sent in server.requests] == [
        "/v1/video/query?id=sora-2%3Atask_1",
        "/v2/query?id=x",
    ]
    circle = Server(moved)
    assert fail(circle, query).kind is Kind.WRONG_ADDRESS
    assert len(circle.requests) == 2


def test_a_create_call_follows_nothing() -> None:
    server = Server(answer("", "307 Temporary", Location="/v1/video/create/"))
    assert fail(server, create).delivery is Delivery.REFUSED
    assert len(server.requests) == 1


def test_a_redirect_to_nonsense() -> None:
    for place in ("http://[", "\x80\x81", "ftp://x/", "http://a.example:99999999/"):
        assert fail(Server(answer("", "302 Found", Location=place)), create).delivery is Delivery.UNKNOWN
        fail(Server(answer("", "302 Found", Location=place)), query)


# the key ---------------------------------------------------------------------------------------------------------
def test_an_answer_that_repeats_the_key_does_not_spread_it() -> None:
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {SECRET}", "code": "invalid_api_key"}})
    for call in (create, query):
        failed = fail(Server(answer(body, "401 Unauthorized")), call)
        assert failed.kind is Kind.KEY_REFUSED
        assert failed.detail == "Incorrect API key provided: [redacted]"


@pytest.mark.parametrize("secret", ["", "two words", "line\nbreak", "schlüssel", "钥匙", "nul\x00", "\ud800"])
def test_a_key_no_header_can_hold(secret: str) -> None:
    with pytest.raises(Trouble) as caught:
        QuickRouter("http://127.0.0.1:9", Key(secret, "memory", "http://127.0.0.1:9"))
    assert caught.value.kind is Kind.KEY_REFUSED
    assert not secret or secret not in str(caught.value)


def test_a_key_of_another_host_is_not_used() -> None:
    with pytest.raises(Trouble) as caught:
        QuickRouter("https://a.example", Key(SECRET, "memory", "https://b.example"))
    assert caught.value.kind is Kind.NO_KEY


def test_nothing_of_it_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ask(Server(OK), create)
    assert not [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]
    assert SECRET not in caplog.text


# models, balance -------------------------------------------------------------------------------------------------
def test_models() -> None:
    assert ask(Server(answer('{"data":[{"id":"sora-2-pro"},{"id":"veo3"}]}')), models) == ("sora-2-pro", "veo3")


def test_balance() -> None:
    told = Server(answer('{"hard_limit_usd":20}'), answer('{"total_usage":500}'))
    assert ask(told, lambda client: client.balance()) == Balance(remaining=15.0)
    assert [sent.line.split()[1] for sent in told.requests] == [
        "/v1/dashboard/billing/subscription",
        "/v1/dashboard/billing/usage",
    ]
    for reply in (answer("no", "404 Not Found"), answer("<html></html>"), answer("x", "500 Oops")):
        assert ask(Server(reply), lambda client: client.balance()) is None
    refused = fail(Server(answer("", "401 Unauthorized")), lambda client: client.balance())
    assert refused.kind is Kind.KEY_REFUSED


# surroundings ----------------------------------------------------------------------------------------------------
def test_a_proxy_is_not_asked_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert isinstance(ask(Server(OK), create), Created)


def test_a_proxy_that_refuses_or_breaks_sent_nothing_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(reply: bytes) -> tuple[object, Server]:
        proxy = Server(reply)
        async with proxy.running():
            monkeypatch.setenv("HTTPS_PROXY", proxy.base_url)
            monkeypatch.setenv("https_proxy", proxy.base_url)
            monkeypatch.delenv("NO_PROXY", raising=False)
            monkeypatch.delenv("no_proxy", raising=False)
            target = Server(OK)
            target.base_url = "https://relay.invalid"
            return await outcome(target, create), proxy

    failed, proxy = asyncio.run(run(answer("", "403 Forbidden")))
    assert isinstance(failed, CallFailed)
    assert (failed.kind, failed.delivery) == (Kind.UNREACHABLE, Delivery.NOT_SENT)
    assert proxy.requests[0].line.startswith("CONNECT relay.invalid:443")
    assert "authorization" not in proxy.requests[0].headers


def test_a_proxy_setting_that_makes_no_sense(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "gopher://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "gopher://127.0.0.1:9")
    with pytest.raises(Trouble) as caught:
        QuickRouter("http://relay.invalid", Key(SECRET, "memory", ""))
    assert caught.value.kind is Kind.CONFIG


def test_only_the_client_brings_httpx_in() -> None:
    script = (
        "import sys, qr_tui.api, qr_tui.api.wire, qr_tui.api.errors, qr_tui.core.curl;sys.exit('httpx' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
