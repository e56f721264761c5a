"""Each route from the order to the film, through the whole engine and real HTTP; and what goes wrong on the way."""

import asyncio
import hashlib
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from qr_tui import config
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import FileState, Request, Status, Task, new_task
from qr_tui.services.decisions import SendAgain
from qr_tui.services.studio import Studio
from qr_tui.simulator import Options, Simulator
from tests.services.test_images import png
from tests.support.live_engine import one, studio, until

MODELS = {
    "unified": "veo3.1-fast",
    "volc-tasks": "doubao-seedance-1-5-pro-251215",
    "volc-tasks-2": "doubao-seedance-2-0-260128",
    "kling": "kling-v2-6",
    "hailuo": "MiniMax-Hailuo-02",
    "openai-videos": "veo_3_1-fast",
}
LOOKED_AT = {
    "unified": "/v1/video/query?id={id}",
    "volc-tasks": "/volc/v1/contents/generations/tasks/{id}",
    "volc-tasks-2": "/api/v3/contents/generations/tasks/{id}",
    "kling": "/kling/v1/videos/text2video/{id}",
    "hailuo": "/minimax/v1/query/video_generation?task_id={id}",
    "openai-videos": "/v1/videos/{id}",
}


async def order(engine: Studio, route: str, prompt: str = "a paper boat [sim:seconds=0.3]", **asked: Any) -> Task:
    (task,) = await engine.submit(Request(model=MODELS[route], prompt=prompt, **asked))
    return task


@pytest.mark.parametrize("route", MODELS)
def test_from_the_order_to_the_film(route: str, tmp_path: Path) -> None:
    async def work(sim: Simulator) -> None:
        async with studio(tmp_path, sim.url) as engine:
            task = await order(engine, route)
            assert (task.route, task.query_path) == (route, LOOKED_AT[route])
            assert await engine.wait([task.key], 10)
            await until(lambda: one(engine).file_state is FileState.SAVED)
            found = one(engine)
            assert (found.status, found.failure) == (Status.DONE, None)
            assert found.file is not None
            assert Path(found.file).stat().st_size > 1_000
            assert bool(found.own_id) == (route == "kling")
            if route in ("volc-tasks", "hailuo"):
                assert found.expires_at is not None
        assert sim.stats()["paid"] == 1

    with Simulator(Options()) as sim:
        asyncio.run(work(sim))


@pytest.mark.parametrize("route", MODELS)
def test_a_video_that_fails_says_why_and_is_made_again_on_its_route(route: str, tmp_path: Path) -> None:
    async def work(sim: Simulator) -> None:
        async with studio(tmp_path, sim.url) as engine:
            task = await order(engine, route, "a paper boat [sim:policy] [sim:seconds=0.2]")
            assert await engine.wait([task.key], 10)
            failed = engine.get(task.key)
            assert failed is not None
            assert failed.failure is not None
            assert (failed.status, failed.failure.kind) == (Status.FAILED, Kind.POLICY)
            again = await engine.retry(task.key, confirmed=True)
            assert (again.route, again.parameters, again.parent) == (failed.route, failed.parameters, failed.key)
            assert again.own_id != failed.own_id or not again.own_id

    with Simulator(Options()) as sim:
        asyncio.run(work(sim))


@pytest.mark.parametrize("route", MODELS)
def test_a_refusal_is_a_refusal_under_any_status(route: str, tmp_path: Path) -> None:
    async def work(sim: Simulator) -> None:
        async with studio(tmp_path, sim.url) as engine:
            task = await order(engine, route, "a paper boat [sim:refused]")
            assert await engine.wait([task.key], 10)
            refused = one(engine)
            assert refused.failure is not None
            assert (refused.status, refused.id) == (Status.FAILED, None)
            assert refused.failure.kind is Kind.POLICY
        assert sim.stats()["paid"] == 0

    with Simulator(Options()) as sim:
        asyncio.run(work(sim))


@pytest.mark.parametrize("route", MODELS)
@pytest.mark.parametrize("paid", [True, False])
def test_a_lost_answer_is_unconfirmed_and_kling_alone_finds_its_video(route: str, paid: bool, tmp_path: Path) -> None:
    async def work(sim: Simulator, monkey: pytest.MonkeyPatch) -> None:
        monkey.setattr("qr_tui.services.looks.lost_answers.AFTER", (0.05, 0.1))
        async with studio(tmp_path, sim.url) as engine:
            sim.fault(f"create:reset,paid={str(paid).lower()}")
            task = await order(engine, route, "a paper boat [sim:stuck]")
            assert await engine.wait([task.key], 10)
            if route == "kling" and paid:
                await until(lambda: one(engine).id is not None)
                assert one(engine).status in (Status.WAITING, Status.RUNNING)
                assert one(engine).own_id_asks <= 2
            else:
                if route == "kling":
                    await until(lambda: one(engine).own_id_asks == 2)
                await asyncio.sleep(0.2)
                assert one(engine).status is Status.UNCONFIRMED
        assert len(sim.stats()["creates"]) == 1

    with Simulator(Options()) as sim, pytest.MonkeyPatch.context() as monkey:
        asyncio.run(work(sim, monkey))


