"""What README.md says is so: its tables are the program's own, and every line of its scripting section runs."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from qr_tui.cli.exit_codes import Exit
from qr_tui.core.export import task_json
from qr_tui.core.failures import WORDS
from qr_tui.core.task import Status
from qr_tui.simulator import Options, Simulator
from tests.support.cli import Shell, task
from tests.support.tools import readme

TEXT = readme.README.read_text("utf-8")
ROOT = readme.README.parent
SHORT_LINKS = re.compile(r"\]\((?!https?://)([^)#]*)(#[^)]*)?\)")


def section(title: str) -> str:
    """Return the text below a heading, up to the next of its rank."""
    return TEXT.split(f"\n## {title}\n")[1].split("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_generated_parts_are_up_to_date() -> None:
    assert readme.written(TEXT) == TEXT, "run: python -m tests.support.tools.readme"


def test_missing_marks_are_told() -> None:
    with pytest.raises(ValueError, match="marks of keys"):
        readme.written("nothing is marked here")


def test_links_lead_somewhere() -> None:
    anchors = {
        re.sub(r"[^\w\- ]", "", line[3:].lower()).replace(" ", "-") for line in TEXT.splitlines() if line[:3] == "## "
    }
    for path, anchor in SHORT_LINKS.findall(TEXT):
        assert not path or (ROOT / path).is_file(), path
        assert not anchor or anchor[1:] in anchors, anchor


def test_every_exit_code_has_its_line() -> None:
    listed = re.findall(r"^\| (\d+) \|", section("Scripting"), re.MULTILINE)
    assert [int(code) for code in listed] == [code.value for code in Exit]


def test_the_task_shown_has_the_keys_of_a_task() -> None:
    shown = json.loads(blocks(section("Scripting"), "json")[0])
    assert list(shown) == list(task_json(task()))


def test_the_messages_it_explains_are_the_ones_shown() -> None:
    titles = {words.title for words in WORDS.values()}
    said = re.findall(r"^\| \*(.+?)\* \|", section("Troubleshooting"), re.MULTILINE)
    assert said and set(said) <= titles


def test_the_settings_it_shows_are_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(tmp_path, monkeypatch)
    (example,) = blocks(section("Configuration"), "toml")
    shell.paths.config.mkdir(parents=True)
    shell.paths.config_file.write_text(example, "utf-8")
    shown = shell("config", "show", "--json")
    assert shown.code == Exit.OK, shown.err
    assert shown.json["limits.videos_per_day"] == 20
    assert shell("keys").err == ""


def test_the_faults_it_shows_exist() -> None:
    tried = re.findall(r"--fault ([a-z]+:\S+?)`", section("The simulator"))
    assert len(tried) >= 5
    Simulator(Options(faults=tuple(tried)))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="the lines are written for a shell")
def test_every_line_of_the_scripting_section_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(blocks(section("Scripting"), "sh"))
    assert lines.count("qr-tui ") > 30
    with Simulator(Options(speed=500)) as simulator:
        shell = Shell(tmp_path / "home", monkeypatch, simulator)
        shell.quick_config()
        wanted = ("failed", "lost", "uncertain", "unwanted")
        (broken,) = shell("create", "[sim:busy] a busy street", "--wait", "--json").json
        named = {"failed": broken["id"]}
        for name in wanted[1:]:
            simulator.fault("create:reset")
            (lost,) = shell("create", f"a {name} ship", "--json").json
            named[name] = lost["key"]
        found = next(made["id"] for made in simulator.tasks() if made["prompt"] == "a lost ship")
        (tmp_path / "key.txt").write_text("sk-any-word\n", "utf-8")
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", f"trap 'echo \"failed: $BASH_COMMAND\" >&2' ERR\n{lines}"],
            cwd=tmp_path,
            env=shell.env | named | {"found": found},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3_000:]
        assert done.stdout.rstrip().endswith("ready")
        stored = {one.key: one for one in shell.stored()}
        assert stored[named["lost"]].id == found
        assert stored[named["unwanted"]].status is Status.STOPPED
        asked = [made["prompt"] for made in simulator.tasks()]
        assert [asked.count(f"{name} ship") for name in ("a lost", "a uncertain", "a unwanted")] == [1, 2, 1]
        for name in ("tasks.json", "made.json"):
            assert json.loads((tmp_path / name).read_text("utf-8")), name
        for name in ("done.jsonl", "tasks.csv", "qr-tui.bash"):
            assert (tmp_path / name).stat().st_size > 100, name
