"""What the simulator's tests share: a clock that stands still, and a client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from qr_tui.simulator import Options, Simulator

NOW = 1_790_000_000.0
SORA: dict[str, Any] = {
    "images": [],
    "model": "sora-2-pro",
    "orientation": "portrait",
    "prompt": "make animate",
    "size": "large",
    "duration": 15,
    "watermark": True,
    "private": False,
}
VEO: dict[str, Any] = {"model": "veo3.1-fast", "prompt": "a paper boat", "images": [], "aspect_ratio": "16:9"}
GROK: dict[str, Any] = {"model": "grok-video-3", "prompt": "a paper boat", "images": [], "aspect_ratio": "2:3"}


class Bench:
    """A simulator whose clock moves only by `advance`, and a client that has a key."""

    def __init__(self, simulator: Simulator, client: httpx.Client) -> None:
        self.simulator = simulator
        self.client = client

    def create(self, **changes: Any) -> httpx.Response:
        return self.post({**SORA, **changes})

    def post(self, body: Any) -> httpx.Response:
        return self.client.post("/v1/video/create", json=body)

    def make(self, **changes: Any) -> str:
        answer = self.create(**changes)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def order(self, body: Any) -> str:
        answer = self.post(body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def look(self, task_id: str) -> Any:
        return self.ask(task_id).json()

    def ask(self, task_id: str) -> httpx.Response:
        return self.client.get("/v1/video/query", params={"id": task_id})

    def finished(self, **changes: Any) -> Any:
        """Make a video, let it finish, and return the look at it."""
        task_id = self.make(**changes)
        self.simulator.force(task_id, status="completed")
        return self.look(task_id)

    def advance(self, seconds: float) -> None:
        self.simulator.advance(seconds)

    @property
    def stats(self) -> dict[str, Any]:
        return self.simulator.stats()


@contextmanager
def bench(**options: Any) -> Iterator[Bench]:
    with (
        Simulator(Options(**options), clock=lambda: NOW) as simulator,
        httpx.Client(base_url=simulator.url, headers={"authorization": "Bearer sk-test"}, timeout=5) as client,
    ):
        yield Bench(simulator, client)
