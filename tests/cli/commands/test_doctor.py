import pytest

from qr_tui.cli.commands.doctor import lines, notices, terminal_checks
from qr_tui.services.doctor import Check
from qr_tui.simulator import Options, Simulator
from qr_tui.terminal.detect import LEAST_COLUMNS, LEAST_ROWS, detect
from tests.support.cli import KEY, Shell


def test_doctor_in_words_and_json(live: Shell) -> None:
    words = live("doctor")
    assert words.code == 0, words.out
    found = {item["name"]: item for item in live("doctor", "--json").json}
    for name in ("python", "versions", "settings", "tasks", "key", "host", "key test", "balance", "models", "terminal",
                 "letters", "colours", "copy file", "notices"):  # fmt: skip
        assert name in found
        assert f" {name} " in words.out
    assert set(found["host"]) == {"name", "state", "found", "mend"}
    assert KEY not in words.out


def test_doctor_fails_with_one(live: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUICKROUTER_API_KEY", "sk-refused")
    result = live("doctor")
    assert result.code == 1
    assert "fail  key test" in result.out
    assert "to mend it:" in result.out
    assert "sk-refused" not in result.out


def test_offline_asks_nobody(live: Shell) -> None:
    assert live.simulator is not None
    names = {item["name"] for item in live("doctor", "--offline", "--json").json}
    assert "host" not in names
    assert live.simulator.stats()["requests"] == {}


def test_doctor_lives_with_a_broken_configuration(shell: Shell) -> None:
    shell.paths.config.mkdir(parents=True)
    shell.paths.config_file.write_text("[poll\n")
    result = shell("doctor", "--offline", "--json")
    assert result.code == 1
    (item,) = [item for item in result.json if item["name"] == "settings"]
    assert item["state"] == "fail"
    assert "config.toml" in item["found"]


def test_what_the_provider_says_stays_inert_and_secret(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(Options(faults=("models:401:0",))) as simulator:
        result = Shell(shell.home, monkeypatch, simulator)("doctor")
    assert result.code == 1
    assert KEY not in result.out


@pytest.mark.parametrize(
    ("env", "way"),
    [
        ({"TERM": "xterm-kitty"}, "a notice by OSC 99"),
        ({"TERM": "foot"}, "a notice by OSC 777"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "a notice by OSC 9"),
        ({"TERM": "linux"}, "the bell"),
    ],
)
def test_the_way_of_notices_is_read_off_the_bytes(env: dict[str, str], way: str) -> None:
    terminal = detect(env, size=(80, 24), tty=True)
    assert notices(terminal) == way
    assert "bell" in notices(terminal, "bell")
    assert notices(terminal, "off").startswith("none")


def test_lines_are_aligned_and_mended() -> None:
    text = list(lines([Check("python", "ok", "3.11"), Check("key", "fail", "none", "set one")]))
    assert text == ["ok    python  3.11", "fail  key     none", "      to mend it: set one"]


@pytest.mark.parametrize(
    ("size", "state"),
    [((LEAST_COLUMNS, LEAST_ROWS), "ok"), ((LEAST_COLUMNS - 1, LEAST_ROWS), "warn"), ((80, LEAST_ROWS - 1), "warn")],
)
def test_a_terminal_too_small_for_the_app_is_said(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], state: str
) -> None:
    monkeypatch.setattr("qr_tui.terminal.detect.detect", lambda: detect({"TERM": "xterm"}, size=size, tty=True))
    (found,) = [check for check in terminal_checks() if check.name == "terminal size"]
    assert found.state == state
    assert not found.mend or f"{LEAST_COLUMNS} by {LEAST_ROWS}" in found.mend
