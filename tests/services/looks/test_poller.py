"""Looking: pace, fairness, backoff, and what each answer does to a task."""

import asyncio
import itertools
from pathlib import Path

import pytest
from msgspec.structs import replace

from qr_tui.core.answers import Delivery, QueryResult
from qr_tui.core.events import HostChanged, HostStatus, TaskFinished
from qr_tui.core.failures import Kind
from qr_tui.core.schedule import Pace
from qr_tui.core.status_words import look_failed
from qr_tui.core.task import Failure, Status
from qr_tui.store.tasks import TaskStore
from tests.support.engine import HOST, Change, Engine, failed_call, run, settle

RUNNING = QueryResult(status=Status.RUNNING, provider_status="processing", progress=43.0)
DONE = QueryResult(status=Status.DONE, provider_status="completed", video_url="https://cdn.example.com/a.mp4")
MISSING = failed_call(Kind.NOT_FOUND, Delivery.REFUSED, status=404)
SERVER_ERROR = failed_call(Kind.UPSTREAM, Delivery.REFUSED, status=500)


def test_the_first_look_comes_after_ten_seconds_and_the_next_ones_in_pace(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            task = engine.task()
            await engine.index.add([task])
            await engine.look_all()
            await engine.look_all(9.9)
            assert engine.router.count("query") == 0
            await engine.look_all(0.2)
            assert engine.router.count("query") == 1
            assert engine.known(task.key).status is Status.RUNNING
            assert engine.known(task.key).progress == 43.0
            await engine.look_all(9.9)
            assert engine.router.count("query") == 1
            await engine.look_all(5.2)
            assert engine.router.count("query") == 2
            for _ in range(30):
                await engine.look_all(10)
            late = engine.router.count("query")
            for _ in range(60):
                await engine.look_all(1)
            assert engine.router.count("query") - late in (2, 3), "every 24 to 30 seconds after five minutes"

    run(work)


def test_done_ends_the_polling_and_is_told_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(DONE)
            task = engine.task()
            await engine.index.add([task])
            for _ in range(5):
                await engine.look_all(20)
            done = engine.known(task.key)
            assert (done.status, done.video_url, done.progress) == (Status.DONE, DONE.video_url, 100.0)
            assert done.finished_at is not None
            assert [moment.status for moment in done.history][-1] is Status.DONE
            assert engine.router.count("query") == 1
            assert sum(isinstance(event, TaskFinished) for event in engine.events) == 1

    run(work)


def test_an_unknown_word_keeps_polling_and_is_shown(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(QueryResult(status=None, provider_status="pondering"))
            task = engine.task()
            await engine.index.add([task])
            for _ in range(5):
                await engine.look_all(20)
            assert engine.known(task.key).status is Status.WAITING
            assert engine.known(task.key).provider_status == "pondering"
            assert engine.router.count("query") == 5

    run(work)


def test_done_without_a_link_asks_again_then_the_content_call_then_says_so(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(QueryResult(status=Status.DONE, provider_status="completed"))
            task = engine.task()
            await engine.index.add([task])
            for _ in range(4):
                await engine.look_all(20)
            assert engine.known(task.key).status is Status.WAITING
            await engine.look_all(20)
            done = engine.known(task.key)
            assert done.status is Status.DONE, "never called failed"
            assert done.failure == Failure(kind=Kind.NO_LINK, detail="the provider gave no link")
            assert engine.router.count("content") == 1

    run(work)


@pytest.mark.parametrize("link", ["http://169.254.169.254/a.mp4", "http://127.0.0.1/a.mp4", "http://[::1]/a.mp4"])
def test_a_link_into_a_private_network_is_never_kept(tmp_path: Path, link: str) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(QueryResult(status=Status.DONE, video_url=link, thumbnail_url=link))
            task = engine.task()
            await engine.index.add([task])
            for _ in range(6):
                await engine.look_all(20)
            done = engine.known(task.key)
            assert (done.status, done.video_url, done.thumbnail_url) == (Status.DONE, None, None)
            assert done.failure is not None
            assert link in str(done.failure.detail)

    run(work)


def test_failed_takes_the_reason_along(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            failure = Failure(kind=Kind.REAL_PEOPLE, detail="photorealistic people")
            engine.router.say(QueryResult(status=Status.FAILED, provider_status="failed", failure=failure))
            task = engine.task()
            await engine.index.add([task])
            await engine.look_all(20)
            assert engine.known(task.key).status is Status.FAILED
            assert engine.known(task.key).failure == failure

    run(work)


def test_a_refused_key_pauses_the_host_and_marks_nothing_failed(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(failed_call(Kind.KEY_REFUSED, Delivery.REFUSED))
            engine.router.key_is_good = False
            tasks = [engine.task() for _ in range(5)]
            await engine.index.add(tasks)
            for _ in range(20):
                await engine.look_all(10)
            assert engine.router.count("query") == 1
            assert {task.status for task in engine.index.tasks()} == {Status.WAITING}
            assert engine.hosts.at(HOST).status is HostStatus.KEY_REFUSED
            engine.hosts.forgive(HOST)
            engine.router.say(DONE)
            for _ in range(10):
                await engine.look_all(10)
            assert {task.status for task in engine.index.tasks()} == {Status.DONE}
            assert engine.hosts.at(HOST).status is HostStatus.OK

    run(work)


def test_a_host_that_is_down_is_probed_by_one_look_with_growing_pauses(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(failed_call(Kind.UNREACHABLE, Delivery.NOT_SENT))
            await engine.index.add([engine.task() for _ in range(50)])
            await engine.look_all(20)
            engine.router.most_at_once = 0
            before = engine.router.count("query")
            for _ in range(600):
                await engine.look_all(1)
            probes = engine.router.count("query") - before
            assert engine.router.most_at_once == 1
            assert 4 <= probes <= 12, "about every two minutes once the pauses have grown"
            assert {task.status for task in engine.index.tasks()} == {Status.WAITING}
            engine.router.say(RUNNING)
            for _ in range(200):
                await engine.look_all(1)
            assert {task.status for task in engine.index.tasks()} == {Status.RUNNING}
            host_statuses = [event.status for event in engine.events if isinstance(event, HostChanged)]
            assert host_statuses == [HostStatus.DOWN, HostStatus.OK]

    run(work)


def test_too_many_requests_slows_the_whole_host_down(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path, pace=Pace(in_flight=1)) as engine:
            engine.router.say(failed_call(Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED, retry_after=60.0), RUNNING)
            await engine.index.add([engine.task() for _ in range(3)])
            await engine.look_all(20)
            for _ in range(59):
                await engine.look_all(1)
            assert engine.router.count("query") == 1
            for _ in range(10):
                await engine.look_all(1)
            assert engine.router.count("query") > 1

    run(work)


def test_a_thousand_tasks_share_the_limit_fairly(tmp_path: Path) -> None:
    async def work() -> None:
        pace = Pace(per_minute=200, in_flight=8)
        async with Engine(tmp_path, pace=pace) as engine:
            engine.router.say(QueryResult(status=None))
            await engine.index.add([engine.task() for _ in range(1_000)])
            times: dict[str, list[float]] = {}
            seen = 0
            while engine.clock.mono < 1_000 + 900:
                engine.clock.turn(0.3)
                engine.poller.attend()
                engine.poller.step()
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                for _, task_id in engine.router.calls[seen:]:
                    times.setdefault(task_id, []).append(engine.clock.mono)
                seen = len(engine.router.calls)
            await settle()
            starts = sorted(time for looks in times.values() for time in looks)
            windows = [starts[index + 200] - starts[index] for index in range(len(starts) - 200)]
            assert min(windows) >= 59.4, "never above 200 looks a minute"
            assert len(times) == 1_000, "no task starves"
            fair = 1_000 / 200 * 60
            gaps = [later - sooner for looks in times.values() for sooner, later in itertools.pairwise(looks)]
            assert max(gaps) <= 1.2 * fair

    run(work)


def test_a_clock_that_jumps_neither_floods_nor_starves(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            await engine.index.add([engine.task() for _ in range(20)])
            for _ in range(60):
                await engine.look_all(1)
            engine.clock.wall -= 86_400
            before = engine.router.count("query")
            for _ in range(60):
                await engine.look_all(1)
            assert engine.router.count("query") > before, "set back a day: looking goes on"
            engine.clock.wall += 10 * 86_400
            before = engine.router.count("query")
            for _ in range(10):
                await engine.look_all(1)
            assert engine.router.count("query") - before <= 20, "set forward: no burst beyond the limiter"

    run(work)


def test_a_task_is_looked_at_with_the_key_that_paid(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            old = engine.keys.save(HOST, "sk-older-key-00000000", "memory")
            engine.router.say(RUNNING)
            await engine.index.add([engine.task(account=old.account)])
            await engine.look_all(20)
            assert [key.account for key in engine.hosts.asked_with] == [old.account]

    run(work)


def test_a_task_of_a_host_without_a_key_waits_and_says_so(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            task = engine.task(base_url="https://other.example.com")
            await engine.index.add([task])
            for _ in range(5):
                await engine.look_all(20)
            assert engine.router.count("query") == 0
            assert engine.hosts.at(task.base_url).status is HostStatus.NO_KEY
            assert engine.known(task.key).status is Status.WAITING

    run(work)


def test_a_look_by_hand_reaches_a_finished_task_once(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            fresh = QueryResult(status=Status.DONE, video_url="https://cdn.example.com/fresh.mp4")
            engine.router.say(fresh)
            task = engine.task(Status.DONE, video_url="https://cdn.example.com/old.mp4")
            await engine.index.add([task])
            engine.poller.look_now([task])
            for _ in range(3):
                await engine.look_all(20)
            assert engine.router.count("query") == 1
            assert engine.known(task.key).video_url == fresh.video_url

    run(work)


@pytest.mark.parametrize("status", [Status.DONE, Status.FAILED])
def test_a_late_answer_never_undoes_what_is_decided(tmp_path: Path, status: Status) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            gate = asyncio.Event()
            engine.router.say(gate, RUNNING)
            task = engine.task(Status.RUNNING)
            await engine.index.add([task])
            await engine.look_all(20)
            await engine.index.learn(task.key, {"status": Status.DONE, "video_url": "https://cdn.example.com/a.mp4"})
            gate.set()
            await settle()
            await engine.index.flush()
            assert engine.known(task.key).status is Status.DONE

    run(work)


def test_progress_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            await engine.index.add([engine.task()])
            await engine.look_all(20)
            await engine.index.flush()
            stamp = engine.paths.store.stat().st_mtime_ns
            told = len(engine.events)
            for number in range(5):
                engine.router.say(replace(RUNNING, raw=f'{{"status_update_time": {number}}}'))
                await engine.look_all(20)
                await engine.index.flush()
            assert engine.paths.store.stat().st_mtime_ns == stamp
            assert len(engine.events) == told, "nothing is told, so nothing is painted"

    run(work)


def test_rule_1_7_a_task_that_was_seen_never_fails_by_not_found(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING, MISSING)
            task = engine.task()
            await engine.index.add([task])
            await engine.look_all(20)
            since = engine.clock.now()
            looks = []
            while engine.clock.now() - since < 23.9 * 3600:
                await engine.look_all(30)
                looks.append(engine.router.count("query"))
            known = engine.known(task.key)
            assert known.status is Status.RUNNING
            assert known.unknown_since is not None
            assert known.unknown_since - since < 60
            assert looks[120] > 6, "a few times in the first hour"
            assert looks[-1] - looks[-241] in (1, 2, 3), "about once an hour in the end"
            engine.router.say(RUNNING)
            await engine.look_all(3600)
            assert engine.known(task.key).unknown_since is None

    run(work)


def test_rule_1_7_after_a_day_it_is_no_longer_watched_and_says_why(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING, MISSING)
            task = engine.task()
            await engine.index.add([task])
            for _ in range(30 * 60):
                await engine.look_all(60)
            ended = engine.known(task.key)
            assert (ended.status, ended.is_unknown) == (Status.STOPPED, True)
            assert ended.failure is not None
            assert "not known to the provider since 2026-" in str(ended.failure.detail)
            assert ended.id == task.id

    run(work)


def test_rule_1_7_one_never_seen_needs_three_answers_over_ten_minutes(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(MISSING)
            task = engine.task()
            await engine.index.add([task])
            for _ in range(60):
                await engine.look_all(10)
            assert engine.router.count("query") > 3
            assert engine.known(task.key).status is Status.WAITING, "ten minutes are not over"
            engine.clock.wall += 86_400
            await engine.look_all(1)
            assert engine.known(task.key).status is Status.WAITING, "a clock set forward opens nothing"
            engine.clock.wall -= 86_400
            for _ in range(30):
                await engine.look_all(10)
            failed = engine.known(task.key)
            assert (failed.status, failed.is_unknown) == (Status.FAILED, True)
            assert failed.id, "the record is kept"

    run(work)


def test_rule_1_7_several_unknown_tasks_are_the_hosts_trouble(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(MISSING)
            tasks = [engine.task() for _ in range(6)]
            await engine.index.add(tasks)
            for _ in range(240):
                await engine.look_all(30)
            assert {task.status for task in engine.index.tasks()} == {Status.WAITING}
            engine.router.say(DONE)
            for _ in range(120):
                await engine.look_all(30)
            assert {task.status for task in engine.index.tasks()} == {Status.DONE}

    run(work)


def test_rule_1_7_a_lost_id_beside_healthy_tasks_is_believed(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            lost, other, healthy = (engine.task() for _ in range(3))
            engine.router.by_id |= {str(lost.id): MISSING, str(other.id): MISSING}
            await engine.index.add([lost, other, healthy])
            for _ in range(120):
                await engine.look_all(10)
            assert engine.known(lost.key).is_unknown
            assert engine.known(other.key).is_unknown
            assert engine.known(healthy.key).status is Status.RUNNING

    run(work)


def test_rule_1_8_a_stopped_task_is_not_taken_up_again_by_a_late_answer(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            gate = asyncio.Event()
            engine.router.say(gate, RUNNING)
            task = engine.task()
            await engine.index.add([task])
            await engine.look_all(20)
            await engine.index.apply([Change(task.key, {"status": Status.STOPPED})])
            gate.set()
            await settle()
            await engine.index.flush()
            assert engine.known(task.key).status is Status.STOPPED

    run(work)


def test_rule_2_1_poisoned_tasks_do_not_delay_the_healthy_ones(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            poisoned, healthy = [engine.task() for _ in range(20)], [engine.task() for _ in range(10)]
            engine.router.by_id |= {str(task.id): SERVER_ERROR for task in poisoned}
            await engine.index.add(poisoned + healthy)
            for _ in range(200):
                await engine.look_all(1)
            engine.router.say(DONE)
            for _ in range(4 * 17):  # one normal interval of at most 15 s, and the gaps between thirty looks
                await engine.look_all(0.25)
            assert {engine.known(task.key).status for task in healthy} == {Status.DONE}
            assert {engine.known(task.key).status for task in poisoned} == {Status.WAITING}
            assert engine.hosts.at(HOST).status is HostStatus.OK, "the host is not blamed"
            assert not any(isinstance(event, HostChanged) for event in engine.events)

    run(work)


def test_rule_2_1_a_tasks_own_backoff_begins_at_five_seconds_and_is_said(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(SERVER_ERROR)
            task = engine.task()
            await engine.index.add([task])
            await engine.look_all(20)
            waits = []
            for _ in range(8):
                due = engine.poller.due(task.key)
                assert due is not None
                waits.append(due - engine.clock.steady())
                await engine.look_all(waits[-1])
            for wait, whole in zip(waits, (5, 10, 20, 40, 80, 120, 120, 120), strict=True):
                assert 0.75 * whole <= wait <= whole
            assert "upstream in words" in str(engine.known(task.key).look_failure)
            engine.router.say(RUNNING)
            await engine.look_all(120)
            assert engine.known(task.key).look_failure is None

    run(work)


@pytest.mark.parametrize("kind", [Kind.UPSTREAM, Kind.BAD_ANSWER, Kind.TIMEOUT, Kind.WRONG_ADDRESS])
def test_rule_2_2_failures_of_single_looks_never_close_a_host(tmp_path: Path, kind: Kind) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            bad, good = engine.task(), engine.task()
            status = None if kind is Kind.TIMEOUT else 500
            engine.router.by_id[str(bad.id)] = failed_call(kind, Delivery.UNKNOWN, status=status)
            await engine.index.add([bad, good])
            for _ in range(300):
                await engine.look_all(1)
            assert engine.hosts.at(HOST).status is HostStatus.OK
            assert engine.known(good.key).status is Status.RUNNING

    run(work)


def test_rule_2_2_time_outs_of_two_tasks_in_a_row_are_the_hosts(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(failed_call(Kind.TIMEOUT, Delivery.UNKNOWN))
            await engine.index.add([engine.task(), engine.task()])
            await engine.look_all(20)
            assert engine.hosts.at(HOST).status is HostStatus.OK
            await engine.look_all(1)
            assert engine.hosts.at(HOST).status is HostStatus.DOWN

    run(work)


def test_rule_2_2_each_probe_of_a_host_that_is_down_is_another_task(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(failed_call(Kind.UNREACHABLE, Delivery.NOT_SENT))
            await engine.index.add([engine.task() for _ in range(5)])
            while engine.router.count("query") < 5:
                await engine.look_all(1)
            assert len({task_id for _, task_id in engine.router.calls}) == 5

    run(work)


def test_rule_2_3_a_success_that_left_before_does_not_clear_a_wish_for_a_slower_pace(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            gate = asyncio.Event()
            engine.router.say(gate, failed_call(Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED, retry_after=600.0))
            await engine.index.add([engine.task() for _ in range(3)])
            await engine.look_all(20)
            await engine.look_all(1)
            assert engine.router.count("query") == 2
            engine.router.say(RUNNING)
            gate.set()
            await settle()
            for _ in range(59):
                await engine.look_all(10)
            assert engine.router.count("query") == 2
            assert engine.hosts.at(HOST).status is HostStatus.RATE_LIMITED
            engine.hosts.forgive(HOST)
            assert not engine.hosts.at(HOST).may_look(engine.clock.steady(), engine.account), "a person ends it not"
            for _ in range(5):
                await engine.look_all(10)
            assert engine.router.count("query") > 2
            assert engine.hosts.at(HOST).status is HostStatus.OK

    run(work)


def test_rule_2_3_the_pace_belongs_to_the_account(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            slow = failed_call(Kind.TOO_MANY_REQUESTS, Delivery.RATE_LIMITED, retry_after=3600.0)
            old = engine.keys.save(HOST, "sk-older-key-00000000", "memory")
            engine.router.say(RUNNING)
            paced, free = engine.task(account=old.account), engine.task(account="elsewhere")
            engine.router.by_id[str(paced.id)] = slow
            newest = engine.keys.save(HOST, "sk-newer-key-00000000", "memory")
            assert newest.account != old.account
            await engine.index.add([paced, free])
            for _ in range(10):
                await engine.look_all(10)
            assert engine.known(free.key).status is Status.RUNNING
            assert engine.known(paced.key).status is Status.WAITING

    run(work)


def test_rule_2_4_a_stray_401_sets_no_key_aside(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            refusal = failed_call(Kind.KEY_REFUSED, Delivery.REFUSED, status=401)
            engine.router.say(refusal, RUNNING, refusal, RUNNING)
            tasks = [engine.task() for _ in range(4)]
            await engine.index.add(tasks)
            for _ in range(60):
                await engine.look_all(1)
            assert engine.router.count("models") == 2
            assert {task.status for task in engine.index.tasks()} == {Status.RUNNING}
            assert not any(isinstance(event, HostChanged) for event in engine.events)

    run(work)


def test_rule_2_4_three_refusals_in_a_row_are_the_keys_whatever_the_free_call_says(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(failed_call(Kind.KEY_REFUSED, Delivery.REFUSED, status=401))
            await engine.index.add([engine.task() for _ in range(5)])
            for _ in range(60):
                await engine.look_all(1)
            assert engine.router.count("query") == 3
            assert engine.router.count("models") == 2
            assert engine.hosts.at(HOST).status is HostStatus.KEY_REFUSED

    run(work)


def test_rule_2_5_slow_hosts_take_no_place_from_others(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            hosts = [f"https://slow{number}.example.com" for number in range(6)]
            for host in hosts:
                engine.keys.save(host, "sk-slow-key-000000000", "memory")
            engine.router.say(RUNNING)
            slow = [engine.task(base_url=host) for host in hosts for _ in range(6)]
            engine.router.by_id |= {str(task.id): asyncio.Event() for task in slow}
            quick = engine.task()
            await engine.index.add([*slow, quick])
            for _ in range(30):
                await engine.look_all(1)
            assert engine.known(quick.key).status is Status.RUNNING
            assert {engine.hosts.at(host).looks for host in hosts} == {4}

    run(work)


def test_rule_2_5_a_hanging_post_takes_no_place_from_the_looks(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path, pace=Pace(in_flight=1)) as engine:
            engine.router.say(asyncio.Event())
            await engine.index.add([engine.task(Status.QUEUED, submitted_at=None)])
            await engine.send_all()
            engine.router.say(RUNNING)
            task = engine.task()
            await engine.index.add([task])
            await engine.look_all(20)
            assert engine.known(task.key).status is Status.RUNNING

    run(work)


def test_rule_2_5_the_first_look_of_a_new_task_is_late_by_one_gap_at_most(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            await engine.index.add([engine.task() for _ in range(1_000)])
            for _ in range(40):
                await engine.look_all(0.5)
            new = engine.task()
            await engine.index.add([new])
            await engine.look_all(0)
            for _ in range(20):
                await engine.look_all(0.5)
            await engine.look_all(0.5)
            assert ("query", new.id) in engine.router.calls

    run(work)


def test_rule_2_7_paused_no_more_looks_leave(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            gate = asyncio.Event()
            engine.router.say(gate, RUNNING)
            await engine.index.add([engine.task() for _ in range(8)])
            await engine.look_all(20)
            engine.poller.forget(by_hand=True)
            gate.set()
            for _ in range(20):
                engine.clock.turn(10)
                engine.poller.step()
                await settle()
            assert engine.router.count("query") == 1, "only the one under way"
            assert engine.poller.next_due is None

    run(work)


def test_rule_2_7_a_look_by_hand_at_a_finished_task_outlasts_a_pause(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(QueryResult(status=Status.DONE, video_url="https://cdn.example.com/fresh.mp4"))
            task = engine.task(Status.DONE, video_url="https://cdn.example.com/old.mp4")
            await engine.index.add([task])
            engine.poller.look_now([task])
            engine.poller.forget(by_hand=True)
            for _ in range(3):
                engine.clock.turn(10)
                engine.poller.step()
                await settle()
            assert engine.router.count("query") == 0, "paused"
            for _ in range(3):
                await engine.look_all(20)
            assert engine.router.count("query") == 1
            assert engine.known(task.key).video_url == "https://cdn.example.com/fresh.mp4"

    run(work)


def test_rule_2_1_how_looks_fail_is_written_once_and_not_with_each_look(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(SERVER_ERROR)
            tasks = [engine.task() for _ in range(20)]
            await engine.index.add(tasks)
            for _ in range(60):
                await engine.look_all(20)
            await engine.index.flush()
            assert all(engine.known(task.key).look_failure for task in tasks)
            before, looks = engine.paths.store.read_bytes(), engine.router.count("query")
            for _ in range(30):
                await engine.look_all(60)
                await engine.index.flush()
            assert engine.router.count("query") > looks + 20
            assert engine.paths.store.read_bytes() == before
            stored = TaskStore(engine.paths.store)
            stored.open()
            words = {str(look_failed(item.look_failure)) for item in stored.tasks() if item.look_failure}
            assert words == {"last look failed: upstream in words"}

    run(work)


def test_rule_2_1_a_look_by_hand_that_fails_is_said_on_a_finished_task_too(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(SERVER_ERROR, QueryResult(status=Status.DONE, video_url="https://cdn.example.com/a.mp4"))
            task = engine.task(Status.DONE, video_url="https://cdn.example.com/a.mp4")
            await engine.index.add([task])
            for failed in (True, False):
                engine.poller.look_now([engine.known(task.key)])
                await engine.look_all(20)
                known = engine.known(task.key)
                assert known.status is Status.DONE
                assert bool(known.look_failure) is failed

    run(work)


def test_rule_2_7_a_look_by_hand_without_the_lease_is_one_look(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            task = engine.task()
            await engine.index.add([task])
            engine.poller.look_now([task])
            for _ in range(20):
                engine.clock.turn(10)
                engine.poller.step()
                await settle()
            assert engine.router.count("query") == 1

    run(work)


def test_rule_2_7_a_lease_that_was_lost_is_seen_before_a_look(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            await engine.index.add([engine.task() for _ in range(3)])
            engine.poller.attend()
            engine.poller.holds_lease = lambda: False
            engine.clock.turn(60)
            engine.poller.step()
            await settle()
            assert engine.router.count("query") == 0

    run(work)
