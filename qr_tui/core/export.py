"""A task, and an error, as scripts read them: English keys that never change, times in RFC 3339."""

from datetime import UTC, datetime
from typing import Any

from qr_tui.core.failures import WORDS, Trouble
from qr_tui.core.task import FIRST_ROUTE, Failure, Task


def task_json(task: Task) -> dict[str, Any]:
    """Return `task` as JSON, the same in every command and file; nothing in it tells which key paid."""
    return {
        "key": task.key,
        "id": task.id,
        "status": task.status.value,
        "provider_status": task.provider_status,
        "progress": task.progress,
        "model": task.model,
        "route": task.route or FIRST_ROUTE,
        "prompt": task.prompt,
        "enhanced_prompt": task.enhanced_prompt,
        "parameters": dict(task.parameters),
        "images": list(task.images),
        "image_roles": list(task.image_roles),
        "video_url": task.video_url,
        "thumbnail_url": task.thumbnail_url,
        "expires_at": when(task.expires_at),
        "file": task.file,
        "file_state": task.file_state.value,
        "file_size": task.file_size,
        "file_sha256": task.file_sha256,
        "file_failure": _failure(task.file_failure) if task.file_failure else None,
        "failure": _failure(task.failure) if task.failure else None,
        "look_failure": _failure(task.look_failure) if task.look_failure else None,
        "batch": task.batch or None,
        "batch_line": task.batch_line or None,
        "estimate": task.estimate,
        "base_url": task.base_url,
        "parent": task.parent,
        "copy": task.copy or None,
        "copies": task.copies or None,
        "tags": list(task.tags),
        "created_at": when(task.created_at),
        "submitted_at": when(task.submitted_at),
        "updated_at": when(task.updated_at),
        "finished_at": when(task.finished_at),
    }


def sidecar_json(task: Task, *, file: dict[str, Any], source: dict[str, Any], saved_at: float) -> dict[str, Any]:
    """Return what stands beside a saved film: the task, the film, and where it came from.

    Links lose their queries, which carry signatures; no key and no account is in it.
    """
    about = task_json(task)
    for name in ("file", "file_state", "file_size", "file_sha256", "file_failure"):
        del about[name]
    for name in ("video_url", "thumbnail_url"):
        about[name] = _without_query(about[name])
    about["images"] = [_without_query(image) for image in about["images"]]
    return {"v": 1, "task": about, "file": file, "source": source, "saved_at": when(saved_at)}


def _without_query(link: str | None) -> str | None:
    return link and link.partition("?")[0].partition("#")[0]


def error_json(trouble: Trouble) -> dict[str, Any]:
    """Return `trouble` as the one document a command prints when it ends in an error."""
    error = _failure(trouble)
    if error["request_id"] is None:
        del error["request_id"]
    return {"error": error}


def when(at: float | None) -> str | None:
    """Return Unix seconds as RFC 3339 in UTC, whole seconds; None where no calendar holds it."""
    if at is None:
        return None
    try:
        return datetime.fromtimestamp(at // 1, UTC).isoformat()[:19] + "Z"
    except (OverflowError, ValueError, OSError):
        return None


def _failure(failure: Failure | Trouble) -> dict[str, Any]:
    words = WORDS[failure.kind]
    return {
        "kind": failure.kind.value,
        "title": words.title,
        "detail": str(failure.detail),
        "hint": words.hint,
        "request_id": failure.request_id,
    }
