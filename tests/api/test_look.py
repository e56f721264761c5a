"""Where an answer to a query may say what, and what counts when it says several things."""

import json
from typing import Any

import pytest

from qr_tui.api import names, reader
from qr_tui.api.json_body import RAW_LIMIT, TEXT_LIMIT
from qr_tui.core.answers import CallFailed, QueryResult
from qr_tui.core.failures import Kind
from qr_tui.core.task import Status


def encoded(tree: object) -> bytes:
    return json.dumps(tree).encode()


def look(**fields: Any) -> QueryResult:
    return reader.read_look(encoded(fields))


@pytest.mark.parametrize(("word", "status"), sorted(names.MEANING.items()))
def test_words(word: str, status: Status) -> None:
    seen = look(id="x", status=f"  {word.upper()} ")
    assert (seen.status, seen.provider_status) == (status, word.upper())


def test_the_table_holds_every_published_word() -> None:
    counts = [sum(1 for status in names.MEANING.values() if status is wanted) for wanted in Status]
    assert dict(zip(Status, counts, strict=True)) == {
        **dict.fromkeys(Status, 0),
        Status.WAITING: 12,
        Status.RUNNING: 11,
        Status.DONE: 8,
        Status.FAILED: 13,
    }


@pytest.mark.parametrize(
    ("tree", "status", "word"),
    [
        ({"id": "x", "status": "polishing"}, None, "polishing"),
        ({"id": "x", "status": "polishing", "error": "failed"}, None, "polishing"),
        ({"id": "x", "status": "failed" + " " * 300 + "over to another"}, None, "failed" + " " * 74),
        ({"id": "x", "status": "video_generation_completed"}, Status.RUNNING, "video_generation_completed"),
        ({"id": "x", "status": "pending", "detail": {"status": "failed"}}, Status.WAITING, "pending"),
        ({"id": "x", "status": "pending", "detail": {"status": "completed"}}, Status.WAITING, "pending"),
        ({"id": "x", "status": "pending", "detail": {"status": "running"}}, Status.RUNNING, "running"),
        (
            {"id": "x", "status": "processing", "detail": {"pending_info": {"status": "failed"}}},
            Status.RUNNING,
            "processing",
        ),
        ({"id": "x", "status": "completed", "detail": {"status": "failed"}}, Status.DONE, "completed"),
        ({"id": "x", "status": "polishing", "data": {"status": "failed"}}, None, "polishing"),
        ({"data": {"status": "IN_PROGRESS"}}, Status.RUNNING, "IN_PROGRESS"),
        ({"detail": {"status": "queued"}}, Status.WAITING, "queued"),
        ({"detail": {"pending_info": {"status": "processing"}}}, Status.RUNNING, "processing"),
        ({"status": None, "data": {"status": "SUCCESS"}}, Status.DONE, "SUCCESS"),
        ({"status": 200, "data": {"status": "SUCCESS"}}, Status.DONE, "SUCCESS"),
        # the envelope's own success is not the task's
        ({"status": "success", "data": {"task_id": "t", "status": "IN_PROGRESS"}}, Status.RUNNING, "IN_PROGRESS"),
        ({"status": "ok", "data": {"task_id": "t", "status": "SUCCESS"}}, Status.DONE, "SUCCESS"),
    ],
)
def test_where_the_word_stands(tree: object, status: Status | None, word: str) -> None:
    seen = reader.read_look(encoded(tree))
    assert (seen.status, seen.provider_status) == (status, word.strip() if status else word[:80].strip())


@pytest.mark.parametrize("tree", [{}, [], {"id": "x"}, {"status": 3}, {"status": "  "}, "completed"])
def test_no_word_at_all_is_an_unreadable_answer(tree: object) -> None:
    with pytest.raises(CallFailed) as caught:
        reader.read_look(encoded(tree))
    assert caught.value.kind is Kind.BAD_ANSWER


# progress --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "progress"),
    [
        ({"progress": 1}, 1.0),
        ({"progress": 0}, 0.0),
        ({"progress": "45"}, 45.0),
        ({"progress": " 45% "}, 45.0),
        ({"progress": "100%"}, 100.0),
        ({"progress": 0.5}, 0.5),
        ({"data": {"progress": "30%"}}, 30.0),
        ({"progress": "", "data": {"progress": "30%"}}, 30.0),
        ({"detail": {"pending_info": {"progress_pct": 0.93}}, "progress": 2}, 93.0),
        ({"detail": {"pending_info": {"progress_pct": 93}}}, 93.0),
        ({"detail": {"pending_info": {"progress_pct": 1}}}, 100.0),
        ({"detail": {"pending_info": {"progress_pct": None}}, "progress": 7}, 7.0),
        ({"progress": 250}, None),
        ({"progress": -1}, None),
        ({"progress": True}, None),
        ({"progress": "soon"}, None),
        ({"progress": float("nan")}, None),
        ({"progress": [50]}, None),
        ({}, None),
    ],
)
def test_progress(fields: dict[str, Any], progress: float | None) -> None:
    assert look(id="x", status="processing", **fields).progress == progress


