import json
import time
from pathlib import Path
from typing import Any

import pytest

from qr_tui.api import transport
from qr_tui.cli import streams
from qr_tui.cli.commands.create import parse_param
from qr_tui.core.catalogue import LEAST_COPIES, MOST_COPIES
from qr_tui.core.failures import Trouble
from qr_tui.core.task import Status
from qr_tui.simulator import Options, Simulator
from tests.support.cli import HOSTILE, KEY, Shell, task

SEED = {
    "images": [],
    "model": "sora-2-pro",
    "orientation": "portrait",
    "prompt": "make animate",
    "size": "large",
    "duration": 15,
    "watermark": True,
    "private": False,
}


def body(shell: Shell, *args: str, stdin: str | bytes = "") -> Any:
    """Return the body that these arguments would send."""
    return shell("create", *args, "--dry-run", "--json", stdin=stdin).json["body"]


def test_dry_run_prints_the_vendors_body_and_a_curl_without_the_key(shell: Shell) -> None:
    result = shell("create", "make animate", "--dry-run", "--json")
    assert result.code == 0
    assert result.json["body"] == SEED
    assert list(result.json["body"]) == list(SEED)
    assert result.json["url"] == "https://api.example.com/v1/video/create"
    assert "$QUICKROUTER_API_KEY" in result.json["curl"]
    words = shell("create", "make animate", "--dry-run")
    assert json.loads(words.out.split("\n\n")[0]) == SEED
    assert "curl --request POST https://api.example.com/v1/video/create" in words.out
    assert KEY not in result.out + words.out + words.err
    assert not shell.home.exists()


def test_every_option_reaches_the_body(shell: Shell) -> None:
    args = (
        "纸船", "--model", "sora-2", "--orientation", "landscape", "--duration", "10", "--size", "small",
        "--no-watermark", "--private", "--image", "https://e.com/a.png", "--image", "http://e.com/b.png",
        "--param", "character_timestamps=1,3", "--param", "seed=7", "--param", "loop=true", "--param", 'name="7"',
    )  # fmt: skip
    assert body(shell, *args) == {
        "images": ["https://e.com/a.png", "http://e.com/b.png"],
        "model": "sora-2",
        "orientation": "landscape",
        "prompt": "纸船",
        "size": "small",
        "duration": 10,
        "watermark": False,
        "private": True,
        "character_timestamps": "1,3",
        "seed": 7,
        "loop": True,
        "name": "7",
    }


def test_a_models_own_fields_are_completed(shell: Shell) -> None:
    sent = body(shell, "boat", "--model", "veo3.1-fast", "--param", "aspect_ratio=9:16")
    assert sent["aspect_ratio"] == "9:16"
    assert sent["enhance_prompt"] is True
    assert "duration" not in sent


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-2.5", -2.5),
        ("true", True),
        ("null", None),
        ("1,3", "1,3"),
        ("16:9", "16:9"),
        ("", ""),
        ("a=b", "a=b"),
    ],
)
def test_parameters_are_read_as_json_where_they_are(text: str, value: object) -> None:
    assert parse_param(f"x={text}") == ("x", value)


@pytest.mark.parametrize("text", ["x", "=1", "prompt=y", "model=z", "images=a"])
def test_a_parameter_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(Trouble):
        parse_param(text)


