from typing import Any

import pytest

from qr_tui.core.task import Request
from tests.support.simulator import GROK, SORA, VEO, Bench, bench


def test_the_vendors_example_is_accepted(sim: Bench) -> None:
    answer = sim.create(watermark=False, private=True)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-oneapi-request-id"]
    body = answer.json()
    assert list(body) == ["id", "status", "status_update_time"]
    assert body["id"].startswith("sora-2:task_01k")
    assert len(body["id"]) == len("sora-2:task_01k9009g8ef1esae6388chgcpx")
    assert body["status"] == "pending"
    assert body["status_update_time"] == 1_790_000_000_000


@pytest.mark.parametrize("field", SORA)
def test_every_sora_field_is_required(sim: Bench, field: str) -> None:
    answer = sim.post({name: value for name, value in SORA.items() if name != field})
    assert answer.status_code == 400
    assert field in answer.json()["error"]["message"]
    assert sim.stats["paid"] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", ""),
        ("prompt", "  "),
        ("prompt", 7),
        ("model", 7),
        ("images", "https://example.com/a.png"),
        ("images", ["ftp://example.com/a.png"]),
        ("images", ["https://"]),
        ("images", [1]),
        ("images", ["https://example.com/a.png"] * 10),
        ("orientation", "square"),
        ("orientation", 1),
        ("size", "small"),
        ("duration", "15"),
        ("duration", 10),
        ("duration", True),
        ("duration", 15.0),
        ("watermark", "false"),
        ("watermark", 0),
        ("private", None),
        ("character_timestamps", "1,9"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_made(sim: Bench, field: str, value: Any) -> None:
    answer = sim.create(**{field: value})
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert field.split("_", maxsplit=1)[0] in error["message"]
    assert sim.stats["paid"] == 0


@pytest.mark.parametrize("raw", [b"", b"{", b"[]", b'"text"', b"\xff"])
def test_a_body_that_is_no_object_is_refused(sim: Bench, raw: bytes) -> None:
    assert sim.client.post("/v1/video/create", content=raw).status_code == 400


def test_a_character_needs_link_and_seconds(sim: Bench) -> None:
    link = "https://example.com/cat.mp4"
    assert sim.create(character_url=link, character_timestamps="1,3").status_code == 200
    assert sim.create(character_url=link, character_timestamps="1,5").status_code == 400
    assert sim.create(character_url=link).status_code == 400


def test_other_families_have_their_own_fields_and_ids(sim: Bench) -> None:
    assert sim.order(VEO).startswith("veo3.1-fast:17")
    assert sim.order(GROK).startswith("grok:")
    assert sim.post({**VEO, "aspect_ratio": "1:1"}).status_code == 400
    assert sim.post({**VEO, "enhance_prompt": "yes"}).status_code == 400
    assert sim.post({**VEO, "model": "veo2"}).status_code == 400
    assert sim.post({**VEO, "images": ["https://example.com/a.png"]}).status_code == 400
    assert sim.post({**GROK, "size": "1080P"}).status_code == 400


def test_a_model_nobody_serves_is_a_503_in_words() -> None:
    with bench(models_off=("veo3",)) as sim:
        for model in ("veo3", "nobody-9"):
            answer = sim.post({**VEO, "model": model})
            assert answer.status_code == 503
            assert answer.json()["error"]["code"] == "model_not_found"
            assert model in answer.json()["error"]["message"]
        listed = [row["id"] for row in sim.client.get("/v1/models").json()["data"]]
        assert "sora-2-pro" in listed
        assert "veo3" not in listed


def test_the_seed_decides_ids_and_lengths() -> None:
    def run(seed: int) -> list[Any]:
        with bench(seed=seed) as sim:
            for body in (SORA, VEO, GROK):
                sim.order(body)
            return [(task["id"], task["seconds"]) for task in sim.simulator.tasks()]

    assert run(7) == run(7)
    assert not {row[0] for row in run(7)} & {row[0] for row in run(8)}


def test_it_counts_what_it_received(sim: Bench) -> None:
    made = [sim.make(prompt="一只纸船"), sim.make(prompt="一只纸船")]
    sim.create(prompt="refused", duration=3)
    sim.look(made[0])
    sim.look(made[0])
    stats = sim.client.get("/_sim/stats").json()
    assert stats["requests"] == {"create": 3, "query": 2}
    assert stats["statuses"] == {"create 200": 2, "create 400": 1, "query 200": 2}
    assert stats["posts"] == {
        "一只纸船": {"received": 2, "paid": 2},
        "refused": {"received": 1, "paid": 0},
    }
    assert [row["id"] for row in stats["creates"]] == [*made, None]
    assert stats["creates"][0]["body"] == {**SORA, "prompt": "一只纸船"}
    assert stats["look_counts"] == {made[0]: 2}
    assert stats["looks"] == {made[0]: [1_790_000_000.0] * 2}
    assert "authorization" not in stats["creates"][0]["headers"]
    assert "sk-test" not in str(stats)


def test_fingerprints_are_the_clients_own(sim: Bench) -> None:
    parameters = {name: SORA[name] for name in SORA if name not in ("images", "model", "prompt")}
    request = Request(model=SORA["model"], prompt=SORA["prompt"], parameters=parameters)
    sim.make()
    mark = request.fingerprint(sim.simulator.url)
    assert sim.stats["fingerprints"] == {mark: {"received": 1, "paid": 1}}


def test_reset_forgets_counts_and_on_demand_everything(sim: Bench) -> None:
    task_id = sim.make()
    sim.client.post("/_sim/reset")
    assert sim.stats["creates"] == []
    assert sim.ask(task_id).status_code == 200
    sim.client.post("/_sim/reset", json={"tasks": True})
    assert sim.ask(task_id).status_code == 400
    assert sim.make() == task_id  # the seed from its start
