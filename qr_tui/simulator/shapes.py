"""How a video is told to the client: the answer shapes of each family (quickrouter.md §2, §3)."""

from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from qr_tui.simulator.sample_media import SIZES
from qr_tui.simulator.scenarios import FAILURES
from qr_tui.simulator.task import SimTask, Stage

TOS_LIFE: Final = 86_400  # seconds that one vendor's links live
UNKNOWN_WORD: Final = "enhancing_v2"
TASK_WORDS: Final[dict[Stage, str]] = {
    "pending": "NOT_START",
    "processing": "IN_PROGRESS",
    "completed": "SUCCESS",
    "failed": "FAILURE",
}
OPENAI_WORDS: Final[dict[Stage, str]] = {"pending": "queued", "processing": "in_progress"}


def created(task: SimTask, now: float) -> dict[str, Any]:
    """Return the answer to the call that made `task`."""
    if task.source is not None:
        return _openai(task, now, "", "pending")
    return {"id": task.id, "status": "pending", "status_update_time": _millis(now)}


def looked_at(task: SimTask, now: float, base_url: str) -> dict[str, Any]:
    """Return the answer to a query for `task`; links in it begin with `base_url`."""
    stage = task.stage(now)
    if stage == "completed":
        task.looks_when_done += 1
    kept_back = max(1, task.looks_when_done) <= task.scenario.no_url
    url = video_url(task, now, base_url) if stage == "completed" and not kept_back else ""
    if task.scenario.dto:
        return _task_dto(task, now, url, stage)
    odd = task.scenario.unknown_status and stage == "processing" and 0.3 <= task.progress(now) < 0.7
    word = task.word or (UNKNOWN_WORD if odd else None)
    if word is not None:
        at = _millis(task.updated_at(now))
        return {"id": task.id, "status": word, "status_update_time": at, "detail": {"status": word}}
    if stage == "failed":
        at = _millis(task.updated_at(now))
        times = {"status_update_time": at, "created_at": _millis(task.made_at), "failed_at": at}
        return {"id": task.id, "status": "failed"} | FAILURES[task.failure] | times
    if task.source is not None:
        return _openai(task, now, url, stage)
    if task.family == "sora":
        return _sora(task, now, url, base_url, stage)
    if task.family == "veo":
        return _veo(task, now, url, stage)
    return _grok(task, now, url, stage)


def video_url(task: SimTask, now: float, base_url: str) -> str:
    """Return the link to the finished video, signed with its expiry."""
    if task.scenario.link:
        return task.scenario.link
    expires = task.link_expires(now)
    if task.order.route == "volc-tasks":
        date = datetime.fromtimestamp(expires - TOS_LIFE, UTC).strftime("%Y%m%dT%H%M%SZ")
        signed = f"X-Tos-Date={date}&X-Tos-Expires={TOS_LIFE}&X-Tos-Signature=made-up"
        return f"{base_url}/media/{quote(task.id, safe='')}/video.mp4?{signed}"
    if task.order.route == "hailuo":
        return f"{base_url}/media/{quote(task.id, safe='')}/video.mp4?Expires={int(expires)}"
    signed = f"st={_stamp(task.made_at)}&se={_stamp(expires)}"
    return f"{base_url}/media/{quote(task.id, safe='')}/video.mp4?{signed}"


def thumbnail_url(task: SimTask, base_url: str) -> str:
    """Return the link to the thumbnail."""
    return f"{base_url}/media/{quote(task.id, safe='')}/thumbnail.webp"


def _millis(seconds: float) -> int:
    return int(seconds * 1000)


def _stamp(seconds: float) -> str:
    return quote(datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), safe="")


def enhanced(task: SimTask) -> str | None:
    """Return the prompt as the provider rewrote it, where it does."""
    if task.family == "sora" or task.body.get("enhance_prompt") is False:
        return None
    return f"{task.order.prompt}, cinematic, soft light"


