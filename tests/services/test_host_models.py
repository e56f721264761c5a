import asyncio
from pathlib import Path

from qr_tui.core.answers import HostModel
from qr_tui.services.host_models import KEPT, HostModels
from tests.support.engine import HandClock

HOST, ME = "https://h", "abc"
KLING = HostModel("kling-v2-6", ("文生视频",))


def test_a_list_is_kept_for_a_day_and_holds_what_makes_videos(tmp_path: Path) -> None:
    async def work() -> None:
        clock, path = HandClock(), tmp_path / "state" / "models.json"
        lists = HostModels(path, clock)
        await lists.read()
        assert lists.of(HOST, ME) is None
        await lists.keep(HOST, ME, [HostModel("gpt-9"), KLING])
        assert lists.of(HOST, ME) == (KLING,)
        assert lists.of(HOST, "another") is None
        again = HostModels(path, clock)
        await again.read()
        assert again.of(HOST, ME) == (KLING,)
        clock.turn(KEPT)
        assert again.of(HOST, ME) is None
        clock.turn(-3 * KEPT)  # set back
        assert again.of(HOST, ME) is None

    asyncio.run(work())


def test_a_file_that_is_spoiled_or_cannot_be_written_is_no_trouble(tmp_path: Path) -> None:
    async def work() -> None:
        path = tmp_path / "models.json"
        path.write_bytes(b"\xff{")
        lists = HostModels(path, HandClock())
        await lists.read()
        assert lists.of(HOST, ME) is None
        blocked = HostModels(path / "below" / "a-file", HandClock())
        await blocked.keep(HOST, ME, [KLING])
        assert blocked.of(HOST, ME) == (KLING,)

    asyncio.run(work())
