"""Every published shape of an answer reads to the right state."""

from pathlib import Path

import pytest

from qr_tui.api import errors, reader
from qr_tui.core.answers import CallFailed, Delivery, QueryResult
from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure, Status

EXAMPLES = Path(__file__).parent / "examples"


def body(name: str) -> bytes:
    return (EXAMPLES / f"{name}.json").read_bytes()


def look(name: str) -> QueryResult:
    return reader.read_look(body(name))


def test_create() -> None:
    created = reader.read_created(body("create"))
    assert created.id == "sora-2:task_01example0create0000000000"
    assert created.provider_status == "pending"
    assert created.raw == body("create").decode()


def test_pending_outside_processing_inside_is_running() -> None:
    seen = look("query-pending-sora")
    assert (seen.status, seen.provider_status, seen.progress) == (Status.RUNNING, "processing", 43.02)
    assert (seen.width, seen.height) == (352, 640)
    assert seen.video_url is None


def test_pending_minimal() -> None:
    seen = look("query-pending-minimal")
    assert (seen.status, seen.progress, seen.video_url) == (Status.WAITING, None, None)
    assert seen.enhanced_prompt == "A paper boat ..."


def test_completed_sora() -> None:
    seen = look("query-completed-sora")
    assert seen.status is Status.DONE
    assert seen.video_url is not None
    assert seen.video_url.startswith("https://cdn.example.com/src.mp4?st=")
    assert seen.thumbnail_url == "https://cdn.example.com/thumbnail.webp"
    assert seen.gif_url == "https://cdn.example.com/preview.gif"
    assert (seen.width, seen.height) == (352, 640)
    assert seen.expires_at == 1790503200.0  # 2026-09-27T10:00:00Z
    assert seen.failure is None


def test_completed_veo_is_completed_whatever_its_stale_errors_say() -> None:
    seen = look("query-completed-veo-with-stale-error")
    assert (seen.status, seen.failure) == (Status.DONE, None)
    assert seen.video_url == "https://cdn.example.com/upsampled.mp4"


def test_completed_openai_style() -> None:
    seen = look("query-completed-openai-style")
    assert (seen.status, seen.progress, seen.video_url) == (Status.DONE, 100.0, "https://oss.example.com/x.mp4")


@pytest.mark.parametrize(
    ("name", "failure"),
    [
        (
            "query-failed-detail",
            Failure(
                kind=Kind.REAL_PEOPLE,
                detail="We currently do not support uploads of images containing photorealistic people.",
            ),
        ),
        ("query-failed-object", Failure(kind=Kind.POLICY, detail="Content was refused")),
        (
            "query-failed-string",
            Failure(
                kind=Kind.THIRD_PARTY,
                detail="This content may violate our guardrails concerning similarity to third-party content.",
            ),
        ),
        ("query-failed-task-dto", Failure(kind=Kind.PROVIDER_FAILED, detail="upstream gave up")),
    ],
)
def test_failed(name: str, failure: Failure) -> None:
    seen = look(name)
    assert (seen.status, seen.failure) == (Status.FAILED, failure)


@pytest.mark.parametrize(
    ("name", "status", "kind", "delivery"),
    [
        ("error-401", 401, Kind.KEY_REFUSED, Delivery.REFUSED),
        ("error-403-quota", 403, Kind.NO_BALANCE, Delivery.REFUSED),
        ("error-503-model", 503, Kind.MODEL_UNAVAILABLE, Delivery.REFUSED),
    ],
)
def test_errors(name: str, status: int, kind: Kind, delivery: Delivery) -> None:
    failed = errors.create_failed(status, {}, body(name))
    assert (failed.kind, failed.delivery, failed.status) == (kind, delivery, status)
    assert failed.raw == body(name).decode()


def test_an_unknown_task_is_not_found() -> None:
    assert errors.get_failed(400, {}, body("error-400-unknown-task")).kind is Kind.NOT_FOUND


@pytest.mark.parametrize("name", ["error-401", "error-403-quota", "error-503-model"])
def test_the_request_id_is_kept(name: str) -> None:
    assert errors.create_failed(400, {}, body(name)).request_id == "20261122example"


def test_an_error_body_under_a_good_status_is_no_look() -> None:
    with pytest.raises(CallFailed) as caught:
        look("error-400-unknown-task")
    assert caught.value.kind is Kind.NOT_FOUND
