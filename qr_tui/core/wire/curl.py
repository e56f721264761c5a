"""A request as a person can read it: its body, and the ``curl`` that would send it."""

import json
import shlex
from hashlib import sha256
from typing import Any

from qr_tui.core.environment import API_KEY
from qr_tui.core.routes import FileForm, Route
from qr_tui.core.task import Request
from qr_tui.core.wire.body import Wire, write
from qr_tui.core.wire.images import ImageFile


def body_text(wire: Wire) -> str:
    """Return the body on several lines, as a create call sends it; of a form its text fields.

    Whatever does not print is written as its JSON escape: the text means the same and is safe to show and to paste.
    """
    text = json.dumps(wire.body, ensure_ascii=False, indent=4)
    return "".join(char if char.isprintable() or char == "\n" else _escape(char) for char in text)


class _Stand:
    """Stands in a body for pictures of this machine, until `curl` puts the command that reads each in their place."""

    def __init__(self) -> None:
        self._commands: dict[str, str] = {}

    def __call__(self, file: ImageFile, form: FileForm) -> str:
        """Return the mark that stands for `file`."""
        mark = "@" + sha256(f"{file.path}\0{form}".encode()).hexdigest()
        head = f"data:{file.media_type};base64," if form == "data-url" else ""
        self._commands[mark] = f"{head}$(base64 < {shlex.quote(file.path)} | tr -d '\\n')"
        return mark

    def filled(self, text: str) -> str:
        """Return `text` for a here document of a shell, with the commands in the place of the marks."""
        for char in ("\\", "$", "`"):
            text = text.replace(char, f"\\{char}")
        for mark, command in self._commands.items():
            text = text.replace(mark, command)
        return text

    @property
    def is_used(self) -> bool:
        """Whether it stands for anything."""
        return bool(self._commands)


def curl(route: Route, request: Request, base_url: str) -> str:
    """Return a ``curl`` for a POSIX shell that sends `request`; the key stays in its environment variable."""
    stand = _Stand()
    wire = write(route, request, embed=stand)
    head = [
        f"curl --request POST {shlex.quote(f'{base_url}{wire.path}')}",
        f'  --header "Authorization: Bearer ${API_KEY}"',
        "  --header 'Accept: application/json'",
    ]
    if wire.is_form:
        fields = [f"  --form-string {_quoted(f'{name}={value}')}" for name, value in wire.body.items()]
        files = [
            f"  --form {_quoted(f'{name}=@{_form_path(file.path)};type={file.media_type}')}"
            for name, file in wire.files.items()
        ]
        return " \\\n".join((*head, *fields, *files))
    head.append("  --header 'Content-Type: application/json'")
    if stand.is_used:
        # a picture does not fit into the arguments of a command, so the body comes through its standard input
        return " \\\n".join((*head, f"  --data-binary @- <<JSON\n{stand.filled(body_text(wire))}\nJSON"))
    return " \\\n".join((*head, f"  --data-raw {_quoted(body_text(wire))}"))


def shown(wire: Wire) -> dict[str, Any]:
    """Return a request as JSON for scripts: ``body`` and, of a form, the ``files`` that go along."""
    found: dict[str, Any] = {"body": wire.body}
    if wire.files:
        found["files"] = {
            name: {"path": file.path, "size": file.size, "sha256": file.sha256} for name, file in wire.files.items()
        }
    return found


def _form_path(path: str) -> str:
    """Return a path as curl reads it in a form: in double quotes, so that a comma or semicolon is part of it."""
    return '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _escape(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))
