import csv
import io
import json
import os
import stat

from qr_tui.core.failures import Kind
from tests.support.cli import Shell, failed, task


def test_export_formats_agree(shell: Shell) -> None:
    shell.put(task('one, "two"\nthree', images=("https://e.com/a.png", "https://e.com/b.png")), task("纸船", ago=10))
    whole = shell("export").json
    lines = [json.loads(text) for text in shell("export", "--format", "jsonl").out.splitlines()]
    assert whole == lines == shell("list", "--json").json
    rows = list(csv.DictReader(io.StringIO(shell("export", "--format", "csv").out)))
    assert [row["prompt"] for row in rows] == ["纸船", 'one, "two"\nthree']
    assert rows[1]["images"] == "https://e.com/a.png https://e.com/b.png"
    assert json.loads(rows[1]["parameters"]) == whole[1]["parameters"]


def test_csv_runs_no_formula(shell: Shell) -> None:
    shell.put(task("=HYPERLINK(1)"), failed(Kind.POLICY, "@x", ago=10))
    rows = list(csv.DictReader(io.StringIO(shell("export", "--format", "csv").out)))
    assert [row["prompt"] for row in rows] == ["'@x", "'=HYPERLINK(1)"]
    assert rows[0]["failure_kind"] == "policy"


def test_export_to_a_private_file(shell: Shell) -> None:
    shell.put(task())
    file = shell.home / "tasks.json"
    assert shell("export", "--output", str(file)).code == 0
    assert json.loads(file.read_text())[0]["prompt"] == "a paper boat"
    assert file.stat().st_mode & 0o777 == 0o600
    assert shell("export", "--output", str(shell.home / "no" / "such" / "folder.json")).code == 2


def test_export_writes_to_a_pipe_and_never_replaces_it(shell: Shell) -> None:
    shell.put(task())
    pipe = shell.home / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert shell("export", "--output", str(pipe)).code == 0
    assert json.loads(os.read(reader, 100_000))[0]["prompt"] == "a paper boat"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
