"""Where the facts of a task stand in an answer, and what its status words mean: data only (quickrouter.md §3, §7.8).

A host may wrap the same answer in one coat more without notice. So nothing here is a fixed path: each fact is looked
for under each of its names in each of the containers that an answer can have.
"""

from typing import Final

from qr_tui.core.task import Status

_WORDS: Final = {
    Status.WAITING: (
        "pending queued submitted not_start notstarted created starting preparing initializing waiting "
        "queueing in_queue"
    ),
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

# containers, the outer ones first: coats around an answer, and what stands inside any of them
ENVELOPES: Final = ("", "data", "data.data", "data.data.data")
INNER: Final = ("task", "output", "detail", "detail.pending_info")
CONTAINERS: Final = (*ENVELOPES, *INNER, *(f"{coat}.{inner}" for coat in ENVELOPES[1:] for inner in INNER))

# names inside a container, the better ones first
STATUS: Final = ("status", "task_status", "state")
IDS: Final = ("id", "task_id")
OWN_IDS: Final = ("task_info.external_task_id", "external_task_id", "external_id")
VIDEO: Final = (
    "upsample_video_url",
    "video_url",
    "result_url",
    "content.video_url",
    "content[].video_url",
    "task_result.videos[].url",
    "file.download_url",
    "url",
    "content.url",
    "output.url",
    "output.video_url",
    "output[]",
    "output",
    "draft_info.downloadable_url",
    "draft_info.url",
    "draft_info.encodings.source.path",
    "generations[]",
    "metadata.url",
    "result.video_url",
    "video.url",
    "video.download_url",
    "file.backup_download_url",
)
THUMBNAIL: Final = ("thumbnail_url", "draft_info.encodings.thumbnail.path")
GIF: Final = ("gif_url",)
WIDTH: Final = ("width", "draft_info.width", "video_width")
HEIGHT: Final = ("height", "draft_info.height", "video_height")
EXPIRES: Final = ("expires_at",)
ENHANCED_PROMPT: Final = ("enhanced_prompt",)
FRACTION: Final = ("progress_pct",)
PROGRESS: Final = ("progress",)

# why something failed or was refused: words for a person, and codes for us
REASON: Final = (
    "error.message",
    "error.message_zh",
    "error",
    "error[].message",
    "errors[].message",
    "task_status_msg",
    "base_resp.status_msg",
    "failure_reason",
    "draft_info.reason_str",
    "video_generation_error",
    "error_message",
    "error_msg",
    "errmsg",
    "fail_reason",
    "reason",
)
REMARK: Final = ("message", "message_zh", "msg", "detail", "data")  # a coat has these too, about the call
NESTED: Final = ("error", "errors", "failure_reason", "fail_reason", "reason", "message")  # may be objects of texts
NO_WORDS: Final = frozenset({"code", "type", "param", "status"})  # names in such an object that are none
CODES: Final = ("error.code", "code", "error_code", "errcode", "err_code")
TYPES: Final = ("error.type", "type", "draft_info.kind")
VENDOR_CODES: Final = ("base_resp.status_code",)  # one vendor's numbers, which mean something else with others
FILE_IDS: Final = ("file_id", "file.file_id")
# what an envelope says of itself, or a relay for lack of anything better: no reason
EMPTY_REASONS: Final = frozenset(
    ("", "ok", "success", "succeed", "succeeded", "successful", "task failed", "failed", "fail", "failure", "error")
)
