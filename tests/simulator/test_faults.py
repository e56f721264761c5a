import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.simulator import Fault, Options, Simulator, parse_fault
from qr_tui.simulator.options import AFTER, FAULTS, FILM, NOTHING_MADE
from tests.support.simulator import SORA, VEO, Bench, bench

# fault -> what the client of a create sees, and how often it was paid
ANSWERS: dict[str, tuple[int | type[Exception], int]] = {
    "400": (400, 0),
    "401": (401, 0),
    "403": (403, 0),
    "404": (404, 0),
    "429": (429, 0),
    "429_empty": (429, 0),
    "error_in_200": (200, 0),
    "json_in_message": (400, 0),
    "model_not_found": (503, 0),
    "no_balance": (403, 0),
    "no_balance_429": (429, 0),
    "not_known": (400, 0),
    "redirect": (307, 0),
    "refused_200": (200, 0),
    "reset_before": (httpx.ReadError, 0),
    "task_not_exist": (400, 0),
    "500": (500, 1),
    "502": (502, 1),
    "503": (503, 1),
    "504": (504, 1),
    "524": (524, 1),
    "broken_json": (200, 1),
    "content_link": (200, 1),
    "cut": (httpx.RemoteProtocolError, 1),
    "empty": (200, 1),
    "gzip_bomb": (200, 1),
    "hang": (httpx.ReadTimeout, 1),
    "html": (200, 1),
    "huge": (200, 1),
    "huge_base64": (200, 1),
    "int_id": (200, 1),
    "latency": (200, 1),
    "no_id": (200, 1),
    "no_range": (200, 1),
    "numeric_status": (200, 1),
    "relative_link": (200, 1),
    "reset": (httpx.ReadError, 1),
    "space_link": (200, 1),
    "unknown_status": (200, 1),
    "wrong_types": (200, 1),
}


def test_every_fault_has_its_row() -> None:
    assert set(ANSWERS) == FAULTS - FILM  # those strike films alone: tests/services/films/test_downloader.py


def attempt(sim: Bench, fault: str) -> int | type[Exception]:
    if fault == "hang":
        with unanswered(sim):
            return httpx.ReadTimeout
    try:
        with httpx.Client(headers={"authorization": "Bearer sk-test"}) as client:
            return client.post(f"{sim.simulator.url}/v1/video/create", json=SORA).status_code
    except httpx.HTTPError as error:
        return type(error)


@contextmanager
def unanswered(sim: Bench) -> Iterator[None]:
    """Send a create, wait until it has arrived, and make sure that no answer comes back with it."""
    body = msgspec.json.encode(SORA)
    head = f"POST /v1/video/create HTTP/1.1\r\nhost: sim\r\nauthorization: Bearer k\r\ncontent-length: {len(body)}"
    with socket.create_connection(("127.0.0.1", sim.simulator.port)) as line:
        line.sendall(head.encode() + b"\r\n\r\n" + body)
        deadline = time.monotonic() + 20
        while not sim.stats["statuses"]:
            assert time.monotonic() < deadline, "the request never arrived"
        line.setblocking(False)
        with pytest.raises(BlockingIOError):
            line.recv(1)
        yield


@pytest.mark.parametrize("fault", sorted(ANSWERS))
def test_what_a_create_sees_and_whether_it_paid(sim: Bench, fault: str) -> None:
    seen, paid = ANSWERS[fault]
    sim.simulator.fault(Fault(on="create", fault=fault, size=2_000 if fault in ("huge", "gzip_bomb") else 0))
    assert attempt(sim, fault) == seen
    stats = sim.stats
    assert stats["requests"] == {"create": 1}
    assert stats["paid"] == paid
    assert stats["creates"][0]["fault"] == fault
    assert len(sim.simulator.tasks()) == paid
    assert sim.create().status_code == 200  # it struck once


