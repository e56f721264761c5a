"""What is measured: one function a row of the table. Ratios compare things that were measured in turn."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from qr_tui import paths
from qr_tui.core.task import FileState, Status
from qr_tui.simulator.options import Options
from qr_tui.simulator.server import Simulator
from qr_tui.store.changes import Change
from qr_tui.store.names import journal_of
from qr_tui.store.tasks import TaskStore
from tests.bench import film_host
from tests.bench.homes import NEWEST, environment, oldest_id, set_pace
from tests.bench.report import Figure, Row, Setting, against_first, middle, p95
from tests.bench.tasks_at_provider import hold, running
from tests.bench.terminal import Program
from tests.support.store import task as new_task

APP = (str(Path(sys.executable).with_name("qr-tui")),)
HELLO = (sys.executable, "-m", "tests.bench.hello")
HELLO_WORD = b"hello-is-drawn"
DRAWN = NEWEST.encode()
CURSOR = "▌".encode()  # stands before the row that the cursor is on, and nowhere else
IMPORTS = "import msgspec, tinydb, click"
SETTLED = 1.5  # seconds without a byte of news after which the screen is at rest
MANY = 50  # unfinished tasks, where a row has them
MINUTE = 60.0
FILMS = 8  # that come while keys are pressed


def paint(setting: Setting) -> Iterator[Figure]:
    """Exec → a known row is on the wire."""
    ours: dict[int, float] = {}
    for size in setting.sizes:
        apps, hellos = [], []
        with setting.homes.copy(size) as home:
            env = environment(home)
            for _ in range(setting.runs + 1):
                with Program(HELLO, env, columns=100) as hello:
                    hellos.append(hello.until(HELLO_WORD))
                with Program(APP, env, columns=100) as app:
                    apps.append(app.until(DRAWN))
        ours[size] = middle(apps)
        words = f"{middle(apps) * 1000:.0f} ms, hello {middle(hellos) * 1000:.0f} ms"
        if size == 1_000 or len(setting.sizes) == 1:
            yield Figure(f"first paint, {size} tasks", middle(apps) / middle(hellos), 1.25, "×hello", words)
    yield from against_first("first paint", ours, 1.15)


def start(setting: Setting) -> Iterator[Figure]:
    """Bytes on the wire until a start, and the opening of each screen, has come to rest, at 100×40."""
    with setting.homes.copy(1_000) as home:
        env = environment(home)
        with Program(APP, env, columns=100) as app:
            app.until(DRAWN)
            app.quiet(SETTLED)
            yield Figure("bytes of a start", len(app.seen), 22_000, "bytes")
            for name, key in (("help", b"?"), ("compose", b"n"), ("details", b"\r"), ("settings", b",")):
                app.press(key)
                opened = app.quiet(0.7)
                app.press(b"\x1b")
                closed = app.quiet(0.7)
                yield Figure(f"bytes of opening {name}", opened, 14_000, "bytes", f"closing {closed}")


def lists(setting: Setting) -> Iterator[Figure]:
    """Whole processes that read and print, against importing what they cannot do without."""
    for size in setting.sizes:
        with setting.homes.copy(size) as home:
            env, old = environment(home), oldest_id(home)
            completion = env | {"_QR_TUI_COMPLETE": "bash_complete", "COMP_WORDS": f"qr-tui show {old[:14]}"}
            commands = {
                "list --json --limit 20": ([*APP, "list", "--json", "--limit", "20"], env),
                "show of the oldest": ([*APP, "show", old], env),
                "completion of an id": ([*APP], completion | {"COMP_CWORD": "2"}),
            }
            for name, (command, variables) in commands.items():
                imports, times = [], []
                for _ in range(setting.runs + 1):
                    imports.append(_whole([sys.executable, "-c", IMPORTS], env))
                    times.append(_whole(command, variables))
                words = f"{middle(times) * 1000:.0f} ms, imports {middle(imports) * 1000:.0f} ms"
                target = 1.5 if size <= 1_000 else 2.0
                yield Figure(f"{name}, {size} tasks", middle(times) / middle(imports), target, "×", words)


def save(setting: Setting) -> Iterator[Figure]:
    """The p95 of one durable change, against appending the same bytes to a file and one fdatasync."""
    ours: dict[int, float] = {}
    for size in setting.sizes:
        with setting.homes.copy(size) as home:
            store = TaskStore(paths.under(home).store, state=paths.under(home).state)
            store.open()
            journal, key = journal_of(store.path), store.tasks()[0].key
            saves, bare = [], []
            with tempfile.NamedTemporaryFile(dir=home) as file:
                for number in range(setting.runs * 25):
                    before = journal.stat().st_size if journal.exists() else 0
                    started = time.perf_counter()
                    store.apply([Change(key, {"provider_status": f"word {number}", "progress": float(number)})])
                    saves.append(time.perf_counter() - started)
                    line = b"x" * max(1, journal.stat().st_size - before)
                    started = time.perf_counter()
                    os.write(file.fileno(), line)
                    os.fdatasync(file.fileno())
                    bare.append(time.perf_counter() - started)
            store.close()
        ours[size] = p95(saves)
        words = f"{p95(saves) * 1000:.2f} ms, bare {p95(bare) * 1000:.2f} ms; medians {median(saves) * 1000:.2f}"
        words += f" and {median(bare) * 1000:.2f}"
        yield Figure(f"durable save p95, {size} tasks", p95(saves) / p95(bare), 2.0, "×bare", words)
    yield from against_first("durable save p95", ours, 1.3)


def disk(setting: Setting) -> Iterator[Figure]:
    """Bytes for the disk, and the processor, in a minute in which the progress of 50 tasks moves."""
    for size in setting.sizes:
        with _polled(setting, size) as (app, simulator, ids):
            before, busy, started = app.written(), app.cpu(), time.perf_counter()
            for number in range(30):
                hold(simulator, ids, 0.11 + 0.02 * number)
                app.count(MINUTE / 30)
            spent = 100 * (app.cpu() - busy) / (time.perf_counter() - started)
            yield Figure(f"bytes to disk a minute, {size} tasks", app.written() - before, 1e6, "bytes")
            yield Figure(f"processor with progress, {size} tasks", spent, 4.0, "%")


def others(setting: Setting) -> Iterator[Figure]:
    """From the return of another process's change to its row on the screen, and what taking it in costs."""
    for size in setting.sizes:
        with setting.homes.copy(size) as home:
            state = paths.under(home).state
            store = TaskStore(paths.under(home).store, state=state)
            reader = TaskStore(paths.under(home).store, state=state)
            store.open()
            reader.open()
            seen, cost = [], []
            with Program(APP, environment(home), columns=100) as app:
                app.until(DRAWN)
                app.quiet(SETTLED)
                for number in range(20):
                    word = chr(ord("A") + number) * 9  # differs in every cell from the one before it
                    store.add([new_task(word, now=time.time(), status=Status.STOPPED)])
                    seen.append(app.until_new(word.encode()))
                    started = time.perf_counter()
                    reader.refresh()
                    cost.append(time.perf_counter() - started)
            store.close()
            reader.close()
        yield Figure(f"another process's change seen p95, {size} tasks", p95(seen), 0.6, "s")
        yield Figure(f"taking it in p95, {size} tasks", p95(cost) * 1000, 5.0, "ms")


