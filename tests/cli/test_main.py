import subprocess
import sys

import pytest

from qr_tui.cli import click_patches
from qr_tui.cli.main import COMMANDS
from tests.support.cli import KEY, Shell, task


@pytest.mark.parametrize("command", [*COMMANDS, "config path", "config show", "config set", "config set-key"])
def test_every_command_has_help_with_an_example(shell: Shell, command: str) -> None:
    result = shell(*command.split(), "--help")
    assert result.code == 0
    assert f"qr-tui {command}" in result.out.partition("Examples:")[2]


def test_the_list_of_commands_names_every_one_and_the_exit_codes(shell: Shell) -> None:
    out = shell("--help").out
    assert all(f"\n  {command} " in out for command in COMMANDS)
    assert "5 outcome unknown" in " ".join(out.split())


def test_demo_takes_no_command(shell: Shell) -> None:
    assert shell("--demo", "list").code == 2


def test_a_mistake_of_ours_is_said_without_a_traceback(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from qr_tui.cli import stored_tasks

    def broken(_context: object) -> list[object]:
        raise RuntimeError(f"with {KEY} in it")

    monkeypatch.setattr(stored_tasks, "read", broken)
    result = shell("list", "--json")
    assert result.code == 1
    assert result.json["error"]["kind"] == "internal"
    assert KEY not in result.out + result.err
    log = shell.paths.log_file.read_text()
    assert "RuntimeError" in log
    assert KEY not in log


def test_the_language_of_the_settings_is_installed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from qr_tui import i18n

    chosen: list[str] = []
    monkeypatch.setattr(click_patches, "install", lambda: chosen.append("click"))
    monkeypatch.setattr(i18n, "install", chosen.append)
    shell("config", "set", "ui.language", "zh_CN")
    chosen.clear()
    shell("list")
    assert chosen == ["zh_CN", "click", "en"]


@pytest.mark.parametrize(
    "command",
    [
        ("list", "--json"), ("list",), ("list", "boat"), ("list", "--sort", "model"), ("show", "t1"), ("export",),
        ("keys",), ("export", "--format", "csv"), ("config", "show"), ("config", "path"), ("watch", "--status"),
        ("completion", "bash"), ("--help",), ("list", "--help"),
    ],
)  # fmt: skip
def test_reading_commands_bring_in_no_heavy_library(shell: Shell, command: tuple[str, ...]) -> None:
    shell.put(task(id="t1"))
    code = (
        "import sys\nfrom qr_tui.cli.main import run\ncode = run(sys.argv[1:])\n"
        "heavy = {'textual', 'httpx', 'starlette', 'uvicorn', 'asyncio', 'rich'} & set(sys.modules)\n"
        "print(*sorted(heavy), file=sys.stderr)\nsys.exit(code)"
    )
    argv = [sys.executable, "-c", code, *command]
    done = subprocess.run(argv, env=shell.env, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0
    assert done.stderr.strip() == ""