@pytest.mark.parametrize("fault", sorted(AFTER - {"hang", "latency", "gzip_bomb", "huge"}))
def test_the_open_ones_may_leave_nothing_made(sim: Bench, fault: str) -> None:
    sim.simulator.fault(f"create:{fault},paid=false")
    assert attempt(sim, fault) == ANSWERS[fault][0]
    assert sim.stats["paid"] == 0
    assert sim.simulator.tasks() == []


@pytest.mark.parametrize("fault", sorted(NOTHING_MADE))
def test_a_refusal_never_makes_anything(fault: str) -> None:
    assert not Fault(on="create", fault=fault, paid=True).carries_out


def test_bodies_on_create(sim: Bench) -> None:
    def body(fault: str) -> httpx.Response:
        sim.simulator.fault(f"create:{fault}")
        return sim.create()

    assert body("no_balance").json()["error"]["code"] == "insufficient_user_quota"
    busy = body("no_balance_429").json()["error"]
    assert "负载已饱和" in busy["message"]
    assert busy["code"] == "insufficient_user_quota"
    assert "sora-2-pro 无可用渠道" in body("model_not_found").json()["error"]["message"]
    assert body("error_in_200").json()["error"]["code"] == "upstream_busy"
    assert list(body("no_id").json()) == ["status", "status_update_time"]
    assert isinstance(body("wrong_types").json()["id"], list)
    assert body("429_empty").content == b""
    assert body("empty").content == b""
    for fault in ("502", "504", "524", "html"):
        answer = body(fault)
        assert answer.headers["content-type"].startswith("text/html")
        assert answer.text.startswith("<html>")
    broken = body("broken_json")
    with pytest.raises(ValueError, match=r"JSON|delimiter|string"):
        broken.json()


def test_bodies_on_query(sim: Bench) -> None:
    task_id = sim.make()

    def ask(fault: str) -> httpx.Response:
        sim.simulator.fault(f"query:{fault}")
        return sim.ask(task_id)

    assert ask("unknown_status").json()["status"] == "enhancing_v2"
    assert ask("task_not_exist").json()["code"] == "task_not_exist"
    assert ask("401").status_code == 401
    huge = ask("huge,size=300000")
    assert len(huge.content) > 300_000
    assert huge.json()["id"] == task_id
    bomb = ask("gzip_bomb,size=1000000")
    assert int(bomb.headers["content-length"]) < 10_000
    assert len(bomb.content) > 1_000_000
    moved = ask("redirect,location=http://127.0.0.1:9/x")
    assert (moved.status_code, moved.headers["location"]) == (307, "http://127.0.0.1:9/x")
    assert sim.stats["look_counts"].get(task_id, 0) >= 2
    assert sim.ask(task_id).json()["id"] == task_id


@pytest.mark.parametrize("endpoint", ["query", "models", "content", "billing"])
def test_every_call_can_be_struck(sim: Bench, endpoint: str) -> None:
    places = {
        "query": "/v1/video/query?id=x",
        "models": "/v1/models",
        "content": "/v1/videos/x/content",
        "billing": "/v1/dashboard/billing/usage",
    }
    sim.simulator.fault(f"{endpoint}:500")
    assert sim.client.get(places[endpoint]).status_code == 500
    sim.simulator.fault("any:524")
    assert sim.client.get(places[endpoint]).status_code == 524


def test_media_can_be_struck_and_cut(sim: Bench) -> None:
    url = sim.finished(prompt="[sim:size=100000]")["video_url"]
    whole = httpx.get(url).content
    assert len(whole) == 100_000
    sim.simulator.fault("media:403:2")
    assert [httpx.get(url).status_code for _ in range(3)] == [403, 403, 200]
    sim.simulator.fault("media:cut,size=60000")
    got = b""
    with pytest.raises(httpx.RemoteProtocolError), httpx.stream("GET", url) as stream:
        for piece in stream.iter_raw(1000):
            got += piece
    assert len(got) >= 59_000
    rest = httpx.get(url, headers={"range": f"bytes={len(got)}-"})
    assert got + rest.content == whole
    sim.simulator.fault("media:no_range")
    answer = httpx.get(url, headers={"range": "bytes=5-"})
    assert (answer.status_code, len(answer.content)) == (200, 100_000)
    sim.simulator.fault("media:html")
    assert httpx.get(url).headers["content-type"].startswith("text/html")