def keys(setting: Setting) -> Iterator[Figure]:
    """From a key to the cursor on its new row, while the progress of 50 tasks arrives."""
    ours: dict[int, float] = {}
    for size in setting.sizes:
        with Simulator(Options()) as simulator:
            ids = running(simulator, MANY)
            with setting.homes.copy(size, base_url=simulator.url, running=ids) as home:
                set_pace(home, first=1.0, every=1.0, late=1.0, per_minute=600)
                times = []
                with Program(APP, environment(home, simulator.url), columns=100) as app:
                    app.until(DRAWN)
                    app.count(4.0)
                    for number in range(200):
                        if number % 10 == 0:
                            hold(simulator, ids, 0.11 + 0.004 * number)
                        app.count(0.05)
                        app.press(b"j" if number % 60 < 30 else b"k")
                        times.append(app.until_new(CURSOR))
        ours[size] = p95(times)
        words = f"median {median(times) * 1000:.1f}, longest {max(times) * 1000:.0f}"
        yield Figure(f"key to paint p95, {size} tasks", p95(times) * 1000, 15.0, "ms", words)
    yield from against_first("key to paint p95", ours, 1.2)


def download(setting: Setting) -> Iterator[Figure]:
    """A gibibyte over loopback into memory against `curl -o`, and the app's keys and memory while films come."""
    size = 1 << 30
    memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="qr-tui-film-", dir=memory) as folder:
        place, film = Path(folder), Path(folder) / "film.mp4"
        film_host.write(film, size)
        ours, theirs = [], []
        with film_host.serving(film) as link:
            for _ in range(3):
                theirs.append(_whole(("curl", "-s", "-o", str(place / "curl.mp4"), link), dict(os.environ)))
                (place / "curl.mp4").unlink()
                command = (sys.executable, "-m", "tests.bench.film_host", link, str(place))
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                ours.append(float(done.stdout))
            rate = f"{size / median(ours) / 1e6:.0f} MB/s, curl {size / median(theirs) / 1e6:.0f}"
            yield Figure("download", median(ours) / median(theirs), 1.25, "×curl", rate)
            yield from _keys_while_films_come(setting, link, place)


