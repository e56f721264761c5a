import csv
import io
import json
import os
import stat
import subprocess
import sys

import pytest

from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, HistoryEntry, Status
from qr_tui.store import codec
from tests.support.cli import HOSTILE, Shell, failed, task

FIELDS = (
    "key id status provider_status progress model prompt enhanced_prompt parameters images video_url thumbnail_url "
    "expires_at file file_state failure base_url parent tags created_at submitted_at updated_at finished_at"
)


def test_an_empty_home_is_no_error(shell: Shell) -> None:
    assert shell("list").err == "no tasks\n"
    assert shell("list", "--json").json == []
    assert not shell.paths.store.exists()


def test_list_newest_first_with_the_fields_of_the_contract(shell: Shell) -> None:
    shell.put(task("old", ago=7200), task("new", ago=5, status=Status.RUNNING, progress=61.7, id="sora-2:task_abc"))
    listed = shell("list", "--json").json
    assert [item["prompt"] for item in listed] == ["new", "old"]
    assert set(listed[0]) == set(FIELDS.split())
    words = shell("list")
    assert words.code == 0
    assert "running  62 %      5s   sora-2-pro  portrait 15s  sora-2:task_abc" in words.out
    assert words.out.splitlines()[0].startswith("STATUS")


def test_filter_sort_reverse_and_limit(shell: Shell) -> None:
    shell.put(
        task("a boat", ago=10, status=Status.DONE), task("a kite", ago=20), failed(Kind.POLICY, "a boat too", ago=30)
    )
    assert [item["prompt"] for item in shell("list", "boat", "!status:failed", "--json").json] == ["a boat"]
    assert shell("list", "--sort", "oldest", "--json").json[0]["prompt"] == "a boat too"
    assert [item["prompt"] for item in shell("list", "--reverse", "--limit", "1", "--json").json] == ["a boat too"]
    assert shell("list", "nothing at all").err == "no task fits\n"


def test_a_filter_that_cannot_be_read_is_pointed_at(shell: Shell) -> None:
    result = shell("list", "boat", "age=soon", "--json")
    assert result.code == 2
    assert result.json["error"]["kind"] == "usage"
    assert "age=soon" in result.json["error"]["detail"]


def test_sort_offers_every_order_there_is() -> None:
    from qr_tui.cli.commands.list import ORDER_NAMES
    from qr_tui.core.query import ORDERS

    assert tuple(ORDERS) == ORDER_NAMES


@pytest.mark.parametrize("name", ["key", "id", "tail", "key tail"])
def test_show_by_key_id_or_tail(shell: Shell, name: str) -> None:
    one = task(id="sora-2:task_01kabcdef")
    shell.put(one, task("another", id="sora-2:task_01kzzzzzz"))
    reference = {"key": one.key, "id": one.id or "", "tail": "abcdef", "key tail": one.key[-5:]}[name]
    assert shell("show", reference, "--json").json["key"] == one.key


def test_show_says_everything(shell: Shell) -> None:
    one = task(
        "make\nanimate",
        status=Status.FAILED,
        id="sora-2:task_01k",
        provider_status="failed",
        enhanced_prompt="make it move",
        images=("https://example.com/a.png",),
        video_url="https://cdn.example.com/v.mp4",
        expires_at=1_800_000_000.0,
        failure=Failure(kind=Kind.REAL_PEOPLE, detail="photorealistic people", request_id="req-1"),
        history=(HistoryEntry(1_790_000_000.0, Status.WAITING, "pending"),),
        tags=("x",),
    )
    shell.put(one)
    out = shell("show", "01k").out
    for text in (
        "sora-2:task_01k", one.key, "failed (failed)", "portrait 15s", "https://example.com/a.png", "make it move",
        "https://cdn.example.com/v.mp4", "Images of real people", "photorealistic people", "req-1", "(pending)",
    ):  # fmt: skip
        assert text in out, text
    assert "  make\n  animate\n" in out


def test_ambiguity_names_the_candidates(shell: Shell) -> None:
    shell.put(task(id="sora-2:task_1x"), task(id="sora-2:task_2x"))
    result = shell("show", "x", "--json")
    assert result.code == 2
    assert result.json["error"]["kind"] == "ambiguous"
    assert "sora-2:task_1x" in result.json["error"]["detail"]
    assert "sora-2:task_2x" in result.err


def test_an_unknown_task_is_said(shell: Shell) -> None:
    result = shell("show", "nothing\x1b[31m")
    assert result.code == 2
    assert "No such task" in result.err
    assert "\x1b" not in result.err


@pytest.mark.parametrize(
    "command", [("list",), ("show", "t1"), ("export", "--format", "csv"), ("export",), ("list", "--json")]
)
def test_hostile_text_stays_inert(shell: Shell, command: tuple[str, ...]) -> None:
    broken = Failure(kind=Kind.PROVIDER_FAILED, detail=HOSTILE, request_id=HOSTILE)
    shell.put(
        task(HOSTILE, id=f"{HOSTILE}t1", status=Status.FAILED, failure=broken, provider_status=HOSTILE, model=HOSTILE,
             video_url=HOSTILE, enhanced_prompt=HOSTILE, tags=(HOSTILE,),
             history=(HistoryEntry(1, Status.FAILED, HOSTILE),))
    )  # fmt: skip
    result = shell(*command)
    assert result.code == 0
    assert not set("\x1b\x07\x9b\u202e") & set(result.out + result.err)


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


def test_a_damaged_store_is_said_and_put_aside(shell: Shell) -> None:
    shell.put(task("first"))
    shell.put(task("second", ago=1))
    shell.paths.store.write_bytes(shell.paths.store.read_bytes()[:-40])
    result = shell("list", "--json")
    assert result.code == 0
    assert [item["prompt"] for item in result.json] == ["first"]
    assert "damaged" in result.err
    assert list(shell.paths.data.glob("tasks.json.damaged-*"))


def test_a_newer_store_is_refused_untouched(shell: Shell) -> None:
    shell.put(task())
    document = codec.decode(shell.paths.store.read_bytes())
    document["meta"]["1"]["schema"] = 9
    newer = codec.encode(document)
    shell.paths.store.write_bytes(newer)
    result = shell("list", "--json")
    assert result.code == 1
    assert result.json["error"]["kind"] == "store"
    assert shell.paths.store.read_bytes() == newer


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