def test_count_after_match_and_retry_after(sim: Bench) -> None:
    wish: list[dict[str, Any]] = [
        {"on": "create", "fault": "429", "count": 2, "after": 1, "match": "boat", "retry_after": 7},
        {"on": "models", "fault": "503", "count": 0},
    ]
    assert [row["struck"] for row in sim.client.post("/_sim/faults", json=wish).json()] == [0, 0]
    assert sim.create(prompt="tree").status_code == 200
    answers = [sim.create(prompt="boat") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 200]
    assert answers[1].headers["retry-after"] == "7"
    assert {sim.client.get("/v1/models").status_code for _ in range(5)} == {503}
    assert [row["struck"] for row in sim.client.get("/_sim/faults").json()] == [2, 5]
    assert sim.client.delete("/_sim/faults").json() == []
    assert sim.client.get("/v1/models").status_code == 200


def test_a_fault_can_be_for_one_task_only(sim: Bench) -> None:
    good, bad = sim.make(prompt="tree"), sim.make(prompt="boat")
    sim.simulator.fault(f"query:500:*,match={bad}")
    assert [sim.ask(task).status_code for task in (good, bad, bad)] == [200, 500, 500]
    sim.simulator.clear_faults()
    sim.simulator.fault("query:500:*,match=tree")
    assert [sim.ask(task).status_code for task in (good, bad)] == [500, 200]


def test_a_fault_can_be_for_one_model_only(sim: Bench) -> None:
    sora, veo = sim.make(), sim.order(VEO)
    sim.simulator.fault("query:500:*,match=veo3.1-fast")
    assert [sim.ask(task).status_code for task in (sora, veo, veo)] == [200, 500, 500]


def test_a_prompt_can_poison_every_look_at_its_task(sim: Bench) -> None:
    good, bad = sim.make(), sim.make(prompt="[sim:poison] a boat")
    assert [sim.ask(task).status_code for task in (good, bad, good, bad)] == [200, 500, 200, 500]


def test_a_host_can_forget_every_task_for_a_while(sim: Bench) -> None:
    tasks = [sim.make(), sim.make()]
    sim.simulator.fault("query:not_known,lasts=40")
    sim.advance(100)  # it begins with the first look
    assert [sim.look(task).get("code") for task in tasks] == ["task_not_exist"] * 2
    sim.advance(39)
    assert sim.look(tasks[0])["code"] == "task_not_exist"
    sim.advance(2)
    assert [sim.look(task)["id"] for task in tasks] == tasks


def test_a_stray_401_on_a_look_while_the_models_answer(sim: Bench) -> None:
    task = sim.make()
    sim.simulator.fault("query:401")
    assert sim.ask(task).status_code == 401
    assert sim.client.get("/v1/models").status_code == 200
    assert sim.ask(task).status_code == 200


def test_odd_answers_to_a_create(sim: Bench) -> None:
    sim.simulator.fault("create:int_id")
    body = sim.create().json()
    assert body["id"] == 4711
    assert sim.look(body["task_id"])["id"] == body["task_id"]
    assert sim.look("4711")["code"] == "task_not_exist"
    sim.simulator.fault("create:json_in_message")
    inner = msgspec.json.decode(sim.create().json()["message"])
    assert inner["error"]["code"] == "model_not_found"
    sim.simulator.fault("create:refused_200")
    refused = sim.create()
    assert (refused.status_code, refused.json()["code"], refused.json()["data"]) == (200, 1201, None)


