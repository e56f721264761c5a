import pytest

from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, HistoryEntry, Status
from tests.support.cli import Shell, task


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
        "sora-2:task_01k", one.key, "9:16 15s", "https://example.com/a.png", "make it move",
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


def test_one_field_is_printed_as_it_is(shell: Shell) -> None:
    shell.put(task("a boat", id="sora-2:task_1", video_url="https://cdn.example.com/v.mp4", copy=2, copies=3))
    assert shell("show", "task_1", "--field", "video_url").out == "https://cdn.example.com/v.mp4\n"
    assert shell("show", "task_1", "--field", "copies").out == "3\n"
    assert shell("show", "task_1", "--field", "expires_at").out == ""
    assert shell("show", "task_1", "--field", "prompt", "--json").json == "a boat"
    wrong = shell("show", "task_1", "--field", "link")
    assert wrong.code == 2
    assert "video_url" in wrong.err
