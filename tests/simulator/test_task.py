from typing import Any

import pytest

from tests.support.simulator import GROK, NOW, VEO, Bench, bench


def test_a_sora_video_runs_through_the_pending_shape(sim: Bench) -> None:
    task_id = sim.make(prompt="[sim:seconds=100] boat")
    info = sim.look(task_id)["detail"]["pending_info"]
    assert (info["status"], info["progress_pct"]) == ("queued", None)
    seen = []
    for _ in range(4):
        sim.advance(20)
        body = sim.look(task_id)
        assert body["status"] == body["detail"]["status"] == "pending"
        assert body["detail"]["pending_info"]["status"] == "processing"
        assert body["detail"]["input"]["prompt"] == "[sim:seconds=100] boat"
        seen.append(body["detail"]["pending_info"]["progress_pct"])
    assert seen == sorted(set(seen))
    assert 0 < seen[0] < seen[-1] < 1
    sim.advance(20)
    body = sim.look(task_id)
    assert body["status"] == "completed"
    assert (body["width"], body["height"]) == (352, 640)
    assert body["status_update_time"] == (NOW + 100) * 1000
    assert body["video_url"] == body["detail"]["draft_info"]["encodings"]["source"]["path"]


def test_real_times_and_speed() -> None:
    with bench() as sim, bench(speed=30.0) as quick:
        for one in (sim, quick):
            one.make()
        slow, fast = sim.simulator.tasks()[0]["seconds"], quick.simulator.tasks()[0]["seconds"]
        assert 180 <= slow <= 300
        assert fast == pytest.approx(slow / 30)


def test_a_veo_video_completes_with_a_stale_error(sim: Bench) -> None:
    task_id = sim.order({**VEO, "enable_upsample": True})
    sim.simulator.force(task_id, progress=0.5)
    body = sim.look(task_id)
    assert body["status"] == "video_generating"
    assert "progress" not in body
    sim.simulator.force(task_id, progress=0.9)
    assert sim.look(task_id)["status"] == "video_upsampling"
    sim.simulator.force(task_id, status="completed")
    body = sim.look(task_id)
    assert body["status"] == "completed"
    assert body["detail"]["error_message"]
    assert body["detail"]["upsample_video_url"] == body["video_url"]
    assert body["detail"]["enhanced_prompt"].startswith("a paper boat")


def test_a_grok_video_says_little(sim: Bench) -> None:
    task_id = sim.order(GROK)
    body = sim.look(task_id)
    assert set(body) == {"id", "status", "video_url", "enhanced_prompt", "status_update_time"}
    assert (body["status"], body["video_url"]) == ("pending", None)
    sim.simulator.force(task_id, progress=0.5)
    assert sim.look(task_id)["status"] == "processing"
    sim.simulator.force(task_id, status="completed")
    assert sim.look(task_id)["video_url"].startswith(f"{sim.simulator.url}/media/grok%3A")


@pytest.mark.parametrize(
    ("word", "path", "text"),
    [
        ("real_people", ("detail", "draft_info", "reason_str"), "photorealistic people"),
        ("fail=policy", ("error", "code"), "content_policy_violation"),
        ("third_party", ("error",), "third-party content"),
        ("busy", ("error", "message"), "No available accounts"),
        ("image", ("detail", "error_message"), "could not be fetched"),
        ("hostile", ("error", "message"), "\x1b[2J"),
        ("fail", ("fail_reason",), "gave up"),
    ],
)
def test_a_prompt_can_ask_to_fail(sim: Bench, word: str, path: tuple[str, ...], text: str) -> None:
    task_id = sim.make(prompt=f"boat [sim:seconds=10] [sim:{word}]")
    sim.advance(5)
    assert sim.look(task_id)["status"] == "pending"
    sim.advance(2)
    body: Any = sim.look(task_id)
    assert body["status"] == "failed"
    for step in path:
        body = body[step]
    assert text in body


def test_it_can_fail_without_a_reason(sim: Bench) -> None:
    task_id = sim.make(prompt="[sim:no_reason]")
    sim.advance(3600)
    body = sim.look(task_id)
    assert body["status"] == "failed"
    assert not body["detail"]
    assert "error" not in body


