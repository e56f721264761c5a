"""`qr-tui export`: every task in a file for other programs."""

import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import click

from qr_tui.cli import output, references, stored_tasks
from qr_tui.cli.context import CliContext
from qr_tui.cli.exit_codes import Exit
from qr_tui.cli.main import examples
from qr_tui.cli.pass_context import pass_cli_context
from qr_tui.core.export import task_json
from qr_tui.core.failures import Kind, Trouble
from qr_tui.core.task import Task
from qr_tui.core.text.display import inert
from qr_tui.i18n import _

FORMATS: Final = ("json", "jsonl", "csv")
# a spreadsheet takes a cell that begins so for a formula, and a prompt is not ours to run
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


@click.command(
    help=_(
        "Print every task, or those that fit FILTER, as one JSON array, as JSON lines, or as CSV.\n\n"
        "In CSV a text that a spreadsheet would run as a formula gets a ' in front; JSON holds every text as it is."
    ),
    epilog=examples(
        "qr-tui export > tasks.json",
        "qr-tui export --format csv --output tasks.csv",
        "qr-tui export status:done --format jsonl",
    ),
)
@click.argument("filter_words", metavar="[FILTER]...", nargs=-1)
@click.option("--format", "form", type=click.Choice(FORMATS), default="json", show_default=True, help=_("The format."))
@click.option("--output", "file", metavar="FILE", help=_("Write to FILE instead of stdout; only you can read it."))
@pass_cli_context
def export(context: CliContext, filter_words: tuple[str, ...], form: str, file: str | None) -> int:
    """Choose, spell, write."""
    stored = stored_tasks.read(context)
    tasks = [stored.whole(task) for task in references.filtered(stored.everything(), filter_words)]
    lines = {"json": _json, "jsonl": _jsonl, "csv": _csv}[form](tasks)
    if file is None:
        for text in lines:
            output.line(text)
            if output.Reader.gone:
                break
        return Exit.OK
    try:
        _write(Path(file), "".join(f"{text}\n" for text in lines).encode())
    except OSError as error:
        raise Trouble(Kind.USAGE, f"{inert(file)}: {error.strerror}") from None
    output.say(_("{count} tasks written to {file}").format(count=len(tasks), file=inert(file)))
    return Exit.OK


def _write(path: Path, content: bytes) -> None:
    """Write to a file that only its owner can read; a pipe or a device is written to, never replaced."""
    from qr_tui import files

    if path.exists() and not path.is_file():
        with path.open("wb") as opened:
            opened.write(content)
        return
    if not path.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    files.write_private(path, content)


def _json(tasks: Sequence[Task]) -> Iterator[str]:
    yield output.encode([task_json(task) for task in tasks])


def _jsonl(tasks: Sequence[Task]) -> Iterator[str]:
    for task in tasks:
        yield output.encode(task_json(task), indent=False)


def _csv(tasks: Sequence[Task]) -> Iterator[str]:
    import csv
    import io

    rows = [_row(task) for task in tasks]
    held = io.StringIO()
    writer = csv.writer(held, lineterminator="\n")
    for row in ([*_NAMES], *(list(row.values()) for row in rows)):
        writer.writerow(row)
        yield held.getvalue().removesuffix("\n")
        held.seek(0)
        held.truncate()


def _row(task: Task) -> dict[str, Any]:
    data = task_json(task)
    failure = data.pop("failure") or {}
    data["images"] = " ".join(data["images"])
    data["tags"] = " ".join(data["tags"])
    data["parameters"] = output.encode(data["parameters"], indent=False)
    data |= {f"failure_{name}": failure.get(name) for name in ("kind", "title", "detail", "request_id")}
    return {name: _cell(value) for name, value in data.items()}


def _cell(value: Any) -> Any:  # noqa: ANN401
    if not isinstance(value, str):
        return value
    text = output.escaped(value)
    return "'" + text if text.startswith(_FORMULA) else text


_NAMES: Final = tuple(_row(Task(key="", model="", prompt="", base_url="", created_at=0.0)))
