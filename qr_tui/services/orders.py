"""What is ordered: one request, how often, and what it belongs to."""

from typing import NamedTuple

from qr_tui.core.task import Request


class Order(NamedTuple):
    """Videos that are asked for: one request, as often as `copies` says.

    `parent` is the key of the task it came from; `batch` and `batch_line` say which line of which file it is.
    """

    request: Request
    copies: int = 1
    parent: str | None = None
    tags: tuple[str, ...] = ()
    batch: str = ""
    batch_line: str = ""