# links -----------------------------------------------------------------------------------------------------------
LINK = "https://cdn.example.com/v.mp4"


@pytest.mark.parametrize(
    "fields",
    [
        {"video_url": LINK, "url": "https://other.example"},
        {"video_url": None, "result_url": LINK},
        {"url": LINK},
        {"output": {"url": LINK}},
        {"output": {"video_url": LINK}},
        {"detail": {"upsample_video_url": LINK, "video_url": "https://small.example"}},
        {"detail": {"video_url": LINK, "url": "https://x.example"}},
        {"detail": {"url": LINK}},
        {"detail": {"draft_info": {"downloadable_url": LINK}}},
        {"detail": {"draft_info": {"url": LINK}}},
        {"detail": {"draft_info": {"encodings": {"source": {"path": LINK}}}}},
        {"detail": {"generations": [None, {"url": ""}, {"url": LINK}]}},
        {"data": {"result_url": LINK}},
        {"data": {"video_url": LINK}},
        {"metadata": {"url": LINK}},
        {"result": {"video_url": LINK}},
        {"video_url": "file:///etc/passwd", "url": LINK},
        {"video_url": "https://a.example/\x1b[2J", "url": LINK},
        {"video_url": "https://" + "a" * 9_000, "url": LINK},
        {"video_url": ["https://a.example"], "url": LINK},
    ],
)
def test_the_video_link(fields: dict[str, Any]) -> None:
    assert look(id="x", status="completed", **fields).video_url == LINK


def test_a_link_counts_only_once_it_is_done() -> None:
    assert look(id="x", status="processing", url=LINK).video_url is None
    assert look(id="x", status="failed", url=LINK).video_url is None


def test_done_without_a_link_is_done() -> None:
    seen = look(id="x", status="completed", video_url="javascript:alert(1)")
    assert (seen.status, seen.video_url, seen.failure) == (Status.DONE, None, None)


# failure ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "kind", "detail"),
    [
        ({"error": "heavy load, come back"}, Kind.PROVIDER_BUSY, "heavy load, come back"),
        ({"error": {"message": "one", "message_zh": "二"}}, Kind.PROVIDER_FAILED, "one"),
        ({"error": {"message": "", "message_zh": "图片下载失败"}}, Kind.IMAGE_UNREACHABLE, "图片下载失败"),
        ({"error": {"code": "content_policy_violation"}}, Kind.POLICY, "content_policy_violation"),
        ({"error": {"code": "content_policy_violation", "message": "包含真人"}}, Kind.REAL_PEOPLE, "包含真人"),
        ({"fail_reason": "No available accounts"}, Kind.PROVIDER_BUSY, "No available accounts"),
        ({"failure_reason": "负载已饱和"}, Kind.PROVIDER_BUSY, "负载已饱和"),
        ({"detail": {"failure_reason": "a"}}, Kind.PROVIDER_FAILED, "a"),
        ({"detail": {"pending_info": {"failure_reason": "b"}}}, Kind.PROVIDER_FAILED, "b"),
        ({"detail": {"video_generation_error": "unsafe prompt"}}, Kind.POLICY, "unsafe prompt"),
        ({"detail": {"error_message": "c"}}, Kind.PROVIDER_FAILED, "c"),
        ({"detail": {"error": "d"}}, Kind.PROVIDER_FAILED, "d"),
        ({"message": "e"}, Kind.PROVIDER_FAILED, "e"),
        ({"error": "invalid api key at upstream"}, Kind.PROVIDER_FAILED, "invalid api key at upstream"),
        ({"error": "rate limit of the upstream"}, Kind.PROVIDER_BUSY, "rate limit of the upstream"),
        ({"error": {}, "message": ""}, Kind.NO_REASON, ""),
        ({}, Kind.NO_REASON, ""),
        ({"error": "x" * 5_000}, Kind.PROVIDER_FAILED, "x" * TEXT_LIMIT),
    ],
)
def test_failure_reasons(fields: dict[str, Any], kind: Kind, detail: str) -> None:
    failure = look(id="x", status="failed", **fields).failure
    assert failure is not None
    assert (failure.kind, failure.detail) == (kind, detail)


def test_a_status_word_that_names_its_reason() -> None:
    failure = look(id="x", status="moderation_failed").failure
    assert failure is not None
    assert failure.kind is Kind.POLICY


def test_the_request_id_stays_with_the_failure() -> None:
    failure = look(id="x", status="failed", error="odd (request id: abc-123)").failure
    assert failure is not None
    assert failure.request_id == "abc-123"


def test_raw_is_bounded_and_whole_characters() -> None:
    seen = look(id="x", status="pending", filler="纸" * 20_000)
    assert len(seen.raw.encode()) <= RAW_LIMIT
    assert "\ufffd" not in seen.raw
    body = '{"id":"x","status":"pending","filler":"' + "纸" * 20_000 + '"}'
    assert "\ufffd" not in reader.read_look(body.encode()).raw
