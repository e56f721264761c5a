"""Settings that change while the engine runs: what counts at once, and what must not be touched by it."""

from pathlib import Path

import certifi
import pytest

from qr_tui import config, paths
from qr_tui.core.answers import Delivery, QueryResult
from qr_tui.core.events import Event, HostChanged, HostStatus
from qr_tui.core.failures import Kind
from qr_tui.core.schedule import Pace
from qr_tui.core.task import Status
from qr_tui.secrets import KeyRing
from qr_tui.services.studio import Studio
from tests.support.engine import HOST, KEY, REQUEST, Engine, failed_call, run

RUNNING = QueryResult(status=Status.RUNNING, provider_status="processing", progress=43.0)
AT = config.HostSettings(base_url=HOST)
ELSEWHERE = "https://relay.example"


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def studio(tmp_path: Path, events: list[Event], monkeypatch: pytest.MonkeyPatch) -> Studio:
    monkeypatch.delenv("QUICKROUTER_BASE_URL", raising=False)
    folders = paths.under(tmp_path)
    keys = KeyRing(folders, {"QUICKROUTER_API_KEY": KEY}, base_url=HOST)
    return Studio(folders, config.Settings(host=AT), keys, sink=events.append)


def weights(studio: Studio) -> list[str]:
    return [concern.weight for concern in studio.check(REQUEST) if concern.weight != "note"]


def test_limits_and_prices_count_from_the_next_check(studio: Studio) -> None:
    assert weights(studio) == []
    limits = config.Limits(credits_per_day=3)
    studio.use_settings(config.Settings(host=AT, limits=limits, prices={"sora-2-pro": 4}))
    assert weights(studio) == ["stop"]
    studio.use_settings(config.Settings(host=AT, limits=limits, prices={"sora-2-pro": 2}))
    assert weights(studio) == []


def test_a_mended_file_ends_the_question(studio: Studio) -> None:
    problem = config.FileTrouble(Path("config.toml"), "not valid TOML", line=3, limits_known=False)
    studio = Studio(studio._loop._folders, config.Settings(host=AT), studio._hosts.keys, sink=print, problem=problem)
    assert weights(studio) == ["ask"]
    studio.use_settings(config.Settings(host=AT))
    assert weights(studio) == []


def test_a_model_of_ones_own_is_known_at_once(studio: Studio) -> None:
    assert "sora-3" not in studio.catalogue
    studio.use_settings(config.Settings(host=AT, models={"sora-3": config.ModelAddition(family="sora")}))
    assert studio.catalogue.get("sora-3").family == "sora"


def test_new_videos_go_to_another_host_only_when_that_setting_changed(studio: Studio, events: list[Event]) -> None:
    studio.base_url = "https://typed.in.connect"
    studio.use_settings(config.Settings(host=AT, limits=config.Limits(videos_per_day=3)))
    assert studio.base_url == "https://typed.in.connect"
    studio.use_settings(config.Settings(host=config.HostSettings(base_url=f"{ELSEWHERE}/v1")))
    assert studio.base_url == ELSEWHERE
    assert events == [HostChanged(ELSEWHERE, HostStatus.NO_KEY)], "the key of the one host never goes to the other"


def test_the_environment_s_host_goes_before_a_changed_one(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUICKROUTER_BASE_URL", HOST)
    studio.use_settings(config.Settings(host=config.HostSettings(base_url=ELSEWHERE)))
    assert studio.base_url == HOST


def test_a_pace_of_its_own_stays_in_force(tmp_path: Path, studio: Studio) -> None:
    quick = Pace(first=0.1, early=0.1)
    own = Studio(paths.under(tmp_path), config.Settings(host=AT), studio._hosts.keys, sink=print, pace=quick)
    changed = config.Settings(host=AT, poll=config.Poll(every=60))
    for engine, early in ((own, 0.1), (studio, 60.0)):
        engine.use_settings(changed)
        assert engine._poller._pace.early == engine._hosts._pace.early == early


def test_a_quicker_pace_brings_the_next_look_forward(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path, pace=Pace(early=3_600, early_spread=0, per_minute=1)) as engine:
            engine.router.say(RUNNING)
            await engine.index.add([engine.task(), engine.task()])
            await engine.look_all(10)
            await engine.look_all(60)
            assert engine.router.count("query") == 2
            engine.poller.use(Pace(early=20, early_spread=0))
            await engine.look_all(15)
            assert engine.router.count("query") == 2
            await engine.look_all(6)
            await engine.look_all(1)
            assert engine.router.count("query") == 4

    run(work)


def test_a_slower_pace_counts_after_the_looks_that_are_planned(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(RUNNING)
            await engine.index.add([engine.task()])
            await engine.look_all(10)
            engine.poller.use(Pace(early=3_000, early_spread=0, late=3_000))
            await engine.look_all(20)
            assert engine.router.count("query") == 2
            await engine.look_all(2_000)
            assert engine.router.count("query") == 2

    run(work)


def test_what_waits_after_a_failure_keeps_to_its_time(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            engine.router.say(failed_call(Kind.PROVIDER_BUSY, Delivery.REFUSED, retry_after=500.0))
            await engine.index.add([engine.task()])
            await engine.look_all(10)
            due = engine.poller.next_due
            engine.poller.use(Pace(early=1, early_spread=0))
            assert engine.poller.next_due == due

    run(work)


def test_other_certificates_are_for_the_calls_to_come(tmp_path: Path) -> None:
    async def work() -> None:
        async with Engine(tmp_path) as engine:
            key = engine.keys.key_for(HOST)
            assert key is not None
            for ca_file, made in (("", 1), (certifi.where(), 2), (certifi.where(), 2)):
                engine.hosts.use(pace=Pace(), ca_file=ca_file)
                await engine.hosts.client(key)
                assert len(engine.hosts.asked_with) == made
            assert engine.router.count("close") == 0, "what is under way goes on"
            await engine.hosts.close()
            assert engine.router.count("close") == 2

    run(work)
