"""A request as a person can read it: its JSON body, and the ``curl`` that would send it."""

import json
import shlex

from qr_tui.core.environment import API_KEY
from qr_tui.core.task import Request


def body_text(request: Request) -> str:
    """Return the JSON body on several lines, as a create call sends it.

    Whatever does not print is written as its JSON escape: the text means the same and is safe to show and to paste.
    """
    text = json.dumps(request.body(), ensure_ascii=False, indent=4)
    return "".join(char if char.isprintable() or char == "\n" else _escape(char) for char in text)


def curl(request: Request, base_url: str) -> str:
    """Return a ``curl`` for a POSIX shell that sends `request`; the key stays in its environment variable."""
    return " \\\n".join(
        (
            f"curl --request POST {shlex.quote(f'{base_url}/v1/video/create')}",
            f'  --header "Authorization: Bearer ${API_KEY}"',
            "  --header 'Accept: application/json'",
            "  --header 'Content-Type: application/json'",
            f"  --data-raw {_quoted(body_text(request))}",
        )
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