def _keys_while_films_come(setting: Setting, link: str, place: Path) -> Iterator[Figure]:
    base_url = link.rpartition("/")[0]
    with setting.homes.copy(100, base_url=base_url) as home:
        env = environment(home, base_url)
        with Program(APP, env, rows=36) as app:
            app.until(DRAWN)
            app.quiet(SETTLED)
            before = app.memory()
        (home / "config").mkdir(exist_ok=True)
        (home / "config" / "config.toml").write_text(f'[downloads]\nfolder = "{place}"\nkeep_free = "0"\n')
        store = TaskStore(paths.under(home).store, state=paths.under(home).state)
        store.open()
        done = [task for task in store.tasks() if task.status is Status.DONE][-FILMS:]
        store.apply(
            [Change(task.key, {"video_url": link, "file_state": FileState.QUEUED, "expires_at": None}) for task in done]
        )
        store.close()
        times: list[float] = []
        most = 0
        with Program(APP, env, rows=36) as app:
            app.until(DRAWN)
            while not list(place.glob(".qr-tui/*.part")):
                app.count(0.01)
            while len(times) < 100 and len(list(place.glob("*.mp4"))) <= FILMS:  # beside the one that is served
                app.press(b"j" if len(times) % 60 < 30 else b"k")
                times.append(app.until_new(CURSOR))
                most = max(most, app.memory())
                app.count(0.05)
        words = f"{len(times)} keys, median {median(times) * 1000:.1f}, longest {max(times) * 1000:.0f}"
        yield Figure("key to paint p95 while films come", p95(times) * 1000, 15.0, "ms", words)
        yield Figure("memory while films come", (most - before) / 1e6, 20.0, "MB")


def cursor(setting: Setting) -> Iterator[Figure]:
    """Bytes for one cursor step in a full list; the pane, where there is one, follows after it."""
    for columns, target in ((100, 450), (120, 700)):
        with setting.homes.copy(1_000) as home, Program(APP, environment(home), columns=columns) as app:
            app.until(DRAWN)
            app.quiet(SETTLED)
            seen = []
            for _ in range(max(7, setting.runs)):
                app.press(b"j")
                seen.append(app.quiet(0.4))
        yield Figure(f"bytes for a cursor step at {columns}×40", median(seen), target, "bytes", f"most {max(seen)}")


