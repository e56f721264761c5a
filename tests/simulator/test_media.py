from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from qr_tui.simulator.sample_media import FOLDER, SIZES, Shape, film, wanted
from tests.support.simulator import NOW, VEO, Bench


def boxes(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield type and content of each box of an mp4."""
    at = 0
    while at < len(data):
        size, head = int.from_bytes(data[at : at + 4], "big"), 8
        if size == 1:
            size, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        assert size >= head
        assert at + size <= len(data)
        yield data[at + 4 : at + 8].decode(), data[at + head : at + size]
        at += size


def child(data: bytes, *path: str) -> bytes:
    for name in path:
        data = dict(boxes(data))[name]
    return data


def dimensions(mp4: bytes) -> tuple[int, int]:
    header = child(mp4, "moov", "trak", "tkhd")
    return int.from_bytes(header[-8:-6], "big"), int.from_bytes(header[-4:-2], "big")


@pytest.mark.parametrize("take", ["", "-2", "-3"])
@pytest.mark.parametrize("shape", ["portrait", "landscape"])
def test_the_samples_are_real_and_small(shape: Shape, take: str) -> None:
    mp4 = (FOLDER / f"{shape}{take}.mp4").read_bytes()
    assert len(mp4) <= 64 * 1024
    names = [name for name, _ in boxes(mp4)]
    assert names[0] == "ftyp"
    assert names.index("moov") < names.index("mdat")
    assert dimensions(mp4) == SIZES[shape]
    times = child(mp4, "moov", "mvhd")
    scale, duration = int.from_bytes(times[12:16], "big"), int.from_bytes(times[16:20], "big")
    assert duration / scale == pytest.approx(15, abs=0.2)
    webp = (FOLDER / f"{shape}{take}.webp").read_bytes()
    assert (webp[:4], webp[8:12]) == (b"RIFF", b"WEBP")
    assert int.from_bytes(webp[4:8], "little") == len(webp) - 8


def test_a_finished_video_is_served_in_its_shape(sim: Bench) -> None:
    for orientation, shape in (("portrait", (352, 640)), ("landscape", (640, 352))):
        body = sim.finished(orientation=orientation)
        assert (body["width"], body["height"]) == shape
        answer = httpx.get(body["video_url"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "video/mp4"
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert dimensions(answer.content) == shape
        picture = httpx.get(body["thumbnail_url"])
        assert picture.headers["content-type"] == "image/webp"
        assert picture.content[8:12] == b"WEBP"
    assert sim.stats["auth"]["media"] == {"none": 4}
    task_id = sim.order({**VEO, "aspect_ratio": "9:16"})
    sim.simulator.force(task_id, status="completed")
    assert dimensions(httpx.get(sim.look(task_id)["video_url"]).content) == (352, 640)


def test_ranges(sim: Bench) -> None:
    url = sim.finished()["video_url"]
    answer = httpx.get(url)
    data, etag = answer.content, answer.headers["etag"]
    size = len(data)
    assert answer.headers["accept-ranges"] == "bytes"

    def get(part: str, **more: str) -> httpx.Response:
        return httpx.get(url, headers={"range": part, **more})

    for part, start, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=100-", 100, size),
        ("bytes=-10", size - 10, size),
        ("bytes=5-99999999", 5, size),
    ):
        answer = get(part)
        assert answer.status_code == 206
        assert answer.content == data[start:end]
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    beyond = get(f"bytes={size}-")
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
    assert get("bytes=5-", **{"if-range": etag}).status_code == 206
    assert get("bytes=5-", **{"if-range": '"other"'}).status_code == 200
    assert get("bytes=1-2,4-5").status_code == 200
    head = httpx.head(url)
    assert (head.content, head.headers["content-length"]) == (b"", str(size))


@pytest.mark.parametrize("header", ["bytes=9-5", "bytes=10-", "bytes=-0"])
def test_ranges_outside(header: str) -> None:
    with pytest.raises(ValueError, match="bytes"):
        wanted(header, 10)


def test_links_are_signed_and_expire(sim: Bench) -> None:
    body = sim.finished(prompt="[sim:seconds=10]")
    url = body["video_url"]
    until = datetime.fromisoformat(parse_qs(urlsplit(url).query)["se"][0])
    finished = datetime.fromtimestamp(body["status_update_time"] / 1000, until.tzinfo)
    assert abs(until - finished - timedelta(days=6)) <= timedelta(seconds=1)
    sim.advance(until.timestamp() - NOW - 1)
    assert httpx.get(url).status_code == 200
    sim.advance(2)
    assert httpx.get(url).status_code == 403
    assert httpx.get(sim.look(body["id"])["video_url"]).status_code == 200  # asked again: a fresh link


def test_a_prompt_can_spoil_its_link(sim: Bench) -> None:
    expired = sim.finished(prompt="[sim:expired_link]")
    assert [httpx.get(sim.look(expired["id"])["video_url"]).status_code for _ in range(2)] == [403, 403]
    once = sim.finished(prompt="[sim:expired_link=1]")
    assert httpx.get(once["video_url"]).status_code == 403
    assert httpx.get(sim.look(once["id"])["video_url"]).status_code == 200
    assert httpx.get(sim.finished(prompt="[sim:dead_link]")["video_url"]).status_code == 404
    lagging = sim.finished(prompt="[sim:lag]")["video_url"]
    assert [httpx.get(lagging).status_code for _ in range(3)] == [403, 403, 200]
    assert sim.finished(prompt="[sim:link=file:///etc/passwd]")["video_url"] == "file:///etc/passwd"


def test_a_prompt_can_keep_its_link_back(sim: Bench) -> None:
    never = sim.finished(prompt="[sim:no_url]")
    assert never["status"] == "completed"
    assert never["video_url"] is None
    assert "url" not in never["detail"]
    late = sim.finished(prompt="[sim:no_url=2]")
    assert [bool(sim.look(late["id"])["video_url"]) for _ in range(2)] == [False, True]
    assert httpx.get(
        f"{sim.simulator.url}/v1/videos/{never['id']}/content", headers={"authorization": "Bearer k"}
    ).content.startswith(film("portrait.mp4").data[:100])


def test_nothing_is_served_before_it_is_done(sim: Bench) -> None:
    task_id = sim.make()
    place = f"{sim.simulator.url}/media/{task_id}"
    assert httpx.get(f"{place}/video.mp4").status_code == 404
    sim.simulator.force(task_id, status="completed")
    assert httpx.get(f"{place}/video.mp4").status_code == 200
    assert httpx.get(f"{place}/other.mp4").status_code == 404
    assert httpx.get(f"{place}/..%2F..%2Foptions.py").status_code == 404


def test_a_large_video_is_still_an_mp4(sim: Bench) -> None:
    url = sim.finished(prompt="[sim:size=1000000]")["video_url"]
    answer = httpx.get(url)
    assert len(answer.content) == 1_000_000
    assert [name for name, _ in boxes(answer.content)][-1] == "free"
    assert httpx.get(url, headers={"range": "bytes=999990-"}).content == bytes(10)


def test_a_gigabyte_is_only_promised() -> None:
    huge = film("portrait.mp4", 1 << 30)
    assert huge.size == 1 << 30
    assert len(huge.data) < 64 * 1024
    assert huge.etag != film("portrait.mp4").etag
