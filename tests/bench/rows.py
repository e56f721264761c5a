"""What is measured, one function a row; each returns what it saw, to be held against the row's target."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import NamedTuple

from qr_tui import paths
from qr_tui.core.task import Request
from qr_tui.simulator.options import Options
from qr_tui.simulator.server import Simulator
from qr_tui.store.changes import Change
from qr_tui.store.tasks import TaskStore
from tests.bench.homes import NEWEST, environment, fill
from tests.bench.terminal import Program

APP = (str(Path(sys.executable).with_name("qr-tui")),)
HELLO = (sys.executable, "-m", "tests.bench.hello")
HELLO_WORD = b"hello-is-drawn"
NOBODY = "http://127.0.0.1:9"
IMPORTS = "import msgspec, tinydb, click"
SETTLED = 1.5  # seconds without a byte of news after which the screen is at rest


class Seen(NamedTuple):
    """One row's outcome: the figure held against its target, and the words that say what it is made of."""

    figure: float
    words: str


class Row(NamedTuple):
    """A figure of the product: what it is, its unit, the most it may be, and how it is measured."""

    name: str
    unit: str
    target: float
    measure: Callable[[int], Seen]


def first_paint(runs: int) -> Seen:
    """Exec → the newest of 1 000 stored tasks on the wire, against a minimal Textual app, in turn."""
    ours, theirs = [], []
    with TemporaryDirectory() as home:
        fill(Path(home), 1_000, base_url=NOBODY)
        env = environment(Path(home), NOBODY)
        for _ in range(runs + 1):  # the first round warms the caches and is dropped
            with Program(HELLO, env) as hello:
                theirs.append(hello.until(HELLO_WORD))
            with Program(APP, env) as app:
                ours.append(app.until(NEWEST.encode()))
    a, b = median(ours[1:]), median(theirs[1:])
    return Seen(a / b, f"{a * 1000:.0f} ms, hello {b * 1000:.0f} ms")


def list_command(runs: int) -> Seen:
    """`qr-tui list --json` at 1 000 tasks against importing what it cannot do without."""
    ours, theirs = [], []
    with TemporaryDirectory() as home:
        fill(Path(home), 1_000, base_url=NOBODY)
        env = environment(Path(home), NOBODY)
        for _ in range(runs + 1):
            theirs.append(_whole([sys.executable, "-c", IMPORTS], env))
            ours.append(_whole([*APP, "list", "--json"], env))
    a, b = median(ours[1:]), median(theirs[1:])
    return Seen(a / b, f"{a * 1000:.0f} ms, imports {b * 1000:.0f} ms")


def bytes_a_change(runs: int) -> Seen:
    """Bytes on the wire when the progress of one visible task changes, header and all."""
    with TemporaryDirectory() as home, Simulator(Options()) as simulator:
        (task_id,) = _running(simulator, 1)
        simulator.force(task_id, status="processing", progress=0.1, hold=True)
        fill(Path(home), 30, base_url=simulator.url, running=(task_id,))
        _every_second(Path(home))
        seen = []
        with Program(APP, environment(Path(home), simulator.url)) as app:
            app.until(NEWEST.encode())
            app.quiet(SETTLED, most=15)
            for number in range(runs):
                calm = app.count(4.0)
                simulator.force(task_id, status="processing", progress=0.2 + 0.05 * number, hold=True)
                seen.append(max(0, app.count(4.0) - calm))
    return Seen(median(seen), f"median of {runs} changes, most {max(seen)}")


def bytes_a_cursor_step(runs: int) -> Seen:
    """Bytes on the wire for one cursor step in a full list; the details pane, where there is one, follows after it."""
    with TemporaryDirectory() as home:
        fill(Path(home), 1_000, base_url=NOBODY)
        env = environment(Path(home), NOBODY)
        alone, with_pane = (median(_steps(env, columns, runs)) for columns in (100, 120))
    return Seen(alone, f"median of {runs} steps at 100×40; with the details pane at 120×40: {with_pane:.0f}")


def bytes_at_rest(_runs: int) -> Seen:
    """Bytes a minute while nothing changes but ages and the countdown, with 50 unfinished tasks polled."""
    with TemporaryDirectory() as home, Simulator(Options()) as simulator:
        ids = _running(simulator, 50)
        for task_id in ids:
            simulator.force(task_id, status="processing", progress=0.1, hold=True)
        fill(Path(home), 30, base_url=simulator.url, running=ids)
        with Program(APP, environment(Path(home), simulator.url)) as app:
            app.until(NEWEST.encode())
            app.quiet(SETTLED, most=15)
            app.count(10.0)
            before, started = app.cpu(), time.perf_counter()
            seen = app.count(60.0)
            busy = 100 * (app.cpu() - before) / (time.perf_counter() - started)
    return Seen(seen, f"over 60 s; {busy:.1f} % of one core")


def durable_save(runs: int) -> Seen:
    """The p95 of one durable status change at 1 000 stored tasks, in milliseconds."""
    many, few = _saves(1_000, runs * 10), _saves(100, runs * 10)
    return Seen(many * 1000, f"{few * 1000:.1f} ms at 100 tasks")


ROWS = (
    Row("first paint, 1 000 tasks", "× hello", 1.4, first_paint),
    Row("bytes when one visible task changes", "bytes", 400, bytes_a_change),
    Row("bytes for one cursor step", "bytes", 700, bytes_a_cursor_step),
    Row("bytes a minute at rest", "bytes", 6_000, bytes_at_rest),
    Row("list --json, 1 000 tasks", "× imports", 1.5, list_command),
    Row("durable save p95, 1 000 tasks", "ms", 10, durable_save),
)


def _steps(env: dict[str, str], columns: int, runs: int) -> list[int]:
    with Program(APP, env, columns=columns) as app:
        app.until(NEWEST.encode())
        app.quiet(SETTLED)
        seen = []
        for _ in range(runs):
            app.press(b"j")
            seen.append(app.quiet(0.4))
    return seen


def _whole(command: list[str], env: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _running(simulator: Simulator, count: int) -> tuple[str, ...]:
    """Make `count` tasks at the simulator and return their ids."""
    import asyncio

    from qr_tui.api.client import QuickRouter
    from qr_tui.core.catalogue import Catalogue
    from qr_tui.secrets import Key

    async def make() -> tuple[str, ...]:
        client = QuickRouter(simulator.url, Key("sk-bench-0123456789", "memory", simulator.url))
        request = Catalogue().complete(Request(model="sora-2-pro", prompt=NEWEST))
        ids = [(await client.create(request)).id for _ in range(count)]
        await client.aclose()
        return tuple(ids)

    return asyncio.run(make())


def _every_second(home: Path) -> None:
    """Ask for the quickest pace that settings allow, so that a change is seen soon."""
    from qr_tui import config

    config.save(paths.under(home).config_file, {"poll.first": 1.0, "poll.every": 1.0, "poll.late": 1.0})


def _saves(count: int, runs: int) -> float:
    with TemporaryDirectory() as home:
        fill(Path(home), count, base_url=NOBODY)
        store = TaskStore(paths.under(Path(home)).store)
        store.open()
        key, times = store.tasks()[0].key, []
        for number in range(runs):
            started = time.perf_counter()
            store.apply([Change(key, {"provider_status": f"word {number}"})])
            times.append(time.perf_counter() - started)
        store.close()
    return quantiles(times, n=20)[-1]
