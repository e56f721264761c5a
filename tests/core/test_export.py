import json

import pytest

from qr_tui.core.export import error_json, task_json, when
from qr_tui.core.failures import WORDS, Kind, Trouble
from qr_tui.core.task import Failure, FileState, Status, Task

# product.md, "A task in JSON"
NAMES = [
    "key",
    "id",
    "status",
    "provider_status",
    "progress",
    "model",
    "route",
    "prompt",
    "enhanced_prompt",
    "parameters",
    "images",
    "image_roles",
    "video_url",
    "thumbnail_url",
    "expires_at",
    "file",
    "file_state",
    "file_size",
    "file_sha256",
    "file_failure",
    "failure",
    "look_failure",
    "batch",
    "batch_line",
    "estimate",
    "base_url",
    "parent",
    "copy",
    "copies",
    "tags",
    "created_at",
    "submitted_at",
    "updated_at",
    "finished_at",
]


def full() -> Task:
    return Task(
        key="k1",
        model="sora-2-pro",
        prompt="一只纸船 \x1b[2J",
        base_url="https://api.example.com",
        created_at=1_790_000_000.9,
        id="sora-2:task_1",
        status=Status.FAILED,
        provider_status="failed",
        progress=62.0,
        parameters={"duration": 15, "watermark": False},
        images=("https://a.example/1.png",),
        video_url="https://cdn.example/v.mp4",
        expires_at=1e300,
        file="/videos/v.mp4",
        file_state=FileState.SAVED,
        failure=Failure(kind=Kind.POLICY, detail="no", request_id="r1"),
        account="a1b2c3d4e5f6",
        sender="host:1:2",
        raw='{"secret": "answer"}',
        tags=("x",),
        submitted_at=1_790_000_001.0,
    )


def test_a_task_has_exactly_the_promised_keys_in_order() -> None:
    assert list(task_json(full())) == NAMES
    plain = Task(key="k", model="m", prompt="p", base_url="https://b", created_at=0)
    assert list(task_json(plain)) == NAMES
    assert task_json(plain)["id"] is None
    assert task_json(plain)["failure"] is None
    assert task_json(plain)["created_at"] == "1970-01-01T00:00:00Z"


def test_values() -> None:
    document = json.loads(json.dumps(task_json(full())))
    assert document["created_at"] == "2026-09-21T14:13:20Z"
    assert document["submitted_at"] == "2026-09-21T14:13:21Z"
    assert document["expires_at"] is None
    assert document["parameters"] == {"duration": 15, "watermark": False}
    assert document["images"] == ["https://a.example/1.png"]
    assert document["status"] == "failed"
    assert document["file_state"] == "saved"
    words = WORDS[Kind.POLICY]
    assert document["failure"] == {
        "kind": "policy",
        "title": words.title,
        "detail": "no",
        "hint": words.hint,
        "request_id": "r1",
    }


def test_who_paid_and_the_raw_answer_stay_inside() -> None:
    text = json.dumps(task_json(full()))
    for private in ("a1b2c3d4e5f6", "host:1:2", "answer"):
        assert private not in text


def test_no_two_documents_share_what_can_be_changed() -> None:
    task = full()
    task_json(task)["parameters"]["duration"] = 99
    assert task.parameters["duration"] == 15


@pytest.mark.parametrize("at", [1e18, -1e18, float("nan"), float("inf")])
def test_a_time_no_calendar_holds_is_none(at: float) -> None:
    assert when(at) is None


def test_an_error_is_one_document() -> None:
    words = WORDS[Kind.USAGE]
    expected = {"kind": "usage", "title": words.title, "detail": "no prompt", "hint": words.hint}
    assert error_json(Trouble(Kind.USAGE, "no prompt")) == {"error": expected}
    with_id = error_json(Trouble(Kind.UPSTREAM, request_id="r9"))
    assert with_id["error"]["request_id"] == "r9"
