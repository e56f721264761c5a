"""From a task that is done to a film on the disk: the engine over real HTTP, several engines as several processes."""

import asyncio
import hashlib
import json
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from qr_tui import config, paths
from qr_tui.api.download import OVERLAP, Patience
from qr_tui.core.events import Event, TasksChanged, TransfersChanged
from qr_tui.core.failures import Kind
from qr_tui.core.task import FileState, Parameter, Request, Status, Task
from qr_tui.services.studio import Studio
from qr_tui.simulator.options import Options
from qr_tui.simulator.sample_media import FOLDER
from qr_tui.simulator.server import Simulator
from qr_tui.store.locks import FileLock
from tests.support.live_engine import KEY, one, studio, until

QUICK = Patience(connect=1.0, read=1.0, first_retry=0.01, longest_retry=0.02, not_yet=(0.01,) * 5)
FILM = (FOLDER / "portrait.mp4").read_bytes()
PORTRAIT: dict[str, Parameter] = {"orientation": "portrait"}


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def settings(url: str, **downloads: Any) -> config.Settings:
    return config.Settings(host=config.HostSettings(base_url=url), downloads=config.Downloads(**downloads))


async def ordered(engine: Studio, words: str) -> str:
    engine.downloader.patience = QUICK
    (task,) = await engine.submit(Request(model="sora-2-pro", prompt=f"{words} [sim:seconds=0]", parameters=PORTRAIT))
    return task.key


def state(engine: Studio, key: str) -> FileState:
    task = engine.get(key)
    assert task is not None
    return task.file_state


async def ended(engine: Studio, key: str) -> Task:
    """Return the task once its film is saved, or cannot be."""
    await until(lambda: state(engine, key) in (FileState.SAVED, FileState.FAILED), 20.0)
    await until(lambda: not engine.downloader.transfers)
    task = engine.get(key)
    assert task is not None
    assert task.status is Status.DONE
    return task


@pytest.fixture
def host() -> Any:
    with Simulator(Options()) as simulator:
        yield simulator


def test_a_film_comes_by_itself_and_costs_nothing(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        events: list[Event] = []
        async with studio(tmp_path, host.url, events) as engine:
            task = await ended(engine, await ordered(engine, "a boat"))
        assert task.file is not None
        film = Path(task.file)
        assert film.parent == paths.under(tmp_path).videos
        assert film.name.endswith(".mp4")
        assert "a-boat" in film.name
        assert film.read_bytes() == FILM
        assert (task.file_size, task.file_sha256) == (len(FILM), hashlib.sha256(FILM).hexdigest())
        about = json.loads(film.with_name(f"{film.name}.json").read_text())
        assert about["v"] == 1
        assert about["task"]["prompt"] == task.prompt
        assert "?" not in about["task"]["video_url"]
        assert about["file"] | {"seconds": 0} == {
            "name": film.name,
            "size": len(FILM),
            "sha256": task.file_sha256,
            "type": "video/mp4",
            "width": 352,
            "height": 640,
            "seconds": 0,
            "complete": True,
        }
        assert KEY not in json.dumps(about)
        assert sorted(path.name for path in film.parent.iterdir()) == [film.name, f"{film.name}.json"]
        told = [event for event in events if isinstance(event, TasksChanged)]
        seen = [task.file_state for event in told for task in event.tasks]
        assert list(dict.fromkeys(seen)) == ["none", "queued", "downloading", "saved"]
        assert len(host.stats()["creates"]) == 1

    run(main())


def test_nothing_comes_by_itself_where_that_is_not_wanted(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url, settings=settings(host.url, auto=False)) as engine:
            key = await ordered(engine, "a boat")
            await until(lambda: one(engine).status is Status.DONE)
            assert state(engine, key) is FileState.NONE
            queued, refusals = await engine.downloader.request([key])
            assert ([task.key for task in queued], refusals) == ([key], [])
            assert (await ended(engine, key)).file_state is FileState.SAVED

    run(main())


def test_nothing_old_is_fetched_by_itself(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url, settings=settings(host.url, auto=False)) as engine:
            key = await ordered(engine, "a boat")
            await until(lambda: one(engine).status is Status.DONE)
        async with studio(tmp_path, host.url) as engine:
            await engine.look([key])
            await asyncio.sleep(0.3)
            assert state(engine, key) is FileState.NONE

    run(main())


@pytest.mark.parametrize("word", ["lag=2", "expired_link=1", "dead_link", "content_json", "size=3000000"])
def test_every_way_to_the_film(tmp_path: Path, host: Simulator, word: str) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url) as engine:
            task = await ended(engine, await ordered(engine, f"a boat [sim:{word}]"))
        assert task.file_state is FileState.SAVED, task.file_failure
        assert task.file is not None
        assert Path(task.file).read_bytes()[: len(FILM)] == FILM
        assert len(host.stats()["creates"]) == 1

    run(main())


