import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest

from qr_tui import config, paths
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Status
from qr_tui.paths import Paths
from qr_tui.secrets import KeyRing
from qr_tui.services import doctor
from qr_tui.services.doctor import Check
from qr_tui.simulator import Options, Simulator
from tests.support.cli import task

KEY = "sk-doctor-0123456789abcdef"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.delenv("QUICKROUTER_BASE_URL", raising=False)
    return paths.under(tmp_path / "home")


def ring(folders: Paths, url: str, key: str = KEY) -> KeyRing:
    return KeyRing(folders, {"QUICKROUTER_API_KEY": key}, base_url=url)


def local(
    folders: Paths, *, key: str = KEY, settings: config.Settings | None = None, problem: Trouble | None = None
) -> dict[str, Check]:
    settings = settings or config.Settings()
    checks = doctor.local(folders, settings, problem, ring(folders, settings.host.base_url, key))
    return {item.name: item for item in checks}


def remote(folders: Paths, url: str, key: str = KEY, **host: Any) -> dict[str, Check]:
    settings = config.Settings(host=config.HostSettings(base_url=url, **host))
    return {item.name: item for item in asyncio.run(doctor.remote(settings, ring(folders, url, key)))}


def test_a_fresh_home_is_sound(folders: Paths) -> None:
    checks = local(folders)
    assert {item.state for item in checks.values()} <= {"ok", "warn"}
    assert checks["python"].state == checks["versions"].state == checks["key"].state == "ok"
    assert not doctor.is_failed(checks.values())
    assert not folders.config.exists()


def test_every_mistake_says_how_to_mend_it(folders: Paths) -> None:
    problem = Trouble(Kind.CONFIG, "config.toml: line 2: poll.first: expected a number")
    checks = local(folders, key="", problem=problem)
    assert checks["settings"].state == "fail"
    assert "poll.first" in checks["settings"].found
    assert checks["key"].state == "fail"
    assert all(item.mend for item in checks.values() if item.state != "ok")
    assert doctor.is_failed(checks.values())


def test_an_address_that_cannot_be_and_one_that_is_not_encrypted(folders: Paths) -> None:
    plain = config.Settings(host=config.HostSettings(base_url="http://api.example.com"))
    address = local(folders, settings=plain)["address"]
    assert address.state == "fail"
    assert "host.allow_plain_http" in address.mend
    allowed = config.Settings(host=config.HostSettings(base_url="http://api.example.com", allow_plain_http=True))
    assert local(folders, settings=allowed)["address"].state == "warn"
    keys = ring(folders, "https://api.example.com")
    broken = config.Settings(host=config.HostSettings(base_url="ftp://x"))
    found = {item.name: item for item in doctor.local(folders, broken, None, keys)}
    assert found["address"].state == "fail"
    assert asyncio.run(doctor.remote(broken, keys)) == []


def test_folders_open_to_others_are_told(folders: Paths) -> None:
    paths.make(folders.config)
    folders.config.chmod(0o755)
    item = local(folders)["folder config"]
    assert item.state == "warn"
    assert f"chmod 700 {folders.config}" in item.mend


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(folders: Paths) -> None:
    paths.make(folders.data).chmod(0o500)
    assert local(folders)["folder data"].state == "fail"


def test_little_room_is_told(folders: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "LITTLE_SPACE", 1 << 62)
    assert local(folders)["disk"].state == "warn"


def test_the_store_is_counted_and_unconfirmed_tasks_are_named(folders: Paths) -> None:
    from qr_tui.store.tasks import TaskStore

    store = TaskStore(folders.store)
    store.open()
    lost = task(status=Status.UNCONFIRMED)
    store.add([task(status=Status.DONE), task(), lost])
    store.close()
    checks = local(folders)
    assert "3 tasks, 2 unfinished" in checks["tasks"].found
    assert checks["decisions"].state == "warn"
    assert lost.key in checks["decisions"].mend
    assert "nobody polls" in checks["polling"].found


def test_a_damaged_and_a_newer_store(folders: Paths) -> None:
    from qr_tui.store import codec

    paths.make(folders.data)
    folders.store.write_bytes(b"{half")
    assert local(folders)["tasks"].state == "warn"
    document = codec.empty()
    document["meta"]["1"]["schema"] = 99
    folders.store.write_bytes(codec.encode(document))
    assert local(folders)["tasks"].state == "fail"


def test_a_host_that_answers(folders: Paths) -> None:
    with Simulator(Options(key=KEY)) as simulator:
        checks = remote(folders, simulator.url)
    assert [checks[name].state for name in ("host", "key test", "balance")] == ["ok", "ok", "ok"]
    assert "sora-2-pro" in checks["models"].found
    assert "credits left" in checks["balance"].found


@pytest.mark.parametrize(
    ("fault", "name", "state"),
    [
        ("models:401", "key test", "fail"),
        ("models:403", "key test", "fail"),
        ("models:500", "host", "fail"),
        ("models:404", "host", "fail"),
        ("models:html", None, "fail"),
        ("billing:404:0", "balance", "ok"),
        ("billing:500:0", "balance", None),
    ],
)
def test_a_host_with_trouble(folders: Paths, fault: str, name: str | None, state: str | None) -> None:
    with Simulator(Options(faults=(fault,))) as simulator:
        checks = remote(folders, simulator.url)
    if name is not None:
        assert name in checks, checks
        assert state is None or checks[name].state == state
    else:
        assert doctor.is_failed(checks.values())


def test_an_empty_account_and_a_model_that_is_off(folders: Paths) -> None:
    with Simulator(Options(balance=0.0, models_off=("sora-2-pro",))) as simulator:
        checks = remote(folders, simulator.url)
    assert checks["balance"].state == "fail"
    assert checks["models"].state == "warn"
    assert "sora-2-pro" in checks["models"].mend


def test_nobody_there(folders: Paths) -> None:
    simulator = Simulator(Options())
    simulator.start()
    simulator.stop()
    checks = remote(folders, simulator.url)
    assert list(checks) == ["host"]
    assert checks["host"].state == "fail"


def test_without_a_key_no_host_is_asked(folders: Paths) -> None:
    with Simulator(Options()) as simulator:
        checks = remote(folders, simulator.url, key="")
        assert simulator.stats()["requests"] == {}
    assert checks["host"].state == "warn"


def test_no_check_shows_a_secret(folders: Paths) -> None:
    ring(folders, "https://api.example.com")
    item = doctor.check("x", f"{KEY} https://cdn.example.com/v.mp4?sig=SECRETSIG \x1b[2J", "warn", "\x1b]0;x\x07")
    assert KEY not in item.found
    assert "SECRETSIG" not in item.found
    assert "\x1b" not in item.found + item.mend


def test_rule_2_7_who_polls_and_whether_it_lives_is_told(folders: Paths) -> None:
    from qr_tui.store import lease
    from qr_tui.store.tasks import TaskStore

    TaskStore(folders.store).open()
    now = time.monotonic()
    holder = lease.Lease(folders.store.with_name("poller.lock"), steady=lambda: now - 2)
    assert holder.acquire()
    alive = local(folders)["polling"]
    assert alive.state == "ok"
    assert f"pid {os.getpid()} " in alive.found
    assert "alive" in alive.found
    now -= 60
    holder.beat()
    silent = local(folders)["polling"]
    assert silent.state == "warn"
    assert "silent for 1m" in silent.found
    assert "qr-tui watch" in silent.mend
    holder.release()
