import signal
import urllib.request

import pytest

from tests.support.cli import Shell


def test_simulate_prints_its_address_and_ends_cleanly(shell: Shell) -> None:
    process = shell.start("simulate", "--port", "0", "--speed", "100", "--fault", "models:500:1")
    try:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert url.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{url}/_sim/stats", timeout=10) as answer:
            assert answer.status == 200
        port = url.rpartition(":")[2]
        taken = shell.process("simulate", "--port", port)
        assert taken.code == 2
        assert f"127.0.0.1:{port}" in taken.err
        assert "Traceback" not in taken.err
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=15)
    assert process.returncode == 0


@pytest.mark.parametrize(
    "args", [("--fault", "create:nonsense"), ("--speed", "0"), ("--port", "99999"), ("--latency", "-1")]
)
def test_simulate_refuses_what_it_does_not_know(shell: Shell, args: tuple[str, ...]) -> None:
    assert shell("simulate", *args).code == 2
