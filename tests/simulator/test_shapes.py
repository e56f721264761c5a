"""The simulator speaks like the published examples: every key of theirs stands in the same place of its answers."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.simulator import GROK, VEO, Bench

EXAMPLES = Path(__file__).parents[1] / "api" / "examples"


def places(value: Any, path: str = "") -> set[str]:
    """Return the path of every key in `value`."""
    if not isinstance(value, dict):
        return set()
    found = set()
    for name, inner in value.items():
        found |= {f"{path}/{name}"} | places(inner, f"{path}/{name}")
    return found


def answer(sim: Bench, example: str) -> Any:
    match example:
        case "create":
            return sim.create().json()
        case "error-400-unknown-task":
            return sim.look("nobody")
        case "error-401":
            return sim.client.get("/v1/models", headers={"authorization": ""}).json()
        case "error-403-quota":
            sim.simulator.fault("create:no_balance")
            return sim.create().json()
        case "error-503-model":
            return sim.create(model="gone").json()
        case "query-pending-sora":
            return sim.look(sim.make())
        case "query-pending-minimal":
            return sim.look(sim.order(GROK))
        case "query-completed-sora":
            return sim.finished()
        case "query-completed-openai-style":
            source = sim.finished()["id"]
            made = sim.client.post(f"/v1/videos/{source}/remix", json={"prompt": "x"}).json()["id"]
            sim.simulator.force(made, status="completed")
            return sim.look(made)
        case "query-completed-veo-with-stale-error":
            made = sim.order({**VEO, "enable_upsample": True})
            sim.simulator.force(made, status="completed")
            return sim.look(made)
    reasons = {"detail": "real_people", "object": "policy", "string": "third_party", "task-dto": "dto"}
    reason = reasons[example.removeprefix("query-failed-")]
    made = sim.make(prompt=f"[sim:{reason}]")
    sim.simulator.force(made, status="failed", reason="" if reason == "dto" else reason)
    return sim.look(made)


@pytest.mark.parametrize("example", [path.stem for path in sorted(EXAMPLES.glob("*.json"))])
def test_its_answers_have_every_key_of_the_example(sim: Bench, example: str) -> None:
    published = json.loads((EXAMPLES / f"{example}.json").read_text())
    told = answer(sim, example)
    assert places(published) - places(told) == set()
    for name in ("status", "code"):
        assert published.get(name) == told.get(name)


def test_there_are_examples() -> None:
    assert len(list(EXAMPLES.glob("*.json"))) >= 14