def filtering(setting: Setting) -> Iterator[Figure]:
    """A filter as it is typed over the largest store: from the key to its echo, and the bytes until rest."""
    size = max(setting.sizes)
    with setting.homes.copy(size) as home, Program(APP, environment(home), columns=100) as app:
        app.until(DRAWN)
        app.quiet(SETTLED, most=15)
        times, seen = [], []
        app.press(b"/")
        app.quiet(0.5)
        for letter in "paper boat 12":
            app.press(letter.encode())
            started, before = time.perf_counter(), len(app.seen)
            while len(app.seen) == before:
                app.read(1.0)
            times.append(time.perf_counter() - started)
            app.quiet(0.5)
            seen.append(len(app.seen) - before)
    words = f"median {median(times) * 1000:.0f}, longest {max(times) * 1000:.0f}"
    yield Figure(f"a filter's key p95, {size} tasks", p95(times) * 1000, 50.0, "ms", words)
    yield Figure("bytes for a filter's key", median(seen), 4_000, "bytes", f"most {max(seen)}")


def change(setting: Setting) -> Iterator[Figure]:
    """Bytes on the wire when the progress of one visible task changes, header and all, at 120×40."""
    with Simulator(Options()) as simulator:
        ids = running(simulator, 1)
        with setting.homes.copy(100, base_url=simulator.url, running=ids) as home:
            set_pace(home, first=1.0, every=1.0, late=1.0)
            seen = []
            with Program(APP, environment(home, simulator.url)) as app:
                app.until(DRAWN)
                app.press(b"jj")  # the pane shows another task
                app.quiet(SETTLED, most=15)
                for number in range(setting.runs):
                    calm = app.count(3.0)
                    hold(simulator, ids, 0.2 + 0.05 * number)
                    seen.append(max(0, app.count(3.0) - calm))
    yield Figure("bytes when one visible task changes", median(seen), 300, "bytes", f"most {max(seen)}")


def rest(setting: Setting) -> Iterator[Figure]:
    """A minute in which 50 tasks are polled and nothing changes but ages and the countdown; and memory after it."""
    held: dict[int, float] = {}
    for size in setting.sizes:
        with _polled(setting, size) as (app, _simulator, _ids):
            app.count(10.0)
            before, started = app.cpu(), time.perf_counter()
            seen = app.count(MINUTE)
            spent = 100 * (app.cpu() - before) / (time.perf_counter() - started)
            held[size] = app.memory()
        yield Figure(f"bytes a minute at rest, {size} tasks", seen, 1_500, "bytes")
        yield Figure(f"processor at rest, {size} tasks", spent, 1.5, "%")
    for figure in against_first("memory", held, 1.6):
        yield figure._replace(words=", ".join(f"{size}: {value / 1e6:.0f} MB" for size, value in held.items()))


def thousand(setting: Setting) -> Iterator[Figure]:
    """1 000 unfinished tasks and 200 looks a minute: never more, and a new task does not wait behind the others."""
    with Simulator(Options()) as simulator:
        ids = running(simulator, 1_000)
        with setting.homes.copy(100, base_url=simulator.url, running=ids) as home:
            set_pace(home, per_minute=200, first=2.0)
            with Program(APP, environment(home, simulator.url), columns=100) as app:
                app.until(DRAWN)
                app.count(10.0)
                before = _looks(simulator)
                app.count(MINUTE)
                yield Figure("looks in a minute at 1 000 unfinished", _looks(simulator) - before, 201, "looks")
                known = set(simulator.state.tasks)
                _whole([*APP, "create", "the newest of all"], environment(home, simulator.url))
                (fresh,) = set(simulator.state.tasks) - known
                started = time.perf_counter()
                while not simulator.state.request_log.look_counts[fresh]:
                    if time.perf_counter() - started > MINUTE:
                        break
                    app.count(0.2)
                late = time.perf_counter() - started - 2.0
    yield Figure("a new task's first look late by", max(0.0, late), 300.0 * 1.1, "s", "one gap is 300 s")


