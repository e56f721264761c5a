"""The engine as a front end calls it, over real HTTP and a real store file."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from qr_tui import config, paths
from qr_tui.core.events import Event, HostStatus, Notice, PollingChanged, TaskFinished, TasksLoaded
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Request, Status, Task, new_task
from qr_tui.secrets import KeyRing
from qr_tui.services.decisions import Adopt, Drop, SendAgain
from qr_tui.services.studio import Studio
from qr_tui.simulator.options import Options
from qr_tui.simulator.server import Simulator
from qr_tui.store.tasks import TaskStore
from tests.support.engine import HandClock
from tests.support.live_engine import BOAT, KEY, ShortHosts, one, studio, until

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


def live(
    work: Callable[[Simulator, Studio], Awaitable[None]],
    home: Path,
    *,
    options: Options | None = None,
    events: list[Event] | None = None,
    settings: Callable[[str], config.Settings] | None = None,
    key: str = KEY,
) -> None:
    """Run `work` with a simulator and an engine on it."""

    async def main() -> None:
        with Simulator(options or Options(speed=200.0)) as simulator:
            chosen = settings(simulator.url) if settings else None
            async with studio(home, simulator.url, events, settings=chosen, key=key) as engine:
                await work(simulator, engine)

    asyncio.run(main())


async def unconfirmed(simulator: Simulator, engine: Studio) -> str:
    """Make the only task unconfirmed and return the id that the host gave it."""
    simulator.fault("create:reset")
    (task,) = await engine.submit(BOAT)
    await engine.sent([task.key], 5)
    assert one(engine).status is Status.UNCONFIRMED
    return str(simulator.stats()["creates"][0]["id"])


def test_from_prompt_to_finished_video(tmp_path: Path) -> None:
    events: list[Event] = []

    async def work(simulator: Simulator, engine: Studio) -> None:
        request = Request(model="sora-2-pro", prompt="make animate", parameters={"watermark": False, "private": True})
        (task,) = await engine.submit(request)
        assert task.status is Status.QUEUED
        assert await engine.wait([task.key], 20)
        done = one(engine)
        assert done.status is Status.DONE
        assert done.video_url
        assert done.video_url.startswith(simulator.url)
        (call,) = simulator.stats()["creates"]
        assert call["body"] == VENDOR_EXAMPLE
        assert {name: type(value) for name, value in call["body"].items()} == {
            name: type(value) for name, value in VENDOR_EXAMPLE.items()
        }
        words = [moment.status for moment in done.history]
        assert words[:3] == [Status.QUEUED, Status.SENDING, Status.WAITING]
        assert words[-1] is Status.DONE

    live(work, tmp_path, events=events)
    assert isinstance(events[0], TasksLoaded)
    assert [event.task.status for event in events if isinstance(event, TaskFinished)] == [Status.DONE]


def test_a_pending_answer_with_progress_is_a_running_task(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        (task,) = await engine.submit(BOAT)
        await until(lambda: one(engine).id is not None)
        simulator.force(one(engine).id or "", status="processing", progress=0.5, hold=True)
        await until(lambda: one(engine).status is Status.RUNNING and one(engine).progress == pytest.approx(50, abs=1))
        simulator.force(one(engine).id or "", status="processing", progress=0.9, hold=True)
        await until(lambda: (one(engine).progress or 0) > 80)
        simulator.force(one(engine).id or "", status="completed", hold=False)
        assert await engine.wait([task.key], 5)

    live(work, tmp_path, options=Options(speed=1.0))


def test_unfinished_tasks_go_on_after_a_restart_and_nothing_is_sent_again(tmp_path: Path) -> None:
    async def main() -> None:
        with Simulator(Options(speed=1.0)) as simulator:
            async with studio(tmp_path, simulator.url) as engine:
                (task,) = await engine.submit(BOAT)
                await until(lambda: one(engine).id is not None)
            simulator.advance(1_000)
            async with studio(tmp_path, simulator.url) as engine:
                assert one(engine).key == task.key
                assert await engine.wait([task.key], 5)
                assert one(engine).status is Status.DONE
            assert simulator.stats()["requests"]["create"] == 1

    asyncio.run(main())


def test_each_task_is_looked_at_on_the_host_that_made_it(tmp_path: Path) -> None:
    async def main() -> None:
        with Simulator(Options(speed=1.0, seed=1)) as first, Simulator(Options(speed=1.0, seed=2)) as second:
            async with studio(tmp_path, first.url) as engine:
                await engine.submit(BOAT)
                await until(lambda: one(engine).id is not None)
                await engine.use_key(second.url, KEY, keep="memory")
                await engine.submit(Request(model="sora-2-pro", prompt="another"))
                await until(lambda: all(task.id for task in engine.tasks()))
                first.advance(1_000)
                second.advance(1_000)
                assert await engine.wait([task.key for task in engine.tasks()], 5)
                newest, oldest = engine.tasks()
                assert set(first.stats()["looks"]) == {oldest.id}
                assert set(second.stats()["looks"]) == {newest.id}

    asyncio.run(main())


# deciding ------------------------------------------------------------------------------------------------------
def test_adopt_checks_the_id_and_goes_on_with_it(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        task_id = await unconfirmed(simulator, engine)
        for wrong in ("", "sora-2:task_nobody"):
            with pytest.raises(Trouble) as caught:
                await engine.decide(one(engine).key, Adopt(wrong))
            assert caught.value.kind in (Kind.USAGE, Kind.NOT_FOUND)
            assert one(engine).status is Status.UNCONFIRMED
        await engine.decide(one(engine).key, Adopt(f" {task_id}\n"))
        assert await engine.wait([one(engine).key], 10)
        assert (one(engine).status, one(engine).id) == (Status.DONE, task_id)
        assert one(engine).failure is None
        assert simulator.stats()["requests"]["create"] == 1

    live(work, tmp_path)


def test_an_id_that_another_task_has_is_not_adopted(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        await unconfirmed(simulator, engine)
        (other,) = await engine.submit(Request(model="sora-2-pro", prompt="other"))
        await engine.sent([other.key], 5)
        taken = engine.get(other.key)
        lost = next(task for task in engine.tasks() if task.needs_you)
        assert taken is not None
        with pytest.raises(Trouble) as caught:
            await engine.decide(lost.key, Adopt(taken.id or ""))
        assert caught.value.kind is Kind.USAGE

    live(work, tmp_path)


def test_send_again_is_a_persons_word_and_makes_one_more_post(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        await unconfirmed(simulator, engine)
        await engine.decide(one(engine).key, SendAgain())
        assert await engine.wait([one(engine).key], 10)
        assert one(engine).status is Status.DONE
        assert simulator.stats()["requests"]["create"] == 2

    live(work, tmp_path)


def test_drop_keeps_the_record(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        await unconfirmed(simulator, engine)
        await engine.decide(one(engine).key, Drop())
        assert one(engine).status is Status.STOPPED
        with pytest.raises(Trouble) as caught:
            await engine.decide(one(engine).key, Drop())
        assert caught.value.kind is Kind.NOT_NOW
        assert simulator.stats()["requests"]["create"] == 1

    live(work, tmp_path)


# guards --------------------------------------------------------------------------------------------------------
def test_the_same_again_within_ten_seconds_asks_and_copies_do_not(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        tasks = await engine.submit(BOAT, copies=3)
        assert len({task.key for task in tasks}) == 3
        assert Kind.DUPLICATE in {concern.kind for concern in engine.check(BOAT)}
        with pytest.raises(Trouble) as caught:
            await engine.submit(BOAT)
        assert caught.value.kind is Kind.DUPLICATE
        await engine.submit(BOAT, confirmed=True)
        await engine.sent([task.key for task in engine.tasks()], 5)
        assert simulator.stats()["requests"]["create"] == 4

    live(work, tmp_path)


def test_a_duplicate_made_by_another_process_is_seen_under_the_lock(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        async with studio(tmp_path, simulator.url) as other:
            await other.submit(BOAT)
            with pytest.raises(Trouble) as caught:
                await engine.submit(BOAT)
            assert caught.value.kind is Kind.DUPLICATE

    live(work, tmp_path)


def test_the_daily_cap_counts_what_may_have_cost_and_what_was_removed(tmp_path: Path) -> None:
    def settings(url: str) -> config.Settings:
        return config.Settings(host=config.HostSettings(base_url=url), limits=config.Limits(videos_per_day=3))

    async def work(simulator: Simulator, engine: Studio) -> None:
        simulator.fault("create:no_balance")
        (refused,) = await engine.submit(BOAT)
        await engine.sent([refused.key], 5)
        assert one(engine).status is Status.FAILED
        two = await engine.submit(Request(model="sora-2-pro", prompt="two"), copies=2)
        await engine.sent([task.key for task in two], 5)
        await engine.remove([two[0].key])
        with pytest.raises(Trouble) as caught:
            await engine.submit(Request(model="sora-2-pro", prompt="three"), copies=2)
        assert caught.value.kind is Kind.OVER_LIMIT
        assert "2" in str(caught.value.detail)
        assert "3" in str(caught.value.detail)
        await engine.submit(Request(model="sora-2-pro", prompt="three"))

    live(work, tmp_path, settings=settings)


def test_the_cap_in_credits_uses_the_persons_prices(tmp_path: Path) -> None:
    def settings(url: str) -> config.Settings:
        return config.Settings(
            host=config.HostSettings(base_url=url),
            limits=config.Limits(credits_per_day=1.0),
            prices={"sora-2-pro": 0.6},
        )

    async def work(_simulator: Simulator, engine: Studio) -> None:
        await engine.submit(BOAT)
        with pytest.raises(Trouble) as caught:
            await engine.submit(Request(model="sora-2-pro", prompt="two"))
        assert caught.value.kind is Kind.OVER_LIMIT

    live(work, tmp_path, settings=settings)


def test_rule_1_5_a_model_without_a_price_is_asked_about_under_a_cap_on_credits(tmp_path: Path) -> None:
    def settings(url: str) -> config.Settings:
        limits = config.Limits(credits_per_day=1.0)
        return config.Settings(host=config.HostSettings(base_url=url), limits=limits, prices={"sora-2-pro": 0.1})

    async def work(_simulator: Simulator, engine: Studio) -> None:
        unknown = Request(model="veo3.1-fast", prompt="free, for all we were told")
        (concern,) = engine.check(unknown)
        assert (concern.kind, concern.weight) == (Kind.NO_PRICE, "ask")
        with pytest.raises(Trouble) as caught:
            await engine.submit(unknown)
        assert caught.value.kind is Kind.NO_PRICE
        assert engine.tasks() == []
        assert len(await engine.submit(unknown, confirmed=True)) == 1
        # what was spent today is not known any more, whatever comes next
        assert Kind.NO_PRICE in {one.kind for one in engine.check(BOAT)}

    live(work, tmp_path, settings=settings)


def test_rule_1_5_with_a_cap_of_one_every_way_to_send_is_closed_after_the_first(tmp_path: Path) -> None:
    def settings(url: str) -> config.Settings:
        return config.Settings(host=config.HostSettings(base_url=url), limits=config.Limits(videos_per_day=1))

    async def work(simulator: Simulator, engine: Studio) -> None:
        simulator.fault("create:no_balance")
        (refused,) = await engine.submit(BOAT)
        await engine.sent([refused.key], 5)
        simulator.fault("create:reset")
        (lost,) = await engine.submit(Request(model="sora-2-pro", prompt="lost"))
        await engine.sent([lost.key], 5)
        key = lost.key
        with pytest.raises(Trouble) as again:
            await engine.decide(key, SendAgain(), confirmed=True)
        assert engine.get(key).status is Status.UNCONFIRMED  # type: ignore[union-attr]
        with pytest.raises(Trouble) as retried:
            await engine.retry(refused.key, confirmed=True)
        with pytest.raises(Trouble) as copied:
            await engine.submit(Request(model="sora-2-pro", prompt="other"), confirmed=True)
        await engine.remove([key])
        with pytest.raises(Trouble) as removed:
            await engine.submit(Request(model="sora-2-pro", prompt="other"), confirmed=True)
        for caught in (again, retried, copied, removed):
            assert caught.value.kind is Kind.OVER_LIMIT
        assert simulator.stats()["requests"]["create"] == 2  # one of them was refused

    live(work, tmp_path, settings=settings)


def test_rule_1_5_what_is_checked_for_many_retries_is_all_of_them_at_once(tmp_path: Path) -> None:
    def settings(url: str) -> config.Settings:
        return config.Settings(host=config.HostSettings(base_url=url), limits=config.Limits(videos_per_day=1))

    async def work(simulator: Simulator, engine: Studio) -> None:
        for _ in range(2):
            simulator.fault("create:no_balance")
            (refused,) = await engine.submit(BOAT, confirmed=True)
            await engine.sent([refused.key], 5)
        with pytest.raises(Trouble) as caught:
            await engine.retry_all([task.key for task in engine.tasks()], confirmed=True)
        assert caught.value.kind is Kind.OVER_LIMIT
        assert len(engine.tasks()) == 2
        assert simulator.stats()["requests"]["create"] == 2

    live(work, tmp_path, settings=settings)


def test_rule_1_4_the_clock_is_read_under_the_lock(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        clock = HandClock()
        engine._clock = clock
        make = engine._index.make

        async def make_late(given: Callable[[Sequence[Task]], Sequence[Task]]) -> list[Task]:
            clock.turn(30)  # the lock was held by another process for so long
            return await make(given)

        engine._index.make = make_late  # type: ignore[assignment]
        begun = clock.now()
        (task,) = await engine.submit(BOAT)
        assert task.created_at == begun + 30
        engine._index.make = make  # type: ignore[method-assign]
        clock.turn(5)
        with pytest.raises(Trouble) as caught:
            await engine.submit(BOAT)
        assert caught.value.kind is Kind.DUPLICATE

    live(work, tmp_path)


def test_rule_1_4_a_clock_set_back_opens_nothing(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        clock = HandClock()
        engine._clock = clock
        (task,) = await engine.submit(BOAT)
        await engine.sent([task.key], 5)
        await engine.remove([task.key])
        for back in (-30, -86_400):
            clock.wall += back
            assert Kind.DUPLICATE in {concern.kind for concern in engine.check(BOAT)}
            with pytest.raises(Trouble) as caught:
                await engine.submit(BOAT)
            assert caught.value.kind is Kind.DUPLICATE
        assert simulator.stats()["requests"]["create"] == 1

    live(work, tmp_path)


def test_a_retired_or_refused_model_is_said_before_the_post(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        notes = [concern for concern in engine.check(BOAT) if concern.kind is Kind.MODEL_UNAVAILABLE]
        assert [concern.weight for concern in notes] == ["note"]
        assert "2026-09-24" in str(notes[0].detail)
        (task,) = await engine.submit(BOAT)
        await engine.sent([task.key], 5)
        assert one(engine).status is Status.FAILED
        again = Request(model="sora-2-pro", prompt="another")
        assert "ask" in {concern.weight for concern in engine.check(again) if concern.kind is Kind.MODEL_UNAVAILABLE}
        with pytest.raises(Trouble):
            await engine.submit(again)
        assert simulator.stats()["requests"]["create"] == 1
        await engine.submit(again, confirmed=True)

    live(work, tmp_path, options=Options(models_off=("sora-2-pro",)))


@pytest.mark.parametrize(
    ("request_", "copies", "field"),
    [
        (Request(model="sora-2-pro", prompt="  \n "), 1, "prompt"),
        (Request(model="sora-2-pro", prompt="x" * 100_001), 1, "prompt"),
        (Request(model="sora-2-pro", prompt="x", images=("ftp://example.com/a.png",)), 1, "images"),
        (Request(model="sora-2-pro", prompt="x", images=("https://\x1b[2J.example",)), 1, "images"),
        (Request(model="sora-2-pro", prompt="x", images=("a.png",)), 1, "images"),
        (Request(model="sora-2-pro", prompt="x"), 21, "copies"),
        (Request(model="sora-2-pro", prompt="x"), 0, "copies"),
    ],
)
def test_bad_input_stops_before_anything_is_written(tmp_path: Path, request_: Request, copies: int, field: str) -> None:
    async def work(_simulator: Simulator, engine: Studio) -> None:
        stops = [concern for concern in engine.check(request_, copies) if concern.weight == "stop"]
        assert [concern.field for concern in stops] == [field]
        with pytest.raises(Trouble) as caught:
            await engine.submit(request_, copies=copies)
        assert caught.value.kind is Kind.USAGE
        assert caught.value.detail
        assert engine.tasks() == []

    live(work, tmp_path)


def test_a_value_outside_the_catalogue_is_a_note_not_a_wall(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        request = Request(model="sora-2-pro", prompt="x", parameters={"duration": 10})
        notes = [concern for concern in engine.check(request) if concern.field == "duration"]
        assert [concern.weight for concern in notes] == ["note"]
        assert "15, 25" in str(notes[0].detail)
        (task,) = await engine.submit(request)
        await engine.sent([task.key], 5)
        assert simulator.stats()["creates"][0]["body"]["duration"] == 10

    live(work, tmp_path)


def test_without_a_key_nothing_is_written_and_the_words_say_why(tmp_path: Path) -> None:
    async def work(_simulator: Simulator, engine: Studio) -> None:
        assert Kind.NO_KEY in {concern.kind for concern in engine.check(BOAT)}
        with pytest.raises(Trouble) as caught:
            await engine.submit(BOAT)
        assert caught.value.kind is Kind.NO_KEY
        assert engine.tasks() == []

    live(work, tmp_path, key="")


def test_a_host_without_a_key_is_known_when_the_engine_stands(tmp_path: Path) -> None:
    async def keyless(_simulator: Simulator, engine: Studio) -> None:
        assert engine.host_statuses.get(engine.base_url) is HostStatus.NO_KEY
        await engine.use_key(engine.base_url, KEY, keep="memory")
        assert engine.host_statuses.get(engine.base_url) is HostStatus.OK

    async def keyed(_simulator: Simulator, engine: Studio) -> None:
        assert engine.host_statuses.get(engine.base_url) is not HostStatus.NO_KEY

    live(keyless, tmp_path / "a", key="")
    live(keyed, tmp_path / "b")


# the list ------------------------------------------------------------------------------------------------------
def test_stop_remove_restore_retry(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        (task,) = await engine.submit(Request(model="sora-2-pro", prompt="[sim:policy] x"))
        assert await engine.wait([task.key], 10)
        assert one(engine).status is Status.FAILED
        assert await engine.stop([task.key]) == [], "a final task is not watched"
        again = await engine.retry(task.key, confirmed=True)
        assert again.parent == task.key
        assert again.request == one_of(engine, task.key)
        await engine.sent([again.key], 5)
        await engine.remove([task.key])
        assert [known.key for known in engine.tasks()] == [again.key]
        await engine.restore([task.key])
        assert {known.key for known in engine.tasks()} == {task.key, again.key}
        with pytest.raises(Trouble) as caught:
            await engine.retry("no-such-key")
        assert caught.value.kind is Kind.UNKNOWN_TASK
        assert simulator.stats()["requests"]["create"] == 2

    def one_of(engine: Studio, key: str) -> Request:
        task = engine.get(key)
        assert task is not None
        return task.request

    live(work, tmp_path)


def test_a_stopped_task_is_no_longer_looked_at_until_a_person_looks(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        (task,) = await engine.submit(BOAT)
        await until(lambda: one(engine).id is not None)
        await engine.stop([task.key])
        await asyncio.sleep(0.1)
        before = simulator.stats()["requests"].get("query", 0)
        await asyncio.sleep(0.3)
        assert simulator.stats()["requests"].get("query", 0) == before
        simulator.advance(10_000)
        await engine.look([task.key])
        await until(lambda: one(engine).status is Status.DONE)

    live(work, tmp_path, options=Options(speed=1.0))


def test_find_by_key_id_and_unique_tail(tmp_path: Path) -> None:
    async def work(_simulator: Simulator, engine: Studio) -> None:
        tasks = await engine.submit(BOAT, copies=2)
        await engine.sent([task.key for task in tasks], 5)
        first, second = engine.tasks()

        async def named(reference: str) -> list[str]:
            return [task.key for task in await engine.named(reference)]  # a look may have come in between

        assert await named(first.key) == [first.key]
        assert await named(second.id or "") == [second.key]
        assert await named((first.id or "")[-8:]) == [first.key]
        assert await engine.named("nothing") == await engine.named("") == []

    live(work, tmp_path)


def test_a_tail_that_several_tasks_share_names_all_of_them(tmp_path: Path) -> None:
    store = TaskStore(paths.under(tmp_path).store)
    store.open()
    made = [new_task(BOAT, base_url="https://api.example.com", account="", now=1_790_000_000.0) for _ in range(2)]
    ids = ("sora-2:task_1_same", "sora-2:task_2_same")
    store.add([replace(task, id=id_, status=Status.DONE) for task, id_ in zip(made, ids, strict=True)])

    async def work(_simulator: Simulator, engine: Studio) -> None:
        assert {task.id for task in await engine.named("_same")} == set(ids)
        assert [task.id for task in await engine.named("1_same")] == [ids[0]]

    live(work, tmp_path)


def test_pause_rests_and_goes_on(tmp_path: Path) -> None:
    events: list[Event] = []

    async def work(simulator: Simulator, engine: Studio) -> None:
        await until(lambda: engine.polling_here)
        await engine.pause(True)
        assert not engine.polling_here
        (task,) = await engine.submit(BOAT)
        await engine.sent([task.key], 5)
        await asyncio.sleep(0.3)
        assert simulator.stats()["requests"].get("query", 0) == 0
        assert engine.next_look is None
        await engine.pause(False)
        assert await engine.wait([task.key], 10)

    live(work, tmp_path, events=events)
    assert PollingChanged(False, True) in events


# hosts and keys ------------------------------------------------------------------------------------------------
def test_a_key_is_tested_by_the_models_it_can_use(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        test = await engine.test_key(simulator.url + "/v1/", f" {KEY} ")
        assert "sora-2-pro" in [model.id for model in test.models]
        assert test.balance is not None
        with pytest.raises(Trouble) as caught:
            await engine.test_key(simulator.url, "sk-refused")
        assert caught.value.kind is Kind.KEY_REFUSED

    live(work, tmp_path)


def test_a_key_refused_in_the_middle_pauses_and_a_good_one_resumes(tmp_path: Path) -> None:
    async def work(simulator: Simulator, engine: Studio) -> None:
        (task,) = await engine.submit(BOAT)
        await until(lambda: one(engine).id is not None)
        simulator.fault("query:401:0")
        await until(lambda: engine.host_statuses[simulator.url] is HostStatus.KEY_REFUSED)
        await asyncio.sleep(0.2)
        assert not one(engine).final
        simulator.clear_faults()
        simulator.advance(10_000)
        await engine.use_key(simulator.url, "sk-a-new-good-key-00", keep="file")
        assert await engine.wait([task.key], 10)
        assert one(engine).status is Status.DONE
        assert engine.host_statuses[simulator.url] is HostStatus.OK

    live(work, tmp_path, options=Options(speed=1.0))


def test_a_store_of_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    path = paths.under(tmp_path).store
    path.parent.mkdir(parents=True)
    path.write_text('{"meta": {"1": {"schema": 999, "revision": 1}}, "tasks": {}}')
    before = path.read_bytes()

    async def work() -> None:
        async with studio(tmp_path, "http://127.0.0.1:9"):
            pass

    with pytest.raises(Trouble) as caught:
        asyncio.run(work())
    assert caught.value.kind is Kind.STORE
    assert path.read_bytes() == before


def test_a_full_disk_stops_the_intent_before_the_post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[Event] = []

    async def work(simulator: Simulator, engine: Studio) -> None:
        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr("qr_tui.store.atomic.replace", full)
            patch.setattr("qr_tui.store.journal.Journal.append", full)
            with pytest.raises(Trouble) as caught:
                await engine.submit(BOAT)
            assert caught.value.kind is Kind.STORE
            await asyncio.sleep(0.1)
        assert engine.tasks() == []
        assert simulator.stats()["requests"].get("create", 0) == 0

    live(work, tmp_path, events=events)
    assert not any(isinstance(event, Notice) for event in events)


def test_hang_does_not_hold_up_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qr_tui.services.studio.Hosts", ShortHosts)
    monkeypatch.setattr("qr_tui.services.submitter.CLOSE_GRACE", 0.05)

    async def main() -> None:
        with Simulator(Options()) as simulator:
            simulator.fault("create:hang")
            async with studio(tmp_path, simulator.url) as engine:
                await engine.submit(BOAT)
                await until(lambda: one(engine).status is Status.SENDING)
            async with studio(tmp_path, simulator.url) as engine:
                assert one(engine).status is Status.UNCONFIRMED
            assert simulator.stats()["requests"]["create"] == 1

    asyncio.run(main())


def test_limits_that_cannot_be_read_are_asked_about_before_money_is_spent(tmp_path: Path) -> None:
    folders = paths.under(tmp_path)
    folders.config.mkdir(parents=True)

    def engine(text: str) -> Studio:
        folders.config_file.write_text(text)
        settings, problem = config.load_or_default(folders.config_file)
        keys = KeyRing(folders, {"QUICKROUTER_API_KEY": KEY}, base_url=settings.host.base_url)
        return Studio(folders, settings, keys, sink=lambda _event: None, problem=problem)

    async def work() -> None:
        damaged = engine("[ui]\n\n[limits]\nvideos_per_day = -5\n")
        (concern,) = [found for found in damaged.check(BOAT) if found.weight == "ask"]
        assert concern.kind is Kind.CONFIG
        assert (
            str(concern.detail) == "config.toml (line 4) cannot be read, so your own limits for a day are not in force"
        )
        with pytest.raises(Trouble) as caught:
            await damaged.submit(BOAT)
        assert caught.value.kind is Kind.CONFIG
        whole = engine("[ui]\ntheme = 'pink'\n[limits]\nvideos_per_day = 1\n")
        assert [found.weight for found in whole.check(BOAT, copies=2) if found.weight != "note"] == ["stop"]
        assert [found for found in whole.check(BOAT) if found.weight != "note"] == []
        astray = engine("[host]\nbase_url = 7\n")
        (concern,) = [found for found in astray.check(BOAT) if found.weight == "ask"]
        assert str(concern.detail).endswith("so this goes to https://api.quickrouter.ai")

    asyncio.run(work())


PLAIN = "http://relay.example.com"


def test_rule_1_11_nothing_is_sent_over_plain_http_until_it_is_allowed(tmp_path: Path) -> None:
    async def work() -> None:
        waiting = new_task(BOAT, base_url=PLAIN, account="", now=1.0)
        store = TaskStore(paths.under(tmp_path).store)
        store.open()
        store.add([waiting])
        store.close()
        async with studio(tmp_path, PLAIN) as engine:
            assert engine.host_statuses[PLAIN] is HostStatus.PLAIN_HTTP
            (stop,) = [concern for concern in engine.check(BOAT) if concern.weight == "stop"]
            assert stop.kind is Kind.PLAIN_HTTP
            for action in (
                engine.submit(BOAT, confirmed=True),
                engine.test_key(PLAIN, KEY),
                engine.use_key(PLAIN, KEY, keep="memory"),
            ):
                with pytest.raises(Trouble) as caught:
                    await action
                assert caught.value.kind is Kind.PLAIN_HTTP
            await engine.look([waiting.key])
            await asyncio.sleep(0.1)
            assert [moment.status for moment in one(engine).history] == [Status.QUEUED]
            await engine.stop([waiting.key])
            allowed = config.HostSettings(base_url=PLAIN, allow_plain_http=True)
            engine.use_settings(config.Settings(host=allowed))
            assert engine.host_statuses[PLAIN] is HostStatus.OK
            assert [concern for concern in engine.check(BOAT) if concern.weight == "stop"] == []

    asyncio.run(work())