def test_an_image_that_cannot_be_fetched_fails_the_video(sim: Bench) -> None:
    task_id = sim.make(images=["https://nowhere.invalid/a.png"])
    sim.advance(3600)
    assert "could not be fetched" in sim.look(task_id)["detail"]["error_message"]


def test_odd_lives(sim: Bench) -> None:
    slow = sim.make(prompt="[sim:slow]")
    stuck = sim.make(prompt="[sim:stuck]")
    quiet = sim.make(prompt="[sim:no_progress] [sim:seconds=20000]")
    odd = sim.make(prompt="[sim:unknown_status] [sim:seconds=20000]")
    forgotten = sim.make(prompt="[sim:forgotten]")
    upper = sim.make(prompt="[sim:dto] [sim:seconds=20000]")
    plain = sim.make(prompt="[sim:nonsense] [sim:seconds=x]")
    sim.advance(500)
    assert sim.look(plain)["status"] == "completed"
    assert sim.look(slow)["status"] == "pending"
    sim.advance(9_500)
    assert sim.look(stuck)["detail"]["pending_info"]["progress_pct"] == 0.99
    assert sim.look(quiet)["detail"]["pending_info"]["progress_pct"] is None
    assert sim.look(odd)["status"] == "enhancing_v2"
    assert sim.ask(forgotten).status_code == 400
    data = sim.look(upper)["data"]
    assert (data["status"], data["task_id"]) == ("IN_PROGRESS", upper)
    assert 40 <= int(data["progress"].rstrip("%")) <= 50
    sim.advance(10_000)
    assert sim.look(odd)["status"] == "completed"
    done = sim.look(upper)["data"]
    assert done["status"] == "SUCCESS"
    assert done["result_url"].endswith("Z")


def test_an_unknown_task_is_a_400(sim: Bench) -> None:
    answer = sim.ask("sora-2:task_nobody")
    assert answer.status_code == 400
    assert answer.json() == {"code": "task_not_exist", "message": "task_not_exist", "data": None}
    assert sim.client.get("/v1/video/query").status_code == 400


def test_the_control_path_moves_clock_and_tasks(sim: Bench) -> None:
    task_id = sim.make()
    place = f"/_sim/tasks/{task_id}"
    assert sim.client.post(place, json={"progress": 0.62}).json()["progress"] == pytest.approx(0.62, abs=0.001)
    sim.client.post(place, json={"hold": True})
    sim.client.post("/_sim/advance", json={"seconds": 3600})
    assert sim.look(task_id)["detail"]["pending_info"]["progress_pct"] == pytest.approx(0.62, abs=0.001)
    sim.client.post(place, json={"hold": False, "word": "polishing"})
    assert sim.look(task_id)["status"] == "polishing"
    sim.client.post(place, json={"word": ""})
    sim.client.post("/_sim/advance", json={"seconds": 3600})
    assert sim.look(task_id)["status"] == "completed"
    sim.client.post(place, json={"status": "failed", "reason": "policy"})
    assert sim.look(task_id)["error"]["code"] == "content_policy_violation"
    sim.client.post(place, json={"status": "pending"})
    assert sim.look(task_id)["status"] == "pending"
    assert [row["status"] for row in sim.client.get("/_sim/tasks").json()] == ["pending"]


@pytest.mark.parametrize(
    ("place", "wish"),
    [
        ("/_sim/tasks/nobody", {}),
        ("/_sim/tasks/nobody", {"status": "dancing"}),
        ("/_sim/advance", {"hours": 1}),
        ("/_sim/faults", {"on": "create", "fault": "boom"}),
        ("/_sim/faults", {"on": "kitchen", "fault": "500"}),
        ("/_sim/faults", {"on": "create", "fault": "500", "count": -1}),
    ],
)
def test_a_wish_that_makes_no_sense_is_a_400(sim: Bench, place: str, wish: Any) -> None:
    answer = sim.client.post(place, json=wish)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_looks_can_be_limited() -> None:
    with bench(looks_per_minute=3) as sim:
        task_id = sim.make()
        assert [sim.ask(task_id).status_code for _ in range(4)] == [200, 200, 200, 429]
        sim.advance(61)
        assert sim.ask(task_id).status_code == 200