@pytest.mark.parametrize("prompt", ["a boat", "[sim:dto] a boat"])
def test_odd_links_lead_to_the_video(sim: Bench, prompt: str) -> None:
    task = sim.make(prompt=prompt)
    sim.simulator.force(task, status="completed")

    def link(fault: str, *path: str) -> str:
        sim.simulator.fault(f"query:{fault}")
        spot = sim.look(task)
        for name in (*(("data",) if "dto" in prompt else ()), *path):
            spot = spot[name]
        return str(spot)

    plain = ("result_url",) if "dto" in prompt else ("video_url",)
    usual = link("latency", *plain)
    assert link("content_link", "content", "video_url") == usual
    relative = link("relative_link", *plain)
    assert sim.simulator.url + relative == usual
    spaced = link("space_link", *plain)
    assert "/my video.mp4?" in spaced
    assert httpx.get(spaced.replace(" ", "%20")).content == httpx.get(usual).content


def test_a_number_for_a_status(sim: Bench) -> None:
    task = sim.make()
    sim.simulator.fault("query:numeric_status:*")
    assert [sim.look(task)[name] for name in ("status", "state", "progress")] == [2, 2, 40]
    sim.simulator.force(task, status="completed")
    done = sim.look(task)
    assert (done["status"], done["state"], done["progress"]) == (3, 3, 100)
    assert httpx.get(done["video_url"]).status_code == 200


def test_a_picture_beside_the_answer(sim: Bench) -> None:
    task = sim.make()
    sim.simulator.fault("query:huge_base64")
    answer = sim.ask(task)
    assert len(answer.content) > 2_000_000
    assert answer.json()["id"] == task


def test_a_lost_answer_leaves_a_task_that_can_be_found(sim: Bench) -> None:
    sim.simulator.fault("create:reset")
    with pytest.raises(httpx.ReadError):
        sim.create()
    made = sim.stats["creates"][0]["id"]
    assert sim.look(made)["id"] == made


def test_a_hang_can_end_in_a_reset(sim: Bench) -> None:
    sim.simulator.fault("query:hang,seconds=0.05")
    with pytest.raises(httpx.ReadError):
        sim.ask("x")


def test_latency_delays_the_answer_not_the_work() -> None:
    with bench(latency=3600.0) as sim, unanswered(sim):
        assert sim.stats["paid"] == 1


def test_latency_can_be_for_one_call(sim: Bench) -> None:
    sim.simulator.fault("create:latency,seconds=3600")
    with unanswered(sim):
        assert sim.stats["paid"] == 1
    assert sim.create().status_code == 200


def test_hanging_clients_do_not_keep_it_from_stopping(sim: Bench) -> None:
    sim.simulator.fault("any:hang")
    with unanswered(sim):
        sim.simulator.stop()
        assert "simulator" not in [thread.name for thread in threading.enumerate()]


def test_options_strike_from_the_start() -> None:
    with bench(faults=("create:500", "query:429:2,retry_after=3")) as sim:
        assert sim.create().status_code == 500
        assert sim.create().status_code == 200
        assert sim.ask("x").headers["retry-after"] == "3"


def test_how_a_fault_is_spelled() -> None:
    assert parse_fault("create:reset") == Fault(on="create", fault="reset")
    assert parse_fault("any:500:*") == Fault(on="any", fault="500", count=0)
    full = Fault(on="query", fault="429", count=3, retry_after=1.5, paid=False, match="a=b")
    assert parse_fault("query:429:3,retry_after=1.5,paid=false,match=a=b") == full


@pytest.mark.parametrize(
    "text", ["", "create", "create:boom", "kitchen:500", "create:500:x", "create:500,what", "create:500,what=1"]
)
def test_a_fault_that_cannot_be_read_is_trouble(text: str) -> None:
    with pytest.raises(Trouble) as caught:
        Simulator(Options(faults=(text,)))
    assert caught.value.kind is Kind.USAGE
    assert caught.value.detail
