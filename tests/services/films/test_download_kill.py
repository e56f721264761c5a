"""Killed at any instant, a download goes on where it was and ends as one whole file; `make torture` takes 200 MB."""

import hashlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qr_tui import paths
from qr_tui.api.download import OVERLAP
from qr_tui.core.task import FileState
from qr_tui.simulator.options import Options
from qr_tui.simulator.sample_media import film
from qr_tui.simulator.server import Simulator
from qr_tui.store.tasks import TaskStore

TORTURED = "QR_TUI_TORTURE" in os.environ
KILLS = 30 if TORTURED else 6
SIZE = 200 * 1024 * 1024 if TORTURED else 12 * 1024 * 1024
LIFE = 0.7  # seconds that one life has at most
WEEK = 7 * 86_400.0


def life(home: Path, url: str, rate: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.support.download_target", str(home), url, str(SIZE), str(rate)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n", process.communicate()[1]
    return process


@pytest.mark.slow
def test_killed_at_random_instants_a_film_arrives_whole_and_once(tmp_path: Path) -> None:
    chance = random.Random(20_261_128)
    rate = int(SIZE / (KILLS * LIFE / 3))
    videos = paths.under(tmp_path).videos
    ends: list[int] = []
    with Simulator(Options()) as simulator:
        for _kill in range(KILLS):
            process = life(tmp_path, simulator.url, rate)
            time.sleep(chance.uniform(0.0, LIFE))
            process.send_signal(signal.SIGKILL)
            process.communicate()
            ends.append(max((part.stat().st_size for part in videos.glob(".qr-tui/*.part")), default=0))
            simulator.advance(WEEK)  # the link is over, and a fresh one leads to the same film
        process = life(tmp_path, simulator.url, SIZE * 10)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        stats = simulator.stats()
    folders = paths.under(tmp_path)
    store = TaskStore(folders.store, state=folders.state)
    store.open()
    (task,) = store.tasks()
    store.close()
    assert task.file_state is FileState.SAVED
    whole = hashlib.sha256(b"".join(film("portrait.mp4", SIZE).part(0, SIZE))).hexdigest()
    saved = Path(task.file or "")
    assert hashlib.sha256(saved.read_bytes()).hexdigest() == whole == task.file_sha256
    assert sorted(path.name for path in videos.iterdir()) == [saved.name, f"{saved.name}.json"]
    assert len(stats["creates"]) == 1
    starts = [int(found[1]) for fetch in stats["fetches"] if (found := re.match(r"bytes=(\d+)-", fetch["range"] or ""))]
    assert all(start + OVERLAP in ends for start in starts), "no byte but the overlap is asked for twice"
    assert {start + OVERLAP for start in starts} == {end for end in ends if OVERLAP < end < SIZE}
