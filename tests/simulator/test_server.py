import signal
import socket
import subprocess
import sys

import httpx
import pytest

from qr_tui.core.failures import Kind, Trouble
from qr_tui.simulator import Options, Simulator, run
from tests.support.simulator import SORA, bench

PROGRAM = (
    "import sys; from qr_tui.simulator import Options, run; run(Options(), ready=lambda url: print(url, flush=True))"
)


def test_a_free_port_is_found_and_told() -> None:
    with Simulator() as one, Simulator() as other:
        assert one.port not in (0, other.port)
        assert one.url == f"http://127.0.0.1:{one.port}"
        assert httpx.get(f"{other.url}/_sim/stats").status_code == 200


def test_a_port_in_use_is_said_before_anything_starts() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for start in (Simulator(Options(port=port)).start, lambda: run(Options(port=port))):
            with pytest.raises(Trouble) as caught:
                start()
            assert caught.value.kind is Kind.PORT_IN_USE
            assert str(port) in str(caught.value.detail)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_usage(host: str) -> None:
    with pytest.raises(Trouble) as caught:
        Simulator(Options(host=host)).start()
    assert caught.value.kind is Kind.USAGE
    assert host in str(caught.value.detail)


@pytest.mark.parametrize("wrong", [{"speed": 0.0}, {"latency": -1.0}, {"port": 70_000}])
def test_options_out_of_bounds_are_trouble(wrong: dict[str, float]) -> None:
    with pytest.raises(Trouble) as caught:
        Options(**wrong)  # type: ignore[arg-type]
    assert caught.value.kind is Kind.USAGE


def test_it_can_go_away_and_come_back_with_its_tasks() -> None:
    with bench() as sim:
        task_id, port = sim.make(), sim.simulator.port
        sim.simulator.stop()
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{sim.simulator.url}/v1/models")
        assert sim.stats["paid"] == 1  # can be asked while it is away
        sim.simulator.start()
        assert sim.simulator.port == port
        assert sim.look(task_id)["id"] == task_id
        sim.simulator.stop()
        sim.simulator.stop()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_ends_cleanly_on_a_signal(number: signal.Signals) -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert program.stdout is not None
        url = program.stdout.readline().strip()
        answer = httpx.post(f"{url}/v1/video/create", json=SORA, headers={"authorization": "Bearer any"})
        assert answer.status_code == 200
        program.send_signal(number)
        out, err = program.communicate(timeout=20)
    finally:
        program.kill()
        program.wait()
    assert (program.returncode, out, err) == (0, "", "")


def test_importing_it_is_light() -> None:
    probe = (
        "import sys, qr_tui.simulator; "
        "print([name for name in ('starlette', 'uvicorn', 'asyncio', 'httpx', 'textual') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