def _sora(task: SimTask, now: float, url: str, base_url: str, stage: Stage) -> dict[str, Any]:
    width, height = SIZES[task.shape]
    at = _millis(task.updated_at(now))
    if stage == "completed":
        thumbnail = thumbnail_url(task, base_url)
        links = {"url": url, "gif_url": None} if url else {}
        draft = {"kind": "sora_draft", "width": width, "height": height}
        if url:
            encodings = {"source": {"path": url}, "thumbnail": {"path": thumbnail}}
            draft |= {"downloadable_url": url, "encodings": encodings}
        detail = {"id": task.bare_id, "status": "completed", **links, "draft_info": draft}
        top = {"id": task.id, "status": "completed", "width": width, "height": height}
        link = {"video_url": url or None, "thumbnail_url": thumbnail}
        return top | link | {"status_update_time": at, "detail": detail}
    # the top-level word stays "pending" while the video is being made: the real word hides inside
    keep = ("size", "images", "prompt", "orientation")
    pending = {
        "id": task.bare_id,
        "type": "video_gen",
        "model": "sy_8",
        "title": "New Video",
        "width": width,
        "height": height,
        "status": "queued" if stage == "pending" else "processing",
        "n_frames": 30 * task.order.seconds,
        "priority": 2,
        "generations": [],
        "progress_pct": None if stage == "pending" or task.scenario.no_progress else max(0.0001, task.progress(now)),
        "failure_reason": None,
        "progress_pos_in_queue": None,
        "estimated_queue_wait_time": None,
        "queue_status_message": None,
    }
    asked = {"model": "sy_ore"} | {name: task.body[name] for name in keep if name in task.body}
    detail = {"id": task.bare_id, "status": "pending", "input": asked, "pending_info": pending}
    return {"id": task.id, "status": "pending", "status_update_time": at, "detail": detail}


def _veo(task: SimTask, now: float, url: str, stage: Stage) -> dict[str, Any]:
    upsample = task.body.get("enable_upsample") is True
    word: str = stage
    if stage == "processing":
        word = "video_upsampling" if upsample and task.progress(now) > 0.8 else "video_generating"
    at = _millis(task.updated_at(now))
    detail: dict[str, Any] = {
        "id": task.id,
        "status": word,
        "running": stage != "completed",
        "created_at": _millis(task.made_at),
        "enhanced_prompt": enhanced(task),
        "retry_count": 0,
        "max_retries": 3,
    }
    if stage == "completed":
        # left over from the relay's own retries; the video is fine
        detail |= {
            "error_message": "[403] Request failed | reCAPTCHA evaluation failed",
            "video_generation_error": "request contains unsafe prompt or images",
            "retry_count": 3,
            "completed_at": at,
        }
        if url:
            detail |= {"video_url": url} | ({"upsample_video_url": url} if upsample else {})
    return {
        "id": task.id,
        "status": word,
        "video_url": url or None,
        "status_update_time": at,
        "detail": detail,
    }


def _grok(task: SimTask, now: float, url: str, stage: Stage) -> dict[str, Any]:
    return {
        "id": task.id,
        "status": stage,
        "video_url": url or None,
        "enhanced_prompt": enhanced(task),
        "status_update_time": int(task.updated_at(now)),
    }


def _openai(task: SimTask, now: float, url: str, stage: Stage) -> dict[str, Any]:
    width, height = SIZES[task.shape]
    answer = {
        "id": task.id,
        "object": "video",
        "model": task.order.model.id,
        "status": OPENAI_WORDS.get(stage, stage),
        "progress": int(task.progress(now) * 100),
        "seconds": str(task.order.seconds),
        "size": f"{width}x{height}",
        "created_at": int(task.made_at),
        "remixed_from_video_id": task.source,
    }
    if stage == "completed":
        answer |= {"video_url": url or None, "completed_at": int(task.updated_at(now))}
    return answer


def _task_dto(task: SimTask, now: float, url: str, stage: Stage) -> dict[str, Any]:
    failed = stage == "failed"
    data = {
        "task_id": task.id,
        "status": TASK_WORDS[stage],
        "fail_reason": "upstream gave up" if failed else "",
        "progress": "100%" if failed else f"{int(task.progress(now) * 100)}%",
        "result_url": url,
    }
    return {"code": "success", "message": "", "data": data}