def create(setting: Setting) -> Iterator[Figure]:
    """`create` and `create --copies 20` as whole processes, at any size."""
    for name, more in (("create", ()), ("create --copies 20", ("--copies", "20"))):
        ours: dict[int, float] = {}
        for size in setting.sizes:
            with Simulator(Options(balance=None)) as simulator, setting.homes.copy(size) as home:
                env, times = environment(home, simulator.url), []
                for number in range(min(setting.runs, 7) + 1):
                    times.append(_whole([*APP, "create", f"boat {number}", "--yes", *more], env))
            ours[size] = middle(times)
        yield from against_first(name, ours, 1.2)


def leave(setting: Setting) -> Iterator[Figure]:
    """From `q` to the end of the process, against a minimal app; and from the line being dropped."""
    for size in setting.sizes:
        ours, theirs, dropped = [], [], []
        with setting.homes.copy(size) as home:
            env = environment(home)
            for _ in range(setting.runs + 1):
                with Program(HELLO, env, columns=100) as hello:
                    hello.until(HELLO_WORD)
                    hello.quiet(0.5)
                    hello.press(b"\x11")
                    theirs.append(hello.end())
                with Program(APP, env, columns=100) as app:
                    app.until(DRAWN)
                    app.quiet(0.5)
                    app.press(b"q")
                    ours.append(app.end())
            with Program(APP, env, columns=100) as app:
                app.until(DRAWN)
                app.quiet(0.5)
                os.kill(app.pid, signal.SIGHUP)
                dropped.append(app.end())
        words = f"{middle(ours) * 1000:.0f} ms, hello {middle(theirs) * 1000:.0f} ms"
        yield Figure(f"quit beyond hello's, {size} tasks", middle(ours) - middle(theirs), 0.1, "s", words)
        yield Figure(f"hang-up to exit, {size} tasks", max(dropped), 1.5, "s")


ROWS = (
    Row("paint", "first paint", paint),
    Row("start", "bytes of a start and of opening screens", start),
    Row("lists", "commands that read and print", lists),
    Row("save", "a durable change", save),
    Row("disk", "bytes to disk and processor while progress moves", disk),
    Row("others", "another process's change", others),
    Row("keys", "key to paint", keys),
    Row("download", "fetching films", download),
    Row("cursor", "bytes for a cursor step", cursor),
    Row("filter", "a filter as it is typed", filtering),
    Row("change", "bytes for one change", change),
    Row("rest", "a minute at rest, and memory", rest),
    Row("thousand", "1 000 unfinished tasks", thousand),
    Row("create", "sending", create),
    Row("leave", "quit and hang-up", leave),
)


@contextmanager
def _polled(setting: Setting, size: int) -> Iterator[tuple[Program, Simulator, tuple[str, ...]]]:
    """Lend the app at rest over a store of `size` tasks, with its simulator and 50 tasks that it polls there."""
    with Simulator(Options()) as simulator:
        ids = running(simulator, MANY)
        with (
            setting.homes.copy(size, base_url=simulator.url, running=ids) as home,
            Program(APP, environment(home, simulator.url), columns=100) as app,
        ):
            app.until(DRAWN)
            app.quiet(SETTLED, most=15)
            yield app, simulator, ids


def _looks(simulator: Simulator) -> int:
    with urllib.request.urlopen(f"{simulator.url}/_sim/stats", timeout=10) as answer:
        return int(json.load(answer)["requests"].get("query", 0))


def _whole(command: Sequence[str], env: dict[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started
