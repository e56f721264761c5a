"""The few signs beside the words, in Unicode and in ASCII for terminals whose locale knows no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from qr_tui.core.task import Status


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of signs; each is one cell wide."""

    status: Mapping[Status, str]
    cursor: str
    mark: str
    full: str
    empty: str
    ellipsis: str
    dot: str
    folded: str
    unfolded: str
    down: str
    up: str
    downloading: str
    not_saved: str
    favourite: str
    ascii_only: bool = False


UNICODE: Final = Glyphs(
    status={
        Status.QUEUED: "◌",
        Status.SENDING: "↑",
        Status.UNCONFIRMED: "!",
        Status.WAITING: "○",
        Status.RUNNING: "●",
        Status.DONE: "✓",
        Status.FAILED: "✗",
        Status.STOPPED: "■",
    },
    cursor="▌",
    mark="+",
    full="━",
    empty="─",
    ellipsis="…",
    dot="·",
    folded="▸",
    unfolded="▾",
    down="▾",
    up="▴",
    downloading="▼",
    not_saved="▽",
    favourite="★",
)
ASCII: Final = Glyphs(
    status={
        Status.QUEUED: ":",
        Status.SENDING: "^",
        Status.UNCONFIRMED: "!",
        Status.WAITING: "o",
        Status.RUNNING: "*",
        Status.DONE: "v",
        Status.FAILED: "x",
        Status.STOPPED: "#",
    },
    cursor=">",
    mark="+",
    full="=",
    empty="-",
    ellipsis="~",
    dot="-",
    folded=">",
    unfolded="v",
    down="v",
    up="^",
    downloading="v",
    not_saved="x",
    favourite="*",
    ascii_only=True,
)


def choose(setting: str, *, utf8: bool) -> Glyphs:
    """Return the set that `setting` (auto, unicode, ascii) asks for on a terminal that speaks UTF-8 or not."""
    if setting == "ascii" or (setting != "unicode" and not utf8):
        return ASCII
    return UNICODE
