"""The provider's status words and the places they stand in (quickrouter.md §3)."""

from typing import Final

from qr_tui.api.json_body import at, each, text
from qr_tui.core.task import Status

_WORDS: Final = {
    Status.WAITING: ("pending queued submitted not_start notstarted created starting preparing initializing waiting"),
    Status.RUNNING: (
        "processing in_progress running generating downloading uploading image_downloading video_generating "
        "video_generation_completed video_upsampling video_upsampling_completed"
    ),
    Status.DONE: "completed complete success succeeded succeed finished finish done",
    Status.FAILED: (
        "failed failure fail error cancelled canceled rejected expired deleted moderation_failed "
        "video_generation_failed video_upsampling_failed media_generation_status_failed"
    ),
}
MEANING: Final = {word: status for status, words in _WORDS.items() for word in words.split()}

PLACES: Final = ("status", "data.status", "detail.status", "detail.pending_info.status")
_WORD_LIMIT: Final = 80


def meaning(word: str) -> Status | None:
    """Return what a status word means, None for an unknown one: it is never a failure."""
    return MEANING.get(word.strip().lower())


def read(tree: object) -> tuple[Status | None, str]:
    """Return our status and the provider's word that decided it; the word is empty when there is none."""
    words = [value if isinstance(value, str) else "" for value in each(tree, PLACES)]
    word = next((found for found in words if found.strip()), "")
    status = meaning(word)
    enveloped = words[1]
    if enveloped.strip() and status in (None, Status.DONE) and not _has_id(tree):
        # "status": "success" around a task tells of the call, not of the task
        status, word = meaning(enveloped), enveloped
    if status is Status.WAITING:
        # the outer word stays "pending" while the inner one already says "processing" (seen)
        word = next((inner for inner in words[2:] if meaning(inner) is Status.RUNNING), word)
        status = meaning(word)
    return status, text(word, _WORD_LIMIT)


def _has_id(tree: object) -> bool:
    return any(text(at(tree, name)) for name in ("id", "task_id"))
