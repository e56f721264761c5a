"""The real program: its exit codes, its pipes, its signals."""

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from qr_tui.core.task import Status
from qr_tui.simulator import Options, Simulator
from tests.support.cli import Shell, task, until


def test_exit_codes_of_the_real_program(shell: Shell) -> None:
    assert shell.process("list", "--json").code == 0
    assert shell.process("show", "x").code == 2
    assert shell.process("nonsense").code == 2
    assert shell.process("create", "").code == 2
    assert shell.process("create", "x", env={"QUICKROUTER_API_KEY": ""}).code == 3
    assert shell.process("--version").out.startswith("qr-tui ")


def test_without_a_terminal_the_app_names_the_commands(shell: Shell) -> None:
    result = shell.process()
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert "create, list, show, watch" in result.err


def test_a_dumb_terminal_is_refused_in_one_line(shell: Shell) -> None:
    script = (
        "import os, pty, sys\n"
        "pid, fd = pty.fork()\n"
        "if not pid: os.execvpe(sys.executable, [sys.executable, '-m', 'qr_tui'], os.environ | {'TERM': 'dumb'})\n"
        "said = b''\n"
        "while True:\n"
        "    try: more = os.read(fd, 4096)\n"
        "    except OSError: break\n"
        "    if not more: break\n"
        "    said += more\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=shell.env, capture_output=True, text=True, check=True)
    code, _space, said = done.stdout.partition(" ")
    assert code == "2"
    assert "TERM=dumb" in said
    assert said.count("\\n") == 1


def test_a_configuration_that_cannot_be_read_names_file_line_and_key(shell: Shell) -> None:
    shell.paths.config.mkdir(parents=True)
    shell.paths.config_file.write_text('[poll]\nfirst = "soon"\n')
    for command in (("list",), ("create", "x"), ("config", "show"), ("watch", "--status")):
        result = shell.process(*command, "--json") if command[0] != "create" else shell.process(*command)
        assert result.code == 2
        assert "config.toml" in result.err
        assert "line 2" in result.err or ":2" in result.err
        assert "poll.first" in result.err
    assert shell.paths.config_file.read_text() == '[poll]\nfirst = "soon"\n'
    assert shell.process("config", "path").code == 0


def test_a_reader_that_leaves_early_is_no_error(shell: Shell) -> None:
    shell.put(*(task(f"boat {number} " + "x" * 200) for number in range(2000)))
    for command in ("list", "list --json", "export --format jsonl", "export --format csv"):
        line = f"{sys.executable} -m qr_tui {command} | head -1 >/dev/null; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", line], env=shell.env, capture_output=True, text=True, check=True)
        assert (done.stdout, done.stderr) == ("0\n", "")


def test_a_full_disk_behind_stdout_is_told_by_the_exit_code(shell: Shell) -> None:
    if not os.path.exists("/dev/full"):  # noqa: PTH110 -- a device, not a path of ours
        pytest.skip("this system has no /dev/full")
    shell.put(task())
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m qr_tui list --json >/dev/full"], env=shell.env, check=False
    )
    assert done.returncode != 0


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_hurt_nothing(live: Shell, closed: str) -> None:
    live.put(task("before", base_url=live.url, status=Status.DONE))
    line = f"{sys.executable} -m qr_tui create 'a boat' --json {closed}"
    done = subprocess.run(["bash", "-c", line], env=live.env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {made.prompt for made in live.stored()} == {"before", "a boat"}
    assert live.posts() == 1


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_during_a_wait_leaves_the_task_to_be_watched(live: Shell, number: int, code: int) -> None:
    process = live.start("create", "a boat [sim:stuck]", "--wait", "--json")
    until(lambda: any(made.id for made in live.stored()))
    process.send_signal(number)
    out, err = process.communicate(timeout=15)
    assert process.returncode == code
    assert "goes on watching it" in err
    assert "Traceback" not in err
    assert json.loads(out)[0]["status"] in ("waiting", "running")
    assert live.stored()[0].status in (Status.WAITING, Status.RUNNING)
    assert live.posts() == 1


@pytest.mark.slow
def test_a_signal_while_sending_waits_for_the_answer(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(Options(speed=500, latency=5.0)) as simulator:
        live = Shell(shell.home, monkeypatch, simulator)
        process = live.start("create", "a boat", "--json")
        until(lambda: live.posts() == 1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        assert process.returncode == 130
        assert "waiting for its answer" in err
        assert json.loads(out)[0]["id"]
        assert live.stored()[0].id
        assert live.posts() == 1


@pytest.mark.slow
def test_a_second_signal_leaves_at_once_and_the_task_is_unconfirmed(live: Shell) -> None:
    assert live.simulator is not None
    live.simulator.fault("create:hang")
    process = live.start("create", "a boat", "--json")
    until(lambda: live.posts() == 1)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    until(lambda: "waiting for its answer" in process.stderr.readline())  # type: ignore[union-attr]
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=15)
    assert process.returncode == 130
    assert live.stored()[0].status is Status.UNCONFIRMED
    assert live.posts() == 1


def test_an_interrupted_question_is_no_traceback(shell: Shell) -> None:
    result = shell.process("config", "set-key", stdin="")
    assert result.code == 2
    assert "Traceback" not in result.err


@pytest.mark.slow
def test_two_scripts_share_one_store(live: Shell) -> None:
    live.quick_config()
    processes = [live.start("create", f"boat {number}", "--wait", "--json") for number in range(4)]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
        assert json.loads(out)[0]["status"] == "done"
    assert len(live.stored()) == live.posts() == 4


@pytest.mark.slow
def test_the_demo_without_a_terminal_does_the_whole_job_in_words(shell: Shell) -> None:
    result = shell.process(
        "--demo", env={"QUICKROUTER_BASE_URL": "http://127.0.0.1:9", "QUICKROUTER_API_KEY": "sk-real"}
    )
    assert result.code == 0, result.err
    lines = result.out.splitlines()
    assert len(lines) == 2
    for text in lines:
        identity, status, file = text.split()
        assert identity.startswith("sora-2:task_")
        assert status == "done"
        assert re.search(r"qr-tui-demo-.*/videos/.*\.mp4$", file)
    assert "nothing is billed" in result.err
    assert "running" in result.err
    assert not shell.home.exists()
