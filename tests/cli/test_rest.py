"""Settings, keys, copying, completion, the simulator, help."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from qr_tui.cli import click_patches
from qr_tui.cli.main import COMMANDS
from qr_tui.core.task import Status
from tests.support.cli import KEY, Shell, task

SECRET = "sk-another-secret-key-987654"


# help ----------------------------------------------------------------------------------------------------------
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
    import qr_tui.cli.commands.list

    def broken(_here: object) -> list[object]:
        raise RuntimeError(f"with {KEY} in it")

    monkeypatch.setattr(qr_tui.cli.commands.list, "read", broken)
    result = shell("list", "--json")
    assert result.code == 1
    assert result.json["error"]["kind"] == "internal"
    assert KEY not in result.out + result.err
    log = shell.paths.log_file.read_text()
    assert "RuntimeError" in log
    assert KEY not in log


# config --------------------------------------------------------------------------------------------------------
def test_config_set_keeps_comments_and_shows(shell: Shell) -> None:
    shell.paths.config.mkdir(parents=True)
    shell.paths.config_file.write_text('# mine\n[ui]\ntheme = "light" # bright\n')
    assert shell("config", "set", "ui.language", "zh_CN").code == 0
    text = shell.paths.config_file.read_text()
    assert "# mine" in text
    assert "# bright" in text
    shown = shell("config", "show", "--json").json
    assert (shown["ui.theme"], shown["ui.language"], shown["poll.first"]) == ("light", "zh_CN", 10.0)
    assert shell("config", "set", "ui.language").code == 0
    assert shell("config", "show", "--json").json["ui.language"] == "auto"
    assert "light" in shell("config", "show").out


@pytest.mark.parametrize(
    ("key", "value"),
    [("poll.first", "0"), ("poll.first", "soon"), ("ui.theme", "pink"), ("ui.thme", "dark"), ("nonsense", "1"),
     ("host.base_url", "ftp://x"), ("host.ca_file", "/nowhere/ca.pem"), ("ui", "x"),
     ("limits.videos_per_day", "-5")],
)  # fmt: skip
def test_a_setting_that_cannot_be_is_refused_and_nothing_written(shell: Shell, key: str, value: str) -> None:
    result = shell("config", "set", key, value)
    assert result.code == 2
    assert key.partition(".")[0] in result.err
    assert "0 or more" in result.err or value != "-5"
    assert not shell.paths.config_file.exists()


def test_set_key_from_stdin_into_a_private_file(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUICKROUTER_API_KEY")
    result = shell("config", "set-key", stdin=f"{SECRET}\n")
    assert result.code == 0
    assert SECRET not in result.out + result.err
    assert shell.paths.key_file.stat().st_mode & 0o777 == 0o600
    assert SECRET in shell.paths.key_file.read_text()
    from qr_tui.secrets import KeyRing

    key = KeyRing(shell.paths, {}, base_url=shell.url).key_for(shell.url)
    assert key is not None
    assert key.reveal() == SECRET
    assert shell("config", "forget-key").code == 0
    assert SECRET not in shell.paths.key_file.read_text()


@pytest.mark.parametrize("given", ["", "\n", "two words", "ключ", "x" * 5000])
def test_what_cannot_be_a_key_is_refused(shell: Shell, given: str) -> None:
    result = shell("config", "set-key", stdin=given)
    assert result.code == 2
    assert not given.strip() or given not in result.err
    assert not shell.paths.key_file.exists()


def test_set_key_tests_before_it_keeps(live: Shell) -> None:
    refused = live("config", "set-key", "--test", stdin="sk-refused")
    assert refused.code == 3
    assert not live.paths.key_file.exists()
    good = live("config", "set-key", "--test", stdin=SECRET)
    assert good.code == 0
    assert "models" in good.err


def test_no_option_takes_a_key(shell: Shell) -> None:
    assert shell("config", "set-key", SECRET).code == 2
    assert SECRET not in shell("config", "set-key", "--help").out


# keys ----------------------------------------------------------------------------------------------------------
def test_keys_follow_the_settings(shell: Shell) -> None:
    assert shell("config", "set", "keys.tasks.copy_id", "ctrl+y").code == 0
    rows = {row["id"]: row for row in shell("keys", "--json").json}
    assert rows["tasks.copy_id"]["keys"] == ["ctrl+y"]
    assert rows["app.help"]["keys"][0] == "?"
    words = shell("keys").out
    assert all(identity in words for identity in rows)


# copy ----------------------------------------------------------------------------------------------------------
def test_copy_keeps_a_line_a_task_in_the_clipboard_file(shell: Shell) -> None:
    env = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "TMUX": "", "TERM": "dumb"}
    shell.put(task(id="sora-2:task_1"), task(id="sora-2:task_2", video_url="https://cdn.example.com/v.mp4"))
    done = subprocess.run(
        shell.argv("copy", "task_2", "task_1", "--json"),
        env=shell.env | env, capture_output=True, text=True, check=True, start_new_session=True,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert told["text"] == "sora-2:task_2\nsora-2:task_1"
    assert told["routes"] == ["file"]
    assert told["sure"] is False
    assert "sora-2:task_1" in shell.paths.clipboard_file.read_text()


def test_copy_other_parts(shell: Shell) -> None:
    from qr_tui.cli.commands.copy import part
    from qr_tui.core.failures import Trouble

    one = task("make animate", id="sora-2:task_1", video_url="https://cdn.example.com/v.mp4")
    assert part(one, "link") == one.video_url
    assert part(one, "prompt") == "make animate"
    assert part(one, "curl").startswith("curl --request POST https://api.example.com")
    assert json.loads(part(one, "json"))["key"] == one.key
    with pytest.raises(Trouble):
        part(one, "file")
    shell.put(task("no id yet", status=Status.QUEUED))
    assert shell("copy", shell.stored()[0].key).code == 2


# completion ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_a_completion_script_for_each_shell(shell: Shell, name: str) -> None:
    result = shell("completion", name)
    assert result.code == 0
    assert f"_QR_TUI_COMPLETE={name}_complete" in result.out
    assert shell("completion", "csh").code == 2


def completed(shell: Shell, *words: str, kind: str = "zsh") -> list[str]:
    """Return the lines that a shell is offered for these words."""
    cursor = {"COMP_WORDS": " ".join(["qr-tui", *words]), "COMP_CWORD": str(len(words))}
    return shell.process(env={"_QR_TUI_COMPLETE": f"{kind}_complete", **cursor}).out.splitlines()


def test_ids_complete_with_their_prompt(shell: Shell) -> None:
    shell.put(task("a paper\x1b boat", id="sora-2:task_1abc"), task("a kite", id="veo3.1-fast:99-x"))
    assert completed(shell, "show", "sora") == ["plain", r"sora-2\:task_1abc", "a paper· boat"]
    assert completed(shell, "decide", "veo")[1] == r"veo3.1-fast\:99-x"
    assert completed(shell, "show", "nothing") == [""]
    assert completed(shell, "wat") == ["plain", "watch", "follow tasks until they are final"]
    shell.paths.store.write_bytes(b"{damaged")
    assert completed(shell, "show", "sora") == [""]


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_itself_completes_an_id_behind_its_colon(shell: Shell, tmp_path: Path) -> None:
    shell.put(task(id="sora-2:task_1abc"))
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "qr-tui"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m qr_tui "$@"\n')
    program.chmod(0o755)
    script = (
        'eval "$(qr-tui completion bash)"; COMP_WORDS=(qr-tui show {words}); COMP_CWORD={at}; '
        '_qr_tui_completion qr-tui; echo "${{COMPREPLY[@]}}"'
    )
    env = shell.env | {"PATH": f"{program.parent}{os.pathsep}{shell.env['PATH']}"}
    for words, at, reply in (
        ("sora", 2, "sora-2:task_1abc"),
        ("sora-2 : ta", 4, "task_1abc"),
        ("sora-2 :", 3, "task_1abc"),
    ):
        line = script.format(words=words, at=at)
        done = subprocess.run(["bash", "-c", line], env=env, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == reply, done.stderr


# simulate ------------------------------------------------------------------------------------------------------
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


# language ------------------------------------------------------------------------------------------------------
def test_the_language_of_the_settings_is_installed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from qr_tui import i18n

    chosen: list[str] = []
    monkeypatch.setattr(click_patches, "install", lambda: chosen.append("click"))
    monkeypatch.setattr(i18n, "install", chosen.append)
    shell("config", "set", "ui.language", "zh_CN")
    chosen.clear()
    shell("list")
    assert chosen == ["zh_CN", "click", "en"]


def test_click_speaks_the_language_too(shell: Shell) -> None:
    code = (
        "import gettext, sys\n"
        "from qr_tui import i18n\n"
        "from qr_tui.cli.main import run\n"
        "class Shouting(gettext.NullTranslations):\n"
        "    def gettext(self, message): return message.upper() if '{' not in message else '!' + message\n"
        "i18n.install = lambda language: setattr(i18n, '_catalogue', Shouting())\n"
        "sys.exit(run(sys.argv[1:]))"
    )
    told = []
    for command in (("list", "--help"), ("show",), ("list", "--nonsense")):
        argv = [sys.executable, "-c", code, *command]
        env = shell.env | {"QR_TUI_LANG": "zh_CN"}
        done = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=30, check=False)
        told.append(done.stdout + done.stderr)
    assert "USAGE:" in told[0]
    assert "SHOW THIS MESSAGE AND EXIT." in told[0]
    assert "MISSING ARGUMENT" in told[1]
    assert "!No such option" in told[2]


def test_click_still_says_what_is_translated() -> None:
    import click

    said = "".join(path.read_text() for path in Path(click.__file__).parent.glob("*.py"))
    assert [message for message in click_patches.MESSAGES if f'"{message}"' not in said] == []