def test_the_prompt_comes_from_argument_file_or_stdin(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "prompt.txt"
    file.write_text("line one\n第二行\n", encoding="utf-8")
    assert body(shell, "--prompt-file", str(file))["prompt"] == "line one\n第二行"
    assert body(shell, "-", stdin="from stdin\n")["prompt"] == "from stdin"
    assert body(shell, "--prompt-file", "-", stdin="from stdin")["prompt"] == "from stdin"


@pytest.mark.parametrize(
    ("args", "stdin", "words"),
    [
        ([], b"", "a prompt is missing"),
        ([""], b"", "prompt is empty"),
        (["  "], b"", "prompt is empty"),
        (["-"], b"", "prompt is empty"),
        (["-"], b"\xff\xfe\x00", "not UTF-8"),
        (["x", "--prompt-file", "-"], b"y", "not both"),
        (["--prompt-file", "/no/such/file"], b"", "/no/such/file"),
        (["x", "--image", "ftp://e.com/a.png"], b"", "ftp://e.com/a.png"),
        (["x", "--image", "a.png"], b"", "a.png"),
        (["x", "--copies", "21"], b"", "21"),
        (["x", "--copies", "0"], b"", "0"),
        (["x", "--param", "y"], b"", "NAME=VALUE"),
        (["x", "--duration", "long"], b"", "long"),
        (["x", "--timeout", "-1"], b"", "--timeout"),
        (["x", "--timeout", "nan"], b"", "--timeout"),
        (["x", "--nonsense"], b"", "--nonsense"),
        (["\udcff"], b"", "not UTF-8"),
        (["x", "--model", "m\udcff"], b"", "--model is not UTF-8"),
        (["x", "--aspect-ratio", "\udcff"], b"", "--aspect-ratio is not UTF-8"),
        (["x", "--tag", "\udcff"], b"", "--tag is not UTF-8"),
        (["x {{a}}", "--var", "a=\udcff"], b"", "--var is not UTF-8"),
    ],
)
@pytest.mark.parametrize("how", [(), ("--dry-run",)])
def test_bad_input_is_named_and_sends_nothing(
    live: Shell, args: list[str], stdin: bytes, words: str, how: tuple[str, ...]
) -> None:
    result = live("create", *args, *how, "--json", stdin=stdin)
    assert result.code == 2
    assert result.json["error"]["kind"] == "usage"
    assert words in result.json["error"]["detail"]
    assert words in result.err
    assert live.posts() == 0
    assert live.stored() == []


def test_a_value_outside_the_catalogue_is_a_note_not_a_wall(shell: Shell) -> None:
    result = shell("create", "x", "--duration", "60", "--dry-run", "--json")
    assert result.code == 0
    assert result.json["body"]["duration"] == 60
    assert any("60" in warning for warning in result.json["warnings"])
    assert "60" in result.err


def test_create_sends_once_and_prints_the_task(live: Shell) -> None:
    result = live("create", "make animate", "--json")
    assert result.code == 0
    (made,) = result.json
    assert made["status"] in ("waiting", "running")
    assert made["id"] == live.stored()[0].id
    assert live.simulator is not None
    (sent,) = live.simulator.stats()["creates"]
    assert sent["body"] == SEED


def test_create_waits_and_ends_well(live: Shell) -> None:
    result = live("create", "纸船", "--wait", "--json")
    assert result.code == 0
    (made,) = result.json
    assert (made["status"], made["progress"]) == ("done", 100)
    assert made["video_url"].startswith(live.url)
    assert "done" in result.err
    words = live("create", "another", "--wait")
    identity, status, link = words.out.split()
    assert (identity, status, link) == (live.stored()[0].id, "done", live.stored()[0].video_url)


def test_copies_are_tasks_of_their_own(live: Shell) -> None:
    result = live("create", "boat", "--copies", "3", "--json")
    assert len({made["id"] for made in result.json}) == 3
    assert live.posts() == 3


def test_the_same_again_needs_a_yes(live: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert live("create", "boat").code == 0
    refused = live("create", "boat", "--json")
    assert refused.code == 2
    assert refused.json["error"]["kind"] == "duplicate"
    assert "--yes" in refused.json["error"]["detail"]
    assert live.posts() == 1
    monkeypatch.setattr(streams, "can_ask", lambda: True)
    assert live("create", "boat", stdin="n\n").code == 130
    assert live.posts() == 1
    assert live("create", "boat", stdin="y\n").code == 0
    assert live.posts() == 2
    monkeypatch.setattr(streams, "can_ask", lambda: False)
    assert live("create", "boat", "--yes").code == 0
    assert live.posts() == 3


@pytest.mark.parametrize(
    ("fault", "code", "status", "kind"),
    [
        ("reset", 5, "unconfirmed", "lost_answer"),
        ("500", 5, "unconfirmed", "lost_answer"),
        ("502", 5, "unconfirmed", "lost_answer"),
        ("504", 5, "unconfirmed", "lost_answer"),
        ("524", 5, "unconfirmed", "lost_answer"),
        ("broken_json", 5, "unconfirmed", "lost_answer"),
        ("empty", 5, "unconfirmed", "lost_answer"),
        ("html", 5, "unconfirmed", "lost_answer"),
        ("no_id", 5, "unconfirmed", "lost_answer"),
        ("cut", 5, "unconfirmed", "lost_answer"),
        ("hang", 5, "unconfirmed", "lost_answer"),
        ("reset_before", 5, "unconfirmed", "lost_answer"),
        ("400", 1, "failed", "bad_request"),
        ("401", 3, "failed", "key_refused"),
        ("403", 3, "failed", "forbidden"),
        ("404", 1, "failed", None),
        ("no_balance", 6, "failed", "no_balance"),
        ("no_balance_429", 6, "failed", "no_balance"),
        ("model_not_found", 1, "failed", "model_unavailable"),
        ("error_in_200", 1, "failed", "provider_busy"),
        ("latency,seconds=0.2", 0, "done", None),
    ],
)
def test_every_fault_has_its_code_and_one_post(
    live: Shell, fault: str, code: int, status: str, kind: str | None
) -> None:
    assert live.simulator is not None
    live.simulator.fault(f"create:{fault}")
    timeout = "0.4" if fault == "hang" else "20"
    result = live("create", "boat", "--wait", "--timeout", timeout, "--json")
    assert result.code == code, result.err
    (made,) = result.json
    assert made["status"] == status
    assert kind is None or made["failure"]["kind"] == kind
    assert live.stored()[0].status == status
    assert live.posts() == 1
    if status == "unconfirmed":
        assert f"qr-tui decide {made['key']}" in result.err


def test_too_many_requests_is_tried_again_in_pace(live: Shell) -> None:
    assert live.simulator is not None
    live.simulator.fault("create:429")
    result = live("create", "boat", "--wait", "--timeout", "20", "--json")
    assert result.code == 0
    assert live.posts() == 2
    assert live.simulator.stats()["paid"] == 1


@pytest.mark.parametrize(
    "fault", ["query:500:2", "query:429:2", "query:broken_json:2", "query:reset:2", "query:html:1"]
)
def test_looks_that_fail_do_not_fail_the_task(live: Shell, fault: str) -> None:
    assert live.simulator is not None
    live.simulator.fault(fault)
    assert live("create", "boat", "--wait", "--timeout", "20", "--json").json[0]["status"] == "done"


@pytest.mark.parametrize(
    ("word", "code", "kind"), [("real_people", 1, "real_people"), ("policy", 1, "policy"), ("hostile", 1, None)]
)
def test_a_video_that_fails_says_why(live: Shell, word: str, code: int, kind: str | None) -> None:
    result = live("create", f"boat [sim:{word}]", "--wait", "--timeout", "20", "--json")
    assert result.code == code
    failure = result.json[0]["failure"]
    assert kind is None or failure["kind"] == kind
    assert failure["title"]
    assert f"qr-tui retry {result.json[0]['key']}" in result.err
    assert not set("\x1b\x07\x9b\u202e") & set(result.out + result.err)


def test_the_deadline_leaves_the_task_to_be_watched(live: Shell) -> None:
    result = live("create", "boat [sim:stuck]", "--wait", "--timeout", "0.4", "--json")
    assert result.code == 4
    assert result.json[0]["status"] in ("waiting", "running")
    assert "Still running" in result.err
    assert "qr-tui watch" in result.err


def test_a_host_that_is_down_keeps_the_task_queued(live: Shell) -> None:
    assert live.simulator is not None
    live.simulator.stop()
    began = time.monotonic()
    result = live("create", "boat", "--json")
    assert result.code == 4
    assert time.monotonic() - began < 30
    assert result.json[0]["status"] == "queued"
    assert "cannot be reached" in result.err
    assert "not sent yet" in result.err
    live.simulator.start()
    followed = live("watch", "--json")
    assert (followed.code, followed.json[0]["status"]) == (0, "done")
    assert live.posts() == 1


def test_a_key_that_is_refused_in_the_middle_ends_the_wait(live: Shell) -> None:
    assert live.simulator is not None
    live.simulator.fault("query:401:0")
    result = live("create", "boat", "--wait", "--timeout", "30", "--json")
    assert result.code == 3
    assert result.json[0]["status"] in ("waiting", "running")
    assert "refuses the key" in result.err


def test_without_a_key_nothing_is_written(live: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUICKROUTER_API_KEY")
    result = live("create", "boat", "--json")
    assert result.code == 3
    assert result.json["error"]["kind"] == "no_key"
    assert live.stored() == []


def test_over_the_persons_own_limit(live: Shell) -> None:
    assert live("config", "set", "limits.videos_per_day", "1").code == 0
    assert live("create", "one").code == 0
    result = live("create", "two", "--json")
    assert result.code == 6
    assert result.json["error"]["kind"] == "over_limit"
    assert live.posts() == 1


def test_the_key_never_shows(live: Shell) -> None:
    assert live.simulator is not None
    live.simulator.fault("create:401")
    results = [live("create", "boat"), live("create", "boat", "--yes", "--wait", "--json"), live("doctor", "--json")]
    assert not any(KEY in result.out + result.err for result in results)
    files = [path for path in live.home.rglob("*") if path.is_file()]
    assert files
    assert not any(KEY.encode() in path.read_bytes() for path in files)


def test_a_hostile_prompt_is_shown_inert(live: Shell) -> None:
    result = live("create", HOSTILE, "--wait")
    assert result.code == 0
    assert not set("\x1b\x07\x9b\u202e") & set(result.out + result.err)
    assert live.stored()[0].prompt == HOSTILE


def test_others_tasks_are_not_told_of(live: Shell) -> None:
    live.put(task("not mine", base_url=live.url, id="sora-2:task_other", status=Status.RUNNING))
    result = live("create", "boat", "--wait", "--json")
    assert [made["prompt"] for made in result.json] == ["boat"]
    assert "other" not in result.err


def test_a_slow_answer_is_waited_for_without_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(Options(speed=500, latency=0.6)) as simulator:
        result = Shell(tmp_path, monkeypatch, simulator)("create", "boat", "--json")
        assert result.code == 0
        assert result.json[0]["id"]


def test_tags_go_with_the_task_and_not_to_the_provider(live: Shell) -> None:
    made = live("create", "a boat", "--tag", "sea", "--tag", "#night one", "--json").json[0]
    assert made["tags"] == ["sea", "night", "one"]
    assert [task["key"] for task in live("list", "tag:night", "--json").json] == [made["key"]]
    assert live("list", "tag:day", "--json").json == []
    assert live.simulator is not None
    assert "tags" not in live.simulator.stats()["creates"][0]["body"]


def test_help_names_the_limit_of_copies(shell: Shell) -> None:
    assert f"({LEAST_COPIES}-{MOST_COPIES})" in shell("create", "--help").out


@pytest.mark.parametrize(("name", "value"), [("HTTPS_PROXY", "ftp://nowhere"), ("SSL_CERT_FILE", "/dev/null/none")])
@pytest.mark.parametrize("wait", [(), ("--wait",)])
def test_rule_3_a_setting_that_cannot_be_used_ends_it_and_keeps_the_task(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str, wait: tuple[str, ...]
) -> None:
    transport.ssl_context.cache_clear()
    monkeypatch.setenv(name, value)
    result = shell("create", "boat", *wait, "--json")
    transport.ssl_context.cache_clear()
    assert result.code == 4, "it is sent as soon as the setting is corrected: nobody should send it again"
    assert result.json[0]["status"] == "queued"
    assert "cannot be used" in result.err
    assert "not sent yet" in result.err
    assert shell.stored()[0].status is Status.QUEUED


def test_rule_2_4_a_stray_refusal_does_not_end_the_wait(live: Shell) -> None:
    assert live.simulator is not None
    live.simulator.fault("query:401")
    result = live("create", "boat", "--wait", "--timeout", "30", "--json")
    assert (result.code, result.json[0]["status"]) == (0, "done")
    assert "refuses the key" not in result.err


def test_what_new_videos_begin_with_is_a_setting(shell: Shell) -> None:
    begins_with = {"create.model": "sora-2", "parameters.orientation": "landscape", "parameters.duration": "15"}
    for key, value in begins_with.items():
        assert shell("config", "set", key, value).code == 0
    begun = body(shell, "a boat")
    assert (begun["model"], begun["orientation"], begun["duration"]) == ("sora-2", "landscape", 15)
    assert body(shell, "a boat", "--orientation", "portrait")["orientation"] == "portrait"
    assert body(shell, "a boat", "--model", "veo3.1")["model"] == "veo3.1"