def test_a_link_for_good_over_is_a_failure_of_the_file_alone(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        host.fault("content:401:*")
        host.fault("media:404:*")
        async with studio(tmp_path, host.url) as engine:
            task = await ended(engine, await ordered(engine, "a boat"))
            assert task.file_failure is not None
            assert (task.file_failure.kind, task.failure) == (Kind.KEY_REFUSED, None)
            host.clear_faults()
            queued, _ = await engine.downloader.request([task.key])
            assert queued[0].file_failure is None
            assert (await ended(engine, task.key)).file_state is FileState.SAVED

    run(main())


def test_what_is_not_fetched_says_why(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url) as engine:
            saved = await ordered(engine, "a boat")
            await ended(engine, saved)
            stuck = await ordered(engine, "a ship [sim:stuck]")
            queued, refusals = await engine.downloader.request([saved, stuck])
            assert queued == []
            words = {refusal.task.key: str(refusal.trouble.detail) for refusal in refusals}
            assert words[stuck] == "it is not finished"
            assert words[saved].startswith("it is saved already: /")

    run(main())


def test_a_film_that_is_gone_is_seen_and_fetched_again(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url) as engine:
            task = await ended(engine, await ordered(engine, "a boat"))
            film = Path(task.file or "")
            aside = film.rename(tmp_path / "aside")
            (missing,) = await engine.downloader.check([task.key])
            assert missing.file_state is FileState.MISSING
            assert missing.file_failure is not None
            aside.rename(film)
            (back,) = await engine.downloader.check([task.key])
            assert (back.file_state, back.file_failure) == (FileState.SAVED, None)
            film.write_bytes(FILM[:-1] + b"x")
            assert await engine.downloader.check([task.key]) == []
            (changed,) = await engine.downloader.check([task.key], thorough=True)
            assert changed.file_state is FileState.MISSING
            await engine.downloader.request([task.key])
            again = await ended(engine, task.key)
            assert again.file == str(film.with_name(film.name.replace(".mp4", "-2.mp4")))
            Path(again.file).unlink()
        async with studio(tmp_path, host.url) as engine:  # each start looks
            await until(lambda: one(engine).file_state is FileState.MISSING)

    run(main())


def test_another_folder(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        wanted = tmp_path / "elsewhere"
        wanted.mkdir()
        async with studio(tmp_path / "home", host.url) as engine:
            task = await ended(engine, await ordered(engine, "a boat"))
            await engine.downloader.request([task.key], folder=wanted)
            task = await ended(engine, task.key)
        assert Path(task.file or "").parent == wanted

    run(main())


@pytest.mark.parametrize(("word", "kind"), [("keep_free", Kind.DISK_FULL), ("max_size", Kind.TOO_LARGE)])
def test_limits(tmp_path: Path, host: Simulator, word: str, kind: Kind) -> None:
    async def main() -> None:
        value = {"keep_free": "999999T", "max_size": "1K"}[word]
        async with studio(tmp_path, host.url, settings=settings(host.url, **{word: value})) as engine:
            task = await ended(engine, await ordered(engine, "a boat"))
            assert task.file_failure is not None
            assert task.file_failure.kind is kind
            engine.use_settings(settings(host.url))
            await engine.downloader.request([task.key])
            assert (await ended(engine, task.key)).file_state is FileState.SAVED

    run(main())


def test_a_folder_that_cannot_be_used(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        chosen = settings(host.url, folder=str(tmp_path / "usb" / "films"))
        async with studio(tmp_path / "home", host.url, settings=chosen) as engine:
            task = await ended(engine, await ordered(engine, "a boat"))
            assert task.file_failure is not None
            assert task.file_failure.kind is Kind.NO_ACCESS

    run(main())


SLOW = {"limit": "40K"}
LARGE = "a boat [sim:size=400000]"


async def begun(engine: Studio, key: str) -> None:
    def moves() -> bool:
        transfer = engine.downloader.transfer(key)
        return transfer is not None and transfer.received > OVERLAP  # else it would begin anew, rightly

    await until(moves)


def test_a_stopped_download_keeps_its_part(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url, settings=settings(host.url, **SLOW)) as engine:
            key = await ordered(engine, LARGE)
            await begun(engine, key)
            (task,) = await engine.downloader.cancel([key])
            assert task.file_state is FileState.NONE
            await until(lambda: engine.downloader.transfer(key) is None)
            assert (paths.under(tmp_path).videos / ".qr-tui" / f"{key}.part").stat().st_size > 0
            engine.use_settings(settings(host.url))
            await engine.downloader.request([key])
            assert (await ended(engine, key)).file_size == 400_000

    run(main())


def test_a_removed_task_stops_and_goes_on_when_it_is_back(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url, settings=settings(host.url, **SLOW)) as engine:
            key = await ordered(engine, LARGE)
            await begun(engine, key)
            await engine.remove([key])
            await until(lambda: engine.downloader.transfer(key) is None)
            engine.use_settings(settings(host.url))
            await engine.restore([key])
            assert (await ended(engine, key)).file_size == 400_000

    run(main())


def test_leaving_in_the_middle_is_gone_on_with(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url, settings=settings(host.url, **SLOW)) as engine:
            key = await ordered(engine, LARGE)
            await begun(engine, key)
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 3
        async with studio(tmp_path, host.url) as engine:
            engine.downloader.patience = QUICK
            assert (await ended(engine, key)).file_size == 400_000
        ranges = [fetch["range"] for fetch in host.stats()["fetches"]]
        assert ranges[0] is None
        assert ranges[-1] is not None

    run(main())


def test_two_engines_fetch_each_film_once(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url) as first, studio(tmp_path, host.url) as second:
            second.downloader.patience = QUICK
            keys = [await ordered(first, f"boat {number}") for number in range(6)]
            for key in keys:
                await ended(first, key)
            assert first.downloader.here != second.downloader.here
        films = sorted(path.name for path in paths.under(tmp_path).videos.glob("*.mp4"))
        assert len(films) == 6
        assert len(host.stats()["fetches"]) == 6

    run(main())


def test_another_engine_takes_over_from_one_that_is_stopped(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        slow = settings(host.url, **SLOW)
        async with studio(tmp_path, host.url, settings=slow) as first:
            key = await ordered(first, LARGE)
            await begun(first, key)
            first.suspend()
            async with studio(tmp_path, host.url) as second:
                assert (await ended(second, key)).file_size == 400_000
            first.resume()
            await until(lambda: state(first, key) is FileState.SAVED)

    run(main())


def test_a_holder_that_lost_the_lease_writes_no_more(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url, settings=settings(host.url, **SLOW)) as engine:
            key = await ordered(engine, LARGE)
            await begun(engine, key)
            other = FileLock(paths.under(tmp_path).store.with_name("downloads.lock"))
            other.seize()
            await until(lambda: not engine.downloader.here)
            part = paths.under(tmp_path).videos / ".qr-tui" / f"{key}.part"
            size = part.stat().st_size
            await asyncio.sleep(0.3)
            assert part.stat().st_size == size
            await until(lambda: engine.downloader.transfer(key) is not None)  # as another process fetches it
            shown = engine.downloader.transfer(key)
            assert shown is not None
            assert (shown.received, shown.total) == (size, 400_000)
            other.release()

    run(main())


def test_two_films_of_one_name_get_two_names(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        async with studio(tmp_path, host.url, settings=settings(host.url, name="{prompt:4}")) as engine:
            keys = [await ordered(engine, words) for words in ("Boat", "boat")]
            files = {Path((await ended(engine, key)).file or "").name.casefold() for key in keys}
        assert files == {"boat.mp4", "boat-2.mp4"}

    run(main())


def test_how_far_it_is(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        events: list[Event] = []
        async with studio(tmp_path, host.url, events, settings=settings(host.url, **SLOW)) as engine:
            key = await ordered(engine, LARGE)
            await begun(engine, key)
            await asyncio.sleep(1.2)
            transfer = engine.downloader.transfer(key)
            assert transfer is not None
            assert transfer.total == 400_000
            assert transfer.percent is not None
            assert 0 < transfer.percent < 100
            assert transfer.rate is not None
            told = [event for event in events if isinstance(event, TransfersChanged)]
            assert 1 <= len(told) <= 12

    run(main())


def test_a_full_store_does_not_lose_a_film(tmp_path: Path, host: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The film has its name and the task cannot be told: the next try tells it, and fetches nothing."""
    from qr_tui.core.failures import Trouble
    from qr_tui.services.films import downloader

    monkeypatch.setattr(downloader, "AGAIN_AFTER", 0.1)

    async def main() -> None:
        async with studio(tmp_path, host.url) as engine:
            real = engine._index.apply
            refused: list[object] = []

            async def apply(changes: Any, **named: Any) -> Any:
                if not refused and any(change.fields.get("file_state") is FileState.SAVED for change in changes):
                    refused.append(changes)
                    raise Trouble(Kind.STORE, "disk full")
                return await real(changes, **named)

            monkeypatch.setattr(engine._index, "apply", apply)
            task = await ended(engine, await ordered(engine, "a boat"))
            assert refused
            assert task.file_state is FileState.SAVED
        assert len(host.stats()["fetches"]) == 1
        assert len(list(paths.under(tmp_path).videos.iterdir())) == 2

    run(main())


CUT = "media:cut,size=150000"
LONG = "a boat [sim:size=400000]"


@pytest.mark.parametrize(
    "fault",
    [
        "no_etag",
        "no_length",
        "early_range",
        "long_total",
        "multipart",
        "bad_range",
        "cut",
        "reset",
        "503",
        "html",
        "empty",
    ],
)
def test_every_odd_server_of_films(tmp_path: Path, host: Simulator, fault: str) -> None:
    """The line breaks, and what answers the next request is odd: the film is right all the same."""

    async def main() -> None:
        host.fault(CUT)
        host.fault(f"media:{fault}")
        async with studio(tmp_path, host.url) as engine:
            task = await ended(engine, await ordered(engine, LONG))
        assert task.file_state is FileState.SAVED, task.file_failure
        data = Path(task.file or "").read_bytes()
        assert (len(data), data[: len(FILM)]) == (400_000, FILM)
        assert data[len(FILM) + 16 :].count(0) == 400_000 - len(FILM) - 16

    run(main())


def test_another_film_behind_the_same_link_begins_anew(tmp_path: Path, host: Simulator) -> None:
    async def main() -> None:
        host.fault(CUT)
        host.fault("media:other_film")
        async with studio(tmp_path, host.url) as engine:
            task = await ended(engine, await ordered(engine, LONG))
        assert Path(task.file or "").read_bytes()[: len(FILM)] == FILM

    run(main())


@pytest.mark.parametrize(("fault", "kind"), [("short_length", Kind.STALLED), ("endless", Kind.TOO_LARGE)])
def test_servers_that_never_give_a_whole_film(tmp_path: Path, host: Simulator, fault: str, kind: Kind) -> None:
    async def main() -> None:
        host.fault(f"media:{fault}:*")
        host.fault("content:404:*")
        async with studio(tmp_path, host.url, settings=settings(host.url, max_size="4M")) as engine:
            task = await ended(engine, await ordered(engine, "a boat"))
        assert task.file_failure is not None
        assert task.file_failure.kind is kind
        assert not list(paths.under(tmp_path).videos.glob("*.mp4"))

    run(main())
