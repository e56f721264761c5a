"""What can be copied of a task or of several: the lines of the copy menu, without the menu."""

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from qr_tui.core.export import task_json
from qr_tui.core.routes import UNIFIED, Route, built_in
from qr_tui.core.task import FileState, Task
from qr_tui.core.text.messages import N_
from qr_tui.core.wire.curl import curl
from qr_tui.i18n import _, clauses, span


class CopyChoice(NamedTuple):
    """One thing to copy.

    Attributes:
        name: ``id``, ``link``, ``file``, ``scp``, ``prompt``, ``curl`` or ``json``.
        key: The letter that takes it in the menu.
        label: What it is called.
        text: Exactly what is copied; empty when there is nothing.
        why: Why there is nothing.
        note: What to know before using it.
        holds: How many tasks it holds something of.
    """

    name: str
    key: str
    label: str
    text: str
    why: str = ""
    note: str = ""
    holds: int = 1


class SshLine(NamedTuple):
    """How the person reaches this machine: the host and port that the other end connected to, and who they are here."""

    user: str
    host: str
    port: str


def ssh_line(env: Mapping[str, str]) -> SshLine | None:
    """Return the line that `env` tells of, None when this is no ssh session.

    ``SSH_CONNECTION`` holds the other end's address and port, then our own (sshd(8)).
    """
    parts = env.get("SSH_CONNECTION", "").split()
    user = env.get("USER") or env.get("LOGNAME") or ""
    return SshLine(user, parts[2], parts[3]) if len(parts) == 4 and user else None


_NO_TASK: Final = N_("no task is under the cursor")


def choices(
    tasks: Sequence[Task],
    now: float,
    *,
    over: SshLine | None = None,
    route_of: Callable[[str], Route | None] = built_in,
) -> list[CopyChoice]:
    """Return the choices for `tasks` in menu order; what is missing says why.

    Args:
        tasks: One, or the marked ones.
        now: Unix seconds.
        over: The line that this program is used over, which gives a command that fetches the files; None without one.
        route_of: Returns the route of a name.
    """
    fetch = [_each("scp", "S", _("scp"), tasks, lambda task: _scp(task, over), _unsaved)] if over else []
    return [
        _each("id", "i", _("id"), tasks, lambda task: task.id or "", _no_id),
        _each("link", "l", _("link"), tasks, lambda task: task.video_url or "", _no_link, _expiry(tasks, now)),
        _each("file", "f", _("file path"), tasks, _file, _unsaved),
        *fetch,
        _each("prompt", "p", _("prompt"), tasks, lambda task: task.prompt, lambda _task: N_("it has none")),
        _each(
            "curl",
            "c",
            _("curl"),
            tasks,
            lambda task: curl(route_of(task.route) or UNIFIED, task.request, task.base_url),
            lambda _task: "",
            N_("makes it anew, at its price"),
        ),
        _json(tasks),
    ]


def _each(
    name: str,
    key: str,
    label: str,
    tasks: Sequence[Task],
    read: Callable[[Task], str],
    missing: Callable[[Task], str],
    note: str = "",
) -> CopyChoice:
    """Return the choice that copies `read` of each task, one a line; blocks of several lines stand apart."""
    found = [text for text in map(read, tasks) if text]
    if not found:
        why = missing(tasks[0]) if tasks else _NO_TASK
        return CopyChoice(name, key, label, "", _(why))
    apart = "\n\n" if any("\n" in text for text in found) and len(found) > 1 else "\n"
    notes = [_(note)] if note else []
    if len(found) < len(tasks):
        notes.insert(0, _("{n} of {total}").format(n=len(found), total=len(tasks)))
    return CopyChoice(name, key, label, apart.join(found), note=clauses(notes), holds=len(found))


def _no_id(task: Task) -> str:
    return N_("it never got one") if task.final else N_("the provider has not given it an id yet")


def _no_link(task: Task) -> str:
    return N_("there is none") if task.final else N_("it is not finished")


def _file(task: Task) -> str:
    return (task.file or "") if task.file_state is FileState.SAVED else ""


def _unsaved(_task: Task) -> str:
    return N_("it is not saved here")


def _scp(task: Task, line: SshLine) -> str:
    """Return the command that brings the film to the machine that this one is used from."""
    file = _file(task)
    if not file:
        return ""
    port = ["-P", line.port] if line.port != "22" else []
    host = f"[{line.host}]" if ":" in line.host else line.host
    return shlex.join(["scp", *port, f"{line.user}@{host}:{file}", "."])


def _expiry(tasks: Sequence[Task], now: float) -> str:
    ends = [task.expires_at for task in tasks if task.video_url and task.expires_at is not None]
    if not ends:
        return ""
    left = min(ends) - now
    return _("works for {span}").format(span=span(left)) if left > 0 else _("its time is over")


def _json(tasks: Sequence[Task]) -> CopyChoice:
    if not tasks:
        return CopyChoice("json", "J", _("JSON"), "", _(_NO_TASK))
    documents = [task_json(task) for task in tasks]
    text = json.dumps(documents[0] if len(documents) == 1 else documents, ensure_ascii=False, indent=2)
    return CopyChoice("json", "J", _("JSON"), text, holds=len(documents))
