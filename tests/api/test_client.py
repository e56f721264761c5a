"""The client against a real socket: what leaves, where the key goes, what it reads back."""

import asyncio
import json
import logging

import pytest

from qr_tui import __version__
from qr_tui.api.client import QuickRouter
from qr_tui.core.answers import Balance, CallFailed, Created, Delivery, HostModel
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Request, Status
from qr_tui.secrets import Key
from tests.support.servers import OK, SECRET, SEED, Call, Server, answer, ask, create, fail, models, outcome, query
from tests.support.wire import wire

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
    ask(server, lambda client: client.create(wire(Request(model="m", prompt=prompt))))
    assert json.loads(server.requests[0].body)["prompt"] == prompt.replace("\ud800", "?")


def test_a_parameter_that_is_no_json_is_refused_before_sending() -> None:
    server = Server(OK)
    failed = fail(
        server, lambda client: client.create(wire(Request(model="m", prompt="p", parameters={"x": float("nan")})))
    )
    assert (failed.kind, failed.delivery, server.requests) == (Kind.USAGE, Delivery.REFUSED, [])


@pytest.mark.parametrize("status", [400, 402, 409, 429, 500, 503])
def test_rule_1_3_an_id_under_a_refusing_status_is_kept_and_nothing_is_sent_again(status: int) -> None:
    body = {"id": 4711, "task_id": "task_made", "status": "queued", "message": "Too many requests"}
    failed = fail(Server(answer(json.dumps(body), f"{status} No")), create)
    assert (failed.kind, failed.delivery) == (Kind.LOST_ANSWER, Delivery.UNKNOWN)
    assert failed.candidates == ("task_made", "4711")
    assert "task_made" in str(failed.detail)


def test_a_refusal_that_speaks_of_a_time_out_refuses_nothing() -> None:
    body = {"error": {"message": "upstream timeout, please check later", "code": "timeout"}}
    failed = fail(Server(answer(json.dumps(body), "400 No")), create)
    assert (failed.kind, failed.delivery) == (Kind.LOST_ANSWER, Delivery.UNKNOWN)


def test_an_id_travels_encoded() -> None:
    server = Server(OK)
    ask(server, lambda client: client.query("a:b/c?d&e=1#f 纸"))
    assert server.requests[0].line == "GET /v1/video/query?id=a%3Ab%2Fc%3Fd%26e%3D1%23f%20%E7%BA%B8 HTTP/1.1"
    assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"


def test_a_post_never_uses_a_connection_again_and_a_look_does() -> None:
    server = Server(OK)

    async def several(client: QuickRouter) -> None:
        await client.query("x")
        await client.create(wire(SEED))
        await client.query("x")
        await client.create(wire(SEED))

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
            assert (
                client.content_url("a:b", "/v1/videos/{id}/content")
                == f"{server.base_url}/relay/v1/videos/a%3Ab/content"
            )
            await client.aclose()

    asyncio.run(run())
    assert server.requests[0].line == "GET /relay/v1/models HTTP/1.1"


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


def test_models() -> None:
    found = ask(Server(answer('{"data":[{"id":"sora-2-pro"},{"id":"veo3"}]}')), models)
    assert found == (HostModel("sora-2-pro"), HostModel("veo3"))


def test_balance() -> None:
    told = Server(answer('{"hard_limit_usd":20}'), answer('{"total_usage":500}'))
    assert ask(told, lambda client: client.balance()) == Balance(remaining=15.0, used=5.0)
    assert [sent.line.split()[1] for sent in told.requests] == [
        "/v1/dashboard/billing/subscription",
        "/v1/dashboard/billing/usage",
    ]
    for reply in (answer("no", "404 Not Found"), answer("<html></html>"), answer("x", "500 Oops")):
        assert ask(Server(reply), lambda client: client.balance()) is None
    refused = fail(Server(answer("", "401 Unauthorized")), lambda client: client.balance())
    assert refused.kind is Kind.KEY_REFUSED


@pytest.mark.parametrize(
    ("base_url", "allowed", "made"),
    [
        ("http://relay.example", False, False),
        ("http://10.0.0.7:8080", False, False),
        ("http://relay.example", True, True),
        ("http://127.0.0.1:8080", False, True),
        ("http://[::1]:8080", False, True),
        ("https://relay.example", False, True),
    ],
)
def test_rule_1_11_the_key_goes_over_plain_http_only_to_this_machine_or_where_it_is_allowed(
    base_url: str, allowed: bool, made: bool
) -> None:
    key = Key(SECRET, "memory", base_url)
    if made:
        QuickRouter(base_url, key, allow_plain_http=allowed)
        return
    with pytest.raises(Trouble) as caught:
        QuickRouter(base_url, key, allow_plain_http=allowed)
    assert caught.value.kind is Kind.PLAIN_HTTP