@pytest.mark.parametrize("route", ["volc-tasks", "volc-tasks-2", "kling", "hailuo", "openai-videos"])
def test_a_picture_of_this_machine_arrives(route: str, tmp_path: Path) -> None:
    picture = tmp_path / "my boat.png"
    picture.write_bytes(png())

    async def work(sim: Simulator) -> dict[str, Any]:
        async with studio(tmp_path / "home", sim.url) as engine:
            task = await order(engine, route, images=(str(picture),))
            assert await engine.wait([task.key], 10)
            found = one(engine)
            assert found.status is Status.DONE
            assert found.images == (str(picture),)
            assert found.image_files[str(picture)].sha256 == hashlib.sha256(png()).hexdigest()
            assert str(png()) not in str(msgspec.json.encode(found))
        body: dict[str, Any] = sim.stats()["creates"][0]["body"]
        return body

    with Simulator(Options()) as sim:
        body = asyncio.run(work(sim))
    from base64 import b64encode

    encoded = b64encode(png()).decode()
    if route == "openai-videos":
        assert body["input_reference"]["sha256"] == hashlib.sha256(png()).hexdigest()
        assert body["input_reference"]["type"] == "image/png"
        assert body["seconds"] == "8"
    else:
        text = msgspec.json.encode(body).decode()
        assert (f'"{encoded}"' if route == "kling" else f'"data:image/png;base64,{encoded}"') in text


def test_sent_again_under_the_same_id_is_never_paid_twice(tmp_path: Path) -> None:
    """The provider refuses an id that it has; so the video of the first time is looked for once more."""

    async def work(sim: Simulator, monkey: pytest.MonkeyPatch) -> None:
        monkey.setattr("qr_tui.services.looks.lost_answers.AFTER", (0.05, 0.1))
        async with studio(tmp_path, sim.url) as engine:
            sim.fault("create:reset,paid=true")
            sim.fault("query:500:2")
            task = await order(engine, "kling", "a paper boat [sim:stuck]")
            await until(lambda: one(engine).own_id_asks == 2)
            own_id = one(engine).own_id
            assert one(engine).status is Status.UNCONFIRMED
            await engine.decide(task.key, SendAgain(), confirmed=True)
            await until(lambda: one(engine).id is not None)
            assert (one(engine).status in (Status.WAITING, Status.RUNNING), one(engine).own_id) == (True, own_id)
        assert sim.stats()["paid"] == 1
        assert len(sim.stats()["creates"]) == 2

    with Simulator(Options()) as sim, pytest.MonkeyPatch.context() as monkey:
        asyncio.run(work(sim, monkey))


def test_a_queued_task_whose_route_is_not_known_here_waits_and_says_why(tmp_path: Path) -> None:
    async def work(sim: Simulator) -> None:
        async with studio(tmp_path, sim.url) as engine:
            request = Request(model="m", prompt="p", route="somebodys")
            task = new_task(request, base_url=sim.url, account="", now=time.time())
            await engine._index.make(lambda _known: [task])
            await engine.look([task.key])
            await until(lambda: "somebodys" in str(engine.standing(one(engine))))
            assert one(engine).status is Status.QUEUED

    with Simulator(Options()) as sim:
        asyncio.run(work(sim))


def test_a_picture_that_changed_is_not_sent(tmp_path: Path) -> None:
    picture = tmp_path / "boat.png"
    picture.write_bytes(png())

    async def work(sim: Simulator) -> None:
        async with studio(tmp_path / "home", sim.url) as engine:
            sim.fault("create:429,retry_after=0.3")
            task = await order(engine, "kling", images=(str(picture),))
            await until(lambda: sim.stats()["requests"].get("create", 0) == 1)
            picture.write_bytes(png(500))
            assert await engine.wait([task.key], 10)
            failed = one(engine)
            assert failed.failure is not None
            assert (failed.status, failed.failure.kind) == (Status.FAILED, Kind.IMAGE_FILE)
            with pytest.raises(Trouble) as caught:
                await engine.retry(task.key, confirmed=True)
            assert caught.value.kind is Kind.IMAGE_FILE
            with pytest.raises(Trouble) as caught:
                await order(engine, "unified", images=(str(picture),))
            assert "takes links only" in str(caught.value.detail)
        assert sim.stats()["paid"] == 0

    with Simulator(Options()) as sim:
        asyncio.run(work(sim))


