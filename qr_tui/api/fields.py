"""Where each fact of a task may stand in an answer, in the order of quickrouter.md §3."""

from typing import Final

from qr_tui.api import expiry, reasons
from qr_tui.api.errors import request_id_in
from qr_tui.api.json_body import at, each, number, text
from qr_tui.api.links import link
from qr_tui.core.failures import Kind
from qr_tui.core.task import Failure

VIDEO: Final = (
    "video_url",
    "result_url",
    "url",
    "output.url",
    "output.video_url",
    "detail.upsample_video_url",
    "detail.video_url",
    "detail.url",
    "detail.draft_info.downloadable_url",
    "detail.draft_info.url",
    "detail.draft_info.encodings.source.path",
)
AFTER_GENERATIONS: Final = ("data.result_url", "data.video_url", "metadata.url", "result.video_url")
THUMBNAIL: Final = ("thumbnail_url", "detail.thumbnail_url", "detail.draft_info.encodings.thumbnail.path")
GIF: Final = ("gif_url", "detail.gif_url")
SIZED: Final = ("", "detail.draft_info.", "detail.pending_info.")
EXPIRES: Final = ("expires_at", "detail.expires_at", "data.expires_at")
REASON: Final = (
    "error",
    "error.message",
    "error.message_zh",
    "error.code",
    "fail_reason",
    "failure_reason",
    "data.fail_reason",
    "data.failure_reason",
    "detail.failure_reason",
    "detail.pending_info.failure_reason",
    "detail.draft_info.reason_str",
    "detail.video_generation_error",
    "detail.error_message",
    "detail.error",
    "message",
)
CODES: Final = ("error.code", "error.type", "detail.draft_info.kind")

_PROMPT_LIMIT: Final = 20_000  # characters
_GENERATIONS: Final = 50  # entries looked through
_LARGEST_SIDE: Final = 100_000  # pixels


def video_url(tree: object) -> str | None:
    """Return the link to the video, the first usable one."""
    return (
        _first_link(tree, VIDEO)
        or next(filter(None, map(link, _generations(tree))), None)
        or _first_link(tree, AFTER_GENERATIONS)
    )


def thumbnail_url(tree: object) -> str | None:
    """Return the link to the still picture."""
    return _first_link(tree, THUMBNAIL)


def gif_url(tree: object) -> str | None:
    """Return the link to the moving preview."""
    return _first_link(tree, GIF)


def expires_at(tree: object, url: str | None) -> float | None:
    """Return when `url` dies (Unix seconds): as its own parameters say, else as the answer says."""
    own = expiry.of_link(url) if url else None
    return own or next(filter(None, map(expiry.moment, each(tree, EXPIRES))), None)


def side(tree: object, name: str) -> int | None:
    """Return the ``width`` or ``height`` in pixels."""
    for value in each(tree, tuple(f"{place}{name}" for place in SIZED)):
        pixels = number(value)
        if pixels is not None and 0 < pixels <= _LARGEST_SIDE:
            return int(pixels)
    return None


def enhanced_prompt(tree: object) -> str | None:
    """Return the prompt as the provider rewrote it."""
    found = (text(value, _PROMPT_LIMIT) for value in each(tree, ("enhanced_prompt", "detail.enhanced_prompt")))
    return next(filter(None, found), None)


def progress(tree: object) -> float | None:
    """Return the percentage done, 0–100, None when the provider tells none.

    ``progress_pct`` is a fraction (0..1, though 0..100 is understood); a plain ``progress`` of 1 is one per cent.
    """
    fraction = _percent(at(tree, "detail.pending_info.progress_pct"))
    if fraction is not None:
        return round(fraction * 100 if fraction <= 1 else fraction, 2)
    return next(
        (found for found in map(_percent, each(tree, ("progress", "data.progress"))) if found is not None), None
    )


def failure(tree: object, word: str) -> Failure:
    """Return why a task failed; only its status, `word`, says that it did."""
    detail = next(filter(None, map(text, each(tree, REASON))), "")
    codes = [*map(text, each(tree, CODES)), word]
    kind = reasons.of_failed_task(codes, detail)
    return Failure(kind=kind, detail="" if kind is Kind.NO_REASON else detail, request_id=request_id_in(detail))


def _first_link(tree: object, paths: tuple[str, ...]) -> str | None:
    return next(filter(None, map(link, each(tree, paths))), None)


def _generations(tree: object) -> list[object]:
    found = at(tree, "detail.generations")
    return [at(entry, "url") for entry in found[:_GENERATIONS]] if isinstance(found, list) else []


def _percent(value: object) -> float | None:
    if isinstance(value, str):
        value = value.strip().removesuffix("%").strip()
    found = number(value)
    return round(found, 4) if found is not None and 0 <= found <= 100 else None
