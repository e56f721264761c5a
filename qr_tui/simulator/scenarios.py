"""How a prompt steers its own video: words in square brackets, anywhere in the prompt.

======================  ===========================================================================================
``[sim:WORD]``          fails as `FAILURES` says: real_people, policy, third_party, busy, image, upstream, no_reason,
                        hostile (control characters in its words); ``[sim:fail=WORD]`` is the same
``[sim:refused]``       is refused when it is ordered, for its content, in the manner of its route
``[sim:slow]``          takes four times as long; ``[sim:fast]`` a tenth; ``[sim:seconds=5]`` exactly that, at any speed
``[sim:stuck]``         never finishes
``[sim:no_progress]``   says nothing about progress
``[sim:unknown_status]``  reports a status word nobody knows in the middle of its life
``[sim:dto]``           answers in the upper-case task shape
``[sim:forgotten]``     is unknown to every query
``[sim:poison]``        every query for it ends in a 500
``[sim:no_url]``        completed without a link; ``[sim:no_url=2]`` only for the first two looks
``[sim:expired_link]``  its link has expired; ``[sim:expired_link=1]`` only for the first look
``[sim:dead_link]``     its link leads to a 404
``[sim:lag]``           its link answers 403 twice before the file is there; ``[sim:lag=5]`` five times
``[sim:link=URL]``      its link is exactly this
``[sim:size=BYTES]``    its video is this large
``[sim:content_json]``  ``/content`` answers with a link, not with bytes
======================  ===========================================================================================
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

PEOPLE: Final = "We currently do not support uploads of images containing photorealistic people."
THIRD_PARTY: Final = "This content may violate our guardrails concerning similarity to third-party content."
HOSTILE: Final = "\x1b[2J\x1b]52;c;aG9zdGlsZQ==\x07\x9b31m[/b] [bold red]refused\u202e\u200b\nsecond line\r"

# what a failed answer carries besides its id and status (quickrouter.md §3: the reason hides in many places)
FAILURES: Final[Mapping[str, dict[str, Any]]] = {
    "real_people": {
        "detail": {
            "status": "failed",
            "pending_info": {"status": "failed", "failure_reason": ""},
            "draft_info": {"kind": "sora_content_violation", "reason_str": PEOPLE},
        }
    },
    "policy": {
        "progress": 0,
        "error": {"code": "content_policy_violation", "message": "Content was refused"},
    },
    "third_party": {"error": THIRD_PARTY, "detail": {}},
    "busy": {"error": {"message": "No available accounts: we are under heavy load", "code": "upstream_busy"}},
    "image": {
        "detail": {
            "status": "failed",
            "error_message": "input image could not be fetched",
            "video_generation_error": "",
        }
    },
    "upstream": {"fail_reason": "upstream gave up"},
    "no_reason": {"detail": {}},
    "hostile": {"error": {"message": HOSTILE, "code": "\x1b]0;title\x07"}},
}

ALWAYS: Final = 1 << 30
_WORD: Final = re.compile(r"\[sim:([a-z_]+)(?:=([^\]]*))?\]")


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What is special about one video; counts say for how many looks or fetches it holds."""

    failure: str = ""
    pace: float = 1.0
    seconds: float | None = None
    stuck: bool = False
    no_progress: bool = False
    unknown_status: bool = False
    dto: bool = False
    forgotten: bool = False
    poison: bool = False
    no_url: int = 0
    expired_link: int = 0
    dead_link: bool = False
    lag: int = 0
    link: str = ""
    size: int = 0
    content_json: bool = False
    refused: bool = False


_SWITCHES: Final = frozenset(
    ("stuck", "no_progress", "unknown_status", "dto", "forgotten", "poison", "dead_link", "content_json", "refused")
)
_COUNTS: Final = {"no_url": ALWAYS, "expired_link": ALWAYS, "lag": 2, "size": 0}


def read(prompt: str) -> Scenario:
    """Return what `prompt` asks for; words that mean nothing are part of the prompt."""
    fields: dict[str, Any] = {}
    for word, value in _WORD.findall(prompt):
        failure = value or "upstream" if word == "fail" else word
        if failure in FAILURES:
            fields["failure"] = failure
        elif word in _SWITCHES:
            fields[word] = True
        elif word in _COUNTS:
            fields[word] = int(value) if value.isdecimal() else _COUNTS[word]
        elif word in ("slow", "fast"):
            fields["pace"] = 4.0 if word == "slow" else 0.1
        elif word == "seconds" and re.fullmatch(r"\d+(\.\d+)?", value):
            fields["seconds"] = float(value)
        elif word == "link":
            fields["link"] = value
    return Scenario(**fields)
