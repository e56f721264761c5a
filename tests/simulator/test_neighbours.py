"""Remix, extend, content, models, billing, keys."""

import httpx
import pytest

from qr_tui.simulator import Options
from tests.support.simulator import GROK, SORA, Bench, bench


def test_remix_makes_a_new_video_in_the_openai_shape(sim: Bench) -> None:
    source = sim.finished()["id"]
    answer = sim.client.post(f"/v1/videos/{source}/remix", json={"prompt": "at night"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["id"].startswith("video_")
    assert (body["object"], body["status"], body["progress"]) == ("video", "queued", 0)
    assert body["remixed_from_video_id"] == source
    sim.simulator.force(body["id"], progress=0.5)
    running = sim.look(body["id"])
    assert running["status"] == "in_progress"
    assert 49 <= running["progress"] <= 50
    sim.simulator.force(body["id"], status="completed")
    done = sim.look(body["id"])
    assert (done["status"], done["progress"]) == ("completed", 100)
    assert httpx.get(done["video_url"]).status_code == 200
    assert sim.stats["paid"] == 2


def test_remix_is_refused_in_words(sim: Bench) -> None:
    private = sim.finished(private=True)["id"]
    running = sim.make()
    grok = sim.order(GROK)
    done = sim.finished()["id"]
    refused = {private: "private", running: "not completed", grok: "Sora", "nobody": "task_not_exist"}
    for source, words in refused.items():
        answer = sim.client.post(f"/v1/videos/{source}/remix", json={"prompt": "at night"})
        assert answer.status_code == 400
        assert words in answer.text
    assert sim.client.post(f"/v1/videos/{done}/remix", json={}).status_code == 400
    assert sim.client.post(f"/v1/videos/{done}/remix", json={"prompt": "x", "size": "tiny"}).status_code == 400


def test_extend_is_for_grok(sim: Bench) -> None:
    source = sim.order(GROK)
    wish = {"model": "grok-video-3", "prompt": "on it goes", "task_id": source, "start_time": 5}
    assert "not completed" in sim.client.post("/v1/video/extend", json=wish).text
    sim.simulator.force(source, status="completed")
    answer = sim.client.post("/v1/video/extend", json=wish)
    assert answer.status_code == 200
    assert answer.json()["id"] not in ("", source)
    assert sim.client.post("/v1/video/extend", json={**wish, "start_time": -1}).status_code == 400
    assert sim.client.post("/v1/video/extend", json={**wish, "start_time": True}).status_code == 400
    assert sim.client.post("/v1/video/extend", json={**wish, "task_id": None}).status_code == 400
    assert sim.client.post("/v1/video/extend", json={**wish, "task_id": sim.finished()["id"]}).status_code == 400


def test_content_needs_key_and_a_finished_video(sim: Bench) -> None:
    task_id = sim.make(orientation="landscape")
    place = f"/v1/videos/{task_id}/content"
    assert sim.client.get(place).status_code == 400
    assert sim.client.get("/v1/videos/nobody/content").status_code == 404
    sim.simulator.force(task_id, status="completed")
    assert httpx.get(sim.simulator.url + place).status_code == 401
    whole = sim.client.get(place)
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.content[4:8] == b"ftyp"
    part = sim.client.get(place, headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])


def test_content_may_be_a_link(sim: Bench) -> None:
    task_id = sim.finished(prompt="[sim:content_json]")["id"]
    link = sim.client.get(f"/v1/videos/{task_id}/content").json()["video_url"]
    assert httpx.get(link).status_code == 200


def test_the_balance_goes_down_until_it_is_gone() -> None:
    def left(sim: Bench) -> float:
        limit = sim.client.get("/v1/dashboard/billing/subscription").json()["hard_limit_usd"]
        used = sim.client.get("/v1/dashboard/billing/usage").json()["total_usage"]
        return float(limit - used / 100)

    with bench(balance=2.0) as sim:
        assert left(sim) == 2.0
        sim.make(duration=15)
        assert left(sim) == pytest.approx(1.1)
        sim.create(duration=99)
        assert left(sim) == pytest.approx(1.1)
        sim.make()
        answer = sim.create()
        assert answer.status_code == 403
        assert answer.json()["error"]["code"] == "insufficient_user_quota"
        assert sim.stats["paid"] == 2


def test_an_account_can_be_unlimited() -> None:
    with bench(balance=None) as sim:
        sim.make()
        assert sim.client.get("/v1/dashboard/billing/subscription").json()["hard_limit_usd"] == 100_000_000


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic sk-test", "Bearer sk-refused"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/video/create"),
        ("GET", "/v1/video/query?id=x"),
        ("POST", "/v1/videos/x/remix"),
        ("POST", "/v1/video/extend"),
        ("GET", "/v1/videos/x/content"),
        ("GET", "/v1/models"),
        ("GET", "/v1/dashboard/billing/subscription"),
        ("GET", "/v1/dashboard/billing/usage"),
    ],
)
def test_no_key_no_service(header: str | None, method: str, path: str, shared: Bench) -> None:
    headers = {} if header is None else {"authorization": header}
    answer = httpx.request(
        method, shared.simulator.url + path, headers=headers, json=SORA if method == "POST" else None
    )
    assert answer.status_code == 401
    assert "无效的令牌" in answer.json()["error"]["message"]
    assert answer.headers["x-oneapi-request-id"] in answer.json()["error"]["message"]
    assert shared.stats["paid"] == 0


def test_one_key_can_be_demanded_and_changed() -> None:
    with bench(key="sk-mine") as sim:
        assert sim.create().status_code == 401
        sim.client.post("/_sim/keys", json={"key": None, "refused": ["sk-other"]})
        assert sim.create().status_code == 200
        sim.client.post("/_sim/keys", json={"refused": ["sk-test"]})
        assert sim.create().status_code == 401
        stats = sim.stats
        assert stats["auth"]["create"] == {"refused": 2, "ok": 1}
        assert list(stats["accounts"].values()) == [3]


def test_an_unknown_path_is_a_404_in_words(sim: Bench) -> None:
    for answer in (sim.client.get("/v1/nothing"), sim.client.get("/v1/video/create")):
        assert answer.status_code in (404, 405)
        assert "Invalid URL" in answer.json()["error"]["message"]


def test_options_default_to_loopback() -> None:
    assert Options().host == "127.0.0.1"
