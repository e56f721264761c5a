"""How a video is told on the routes of single vendors: their envelopes, words and oddities (routes.md §7.3–§7.8)."""

from typing import Any, Final

from qr_tui.simulator.sample_media import SIZES
from qr_tui.simulator.shapes import video_url
from qr_tui.simulator.task import SimTask, Stage

_VOLC: Final[dict[Stage, str]] = {
    "pending": "queued",
    "processing": "running",
    "completed": "succeeded",
    "failed": "failed",
}
_KLING: Final[dict[Stage, str]] = {
    "pending": "submitted",
    "processing": "processing",
    "completed": "succeed",
    "failed": "failed",
}
_HAILUO: Final[dict[Stage, tuple[str, str, str]]] = {  # the vendor's word, the relay's, and its progress: a constant
    "pending": ("Queueing", "QUEUED", "10%"),
    "processing": ("Processing", "IN_PROGRESS", "50%"),
    "completed": ("Success", "SUCCESS", "100%"),
    "failed": ("Fail", "FAILURE", "100%"),
}
_OPENAI: Final[dict[Stage, str]] = {"pending": "queued", "processing": "in_progress"}
# why, in a code of each vendor's and in words
_VOLC_CODES: Final = {
    "policy": "OutputVideoSensitiveContentDetected",
    "third_party": "OutputVideoSensitiveContentDetected.PolicyViolation",
    "real_people": "InputImageSensitiveContentDetected",
    "busy": "ServerOverloaded",
}
_WORDS: Final = {
    "policy": "sensitive content was found in the result",
    "third_party": "the result may be similar to third-party content",
    "real_people": "the image may contain a real person",
    "busy": "the server is overloaded",
    "image": "the image could not be downloaded",
}


def created(task: SimTask, now: float, request_id: str) -> dict[str, Any]:
    """Return the answer to the call that made `task`."""
    match task.order.route:
        case "volc-tasks":
            return {"id": task.id, "status": "submitted"}
        case "kling":
            return _kling(task, now, "pending", request_id)
        case "hailuo":
            return {"task_id": task.id, "base_resp": {"status_code": 0, "status_msg": "success"}}
    return _openai(task, "pending", "")


def looked_at(task: SimTask, now: float, base_url: str, request_id: str) -> dict[str, Any]:
    """Return the answer to a query for `task`; links in it begin with `base_url`."""
    stage = task.stage(now)
    if stage == "completed":
        task.looks_when_done += 1
    kept_back = max(1, task.looks_when_done) <= task.scenario.no_url
    url = video_url(task, now, base_url) if stage == "completed" and not kept_back else ""
    match task.order.route:
        case "volc-tasks":
            return volc(task, now, stage, url)
        case "kling":
            answer = _kling(task, now, stage, request_id)
            if url:
                video = {"id": "v1", "url": url, "duration": f"{task.order.seconds}.041"}
                answer["data"]["task_result"] = {"videos": [video]}
            return answer
        case "hailuo":
            return _hailuo(task, now, stage, url)
    answer = _openai(task, stage, url)
    answer["progress"] = int(task.progress(now) * 100) if stage != "failed" else 100
    return answer


def volc(task: SimTask, now: float, stage: Stage, url: str) -> dict[str, Any]:
    """Return a task as the vendor tells it: flat, and no progress, ever."""
    asked = task.order.asked
    answer: dict[str, Any] = {
        "id": task.id,
        "draft": False,
        "model": task.order.model.id,
        "priority": 0,
        "created_at": int(task.made_at),
        "updated_at": int(task.updated_at(now)),
        "service_tier": "default",
        "generate_audio": asked.get("generate_audio", True),
        "execution_expires_after": 172_800,
        "status": task.word or _VOLC[stage],
    }
    if stage == "failed":
        answer["error"] = {"code": _VOLC_CODES.get(task.failure, "InternalServiceError"), "message": _reason(task)}
    if stage == "completed":
        seconds = task.order.seconds
        tokens = 1280 * 720 * (24 * seconds + 1) // 1024
        answer |= {
            "seed": asked.get("seed", 0),
            "ratio": asked.get("ratio", "16:9"),
            "duration": seconds,
            "resolution": asked.get("resolution", "720p"),
            "framespersecond": 24,
            "usage": {"completion_tokens": tokens, "total_tokens": tokens},
            "content": {"video_url": url} if url else {},
        }
    return answer


def _kling(task: SimTask, now: float, stage: Stage, request_id: str) -> dict[str, Any]:
    data: dict[str, Any] = {
        "task_id": task.id,
        "task_status": task.word or _KLING[stage],
        "task_status_msg": _reason(task) if stage == "failed" else "",
        "task_info": {"external_task_id": task.order.own_id} if task.order.own_id else {},
        "created_at": int(task.made_at * 1000),
        "updated_at": int(task.updated_at(now) * 1000),
    }
    return {"code": 0, "message": "SUCCEED", "request_id": request_id, "data": data}


def _hailuo(task: SimTask, now: float, stage: Stage, url: str) -> dict[str, Any]:
    word, outer, progress = _HAILUO[stage]
    width, height = SIZES[task.shape]
    file_id = task.id[::-1]
    base = {"status_code": 0, "status_msg": "success"}
    if stage == "failed":
        base = {"status_code": 1027 if task.failure == "policy" else 1000, "status_msg": _reason(task)}
    inner: dict[str, Any] = {"task_id": task.id, "status": word, "file_id": "", "base_resp": base}
    if stage == "completed":
        inner |= {"file_id": file_id, "video_width": width, "video_height": height}
        if url:
            inner["file"] = {"bytes": 0, "file_id": int(file_id), "filename": "output.mp4", "download_url": url}
    data = {
        "task_id": task.id,
        "action": "video_generation",
        "status": task.word or outer,
        # of a success it holds the file's id, which is no reason for anything
        "fail_reason": file_id if stage == "completed" else "task failed" if stage == "failed" else "",
        "submit_time": int(task.made_at),
        "start_time": 0,
        "finish_time": int(task.updated_at(now)) if stage in ("completed", "failed") else 0,
        "progress": progress,
        "data": inner,
    }
    return {"code": "success", "message": "", "data": data}


def _openai(task: SimTask, stage: Stage, url: str) -> dict[str, Any]:
    asked = task.order.asked
    answer: dict[str, Any] = {
        "id": task.id,
        "object": "video",
        "model": task.order.model.id,
        "created_at": int(task.made_at),
        "seconds": asked.get("seconds", "8"),
        "size": asked.get("size", "1280x720"),
        "status": task.word or _OPENAI.get(stage, stage),
        "progress": 0,
    }
    if stage == "completed":
        answer |= {"completed_at": int(task.made_at + task.length), "video_url": url or None}
    if stage == "failed":
        code = "content_policy_violation" if task.failure == "policy" else "generation_failed"
        answer["error"] = {"code": code, "message": _reason(task)}
    return answer


def _reason(task: SimTask) -> str:
    return _WORDS.get(task.failure, "the source gave up")