def test_a_route_and_a_model_of_ones_own(tmp_path: Path) -> None:
    settings = config.Settings(
        routes={
            "seedance-openai": config.RouteAddition(
                like="openai-videos",
                first_frame="image",
                files="",
                encoding="json",
                aspect_ratio="metadata.ratio",
                size="metadata.resolution",
                sound="metadata.generate_audio",
                seed="metadata.seed",
            )
        },
        models={"doubao-seedance-2-0-260128": config.ModelAddition(family="seedance", route="seedance-openai")},
    )

    async def work(sim: Simulator) -> None:
        host = config.HostSettings(base_url=sim.url)
        async with studio(tmp_path, sim.url, settings=msgspec.structs.replace(settings, host=host)) as engine:
            request = Request(model="doubao-seedance-2-0-260128", prompt="a boat [sim:seconds=0.2]")
            (task,) = await engine.submit(request)
            assert await engine.wait([task.key], 10)
            assert one(engine).status is Status.DONE
            assert one(engine).query_path == "/v1/videos/{id}"
        sent = sim.stats()["creates"][0]["body"]
        assert sent["seconds"] == "5"
        assert sent["metadata"] == {"ratio": "16:9", "resolution": "720p", "generate_audio": True}
        # the route is gone from the settings: what was made on it goes on, and nothing new is sent on it
        async with studio(tmp_path, sim.url) as engine:
            await engine.look([task.key])
            with pytest.raises(Trouble) as caught:
                await engine.submit(msgspec.structs.replace(request, route="seedance-openai"))
            assert caught.value.kind is Kind.CONFIG

    with Simulator(Options()) as sim:
        asyncio.run(work(sim))


def test_a_task_from_before_there_were_routes_goes_on(tmp_path: Path) -> None:
    async def work(sim: Simulator) -> None:
        async with studio(tmp_path, sim.url) as engine:
            task = await order(engine, "unified", "a boat [sim:slow]")
            await until(lambda: one(engine).id is not None)
            await engine._index.learn(task.key, {"route": "", "query_path": ""})
        one_id = sim.tasks()[0]["id"]
        sim.force(one_id, status="completed")
        async with studio(tmp_path, sim.url) as engine:
            assert await engine.wait([task.key], 10)
            assert (one(engine).status, one(engine).id) == (Status.DONE, one_id)

    with Simulator(Options()) as sim:
        asyncio.run(work(sim))


def test_many_tasks_of_one_route_are_looked_at_together(tmp_path: Path) -> None:
    async def work(sim: Simulator) -> None:
        async with studio(tmp_path, sim.url) as engine:
            prompt = "a boat [sim:seconds=1.5]"
            tasks = await engine.submit(Request(model=MODELS["volc-tasks"], prompt=prompt), copies=8, confirmed=True)
            assert await engine.wait([task.key for task in tasks], 20)
            assert {task.status for task in engine.tasks()} == {Status.DONE}
        stats = sim.stats()
        assert stats["requests"]["query"] < sum(stats["look_counts"].values())

    with Simulator(Options()) as sim:
        asyncio.run(work(sim))


def test_what_the_host_has_is_asked_once_and_marks_the_models(tmp_path: Path) -> None:
    async def work(sim: Simulator) -> None:
        async with studio(tmp_path, sim.url) as engine:
            assert engine.catalogue.is_available("kling-v2-6") is None
            await engine.ask_models()
            await engine.ask_models()
            assert engine.catalogue.is_available("kling-v2-6") is True
            assert engine.catalogue.is_available("kling-v3") is False
            assert sim.stats()["requests"]["models"] == 1
            only_here = "doubao-seedance-2-0-fast-260128"
            assert only_here in [model.id for model in engine.catalogue.offered()]
            (task,) = await engine.submit(Request(model=only_here, prompt="a boat [sim:seconds=0.2]"))
            assert await engine.wait([task.key], 10)
            assert one(engine).status is Status.DONE
            concerns = engine.check(Request(model="kling-v3", prompt="x"))
            (said,) = [str(concern.detail) for concern in concerns if concern.kind is Kind.MODEL_UNAVAILABLE]
            assert "does not list kling-v3; it has doubao-seedance-2-0-260128" in said
        async with studio(tmp_path, sim.url) as engine:  # known at once in the next process
            assert engine.catalogue.is_available("kling-v2-6") is True

    with Simulator(Options()) as sim:
        asyncio.run(work(sim))
