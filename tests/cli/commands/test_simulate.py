import json
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


@pytest.mark.parametrize(("seed", "repeats"), [((), False), (("--seed", "7"), True)])
def test_ids_are_new_at_every_start_unless_a_seed_is_given(shell: Shell, seed: tuple[str, ...], repeats: bool) -> None:
    ids = []
    for _ in range(2):
        process = shell.start("simulate", "--port", "0", *seed)
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            body: dict[str, object] = {"model": "sora-2-pro", "prompt": "a boat", "images": []}
            body |= {"orientation": "portrait", "size": "large"}
            body |= {"duration": 15, "watermark": False, "private": True}
            headers = {"Authorization": "Bearer any", "Content-Type": "application/json"}
            request = urllib.request.Request(f"{url}/v1/video/create", json.dumps(body).encode(), headers)
            with urllib.request.urlopen(request, timeout=10) as answer:
                ids.append(json.load(answer)["id"])
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=15)
    assert (ids[0] == ids[1]) is repeats
